"""The fast pass: every identifier that a form, a list or a small model shows, in a few compiled passes over all turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.identifiers.broken import find_broken
from pixel_assets.safety.identifiers.gazetteers import BIT, table
from pixel_assets.safety.identifiers.general import is_general
from pixel_assets.safety.identifiers.names import KINDS, Runs, find_runs
from pixel_assets.safety.identifiers.patterns import LONGEST, Places, find_forms
from pixel_assets.safety.identifiers.places import find_addresses
from pixel_assets.safety.identifiers.spans import Span, Type
from pixel_assets.safety.identifiers.tokens import BLANK, CAPITAL, LETTER, NUMBER, UPPER, Tokens, line_breaks, tokenise
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts

NAME_FROM: Final = 0.5  # probability from which a run of words is a name of whatever kind
LISTED_FROM: Final = 0.2  # the same of a given name with its capital that is known in several languages, and is no other word
RATHER_NAME: Final = 0.3  # probability of a name from which a word that is a given name as well is rather that than a place
COUNTRY_SCORE: Final = 0.3
WIDEST_GAP: Final = 4  # blanks and commas between two parts of one address
_OTHER_WORDS: Final = np.uint32(
    sum(
        BIT[name]
        for name in ("common", "word", "city", "region", "country", "calendar", "particle", "proper", "function", "foreign")
    )
)
_OF_ADDRESS: Final = ("address", "location")
_TYPE_OF: Final[dict[str, Type]] = {"name": "name", "location": "location", "organisation": "organisation"}


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
    """What :func:`find_fast` and :func:`.doubts.doubts` have in common, so that who asks both reads once."""
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
    found += [_Found(*address) for address in find_addresses(texts, tokens, known.breaks)]
    # In a text in capitals alone every word looks like part of a firm's name
    found += [each for each in _named(texts, tokens, known.runs) if each.type != "employer" or not texts.text(each.row).isupper()]
    return _spans(texts, _whole_addresses(texts, _disjoint(found)))


def _formed(places: Places) -> Iterable[_Found]:
    columns = zip(places.row.tolist(), places.start.tolist(), places.end.tolist(), places.form, strict=True)
    return (_Found(row, start, end, form.type, form.id, form.score) for row, start, end, form in columns)


def _named(texts: FoldedTexts, tokens: Tokens, found: Runs) -> Iterable[_Found]:
    best = found.probability[:, 1:].argmax(axis=1) + 1 if len(found) else np.zeros(0, np.int64)
    named = 1 - found.probability[:, KINDS.index("none")]
    country, general = np.uint32(BIT["country"]), np.uint32(BIT["common"] | BIT["word"])
    area, given, common = (np.uint32(bits) for bits in (BIT["country"] | BIT["region"], BIT["given"], BIT["given_common"]))
    towards = np.roll((tokens.bits & np.uint32(BIT["place_preposition"])) != 0, 1) & (tokens.gap == BLANK)
    acronym, named_so = _acronyms(tokens), found.probability[:, KINDS.index("name")]
    listed = _listed(tokens)[found.first] & (found.stop == found.first + 1)
    for number in np.flatnonzero(
        (named >= np.where(listed, LISTED_FROM, NAME_FROM)) & ~is_general(texts, tokens, found)
    ).tolist():
        first, last = int(found.first[number]), int(found.stop[number]) - 1
        kind = KINDS[best[number]]
        if kind == "location" and named_so[number] >= RATHER_NAME and tokens.bits[first] & common and first == last:
            kind = "name"  # "Jordan told me": taking a person for a place would leave the name
        if tokens.end[last] - tokens.start[first] > LONGEST:
            continue  # a word without an end is no name
        if kind == "organisation" and all(tokens.bits[at] & general for at in range(first, last + 1)):
            continue  # a hospital, a high school: which one is not said
        if kind == "name" and acronym[first] and first == last:
            continue
        called = common if towards[first] else given
        if kind != "location" and all(tokens.bits[at] & area and not tokens.bits[at] & called for at in range(first, last + 1)):
            kind = "location"  # no firm and nobody is called Texas, and "to Africa" is no person either
        score = round(float(named[number]), 3)
        if kind == "location" and all(tokens.bits[at] & country for at in range(first, last + 1)):
            score = COUNTRY_SCORE
        yield _Found(
            int(tokens.row[first]), int(tokens.start[first]), int(tokens.end[last]), _TYPE_OF[kind], f"model.{kind}", score
        )


def _listed(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Of every word whether it is a given name in several languages, with a capital, and nothing else that the lists know."""
    bits = tokens.bits
    listed: npt.NDArray[np.bool_] = (bits & np.uint32(BIT["given_common"]) != 0) & ((tokens.shape & CAPITAL) != 0)
    listed &= (bits & _OTHER_WORDS) == 0
    return listed


def _acronyms(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Of every word whether it is in capitals and unknown, in a text that is not mostly in capitals: there they mean nothing."""
    upper = (tokens.shape & UPPER) != 0
    rows = int(tokens.row[-1]) + 1 if len(tokens) else 0
    words = np.bincount(tokens.row[(tokens.shape & (NUMBER | LETTER)) == 0], minlength=rows)
    calm = np.bincount(tokens.row[upper], minlength=rows) * 2 < words
    unknown = (tokens.bits & np.uint32(BIT["given"] | BIT["surname"])) == 0
    acronyms: npt.NDArray[np.bool_] = upper & unknown & calm[tokens.row]
    return acronyms


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
