"""All detectors over some conversations: findings with their places, and one row of levels and scores for each.

Conversations after redaction go in, for evidence is kept by its place in them. A row's result depends on that row alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.safety.bias.detect import detect_identity
from pixel_assets.safety.bias.outcomes import diagnoses, sentiment
from pixel_assets.safety.content.examine import examine_content
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import undecided
from pixel_assets.safety.crisis.response import examine_responses
from pixel_assets.safety.findings import FINDINGS, to_table
from pixel_assets.safety.hate.screen import screen_hate
from pixel_assets.safety.scores import SAFETY_SCORES, scores
from pixel_assets.safety.turns import Turns


@dataclass(frozen=True)
class Examined:
    """What was found in a batch: findings in the order of their place, and one row of scores a conversation."""

    findings: pa.Table
    rows: npt.NDArray[np.int32]  # of each finding, the number of its conversation in the batch
    scores: pa.Table


def examine(
    conversations: pa.Table, model: CrisisModel | None, disorders: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Examined:
    """Run every detector over conversations with the columns ``conversation_id`` and ``turns``.

    Without a model the lexical pass decides alone. ``disorders`` are names by the id of their entry; those that are said are
    listed.
    """
    turns = Turns.of(conversations["turns"])
    crisis = detect(turns)
    found = [*crisis, *screen_hate(turns), *examine_content(turns), *detect_identity(turns)]
    found += examine_responses(turns, crisis)
    ids = conversations["conversation_id"].combine_chunks()
    ordered = sorted(found, key=lambda f: (f.conversation, f.turn, f.start, f.end, f.area, f.rule))
    rows = np.fromiter((finding.conversation for finding in ordered), np.int32, len(ordered))
    asked = np.full(turns.conversations, np.nan)
    if model is not None:
        asked = model.highest_scores(turns, crisis, undecided(turns, crisis))
    score = pa.array(asked, from_pandas=True)
    levels = scores(ids, ordered, crisis_score=score, sentiment=sentiment(turns), diagnoses=diagnoses(turns, disorders))
    return Examined(to_table(ordered, ids), rows, levels)


__all__ = ["FINDINGS", "SAFETY_SCORES", "Examined", "examine"]
