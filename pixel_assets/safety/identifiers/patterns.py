"""Identifiers that have a form: the patterns of ``data/patterns.yaml``, found in one scan and then looked at where they hit."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.identifiers.checks import CHECKS, Check
from pixel_assets.safety.identifiers.gazetteers import DATA
from pixel_assets.safety.identifiers.spans import TYPES, Type
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.wording.folding import FoldedTexts

PATTERNS: Final = DATA / "patterns.yaml"
WINDOW: Final = 48  # characters before and after a hit that are looked at
MOST_OVERLAPPING: Final = 64  # hits of a form one over the other that are looked at
_APART: Final = re.compile(r"\. +|[\[\]]")  # what stands between two numbers rather than in one
_NUMBERS: Final = re.compile(r"[+(]{0,2}\d.*(?<=[\w)])", re.DOTALL)  # of a part of a hit what may be a number
FULL_PHONE: Final = (10, 11)  # digits of a North American number, without and with the code of the country
LONGEST: Final = 320  # characters of a hit; nothing longer is an identifier
_FIELDS: Final = frozenset(
    {
        "id", "type", "score", "regex", "caseless", "value", "unless_value", "check", "before", "after", "unless_before",
        "unless_after", "reach", "line",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One pattern, and what must hold where it hits."""

    id: str
    type: Type
    score: float
    regex: str
    caseless: bool
    reach: tuple[int, int] | None  # how far around the hit its value is looked for
    line: str | None  # first or last: of a hit over several lines only that one counts; each: each is tried before the whole
    value: re.Pattern[str] | None
    check: Check | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless_value: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None


@dataclass(frozen=True)
class Places:
    """Where identifiers stand in the buffer of the folded texts; one entry each."""

    row: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]  # bytes of ``FoldedTexts.data``, as is end
    end: npt.NDArray[np.int64]
    form: tuple[Form, ...]


def find_forms(texts: FoldedTexts, breaks: npt.NDArray[np.bool_], path: Path = PATTERNS) -> Places:
    """Every place where a pattern of a file and all that it asks for hold; ``breaks`` says which bytes were line breaks."""
    matcher, forms = _matcher(path)
    hits = matcher.scan(texts)
    first = texts.starts[hits.row] + hits.folded_start
    last = texts.starts[hits.row] + hits.folded_end
    order = np.flatnonzero(last - first <= LONGEST)
    order = order[np.argsort(hits.pattern[order], kind="stable")]
    bounds = np.searchsorted(hits.pattern[order], np.arange(len(forms) + 1))
    found: list[tuple[int, int]] = []
    chosen: list[Form] = []
    for form, begin, stop in zip(forms, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if begin == stop:
            continue
        of_form = order[begin:stop]
        if form.reach is None:
            of_form = of_form[_few_overlapping(first[of_form], last[of_form])]
        search = _around if form.reach is not None else _inside
        places = search(form, texts, breaks, hits.row[of_form], first[of_form], last[of_form])
        found += places
        chosen += [form] * len(places)
    start, end = np.array(found, np.int64).reshape(-1, 2).T
    return Places(texts.rows(start), start, end, tuple(chosen))


def _few_overlapping(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which hits of a form to look at: of those that overlap in a chain the first. A longer chain of digits is no number."""
    reached = np.maximum.accumulate(last)
    begins = np.concatenate([[True], first[1:] >= reached[:-1]])
    numbers = np.arange(len(first))
    return numbers - np.maximum.accumulate(np.where(begins, numbers, 0)) < MOST_OVERLAPPING


def _inside(
    form: Form, texts: FoldedTexts, breaks: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.int32], first: npt.NDArray[np.int64], last: npt.NDArray[np.int64],
) -> list[tuple[int, int]]:  # fmt: skip
    """The identifiers of one form that lie in their hits."""
    found: list[tuple[int, int]] = []
    limits = zip(texts.starts[rows].tolist(), (texts.starts[rows + 1] - 1).tolist(), strict=True)
    for start, end, limit in zip(first.tolist(), last.tolist(), limits, strict=True):
        parts = _parts(form, texts.data, breaks, start, end)
        confirmed = [place for part in parts if (place := _confirmed(form, texts.data, *part, limit)) is not None]
        if form.line == "each" and parts != [(start, end)] and not _is_complete(texts.data, confirmed, len(parts)):
            whole = _confirmed(form, texts.data, start, end, limit)
            if whole is not None and (not confirmed or _digits(texts.data, *whole) in FULL_PHONE):
                confirmed = [whole]
        found += confirmed
    return found


def _is_complete(data: npt.NDArray[np.uint8], confirmed: Sequence[tuple[int, int]], parts: int) -> bool:
    """Whether what was found in the parts of a hit leaves no part that could belong to it."""
    return len(confirmed) == parts or any(_digits(data, *place) >= FULL_PHONE[0] for place in confirmed)


def _digits(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    return int(np.count_nonzero((data[start:end] >= ord("0")) & (data[start:end] <= ord("9"))))


def _around(
    form: Form, texts: FoldedTexts, _breaks: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.int32], first: npt.NDArray[np.int64], last: npt.NDArray[np.int64],
) -> list[tuple[int, int]]:  # fmt: skip
    """The identifiers of one form around the ends of its hits; what hits reach in common is read once."""
    assert form.reach is not None
    assert form.value is not None
    lower, upper = texts.starts[rows], texts.starts[rows + 1] - 1
    left, right = np.maximum(lower, first - form.reach[0]), np.minimum(upper, last + form.reach[1])
    reached = np.maximum.accumulate(right)
    begins = np.flatnonzero(np.concatenate([[True], left[1:] >= reached[:-1]])).tolist()
    found: list[tuple[int, int]] = []
    for begin, stop in pairwise([*begins, len(rows)]):
        ends = np.sort(last[begin:stop])
        origin = int(left[begin])
        for match in form.value.finditer(_text(texts.data, origin, int(reached[stop - 1]))):
            hit = int(np.searchsorted(ends, origin + match.start(), side="right"))
            place = origin + match.start(1), origin + match.end(1)
            limit = int(lower[begin]), int(upper[begin])
            if hit < len(ends) and ends[hit] <= origin + match.end() and _holds(form, texts.data, *place, limit):
                found.append(place)
    return found


def _parts(
    form: Form, data: npt.NDArray[np.uint8], breaks: npt.NDArray[np.bool_], start: int, end: int
) -> list[tuple[int, int]]:  # fmt: skip
    """Which parts of a hit to look at: all of it, or one of its lines, or each.

    A number may go over the end of a line, but two numbers under each other are two; the same of numbers in two sentences, or of
    which one stands in brackets.
    """
    whole = [(start, end)]
    if form.line is None:
        return whole
    places = np.flatnonzero(breaks[start:end])
    if form.line != "each":
        if not len(places):
            return whole
        return [(start, start + int(places[0]))] if form.line == "first" else [(start + int(places[-1]) + 1, end)]
    text = _text(data, start, end)
    cuts = sorted({*((at, at + 1) for at in places.tolist()), *(match.span() for match in _APART.finditer(text))})
    if not cuts:
        return whole
    edges = zip([0, *(right for _, right in cuts)], [*(left for left, _ in cuts), end - start], strict=True)
    pieces = [match.span() for left, right in edges if (match := _NUMBERS.search(text, left, right))]
    return [(start + left, start + right) for left, right in pieces]


def _confirmed(form: Form, data: npt.NDArray[np.uint8], start: int, end: int, bounds: tuple[int, int]) -> tuple[int, int] | None:
    """Where the identifier of a hit stands, or None if the hit is none."""
    if form.value is not None:
        match = form.value.search(_text(data, start, end))
        if match is None:
            return None
        start, end = start + match.start(1), start + match.end(1)
    return (start, end) if _holds(form, data, start, end, bounds) else None


def _holds(form: Form, data: npt.NDArray[np.uint8], start: int, end: int, bounds: tuple[int, int]) -> bool:
    """Whether all that a form asks for besides its pattern holds of a place; ``bounds`` are those of the text."""
    hit = _text(data, start, end)
    before = _text(data, max(bounds[0], start - WINDOW), start)
    after = _text(data, end, min(bounds[1], end + WINDOW))
    held = (
        (form.before is None or form.before.search(before))
        and (form.after is None or form.after.search(after))
        and not (form.unless_before is not None and form.unless_before.search(before))
        and not (form.unless_after is not None and form.unless_after.search(after))
        and not (form.unless_value is not None and form.unless_value.search(hit))
        and (form.check is None or form.check(hit, before))
    )
    return bool(held)


def _text(data: npt.NDArray[np.uint8], start: int, end: int) -> str:
    return data[start:end].tobytes().decode("latin-1")  # one character a byte, so that places stay what they are


@functools.cache
def _matcher(path: Path) -> tuple[Matcher, Sequence[Form]]:
    forms = load_forms(path)
    return Matcher([Pattern(form.id, form.regex, form.caseless) for form in forms]), forms


def load_forms(path: Path = PATTERNS) -> tuple[Form, ...]:
    """The shipped patterns; raises :class:`KnowledgeError` that names the file and the pattern which is wrong."""
    return tuple(_form(entry, str(path)) for entry in yaml.safe_load(path.read_text())["patterns"])


def _form(entry: dict[str, Any], where: str) -> Form:
    place = f"{where}, {entry.get('id')}"
    if unknown := sorted(set(entry) - _FIELDS):
        raise KnowledgeError(f"the field {unknown[0]} does not exist", where=place, expected=", ".join(sorted(_FIELDS)))
    if entry["type"] not in TYPES:
        raise KnowledgeError(f"there is no type {entry['type']}", where=place, expected=", ".join(TYPES))
    if entry.get("check") not in (None, *CHECKS):
        raise KnowledgeError(f"there is no check {entry['check']}", where=place, expected=", ".join(CHECKS))
    fields = ("value", "before", "after", "unless_value", "unless_before", "unless_after")
    compiled = {field: _compiled(entry.get(field), f"{place}, {field}") for field in fields}
    check = CHECKS[entry["check"]] if "check" in entry else None
    return Form(
        entry["id"], entry["type"], entry["score"], entry["regex"], entry.get("caseless", True),
        reach=tuple(entry["reach"]) if "reach" in entry else None, line=entry.get("line"), check=check, **compiled,
    )  # fmt: skip


def _compiled(regex: str | None, where: str) -> re.Pattern[str] | None:
    if not regex:
        return None
    try:
        return re.compile(regex, re.IGNORECASE)
    except re.error as error:
        raise KnowledgeError(f"is no regular expression: {error}", where=where, expected="one of Python's re") from error
