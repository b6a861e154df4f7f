"""Subtitle files as cues: SubRip, WebVTT, SBV and the podcast namespace's HTML, whole or damaged.

The parsers that exist drop a cue whose times they cannot read, and its words with it. This one keeps every
word and counts what was damaged.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser

TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
ARROW: Final = re.compile(rf"[ \t]*{TIME}[ \t]*-->[ \t]*{TIME}(?![\w:.,])")
COMMA: Final = re.compile(rf"[ \t]*{TIME},{TIME}[ \t]*$")
# A line that is meant to hold times, readable or not
TIMING: Final = re.compile(
    r"^[ \t]*(?:\d[\w.,]{0,3}:[\w:.,]{0,20}[ \t]{0,8}-->|\d{1,3}:\d\d:\d\d\.\d{3},\d{1,3}:\d\d:\d\d\.\d{3}[ \t]*$)", re.M
)
HEADER: Final = re.compile(r"\s*WEBVTT(?![^\s])")
POINT_TIME: Final = re.compile(r"^[ \t]*(?:\d+:)?\d\d:\d\d\.\d{3}[ \t]*-->", re.M)
NOT_SPOKEN: Final = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
PODCAST: Final = re.compile(r"\s*+<(?:cite|time)>", re.I)

VOICE: Final = re.compile(r"<v(?:\.[\w.-]{1,80})?[ \t]+([^<>]{1,120})>")
INLINE_TIME: Final = re.compile(r"<\d\d:[\d:.]{4,12}>")
MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<\d\d:[\d:.]{4,12}>|\{\\[^{}]*\}")
CLOCK: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:\.(\d{1,3}))?")


class Cue(NamedTuple):
    """Words that are shown at one time: seconds, None where they cannot be read; lines without markup.

    Each line has the name that its markup gives it, or None.
    """

    start: float | None
    end: float | None
    lines: tuple[tuple[str | None, str], ...]


class Cues(NamedTuple):
    """The cues of a file, how many have no readable times, and whether a header is missing."""

    cues: list[Cue]
    untimed: int
    headless: bool = False
    rolled: bool = False


def holds_cues(text: str) -> bool:
    """Whether a text is a subtitle file, whole or damaged."""
    return bool(HEADER.match(text) or TIMING.search(text) or PODCAST.match(text))


def parse_cues(text: str) -> Cues:
    """The cues of a subtitle file; of a text that is none, one without times."""
    if PODCAST.match(text):
        return Cues(_podcast_cues(text), 0)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    header = HEADER.match(text) is not None
    cues = [cue for block in _blocks(text, header) for cue in _cues(block)]
    untimed = sum(cue.start is None for cue in cues)
    numbered = re.search(r"(?m)^\d+[ \t]*\n[ \t]*\d[\d:.,]*[ \t]*-->", text)
    headless = not header and not numbered and POINT_TIME.search(text) is not None
    rolled = _rolls(cues) and INLINE_TIME.search(text) is not None
    return Cues(_unrolled(cues) if rolled else cues, untimed, headless, rolled)


def _podcast_cues(text: str) -> list[Cue]:
    body = LexborHTMLParser(text).body
    cues: list[Cue] = []
    speaker: str | None = None
    start: float | None = None
    for node in body.css("cite,time,p") if body else []:
        words = " ".join(node.text().split())
        if node.tag == "cite":
            speaker = words.removesuffix(":").strip() or None
        elif node.tag == "time":
            clock = CLOCK.fullmatch(words)
            start = _seconds(*clock.groups()) if clock else None
        else:
            cues.append(Cue(start, None, ((speaker, words),) if words else ()))
    return cues


def _blocks(text: str, header: bool) -> Iterator[list[str]]:
    """Lines between blank lines; neither the header of WebVTT nor its notes and styles."""
    lines = text.split("\n")
    place = 0
    if header:
        while place < len(lines) and not lines[place].strip():
            place += 1
        while place < len(lines) and lines[place].strip() and "-->" not in lines[place]:
            place += 1
    block: list[str] = []
    for line in [*lines[place:], ""]:
        if line.strip():
            block.append(line)
        elif block:
            if not (header and NOT_SPOKEN.match(block[0])):
                yield block
            block = []


def _cues(block: list[str]) -> Iterator[Cue]:
    """The cues of a block: usually one; several where blank lines are missing; one without times where those are."""
    times = [place for place, line in enumerate(block) if TIMING.match(line)]
    before = block[: times[0]] if times else block
    if times and before:
        before = before[:-1]  # a number or a name of the cue
    elif not times and before[0].strip().isdecimal():
        before = before[1:]
    if before:
        yield Cue(None, None, _lines(before))
    for place, following in zip(times, [*times[1:], len(block)], strict=False):
        words = block[place + 1 : following]
        if following < len(block) and words and words[-1].strip().isdecimal():
            words = words[:-1]
        timing = ARROW.match(block[place]) or COMMA.match(block[place])
        if timing is None:
            yield Cue(None, None, _lines(words))
        else:
            yield Cue(_seconds(*timing.groups()[:4]), _seconds(*timing.groups()[4:]), _lines(words))


def _lines(lines: list[str]) -> tuple[tuple[str | None, str], ...]:
    spoken: list[tuple[str | None, str]] = []
    for line in lines:
        voices = VOICE.split(line)
        for name, words in zip([None, *voices[1::2]], voices[0::2], strict=True):
            plain = " ".join(html.unescape(MARKUP.sub("", words)).split())
            if plain:
                spoken.append((html.unescape(name).strip() if name else None, plain))
    return tuple(spoken)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")


def _rolls(cues: list[Cue]) -> bool:
    """Whether cues repeat lines of the one before, as captions do that a machine makes while it listens."""
    repeated = sum(_overlap(one, two) > 0 for one, two in pairwise(cues))
    return len(cues) > 1 and repeated * 3 >= len(cues) - 1


def _overlap(before: Cue, cue: Cue) -> int:
    """How many of the first lines of a cue are the last lines of the one before."""
    most = min(len(before.lines), len(cue.lines), 4)
    return next((count for count in range(most, 0, -1) if before.lines[-count:] == cue.lines[:count]), 0)


def _unrolled(cues: list[Cue]) -> list[Cue]:
    kept = cues[:1]
    for before, cue in pairwise(cues):
        kept.append(cue._replace(lines=cue.lines[_overlap(before, cue) :]))
    return kept
