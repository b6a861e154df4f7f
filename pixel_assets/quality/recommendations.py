"""What to look at: sources with many weak conversations by a score, or without it, with ids of examples and what moved them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, model_validator

from pixel_assets.quality.report import ALL
from pixel_assets.quality.tables import OVERALL, SCORES
from pixel_assets.quality.thresholds import load_presets
from pixel_assets.store.schema import column
from pixel_assets.typed_yaml import read_yaml

FILE: Final = Path(__file__).parent / "data" / "recommendations.yaml"
WEAK: Final = "weak"
MISSING: Final = "missing"
_MOST_MOVERS: Final = 3
_FAR: Final = 2.0  # times as many words are worth a remark

RECOMMENDATIONS: Final = pa.schema(
    [
        column("source", pa.string(), "the source to look at"),
        column("score", pa.string(), "the score that speaks against it"),
        column("kind", pa.string(), "weak (the score is low) or missing (there is none)"),
        column("rows", pa.int64(), "conversations that this concerns"),
        column("of", pa.int64(), "conversations of the source"),
        column("share", pa.float64(), "of these conversations the share that this concerns"),
        column("moved_by", pa.list_(pa.string()), "what lowered the score in most of them, or the most frequent reasons"),
        column("says", pa.string(), "what is to be seen, and what to look for, in words"),
        column("examples", pa.list_(pa.string()), "ids of conversations to look at, the weakest first"),
    ]
)


class Hints(BaseModel):
    """The content of ``data/recommendations.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weak: dict[str, str]
    missing: dict[str, str]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        unknown = sorted({*self.weak, *self.missing} - {*SCORES})
        lacking = [score for score in SCORES if score not in self.weak]
        lacking += [score for score in SCORES if score not in self.missing and score not in load_presets().may_lack]
        if unknown or lacking:
            raise ValueError(f"{unknown[0]} is no score" if unknown else f"{lacking[0]} has no line")
        return self


@cache
def load_hints(file: Path = FILE) -> Hints:
    """What is shipped; raises :class:`SettingsError` that names file and key for a file that is wrong."""
    return read_yaml(file, Hints).content


@dataclass(frozen=True)
class ReportLimits:
    """When a source is worth a recommendation; the settings ``report`` say what each means."""

    weak: float = 0.5
    most_weak: float = 0.2
    most_missing: float = 0.5
    least_rows: int = 20
    examples: int = 5

    @classmethod
    def of(cls, settings: object) -> ReportLimits:
        """From settings with the same names."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})


def recommendations(report: pa.Table, scored: pa.Table, movers: pa.Table, limits: ReportLimits) -> pa.Table:
    """What to look at, that which concerns most conversations first; ``RECOMMENDATIONS``.

    A source whose parts are weak is not named for its overall score as well. ``report`` is the ``QUALITY_REPORT``
    of ``scored``, which has ``conversation_id`` and ``words`` (of replies, int64) besides. ``movers`` counts what
    lowered scores in weak conversations: ``source``, ``score``, ``what`` and ``rows``.
    """
    by_place = _movers(movers)
    found = []
    for row in report.to_pylist():
        if row["source"] == ALL or row["rows"] < limits.least_rows:
            continue
        lacking = row["rows"] - row["scored"]
        if row["scored"] and row["weak"] / row["scored"] > limits.most_weak:
            found.append(_weak(row, scored, by_place.get((row["source"], row["score"]), {}), limits))
        if row["score"] not in load_presets().may_lack and lacking / row["rows"] > limits.most_missing:
            found.append(_missing(row, scored, limits))
    parts = {row["source"] for row in found if row["kind"] == WEAK and row["score"] != OVERALL}
    found = [row for row in found if row["kind"] == MISSING or row["score"] != OVERALL or row["source"] not in parts]
    order = sorted(found, key=lambda each: (-each["rows"], each["source"], SCORES.index(each["score"]), each["kind"]))
    return pa.Table.from_pylist(order, RECOMMENDATIONS)


def _weak(row: dict[str, Any], scored: pa.Table, movers: dict[str, int], limits: ReportLimits) -> dict[str, Any]:
    source, score, share = row["source"], row["score"], row["weak"] / row["scored"]
    of_source = scored.filter(pc.equal(scored["source"], source))
    is_weak = pc.fill_null(pc.less(of_source[score], limits.weak), False)
    order = [(score, "ascending"), ("conversation_id", "ascending")]
    weakest = of_source.filter(is_weak).sort_by(order)["conversation_id"][: limits.examples].to_pylist()
    moved = sorted(movers, key=lambda what: (-movers[what], what))[:_MOST_MOVERS]
    named = ", ".join(f"{what} ({movers[what]:,})" for what in moved)
    says = [
        f"{source}: {score} below {limits.weak:g} in {share:.0%} of {row['scored']:,} conversations",
        *([f"lowered most often by {named}"] if named else []),
        *_lengths(of_source, is_weak),
    ]
    return {
        "source": source, "score": score, "kind": WEAK, "rows": row["weak"], "of": row["scored"], "share": round(share, 6),
        "moved_by": moved, "says": f"{'; '.join(says)}. {load_hints().weak[score]}.", "examples": weakest,
    }  # fmt: skip


def _lengths(of_source: pa.Table, is_weak: pa.ChunkedArray) -> list[str]:
    """A remark where the replies of the weak are much shorter or longer than those of the others."""
    weak, others = (of_source.filter(rows)["words"].to_numpy() for rows in (is_weak, pc.invert(is_weak)))
    if not len(weak) or not len(others):
        return []
    here, there = float(np.median(weak)), float(np.median(others))
    if here * _FAR <= there or there * _FAR <= here:
        return [f"their replies have {here:,.0f} words at the median, those of the others {there:,.0f}"]
    return []


def _missing(row: dict[str, Any], scored: pa.Table, limits: ReportLimits) -> dict[str, Any]:
    source, score, lacking = row["source"], row["score"], row["rows"] - row["scored"]
    without = scored.filter(pc.and_(pc.equal(scored["source"], source), pc.is_null(scored[score])))
    ids = without.sort_by("conversation_id")["conversation_id"][: limits.examples].to_pylist()
    reasons = [each["reason"] for each in row["missing_for"][:_MOST_MOVERS]]
    why = f" ({', '.join(reasons)})" if reasons else ""
    share = lacking / row["rows"]
    return {
        "source": source, "score": score, "kind": MISSING, "rows": lacking, "of": row["rows"], "share": round(share, 6),
        "moved_by": reasons, "examples": ids,
        "says": f"{source}: no {score} in {share:.0%} of {row['rows']:,} conversations{why}. {load_hints().missing[score]}.",
    }  # fmt: skip


def _movers(movers: pa.Table) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in movers.to_pylist():
        found.setdefault((row["source"], row["score"]), {})[row["what"]] = row["rows"]
    return found
