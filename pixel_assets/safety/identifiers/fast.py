"""The fast pass: every identifier that a form, a list or a small model shows, in a few compiled passes over all turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.folding import FoldedTexts
from pixel_assets.safety.identifiers.broken import find_broken
from pixel_assets.safety.identifiers.gazetteers import BIT, table
from pixel_assets.safety.identifiers.general import is_general
from pixel_assets.safety.identifiers.names import KINDS, Runs, find_runs
from pixel_assets.safety.identifiers.patterns import LONGEST, Places, find_forms
from pixel_assets.safety.identifiers.places import find_addresses
from pixel_assets.safety.identifiers.spans import Span, Type
from pixel_assets.safety.identifiers.tokens import Tokens, line_breaks, tokenise
from pixel_assets.safety.turns import Turns

NAME_FROM: Final = 0.5  # probability from which a run of words is a name of whatever kind
DOUBT_FROM: Final = 0.1  # a run that is less likely a name, but at least this, is left to the thorough pass
COUNTRY_SCORE: Final = 0.3
SHORT_WORD: Final = 2
WIDEST_GAP: Final = 4  # blanks and commas between two parts of one address
_OF_ADDRESS: Final = ("address", "location")
_TYPE_OF: Final[dict[str, Type]] = {"name": "name", "location": "location", "organisation": "employer"}


@dataclass(frozen=True)
class _Found:
    """An identifier at bytes of the buffer of the folded texts."""

    row: int
    start: int
    end: int
    type: Type
    rule: str
    score: float


@dataclass(frozen=True)
class Read:
    """The words of some turns, and which runs of them may be names."""

    breaks: npt.NDArray[np.bool_]  # of every byte of the folded texts, whether it was a line break
    tokens: Tokens
    runs: Runs


def read(turns: Turns) -> Read:
    """What :func:`find_fast` and :func:`doubtful` have in common, so that who asks both reads once."""
    texts = turns.folded
    breaks = line_breaks(turns.content, texts)
    tokens = tokenise(texts, breaks, table())
    return Read(breaks, tokens, find_runs(texts, tokens))


def find_fast(turns: Turns, known: Read | None = None) -> list[Span]:
    """Identifiers of all turns, disjoint, ordered by place. Dates and countries come with low scores: callers choose."""
    texts = turns.folded
    if not len(texts):
        return []
    known = known or read(turns)
    tokens = known.tokens
    places = find_forms(texts, known.breaks)
    found = [*_formed(places), *_formed(find_broken(texts, known.breaks, places))]
    found += [_Found(*address) for address in find_addresses(texts, tokens)]
    # In a text in capitals alone every word looks like part of a firm's name
    found += [each for each in _named(texts, tokens, known.runs) if each.type != "employer" or not texts.text(each.row).isupper()]
    return _spans(texts, _whole_addresses(texts, _disjoint(found)))


@dataclass(frozen=True)
class Doubts:
    """Where words stand that may or may not be a name; all arrays have one entry a place, in order."""

    row: npt.NDArray[np.int32]  # number of the turn
    start: npt.NDArray[np.int32]  # characters of the original content, as is end
    end: npt.NDArray[np.int32]


def doubts(turns: Turns, spans: Sequence[Span], known: Read | None = None) -> Doubts:
    """The places that the fast pass cannot decide; ``spans`` are those that it has found."""
    texts = turns.folded
    known = known or read(turns)
    tokens, found = known.tokens, known.runs
    named = 1 - found.probability[:, KINDS.index("none")]
    unsure = np.flatnonzero((named >= DOUBT_FROM) & (named < NAME_FROM) & ~is_general(texts, tokens, found))
    unknown = _introduced_unknown(tokens)
    first = np.concatenate([found.first[unsure], unknown])
    last = np.concatenate([found.stop[unsure] - 1, unknown])
    order = np.lexsort((last, first))
    first, last = first[order], last[order]
    row, start = tokens.row[first], texts.characters(tokens.start[first])
    end = texts.characters(tokens.end[last] - 1) + 1
    covered = {(span.row, span.start) for span in spans}
    places = zip(row.tolist(), start.tolist(), strict=True)
    open_ = np.array([place not in covered for place in places], bool)
    return Doubts(row[open_], start[open_], end[open_])


def doubtful(turns: Turns, spans: Sequence[Span], known: Read | None = None) -> npt.NDArray[np.bool_]:
    """Turns that the thorough pass should read: of one entry a turn, true where a run of words may or may not be a name."""
    doubt = np.zeros(len(turns), bool)
    if len(turns):
        doubt[doubts(turns, spans, known).row] = True
    return doubt


def _introduced_unknown(tokens: Tokens) -> npt.NDArray[np.int64]:
    """Numbers of words in small letters that no list knows and that follow "i'm", "name" or the like."""
    unknown = (tokens.bits == 0) & (tokens.shape == 0) & (tokens.end - tokens.start > SHORT_WORD)
    introduces = (tokens.bits & np.uint32(BIT["introduction"])) != 0
    after = np.zeros(len(tokens), bool)
    after[1:] = introduces[:-1] & (tokens.row[1:] == tokens.row[:-1])
    return np.flatnonzero(unknown & after)


def _formed(places: Places) -> Iterable[_Found]:
    columns = zip(places.row.tolist(), places.start.tolist(), places.end.tolist(), places.form, strict=True)
    return (_Found(row, start, end, form.type, form.id, form.score) for row, start, end, form in columns)


def _named(texts: FoldedTexts, tokens: Tokens, found: Runs) -> Iterable[_Found]:
    best = found.probability[:, 1:].argmax(axis=1) + 1 if len(found) else np.zeros(0, np.int64)
    named = 1 - found.probability[:, KINDS.index("none")]
    country, general = np.uint32(BIT["country"]), np.uint32(BIT["common"] | BIT["word"])
    for number in np.flatnonzero((named >= NAME_FROM) & ~is_general(texts, tokens, found)).tolist():
        first, last = int(found.first[number]), int(found.stop[number]) - 1
        kind = KINDS[best[number]]
        if tokens.end[last] - tokens.start[first] > LONGEST:
            continue  # a word without an end is no name
        if kind == "organisation" and all(tokens.bits[at] & general for at in range(first, last + 1)):
            continue  # a hospital, a high school: which one is not said
        score = round(float(named[number]), 3)
        if kind == "location" and all(tokens.bits[at] & country for at in range(first, last + 1)):
            score = COUNTRY_SCORE
        yield _Found(
            int(tokens.row[first]), int(tokens.start[first]), int(tokens.end[last]), _TYPE_OF[kind], f"model.{kind}", score
        )


def _disjoint(found: Sequence[_Found]) -> list[_Found]:
    """Of those that overlap what has a form before what only looks like a name; then the higher score, the longer, the first."""
    kept: list[_Found] = []
    group: list[_Found] = []
    reach = -1
    for each in sorted(found, key=lambda one: (one.start, -one.end, one.rule)):
        if each.start >= reach:
            kept += _best(group)
            group = []
        group.append(each)
        reach = max(reach, each.end)
    kept += _best(group)
    return kept


def _best(group: Sequence[_Found]) -> list[_Found]:
    if len(group) == 1:
        return list(group)
    starts: list[int] = []
    chosen: dict[int, _Found] = {}
    for each in sorted(group, key=_rank):
        number = bisect_left(starts, each.end)  # those before it begin before this one ends
        if number == 0 or chosen[starts[number - 1]].end <= each.start:
            starts.insert(number, each.start)
            chosen[each.start] = each
    return [chosen[start] for start in starts]


def _whole_addresses(texts: FoldedTexts, found: Sequence[_Found]) -> list[_Found]:
    """With the flat, the town and the country that follow an address, on the line or below, as one address."""
    joined: list[_Found] = []
    for each in found:
        last = joined[-1] if joined else None
        if (
            last is not None and last.type == "address" and each.type in _OF_ADDRESS and last.row == each.row
            and each.start - last.end <= WIDEST_GAP and not texts.data[last.end : each.start].tobytes().strip(b" ,")
        ):  # fmt: skip
            joined[-1] = replace(last, end=each.end)
        else:
            joined.append(each)
    return joined


def _rank(found: _Found) -> tuple[bool, float, int, int, str]:
    return found.rule.startswith("model."), -found.score, found.start - found.end, found.start, found.rule


def _spans(texts: FoldedTexts, found: Sequence[_Found]) -> list[Span]:
    if not found:
        return []
    start = texts.characters(np.array([each.start for each in found], np.int64))
    end = texts.characters(np.array([each.end - 1 for each in found], np.int64)) + 1
    return [
        Span(each.row, first, last, each.type, each.rule, each.score)
        for each, first, last in zip(found, start.tolist(), end.tolist(), strict=True)
    ]
