"""Transcripts as they are measured: the words of a recording, and the stretches of them that one speaker says.

Speakers are numbered in the order in which they speak, for subtitles may call them by their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from pixel_assets.speech.lexicon import Form, form

COLUMNS: Final = ("recording_id", "source", "file", "origin", "language", "words", "turns", "reason")


@dataclass(frozen=True)
class Stretch:
    """The words from ``first`` up to ``last`` (not included), said by one speaker without a long pause."""

    speaker: str
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Spoken:
    """A transcript, its words in columns of one length; ``stretches`` hold each word once, in order.

    Times are seconds from the start of the recording. ``has_pauses`` is False where the times of words were not heard but
    shared out, as in subtitles.
    """

    recording_id: str
    source: str
    file: str
    language: str
    has_pauses: bool
    texts: Sequence[str]
    starts: Sequence[float]
    ends: Sequence[float]
    probabilities: Sequence[float | None]
    pitches: Sequence[float | None]
    forms: Sequence[Form]
    stretches: Sequence[Stretch]

    def text(self, first: int, last: int) -> str:
        """The words from ``first`` up to ``last`` as one line, as they were transcribed."""
        return " ".join(self.texts[first:last])


def read_spoken(transcripts: pa.Table) -> Iterator[Spoken]:
    """The transcripts of a table that hold words, in its order; a row with a reason has none."""
    table = transcripts.select(COLUMNS).combine_chunks()
    words, turns = _items(table["words"]), _items(table["turns"])
    texts, starts, ends, probabilities, pitches = (
        words.columns[name] for name in ("text", "start", "end", "probability", "pitch")
    )
    places = table.select(("recording_id", "source", "file", "language", "origin", "reason")).to_pylist()
    for row, place in enumerate(places):
        if place["reason"] is not None or not words.lengths[row]:
            continue
        here = slice(words.offsets[row], words.offsets[row] + words.lengths[row])
        said = slice(turns.offsets[row], turns.offsets[row] + turns.lengths[row])
        yield Spoken(
            recording_id=place["recording_id"],
            source=place["source"],
            file=place["file"],
            language=place["language"],
            has_pauses=place["origin"] == "whisper",
            texts=texts[here],
            starts=starts[here],
            ends=ends[here],
            probabilities=probabilities[here],
            pitches=pitches[here],
            forms=[form(text) for text in texts[here]],
            stretches=_stretches(texts[here], turns.columns["speaker"][said], turns.columns["text"][said]),
        )


@dataclass(frozen=True, eq=False)
class _Items:
    """A column of lists of structs, as flat columns: row i has ``lengths[i]`` items, from ``offsets[i]`` on."""

    offsets: list[int]
    lengths: list[int]
    columns: dict[str, list[Any]]


def _items(column: pa.ChunkedArray[Any]) -> _Items:
    """Ten times as fast as to make an object of each item."""
    lengths = [length or 0 for length in pa.compute.list_value_length(column).to_pylist()]
    offsets = [0]
    for length in lengths:
        offsets.append(offsets[-1] + length)
    flat = pa.compute.list_flatten(column)
    names = [column.type.value_type.field(at).name for at in range(column.type.value_type.num_fields)]
    return _Items(offsets, lengths, {name: pa.compute.struct_field(flat, name).to_pylist() for name in names})


def _stretches(texts: Sequence[str], speakers: Sequence[str], said: Sequence[str]) -> list[Stretch]:
    """The turns as ranges of words: each takes as many words as its text has, the last one all that are left."""
    numbers: dict[str, str] = {}
    for speaker in speakers:
        numbers.setdefault(speaker, f"speaker_{len(numbers) + 1}")
    found: list[Stretch] = []
    at = 0
    for speaker, text in zip(speakers, said, strict=True):
        first, wanted = at, len(text.split())
        while at < len(texts) and wanted > 0:
            wanted -= max(1, len(texts[at].split()))
            at += 1
        if at > first:
            found.append(Stretch(numbers[speaker], first, at))
    if at < len(texts):
        last = found.pop() if found else Stretch("speaker_1", 0, 0)
        found.append(Stretch(last.speaker, last.first, len(texts)))
    return found
