"""Transcripts that others wrote: Kaldi's keyed text files and Lhotse's manifests (JSON, JSON Lines, either one gzipped)."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pixel_assets.errors import SourceError


@dataclass(frozen=True, order=True)
class Reference:
    """What is said in a stretch of a recording: its id, seconds from its start, the speaker's id if it is known, the words."""

    recording: str
    start: float
    end: float | None
    speaker: str | None
    text: str


def read_kaldi(folder: Path) -> list[Reference]:
    """The utterances of a Kaldi data folder: ``text``, joined with ``segments`` and ``utt2spk`` where they exist.

    An utterance without a segment is a recording of its own, of unknown length. Raises :class:`SourceError` for a line that
    is not what its file should hold.
    """
    segments = dict(_keyed(folder / "segments", 4))
    speakers = dict(_keyed(folder / "utt2spk", 2))
    if not (folder / "text").is_file():
        raise SourceError("there is no file text", where=str(folder), expected="a Kaldi data folder")
    found = []
    for utterance, (text,) in _keyed(folder / "text", 2):
        recording, start, end = segments.get(utterance, (utterance, "0", ""))
        (speaker,) = speakers.get(utterance, (None,))
        try:
            found.append(Reference(recording, float(start), float(end) if end else None, speaker, text))
        except ValueError:
            raise SourceError(
                f"the times of {utterance} are no numbers", where=str(folder / "segments"), expected="seconds"
            ) from None
    return sorted(found, key=_place)


def read_lhotse(file: Path) -> list[Reference]:
    """The supervisions of a Lhotse manifest: of cuts, of mixed cuts, or a set of supervisions.

    Times are those of the recording, not of the cut. Raises :class:`SourceError` for a file that is no manifest.
    """
    found = []
    for number, item in enumerate(_items(file), start=1):
        try:
            found += list(_references(item))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceError(
                f"item {number} is no cut or supervision ({type(error).__name__})", where=str(file), expected="a Lhotse manifest"
            ) from error
    return sorted(found, key=_place)


def _place(reference: Reference) -> tuple[str, float, str]:
    return reference.recording, reference.start, reference.text


def _keyed(file: Path, columns: int) -> Iterator[tuple[str, list[str]]]:
    if not file.is_file():
        return
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        fields = line.split(maxsplit=columns - 1)
        if len(fields) != columns:
            raise SourceError(f"{len(fields)} columns", where=f"{file}, line {number}", expected=f"{columns}, parted by spaces")
        yield fields[0], [field.strip() for field in fields[1:]]


def _items(file: Path) -> Iterable[dict[str, Any]]:
    data = file.read_bytes()
    try:
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        if ".jsonl" in file.suffixes:
            return [orjson.loads(line) for line in data.splitlines() if line.strip()]
        loaded = orjson.loads(data)
    except (orjson.JSONDecodeError, OSError, EOFError) as error:
        raise SourceError(
            f"it cannot be read ({type(error).__name__})", where=str(file), expected="JSON or JSON Lines, plain or gzipped"
        ) from error
    return loaded if isinstance(loaded, list) else [loaded]


def _references(item: dict[str, Any], offset: float = 0.0) -> Iterator[Reference]:
    """``offset`` is where a cut starts in its recording, for the supervisions of a cut count from there."""
    if "tracks" in item:
        for track in item["tracks"]:
            yield from _references(track["cut"])
    elif "supervisions" in item:
        for supervision in item["supervisions"]:
            yield from _references(supervision, float(item["start"]))
    elif item.get("text"):
        start = offset + float(item["start"])
        end = start + float(item["duration"])
        yield Reference(item["recording_id"], round(start, 3), round(end, 3), item.get("speaker"), item["text"].strip())
