"""The quality report: how each score is distributed in each source, and what to look at.

It says what is, and compares with nothing: the same scores give the same report. What moved since an earlier report is told by
:mod:`pixel_assets.quality.drift`, from two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.tables import SCORES
from pixel_assets.store.schema import column

ALL: Final = "all"  # the scope of every conversation, whatever its source
BINS: Final = 50
QUANTILES: Final = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_DIGITS: Final = 6
_REASONS: Final = pa.list_(pa.struct([("reason", pa.string()), ("rows", pa.int64())]))


def _value(name: str, says: str) -> pa.Field:
    return column(name, pa.float64(), f"{says}; null where no conversation has the score", nullable=True)


QUALITY_REPORT: Final = pa.schema(
    [
        column("source", pa.string(), "the source, or all"),
        column("score", pa.string(), "the score"),
        column("category", pa.string(), "category of the source; null for all", nullable=True),
        column("rows", pa.int64(), "conversations"),
        column("scored", pa.int64(), "conversations that have the score"),
        column("weak", pa.int64(), "conversations whose score is below report.weak"),
        _value("mean", "mean of the score"),
        _value("sd", "standard deviation of the score"),
        *(_value(name, f"value below which {share:.0%} of the scores lie") for name, share in QUANTILES.items()),
        column("histogram", pa.list_(pa.int64()), f"conversations in each of {BINS} equal bins from 0 to 1"),
        column("missing_for", _REASONS, "why conversations have no score, the most frequent reason first"),
    ]
)
Floats = npt.NDArray[np.float64]


def quality_report(scored: pa.Table, reasons: pa.Table, weak: float) -> pa.Table:
    """The distribution of every score in every source, and in all; one row each, ``QUALITY_REPORT``.

    ``scored`` has one row a conversation with ``source``, ``category`` and a column for each of ``SCORES`` (float64, null where
    it does not apply). ``reasons`` counts why scores are missing: ``source``, ``said`` (such as ``empathy: no reply``), ``rows``.
    The order of the rows of either does not matter.
    """
    why = _reasons(reasons)
    rows = []
    for source, places, category in _scopes(scored):
        for score in SCORES:
            values = np.sort(_values(scored[score])[places])  # sorted, for the order of a sum is in its last digits
            known = values[~np.isnan(values)]
            rows.append(
                {
                    "source": source, "score": score, "category": category, "rows": len(values), "scored": len(known),
                    "weak": int((known < weak).sum()), **_moments(known), "histogram": histogram(known),
                    "missing_for": why.get((source, score), []),
                }
            )  # fmt: skip
    return pa.Table.from_pylist(rows, QUALITY_REPORT)


def histogram(values: Floats) -> list[int]:
    """How many of some values between 0 and 1 are in each of ``BINS`` equal bins; a bin holds its lower end, the last both."""
    places = np.minimum((values * BINS).astype(np.int64), BINS - 1)
    return [int(count) for count in np.bincount(places, minlength=BINS)]


def _scopes(scored: pa.Table) -> Iterator[tuple[str, npt.NDArray[np.int64], str | None]]:
    """All conversations, then each source in alphabetical order: its name, the places of its rows, its category."""
    yield ALL, np.arange(scored.num_rows), None
    coded = pc.dictionary_encode(scored["source"].combine_chunks())
    codes = coded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    names = coded.dictionary.to_pylist()
    for number in sorted(range(len(names)), key=names.__getitem__):
        places = order[starts[number] : starts[number + 1]]
        yield names[number], places, scored["category"][int(places[0])].as_py()


def _values(scores: pa.ChunkedArray) -> Floats:
    """A column as numbers, NaN where it is null."""
    found: Floats = pc.fill_null(scores, float("nan")).to_numpy()
    return found


def _moments(known: Floats) -> dict[str, float | None]:
    if not len(known):
        return dict.fromkeys(("mean", "sd", *QUANTILES))
    values = (known.mean(), known.std(), *np.quantile(known, list(QUANTILES.values())))
    return dict(zip(("mean", "sd", *QUANTILES), (round(float(value), _DIGITS) for value in values), strict=True))


def _reasons(reasons: pa.Table) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """By source and score the reasons with their numbers, the most frequent first."""
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for row in reasons.to_pylist():
        score, _, reason = row["said"].partition(": ")
        for scope in (row["source"], ALL):
            found = counted.setdefault((scope, score), {})
            found[reason] = found.get(reason, 0) + row["rows"]
    return {
        key: [{"reason": reason, "rows": rows} for reason, rows in sorted(found.items(), key=lambda each: (-each[1], each[0]))]
        for key, found in counted.items()
    }
