"""Spans of several passes as disjoint spans: the longest wins, parts of one name become one, punctuation stays outside."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

import pyarrow as pa

from pixel_assets.safety.identifiers.spans import TYPES, Span

_ORDER: Final = {name: number for number, name in enumerate(TYPES)}
_EDGES: Final = " \t\r\n,;:!?\"'“”‘’`*_~<>|"  # what never belongs to an identifier where it stands at its edge
_POSSESSIVE: Final = re.compile(r"['’ʼ][sS]$")
_BETWEEN_NAMES: Final = re.compile(r" {1,2}|-|\. ?")
_PAIRS: Final = (("(", ")"), ("[", "]"), ("{", "}"))
_FREE_FORM: Final = ("username", "url")  # may begin with signs that are cut elsewhere
_WIDEST_GAP: Final = 2


def merge(spans: Iterable[Span], content: pa.StringArray | Sequence[str]) -> list[Span]:
    """Disjoint spans in order of their place, none of them empty; ``content`` are the texts that they stand in.

    Where two overlap, the longer one stands, then the one of the higher score, then the one whose type is named first in
    ``TYPES``; of the other one what lies outside stands on its own, unless that is no letter or digit.
    """
    merged: list[Span] = []
    for row, of_row in groupby(sorted(spans), key=lambda span: span.row):
        text = content[row].as_py() or "" if isinstance(content, pa.Array) else content[row]
        merged += _merge_row(list(of_row), text)
    return merged


def trim(span: Span, text: str) -> Span | None:
    """The span without blanks and punctuation at its edges; none where nothing is left."""
    start, end = max(0, span.start), min(len(text), span.end)
    edges = " \t\r\n" if span.type in _FREE_FORM else _EDGES
    while True:
        before = (start, end)
        while start < end and text[start] in edges:
            start += 1
        while start < end and (text[end - 1] in edges or (text[end - 1] == "." and span.type not in _FREE_FORM)):
            end -= 1
        for opening, closing in _PAIRS:
            if start < end and text[start] == opening and text.find(closing, start, end) < 0:
                start += 1
            if start < end and text[end - 1] == closing and text.find(opening, start, end) < 0:
                end -= 1
        if span.type == "name" and (tail := _POSSESSIVE.search(text, start, end)):
            end = tail.start()
        if (start, end) == before:
            break
    if not any(character.isalnum() for character in text[start:end]):
        return None
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _merge_row(spans: list[Span], text: str) -> list[Span]:
    trimmed = [found for span in spans if (found := trim(span, text)) is not None]
    joined = _join_names(trimmed, text)
    joined.sort(key=lambda s: (s.start - s.end, -s.score, _ORDER[s.type], s.found_by, s.rule, s.start))
    starts: list[int] = []
    taken: dict[int, Span] = {}
    for span in joined:
        for start, end in _uncovered(span, starts, taken):
            piece = span if (start, end) == (span.start, span.end) else trim(replace(span, start=start, end=end), text)
            if piece is not None:
                insort(starts, piece.start)
                taken[piece.start] = piece
    return [taken[start] for start in starts]


def _uncovered(span: Span, starts: list[int], taken: dict[int, Span]) -> list[tuple[int, int]]:
    """What of a span no accepted one covers."""
    number = max(0, bisect_left(starts, span.start) - 1)
    free: list[tuple[int, int]] = []
    start = span.start
    while number < len(starts) and starts[number] < span.end:
        other = taken[starts[number]]
        if other.end > start:
            if other.start > start:
                free.append((start, other.start))
            start = other.end
        number += 1
    if start < span.end:
        free.append((start, span.end))
    return free


def _join_names(spans: list[Span], text: str) -> list[Span]:
    """Name parts that follow one another become one name; those that overlap are one as well."""
    names = sorted((span for span in spans if span.type == "name"), key=lambda s: (s.start, s.end))
    joined: list[Span] = []
    for span in names:
        last = joined[-1] if joined else None
        if last is not None and (span.start <= last.end or _adjacent(text, last, span)):
            joined[-1] = replace(
                last if last.score >= span.score else span,
                start=last.start, end=max(last.end, span.end), score=max(last.score, span.score),
            )  # fmt: skip
        else:
            joined.append(span)
    return [span for span in spans if span.type != "name"] + joined


def _adjacent(text: str, first: Span, second: Span) -> bool:
    gap = text[first.end : second.start]
    if len(gap) > _WIDEST_GAP or not _BETWEEN_NAMES.fullmatch(gap):
        return False
    return not gap.startswith(".") or first.end - first.start == 1 or text[max(0, first.end - 2)] in " ."
