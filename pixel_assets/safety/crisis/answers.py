"""What a short answer means: alone "Since Monday" says nothing, after a question about suicide it says a lot.

An answer is read with the question of the assistant right before it: a yes is what the question asks about, a no is nothing. And
"I want to end it" with "The relationship" after it is about something else than life.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.crisis.kinds import DETECTED
from pixel_assets.safety.crisis.lexicon import Cue, lexicon, markers
from pixel_assets.safety.crisis.lines import END, Lines, portions
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
    asking = np.zeros(len(turns), np.bool_)
    asking[texts.rows(np.flatnonzero(texts.data == ord("?")))] = True
    short[1:] &= (turns.role[:-1] == "assistant") & asking[:-1]
    for row, asked in _asked(turns, [row for rows, lines in portions(texts, np.flatnonzero(short)) for row in _yes(rows, lines)]):
        last = int(texts.characters(np.array([texts.starts[row + 1] - 2]))[0]) + 1
        yield Finding(
            int(turns.conversation[row]), int(turns.turn[row]), 0, last,
            "crisis", asked.id, asked.kind, max(asked.level, 1), "user", "self", "present", "literal",
        )  # fmt: skip


def _yes(rows: npt.NDArray[np.int64], lines: Lines) -> list[int]:
    """The rows of those answers that say yes, and neither no nor ask back."""
    said = markers().places("answer_yes", lines).keys() - markers().places("answer_no", lines).keys()
    return [int(rows[number]) for number in sorted(said) if not lines.texts[number].rstrip().endswith(b"?")]


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
    said = markers().places("something_else", Lines.of([_text(turns, following)[:LONGEST]]))
    return any(found.start <= 12 for found in said.get(0, ()))


def _asked(turns: Turns, rows: Sequence[int]) -> Iterator[tuple[int, Cue]]:
    """Of answers by their rows those to a question about a crisis, and the gravest cue in it."""
    cues = lexicon()
    for places, lines in portions(turns.folded, np.array(rows, np.int64) - 1):
        questions = _as_said(Lines.of(map(_question, lines.texts)))
        for number, found in cues.phrases.find(questions).items():
            asked = [
                cues.entries[match.pattern] for match in found if b"?" in questions.texts[number][match.end : match.end + 120]
            ]
            if any(cue.level >= DETECTED for cue in asked):
                yield int(places[number]) + 1, max(asked, key=lambda cue: (cue.level, cue.id))


def _question(text: bytes) -> bytes:
    """The questions of a text up to the last one; nothing if there is none."""
    asking = text.rfind(b"?")
    return text[max(0, asking - QUESTION) : asking + 1]


def _as_said(questions: Lines) -> Lines:
    """Questions as the user would say them: "your life" is "my life"."""
    return Lines.of(_YOU.sub(b"i", _YOUR.sub(b"my", questions.data)).split(END)[:-1])


def _text(turns: Turns, row: int) -> bytes:
    texts = turns.folded
    return texts.data[texts.starts[row] : texts.starts[row + 1] - 1].tobytes()
