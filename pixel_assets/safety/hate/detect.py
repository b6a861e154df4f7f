"""The hate screen: which turns attack people for what they are, and which only speak of such attacks.

One scan finds the names of groups and slurs; what is said is looked for only in the turns that have some, and only those are
read sentence by sentence. A linear model on the structure of the sentence and on its wording weighs the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.findings import Finding, Frame
from pixel_assets.safety.hate.lexicon import lexicon
from pixel_assets.safety.hate.mention import Cue, Mention, Target
from pixel_assets.safety.hate.misspelt import misspelt
from pixel_assets.safety.hate.model import model
from pixel_assets.safety.hate.places import characters, rows_of
from pixel_assets.safety.hate.structure import mentions
from pixel_assets.safety.matching import Hits
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts

LIKELY: Final = 0.5
DOUBTFUL: Final = 0.25
_FRAMES: Final[dict[str, Frame]] = {
    "negated": "negated",
    "quoted": "quoted",
    "asked": "asked",
    "counter": "quoted",
    "reclaimed": "literal",
    "self": "literal",
    "": "literal",
}


@dataclass(frozen=True)
class Found:
    """A mention in a turn, with its probability of being hate."""

    row: int
    mention: Mention
    score: float


def detect_hate(turns: Turns, named: Hits | None = None) -> list[Finding]:
    """Findings of the area ``hate``, ordered by place.

    Levels: 1 doubtful, 2 likely, 3 likely and a threat of violence or a call for it; 0 for an attack that is quoted, denied,
    asked about, spoken against or turned on oneself. The kind is the protected axis, or ``person`` for an insult to
    the face of one person, which is no hate of a group and stays at level 1. ``named`` are the groups that the lexicon knows
    in the folded turns, if they have been looked for already.
    """
    texts = turns.folded
    found = [each for each in read(texts, named) if each.mention.attack or _level(each)]
    rows = [each.row for each in found]
    starts, ends = characters(texts, rows, [(each.mention.target.start, each.mention.target.end) for each in found])
    findings = []
    for each, start, end in zip(found, starts, ends, strict=True):
        mention = each.mention
        findings.append(
            Finding(
                conversation=int(turns.conversation[each.row]), turn=int(turns.turn[each.row]), start=int(start), end=int(end),
                area="hate", rule=f"hate.{mention.attack or 'wording'}", kind=mention.target.name.axis, level=_level(each),
                speaker=str(turns.role[each.row]), subject="self" if mention.taken_back == "self" else "other",
                frame=_FRAMES[mention.taken_back], score=each.score,
            )
        )  # fmt: skip
    return findings


def hate_scores(turns: Turns) -> npt.NDArray[np.float64]:
    """How likely each turn attacks a group, shape (turns,): the highest score of its mentions, 0 without any."""
    scores = np.zeros(len(turns))
    for each in read(turns.folded):
        scores[each.row] = max(scores[each.row], each.score)
    return scores


def _level(found: Found) -> int:
    mention = found.mention
    if mention.target.name.form == "person":
        return 0 if mention.taken_back else 1
    if found.score >= LIKELY:
        return 3 if mention.threat else 2
    return 1 if found.score >= DOUBTFUL and mention.attack and not mention.taken_back else 0


def read(texts: FoldedTexts, named: Hits | None = None) -> list[Found]:
    """Every mention of a group, and every insult of a person, ordered by text and place."""
    raw = [(row, mention) for row, each in _mentions(texts, named=named) for mention in each]
    groups = [mention for _, mention in raw if mention.target.name.form != "person"]
    scores = iter(model().probabilities(groups) if groups else [])
    return [Found(row, mention, 0.0 if mention.target.name.form == "person" else next(scores)) for row, mention in raw]


def group_mentions(texts: FoldedTexts, without: Sequence[Set[int]] | None = None) -> list[tuple[int, Mention]]:
    """Mentions of groups that the model judges, with the number of their text.

    ``without`` holds, for every text, numbers of patterns of the lexicon's cues that are not to be seen in it.
    """
    return [
        (row, mention) for row, each in _mentions(texts, without) for mention in each
        if mention.target.name.form != "person"
    ]  # fmt: skip


def _mentions(
    texts: FoldedTexts, without: Sequence[Set[int]] | None = None, named: Hits | None = None
) -> Iterator[tuple[int, list[Mention]]]:
    words = lexicon()
    named = words.targets.scan(texts) if named is None else named
    rows = np.unique(named.row)
    some = rows_of(texts, rows)
    said = words.cues.scan(some)
    first_named = np.searchsorted(named.row, rows, side="left")
    last_named = np.searchsorted(named.row, rows, side="right")
    first_said, last_said = (
        np.searchsorted(said.row, np.arange(len(rows))),
        np.searchsorted(said.row, np.arange(len(rows)), side="right"),
    )
    for number, row in enumerate(rows.tolist()):
        targets = [
            Target(int(named.folded_start[hit]), int(named.folded_end[hit]), words.names[named.pattern[hit]])
            for hit in range(first_named[number], last_named[number])
        ]
        cues = [
            Cue(int(said.folded_start[hit]), int(said.folded_end[hit]), words.parts[said.pattern[hit]])
            for hit in range(first_said[number], last_said[number])
            if without is None or int(said.pattern[hit]) not in without[row]
        ]
        text = texts.data[texts.starts[row] : texts.starts[row + 1] - 1].tobytes().decode("latin-1")  # one character a byte
        cues = sorted([*cues, *misspelt(text.lower())], key=lambda cue: (cue.start, cue.end, cue.part))
        yield row, mentions(text, targets, cues)
