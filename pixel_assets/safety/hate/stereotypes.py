"""The stereotype screen: sentences that give a group as a whole a trait that prejudice gives it.

It marks what deserves a look, at the lowest level. Whether a sentence repeats a stereotype or speaks about one is not
decided here.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.findings import Finding
from pixel_assets.safety.hate.lexicon import lexicon, read_data
from pixel_assets.safety.hate.places import characters, rows_of
from pixel_assets.safety.hate.structure import sentences
from pixel_assets.safety.matching import Hits, Matcher, Pattern
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts

NAMED_TRAIT: Final = 0.5  # a trait that prejudice gives this group, in a sentence that names it
GENERALISED: Final = 1.0  # the same, said of the group as a whole


@dataclass(frozen=True, slots=True)
class Stereotyped:
    """A trait beside the name of a group; places are bytes of the folded text."""

    row: int
    start: int
    end: int
    axis: str
    stereotype: str
    score: float


@dataclass(frozen=True)
class _Stereotypes:
    traits: Matcher
    stereotype: tuple[str, ...]  # of every pattern of ``traits``
    of_group: dict[str, frozenset[str]]  # ids of stereotypes by the name of a group
    before: re.Pattern[str]
    never: re.Pattern[str]
    after: re.Pattern[str]


def stereotype_findings(turns: Turns, named: Hits | None = None) -> list[Finding]:
    """Generalisations about groups, ordered by place; level 1, area ``hate``, kind the protected axis.

    ``named`` are the groups that the lexicon knows in the folded turns, if they have been looked for already.
    """
    texts = turns.folded
    found = [each for each in _found(texts, named) if each.score >= GENERALISED]
    starts, ends = characters(texts, [each.row for each in found], [(each.start, each.end) for each in found])
    return [
        Finding(
            conversation=int(turns.conversation[each.row]), turn=int(turns.turn[each.row]), start=int(start), end=int(end),
            area="hate",
            rule=f"stereotype.{each.stereotype}", kind=each.axis, level=1, speaker=str(turns.role[each.row]), subject="other",
        )
        for each, start, end in zip(found, starts, ends, strict=True)
    ]  # fmt: skip


def stereotype_scores(turns: Turns) -> npt.NDArray[np.float64]:
    """How much each turn looks like a stereotype, shape (turns,): 0, ``NAMED_TRAIT`` or ``GENERALISED``."""
    scores = np.zeros(len(turns))
    for each in _found(turns.folded):
        scores[each.row] = max(scores[each.row], each.score)
    return scores


def _found(texts: FoldedTexts, named: Hits | None = None) -> list[Stereotyped]:
    """At most one for each name of a group: a name inside a longer one ("women" in "old women") gives way to it."""
    found: list[Stereotyped] = []
    for each in sorted(_candidates(texts, named), key=lambda s: (s.row, s.start, -s.end, -s.score, s.axis, s.stereotype)):
        if not (found and found[-1].row == each.row and each.end <= found[-1].end):
            found.append(each)
    return found


def _candidates(texts: FoldedTexts, named: Hits | None) -> Iterator[Stereotyped]:
    known, words = _stereotypes(), lexicon()
    named = words.targets.scan(texts) if named is None else named
    rows = np.unique(named.row)
    traits = known.traits.scan(rows_of(texts, rows))
    by_row: dict[int, list[int]] = defaultdict(list)
    for hit, number in enumerate(traits.row):
        by_row[int(rows[number])].append(hit)
    first, last = np.searchsorted(named.row, rows, side="left"), np.searchsorted(named.row, rows, side="right")
    for number, row in enumerate(rows.tolist()):
        if row not in by_row:
            continue
        text = texts.data[texts.starts[row] : texts.starts[row + 1] - 1].tobytes().decode("latin-1").lower()
        bounds = np.array([start for start, _ in sentences(text)])
        said: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for hit in by_row[row]:
            sentence = int(np.searchsorted(bounds, traits.folded_start[hit], side="right"))
            said[sentence][known.stereotype[traits.pattern[hit]]].append(int(traits.folded_start[hit]))
        for hit in range(first[number], last[number]):
            start, end, name = int(named.folded_start[hit]), int(named.folded_end[hit]), words.names[named.pattern[hit]]
            here = said.get(int(np.searchsorted(bounds, start, side="right")), {})
            given = sorted(known.of_group.get(name.term, frozenset()) & here.keys())
            given = [stereotype for stereotype in given if any(not start <= place < end for place in here[stereotype])]
            if given:
                lead = text[max(0, start - 12) : start]
                framed = known.after.match(text[end : end + 24]) or known.before.search(lead)
                whole = name.form == "plural" and framed and not known.never.search(lead)
                yield Stereotyped(row, start, end, name.axis, given[0], GENERALISED if whole else NAMED_TRAIT)


@functools.cache
def _stereotypes() -> _Stereotypes:
    content = read_data("stereotypes.yaml")
    frames = content["frames"]
    pairs = [(each["id"], trait) for each in content["stereotypes"] for trait in each["traits"]]
    of_group: dict[str, frozenset[str]] = {}
    for each in content["stereotypes"]:
        for group in each["groups"]:
            of_group[group] = of_group.get(group, frozenset()) | {each["id"]}
    return _Stereotypes(
        Matcher([Pattern(f"{name}.{number}", f"\\b(?:{trait})\\b") for number, (name, trait) in enumerate(pairs)]),
        tuple(name for name, _ in pairs), of_group,
        re.compile(rf"\b(?:{'|'.join(frames['before'])}) $"), re.compile(rf"\b(?:{'|'.join(frames['never'])}) $"),
        re.compile(rf" (?:{frames['after']})\b"),
    )  # fmt: skip
