"""The profile of a voice: its markers in each recording, of each speaker, and over all.

Estimates are measures of language (see :mod:`.markers` and :mod:`.traits`), not a diagnosis of a person.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from pixel_assets.speech.counting import together
from pixel_assets.speech.markers import MARKERS, Marker, Measured, Values, measure_markers
from pixel_assets.speech.spoken import Spoken, read_spoken
from pixel_assets.speech.traits import trait_estimates
from pixel_assets.store.schema import column

Row = dict[str, Any]

_SPREAD: Final = pa.struct([pa.field(marker.name, pa.float64()) for marker in MARKERS])

VOICE_PROFILE: Final = pa.schema(
    [
        column("scope", pa.string(), "what is measured: a recording, a speaker in it (where there are several), or overall"),
        column("recording_id", pa.string(), "the recording; null overall", nullable=True),
        column("speaker", pa.string(), "the speaker by number, in the order of speaking; else null", nullable=True),
        column("words", pa.int64(), "words that the markers rest on"),
        column("seconds", pa.float64(), "seconds of speech that the markers rest on"),
        *(column(marker.name, pa.float64(), marker.description, nullable=True) for marker in MARKERS),
        column("spread", _SPREAD, "overall: standard deviation of each marker between recordings; else null", nullable=True),
        column("n", pa.int64(), "recordings that it is made from"),
    ]
)


@dataclass(frozen=True)
class Overall:
    """The voice as a whole: of each marker the mean over the recordings, by their words, and the spread between them.

    The estimates of traits are those of all words together, for a short recording by itself says hardly anything of them.
    Mean and spread are rounded to the marker's grain, so that one more recording among many mostly leaves them as they are:
    whoever computes row by row from an overall profile may take it as part of the key of a row.
    """

    mean: Values
    spread: Values


def voice_profile(transcripts: pa.Table) -> pa.Table:
    """A table of :data:`VOICE_PROFILE`: a row for each transcript with words, one for each speaker of several, and one overall.

    Sorted by recording and speaker, the overall row last; without any words the table is empty. The markers are measures of
    language, not a diagnosis of a person.
    """
    rows: list[Row] = []
    recordings: list[Measured] = []
    for spoken in read_spoken(transcripts):
        whole = measure_markers(spoken, spoken.stretches)
        recordings.append(whole)
        rows += (_row("recording", whole, spoken.recording_id), *_speakers(spoken))
    rows.sort(key=lambda row: (row["recording_id"], row["scope"], row["speaker"] or ""))
    if recordings:
        rows.append(_overall(recordings))
    return pa.Table.from_pylist(rows, VOICE_PROFILE)


def overall(profile: pa.Table) -> Overall | None:
    """The overall row of a table of :data:`VOICE_PROFILE`; None where nothing was measured."""
    found = profile.filter(pa.compute.field("scope") == "overall").to_pylist()
    if not found:
        return None
    return Overall({marker.name: found[0][marker.name] for marker in MARKERS}, dict(found[0]["spread"]))


def _speakers(spoken: Spoken) -> Iterable[Row]:
    names = sorted({stretch.speaker for stretch in spoken.stretches})
    if len(names) < 2:
        return
    for name in names:
        own = measure_markers(spoken, [stretch for stretch in spoken.stretches if stretch.speaker == name])
        yield _row("speaker", own, spoken.recording_id, name)


def _row(scope: str, measured: Measured, recording_id: str | None, speaker: str | None = None) -> Row:
    place = {"scope": scope, "recording_id": recording_id, "speaker": speaker}
    return {**place, "words": measured.words, "seconds": measured.seconds, **measured.values, "spread": None, "n": 1}


def _overall(recordings: Sequence[Measured]) -> Row:
    row: Row = {"scope": "overall", "recording_id": None, "speaker": None, "n": len(recordings)}
    row |= {"words": sum(each.words for each in recordings), "spread": {}}
    row["seconds"] = round(math.fsum(each.seconds for each in recordings), 2)
    pooled = trait_estimates(together([each.counts for each in recordings]))
    for marker in MARKERS:
        known = [(value, each.words) for each in recordings if (value := each.values[marker.name]) is not None]
        row[marker.name], row["spread"][marker.name] = _mean_and_spread(known, marker)
        if marker.name in pooled:
            row[marker.name] = _to_grain(pooled[marker.name], marker.grain)
    return row


def _mean_and_spread(known: Sequence[tuple[float, int]], marker: Marker) -> tuple[float | None, float | None]:
    weight = sum(words for _, words in known)
    if not weight:
        return None, None
    mean = math.fsum(value * words for value, words in known) / weight
    spread = math.sqrt(math.fsum(words * (value - mean) ** 2 for value, words in known) / weight)
    return _to_grain(mean, marker.grain), _to_grain(spread, marker.grain)


def _to_grain(value: float, grain: float) -> float:
    return round(round(value / grain) * grain, 6) + 0.0
