"""All heads from a folder of labelled sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import pyarrow as pa

from pixel_assets.labelled.rows import Labelled
from pixel_assets.quality.fitting.accuracy import fit_accuracy
from pixel_assets.quality.fitting.coherence import fit_coherence, learn_columns
from pixel_assets.quality.fitting.empathy import fit_empathy
from pixel_assets.quality.fitting.figures import Told
from pixel_assets.quality.heads.tables import QUALITY_MODEL
from pixel_assets.quality.labelled.counselling import read_annomi, read_esconv, read_failed_esconv
from pixel_assets.quality.labelled.dialogues import read_dialogues
from pixel_assets.quality.labelled.empathy import read_epitome
from pixel_assets.quality.model import ABOUT, Heads, QualityModel
from pixel_assets.quality.seen import Tier, version_of

Half = Literal["fit", "all"]
Row = TypeVar("Row", bound=Labelled)
COMMAND = "python -m pixel_assets.quality.fitting --data DIR"


class Fitted(NamedTuple):
    """Rows of ``QUALITY_MODEL``, and the figures that are among them."""

    table: pa.Table
    told: Told


def fit_model(folder: Path, tiers: Sequence[Tier], half: Half = "all", say: Callable[[str], None] = lambda line: None) -> Fitted:
    """Fit the heads of some tiers. Raises ``PixelError`` if a set cannot be read."""

    def some(rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if row.fit or half == "all"]

    dialogues, replies, interviews = some(read_dialogues(folder)), some(read_epitome(folder)), some(read_annomi(folder))
    supports = some([*read_esconv(folder), *read_failed_esconv(folder)])
    heads: dict[Tier, Heads] = {}
    told: Told = {"command": COMMAND, "half": half}
    for tier in tiers:
        say(f"{tier} vectors: coherence, on {len(dialogues):,} replies")
        columns = learn_columns(dialogues, tier)
        coherence = fit_coherence(dialogues, tier, columns)
        say(f"{tier} vectors: empathy, on {len(replies):,} replies")
        empathy = fit_empathy(replies, tier, columns)
        say(f"{tier} vectors: therapeutic accuracy, on {len(interviews) + len(supports):,} conversations")
        accuracy = fit_accuracy(interviews, supports, tier, columns)
        heads[tier] = Heads(
            columns, coherence.heads, empathy.mechanisms, accuracy.behaviour, accuracy.interview, accuracy.support,
            accuracy.pooled, accuracy.of_whole,
        )  # fmt: skip
        told[tier] = {
            "vectors": version_of(tier), "coherence": coherence.told, "empathy": empathy.told,
            "therapeutic_accuracy": accuracy.told,
        }  # fmt: skip
    notes = [{"tier": ABOUT, "head": "", "kind": "text", "name": name, "note": json.dumps(each)} for name, each in told.items()]
    table = pa.concat_tables([QualityModel(heads).table(), pa.Table.from_pylist(notes, QUALITY_MODEL)])
    return Fitted(table, told)
