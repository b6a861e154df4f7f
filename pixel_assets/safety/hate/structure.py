"""How a text speaks about a group: what stands near its name, and what takes an attack back.

The unit is a mention: the name of a group, or a slur, in one sentence. For each mention a few yes/no features are read off the
words around it. None of them depends on which group is named, so that sentences that differ only in the group are judged alike.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from pixel_assets.safety.hate.grammar import grammar
from pixel_assets.safety.hate.mention import ATTACKS, NEAR, Cue, Mention, Target
from pixel_assets.safety.hate.sentence import Neighbour, Sentence

LONGEST: Final = 400  # bytes of a sentence that are looked at together; a longer one is cut


def mentions(text: str, targets: Sequence[Target], cues: Sequence[Cue]) -> list[Mention]:
    """Every mention of a group in one folded text of which one character is one byte; both lists are ordered by place."""
    text = text.lower()
    bounds = sentences(text)
    starts = [start for start, _ in bounds]
    by_sentence: dict[int, list[Cue]] = {}
    for cue in cues:
        by_sentence.setdefault(bisect.bisect_right(starts, cue.start) - 1, []).append(cue)
    found: dict[int, list[Target]] = {}
    for target in _named(text, targets):
        found.setdefault(bisect.bisect_right(starts, target.start) - 1, []).append(target)
    quotes = [quote.start() for quote in re.finditer('"', text)]
    mentioned: list[Mention] = []
    for number, named in found.items():
        said = _without_idle(by_sentence.get(number, []), named)
        around = [
            Neighbour(text[slice(*bounds[other])], bounds[other][0], _without_idle(by_sentence.get(other, []), []))
            for other in (number - 1, number + 1)
            if 0 <= other < len(bounds) and other not in found
        ]
        here = Sentence(
            text, *bounds[number], said, around, quotes, [target for target in named if target.name.form != "person"], len(bounds)
        )
        live = [target for target in named if here.names_people(target)]
        mentioned += [here.read(target) for target in live[:_MOST]]
    return mentioned


_MOST: Final = 12  # mentions that are read in one sentence: a list of group names says nothing more after these


def sentences(text: str) -> list[tuple[int, int]]:
    """Where sentences begin and end; one longer than ``LONGEST`` is cut, so that what is read together is bounded."""
    ends = [0, *(match.end() for match in grammar().end.finditer(text)), len(text)]
    cut = [place for first, last in pairwise(ends) for place in range(first, last, LONGEST)]
    return list(zip(cut, [*cut[1:], len(text)], strict=True)) or [(0, 0)]


def _named(text: str, targets: Iterable[Target]) -> list[Target]:
    """Without those inside a longer one, and without slurs that mean something else here."""
    kept: list[Target] = []
    ordered = sorted(targets, key=lambda t: (t.start, -t.end, t.name.form != "slur", t.name.form == "adjective"))
    for target in ordered:
        slur = target.name.slur
        if slur and slur.homonym and slur.homonym.search(text[max(0, target.start - NEAR) : target.end + NEAR]):
            continue
        if not kept or target.end > kept[-1].end:
            kept.append(target)
    return kept


def _without_idle(cues: Sequence[Cue], named: Sequence[Target]) -> list[Cue]:
    """Without what lies inside a name, and without what turns nothing or belongs to a phrase of another class."""
    inside = [(target.start, target.end) for target in named]
    idle = [(cue.start, cue.end) for cue in cues if cue.part == "idle_negator"]
    holders = [(cue.start, cue.end) for cue in cues if cue.part in _HOLDERS]
    return [
        cue for cue in cues
        if cue.part != "idle_negator"
        and not any(start <= cue.start and cue.end <= end for start, end in inside)
        and not (cue.part == "negator" and any(start <= cue.start and cue.end <= end for start, end in holders))
        and not (cue.part == "counter" and any(start <= cue.start and cue.end <= end for start, end in idle))
    ]  # fmt: skip


_HOLDERS: Final = ("idle_negator", *ATTACKS, "wish", "counter")
