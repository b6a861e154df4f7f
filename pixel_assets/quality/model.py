"""All heads of quality in one tier or both, as the asset ``quality_model`` holds them and as they are shipped."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.errors import PixelError
from pixel_assets.quality.accuracy import BEHAVIOUR
from pixel_assets.quality.coherence import PRIOR
from pixel_assets.quality.columns import Columns
from pixel_assets.quality.empathy import Mechanisms
from pixel_assets.quality.heads.linear import Head, Standard
from pixel_assets.quality.heads.tables import QUALITY_MODEL, head_of, rows_by_head, rows_of, rows_of_standard, standard_of
from pixel_assets.quality.labelled.empathy import MECHANISMS
from pixel_assets.quality.likeness import Whitening
from pixel_assets.quality.seen import TIERS, Tier

PACKAGED: Final = Path(__file__).parent / "data" / "model.parquet"
ABOUT: Final = "about"  # stands for a tier in rows that tell what was fitted
COHERENCE: Final = "coherence"
INTERVIEW: Final = "interview"
SUPPORT: Final = "support"
_WHITENING: Final = "whitening"
_POOLED: Final = "pooled"
_FLAT: Final = {"name": _POOLED, "weights": [1.0, 0.0]}
_COLUMNS: Final = "columns of replies"
_WHOLE: Final = "columns of conversations"
_SENTENCE: Final = "empathy of sentences"
_REPLY: Final = "empathy of replies"


@dataclass(frozen=True)
class Heads:
    """The heads of one tier, and the columns that they read."""

    columns: Columns
    coherence: Mapping[str, Head]  # by way to fail
    mechanisms: Mechanisms
    behaviour: Head
    interview: Head
    support: Head
    pooled: tuple[float, float]  # of interview: slope and intercept for means over sentences
    of_whole: Standard  # columns of conversations, which support reads

    def rows(self, tier: Tier) -> Iterator[dict[str, Any]]:
        """As rows of ``QUALITY_MODEL``."""
        yield from _whitening_rows(self.columns.whitening, tier)
        yield from rows_of_standard(self.columns.standard, tier, _COLUMNS)
        yield from rows_of_standard(self.of_whole, tier, _WHOLE)
        for kind, head in self.coherence.items():
            yield from rows_of(head, tier, f"{COHERENCE}:{kind}")
        yield from rows_of(self.mechanisms.sentence, tier, _SENTENCE)
        yield from rows_of(self.mechanisms.reply, tier, _REPLY)
        for name, head in self.mechanisms.both.items():
            yield from rows_of(head, tier, name)
        for name, head in ((BEHAVIOUR, self.behaviour), (INTERVIEW, self.interview), (SUPPORT, self.support)):
            yield from rows_of(head, tier, name)
        line = [round(each, 6) for each in self.pooled]
        yield {"tier": tier, "head": INTERVIEW, "kind": "number", "name": _POOLED, "weights": line}

    @classmethod
    def of(cls, table: pa.Table, tier: Tier) -> Self:
        """From rows of ``QUALITY_MODEL``. Raises ``PixelError`` if any are missing."""
        rows = rows_by_head(table, tier)

        def head(name: str) -> Head:
            return head_of(rows, tier, name)

        mechanisms = Mechanisms(head(_SENTENCE), head(_REPLY), {name: head(name) for name in MECHANISMS})
        slope, intercept = next(row["weights"] for row in [*rows.get(INTERVIEW, []), _FLAT] if row["name"] == _POOLED)
        return cls(
            Columns(_whitening(rows.get(_WHITENING, []), tier), standard_of(rows, tier, _COLUMNS)),
            {kind: head(f"{COHERENCE}:{kind}") for kind in PRIOR}, mechanisms, head(BEHAVIOUR), head(INTERVIEW), head(SUPPORT),
            (slope, intercept), standard_of(rows, tier, _WHOLE),
        )  # fmt: skip


@dataclass(frozen=True)
class QualityModel:
    """Heads by tier."""

    tiers: Mapping[Tier, Heads]

    def table(self) -> pa.Table:
        """As rows of ``QUALITY_MODEL``."""
        rows = [row for tier, heads in self.tiers.items() for row in heads.rows(tier)]
        return pa.Table.from_pylist(rows, QUALITY_MODEL)

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """From the rows of whatever tiers there are. Raises ``PixelError`` if there is none, or one is incomplete."""
        there = set(table["tier"].unique().to_pylist())
        tiers: dict[Tier, Heads] = {tier: Heads.of(table, tier) for tier in TIERS if tier in there}
        if not tiers:
            raise PixelError("the model of quality is empty", where="quality_model", hint="set quality.model to shipped")
        return cls(tiers)

    def of_tier(self, tier: Tier) -> Heads:
        """The heads of a tier. Raises ``PixelError`` if there are none."""
        if tier not in self.tiers:
            hint = "set quality.reader to all, and build quality_model"
            raise PixelError(f"the model of quality has no heads for {tier} vectors", where="quality_model", hint=hint)
        return self.tiers[tier]

    @classmethod
    def load(cls, path: Path = PACKAGED) -> QualityModel:
        """The shipped model, once in a process. Raises ``PixelError`` if the file cannot be read."""
        return _load(path)


def read_model(path: Path = PACKAGED) -> pa.Table:
    """The rows of a model's file. Raises ``PixelError`` if it cannot be read."""
    try:
        return pq.read_table(path).cast(QUALITY_MODEL)
    except (OSError, ValueError, pa.ArrowException) as error:
        hint = "install the package again"
        raise PixelError(f"the model of quality cannot be read: {type(error).__name__}", where=str(path), hint=hint) from error


def write_model(table: pa.Table, path: Path) -> None:
    """Write rows; the same rows give the same bytes with one version of pyarrow."""
    pq.write_table(table, path, compression="zstd", compression_level=19, store_schema=False)


@functools.cache
def _load(path: Path) -> QualityModel:
    return QualityModel.of(read_model(path))


def _whitening_rows(whitening: Whitening, tier: Tier) -> Iterator[dict[str, Any]]:
    common = {"tier": tier, "head": _WHITENING, "kind": "column"}
    for number, variance in enumerate(whitening.variances.tolist()):
        direction = [float(f"{each:.4g}") for each in whitening.directions[:, number].tolist()]
        yield {
            **common, "name": f"direction:{number}", "mean": float(f"{whitening.mean[number]:.6g}"),
            "scale": float(f"{variance:.6g}"), "weights": direction,
        }  # fmt: skip


def _whitening(rows: list[dict[str, Any]], tier: Tier) -> Whitening:
    if not rows:
        hint = "install the package again"
        raise PixelError(f"the model of quality has no directions ({tier})", where="quality_model", hint=hint)
    mean, variances = (np.array([row[name] for row in rows], np.float64) for name in ("mean", "scale"))
    return Whitening(mean, np.array([row["weights"] for row in rows], np.float64).T, variances)
