"""Which format a file has, from a sample of its records; the registry may say it instead."""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from pixel_assets.conversation.formats import FORMATS, Format
from pixel_assets.errors import SettingsError

SAMPLE_RECORDS = 100
LEAST_CONFIDENCE = 0.4
LEAST_LEAD = 0.05  # a runner-up this close makes the choice ambiguous


@dataclass(frozen=True)
class Detection:
    """The format of a file, or None with the reason why none was chosen."""

    format: Format | None
    confidence: float
    explanation: str
    runner_up: str | None = None
    reason: str = "unknown_format"

    @property
    def name(self) -> str:
        """Name of the format; the reason where there is none."""
        return self.format.name if self.format else self.reason

    @property
    def grouped(self) -> bool:
        """Whether the file must be converted as a whole."""
        return self.format is not None and self.format.grouped


def detect(sample: Sequence[dict[str, Any]], hint: str | None = None) -> Detection:
    """The format that fits a sample best; ``hint``, the registry's word, overrides.

    Raises :class:`SettingsError` for a hint that names no format.
    """
    if hint is not None:
        return Detection(format_named(hint), 1.0, "given by the registry")
    scores = sorted(
        ((format.score(sample), format) for format in FORMATS), key=lambda pair: -pair[0].confidence
    )
    (best, format), (second, other) = scores[0], scores[1]
    runner_up = other.name if second.confidence > 0 else None
    guesses = "; ".join(
        f"{guess.name} {score.confidence:.2f} ({score.explanation})"
        for score, guess in scores[:2]
        if score.confidence > 0
    )
    if best.confidence < LEAST_CONFIDENCE:
        explanation = (
            f"best guesses: {guesses}" if guesses else f"no format fits {len(sample)} sampled records"
        )
        return Detection(None, best.confidence, explanation, runner_up, "unknown_format")
    if best.confidence - second.confidence < LEAST_LEAD:
        return Detection(None, best.confidence, f"best guesses: {guesses}", runner_up, "ambiguous_format")
    return Detection(format, best.confidence, best.explanation, runner_up)


def sample_records(batches: Iterable[pa.RecordBatch]) -> list[dict[str, Any]]:
    """The first readable objects among raw records, up to :data:`SAMPLE_RECORDS`; stops reading there."""
    sample: list[dict[str, Any]] = []
    for batch in batches:
        # The first rows of a batch in small steps: usually the first hundred are enough
        for start in range(0, batch.num_rows, SAMPLE_RECORDS):
            for text in batch.column("record").slice(start, SAMPLE_RECORDS).to_pylist():
                record = _object(text)
                if record is not None:
                    sample.append(record)
                if len(sample) == SAMPLE_RECORDS:
                    return sample
    return sample


def format_named(name: str) -> Format:
    """The format of that name; raises :class:`SettingsError` when there is none."""
    for format in FORMATS:
        if format.name == name:
            return format
    raise SettingsError(
        f"unknown format {name!r}",
        where="registry of sources",
        expected="one of " + ", ".join(sorted(format.name for format in FORMATS)),
    )


# The functions of a format cannot be sent to another process; its name can
copyreg.pickle(Format, lambda format: (format_named, (format.name,)))


def _object(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        record = orjson.loads(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
