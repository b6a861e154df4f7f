"""What a short answer means: alone "Since Monday" says nothing, after a question about suicide it says a lot.

An answer is read with the question of the assistant right before it: a yes is what the question asks about, a no is nothing. And
"I want to end it" with "The relationship" after it is about something else than life.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from pixel_assets.safety.crisis.kinds import DETECTED
from pixel_assets.safety.crisis.lexicon import Cue, lexicon, markers
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.turns import Turns

LONGEST: Final = 60  # bytes of a folded answer that is read with its question
QUESTION: Final = 400  # bytes before the last question mark that are read as the question
_YOUR: Final = re.compile(rb"\byour(?=self\b|\b)", re.IGNORECASE)
_YOU: Final = re.compile(rb"\byou\b", re.IGNORECASE)
_ENDING: Final = (b"end it", b"ending it", b"done", b"over")


def answers(turns: Turns) -> Iterator[Finding]:
    """Findings for the short answers of users that say yes to a question about a crisis; they span the whole answer.

    A question back ("What do you mean?") is no answer.
    """
    texts = turns.folded
    lengths = np.diff(texts.starts) - 1
    short = (turns.role == "user") & (lengths > 0) & (lengths <= LONGEST) & (turns.turn > 0)
    short[1:] &= turns.role[:-1] == "assistant"
    for row in np.flatnonzero(short).tolist():
        answer = _text(turns, row)
        asked = None if answer.rstrip().endswith(b"?") else _asked(_text(turns, row - 1))
        if asked is None:
            continue
        said = {markers().names[found.pattern] for found in markers().phrases.matches(answer)}
        if "answer_yes" not in said or "answer_no" in said:
            continue
        last = int(texts.characters(np.array([texts.starts[row + 1] - 2]))[0]) + 1
        yield Finding(
            int(turns.conversation[row]), int(turns.turn[row]), 0, last,
            "crisis", asked.id, asked.kind, max(asked.level, 1), "user", "self", "present", "literal",
        )  # fmt: skip


def taken_back(turns: Turns, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings; where the user's next turn says that something else is to end, the level is none."""
    places = np.searchsorted(turns.conversation, np.arange(turns.conversations))
    for finding in findings:
        row = int(places[finding.conversation]) + finding.turn
        if finding.level and _is_about_something_else(turns, row, finding):
            yield replace(finding, level=0, frame="idiom")
        else:
            yield finding


def _is_about_something_else(turns: Turns, row: int, finding: Finding) -> bool:
    following = next(
        (place for place in range(row + 1, min(row + 3, len(turns))) if turns.role[place] == "user"), None
    )  # fmt: skip
    if following is None or turns.conversation[following] != finding.conversation:
        return False
    text = _text(turns, row).rstrip(b" .!").lower()
    if len(text) > LONGEST or not text.endswith(_ENDING):
        return False
    return any(
        markers().names[found.pattern] == "something_else" and found.start <= 12
        for found in markers().phrases.matches(_text(turns, following)[:LONGEST])
    )


def _asked(text: bytes) -> Cue | None:
    """The gravest cue in the questions of a text, which are read as the user would say them: "your life" is "my life"."""
    asking = text.rfind(b"?")
    if asking < 0:
        return None
    cues = lexicon()
    text = _YOU.sub(b"i", _YOUR.sub(b"my", text[max(0, asking - QUESTION) : asking + 1]))
    possible = cues.anchored.possible(text)
    found = cues.phrases.matches(text, possible) if possible else ()
    asked = [cues.entries[match.pattern] for match in found if b"?" in text[match.end : match.end + 120]]
    return max(asked, key=lambda cue: (cue.level, cue.id), default=None) if any(c.level >= DETECTED for c in asked) else None


def _text(turns: Turns, row: int) -> bytes:
    texts = turns.folded
    return texts.data[texts.starts[row] : texts.starts[row + 1] - 1].tobytes()
