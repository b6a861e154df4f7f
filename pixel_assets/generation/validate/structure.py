"""The build of a conversation: turns, stages, slots, reasoning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from pixel_assets.generation.composed import Composed
from pixel_assets.generation.scenario import Form, Scenario
from pixel_assets.generation.validate.finding import Finding

MINIMUM_TURNS: Final[Mapping[Form, int]] = {
    "therapy_session": 8, "difficult_client": 8, "boundary_testing": 4, "safety_protocol": 6, "assessment": 4,
    "case_formulation": 2, "differential_diagnosis": 2, "ethical_dilemma": 2, "psychoeducation": 2, "edge_case": 4,
}  # fmt: skip
REASONED: Final = frozenset({"case_formulation", "differential_diagnosis", "ethical_dilemma"})
REASONING_WORDS: Final = 20
_SESSIONS: Final = frozenset({"therapy_session", "difficult_client", "boundary_testing", "safety_protocol", "edge_case"})
_STAGES: Final = ("engagement", "exploration", "formulation", "intervention", "closing")
_SLOT: Final = re.compile(
    r"\{[^{}\n]{0,60}\}|\{\{|\}\}|\[[^\[\]\n]*\|[^\[\]\n]*\]|\[(?:insert|your|client|name|age|topic|therapist|date|number|x)\b[^\]]*\]|"
    r"<(?:[a-z]+_[a-z_]+|name|client|topic|insert[^>]*)>|_{3,}|%\([a-z_]+\)s|\$\{|(?-i:\bTODO\b|\bXXX+\b)|\bLorem ipsum\b",
    re.IGNORECASE,
)
_SLOT_MARKS: Final = ("{", "}", "[", "<", "___", "%(", "TODO", "XXX", "orem ipsum")
_LABEL: Final = re.compile(
    r"(?:^|\n)\s*[*_#>\[(]*(?:client|user|patient|therapist|assistant|counsell?or|pixel|human|me|you|interviewer)[*_\])]*\s*:",
    re.IGNORECASE,
)


def misbuilt(scenario: Scenario, composed: Composed) -> Iterator[Finding]:
    """What is wrong with the build of a conversation."""
    yield from _order(composed)
    if len(composed.turns) < MINIMUM_TURNS[scenario.form]:
        yield Finding("too_short", f"{len(composed.turns)} turns, at least {MINIMUM_TURNS[scenario.form]} are needed")
    if (turn := _stage_back(scenario, composed)) is not None:
        yield Finding("stage_order", "a stage comes after a later one, or is none of a session", turn)
    yield from _texts(composed)
    if scenario.form in REASONED and len((composed.reasoning or "").split()) < REASONING_WORDS:
        yield Finding("missing_reasoning", f"the form needs reasoning of at least {REASONING_WORDS} words")


def _order(composed: Composed) -> Iterator[Finding]:
    roles = [turn.role for turn in composed.turns]
    if not roles or roles[0] != "user" or roles[-1] != "assistant":
        yield Finding("turn_order", "it must begin with the user and end with the assistant")
    elif twice := next((number for number, (one, two) in enumerate(pairwise(roles), start=1) if one == two), None):
        yield Finding("turn_order", "one side speaks twice in a row", twice)
    elif empty := next((number for number, turn in enumerate(composed.turns) if not turn.content.strip()), None):
        yield Finding("turn_order", "a turn is empty", empty)


def _stage_back(scenario: Scenario, composed: Composed) -> int | None:
    reached = 0
    for number, turn in enumerate(composed.turns):
        if turn.stage in _STAGES:
            if _STAGES.index(turn.stage) < reached:
                return number
            reached = _STAGES.index(turn.stage)
        elif scenario.form in _SESSIONS:
            return number
    return None


def _texts(composed: Composed) -> Iterator[Finding]:
    whole = "\n".join(turn.content for turn in composed.turns)
    if _open_slot(whole):
        open_in = [number for number, turn in enumerate(composed.turns) if _open_slot(turn.content)]
        yield from (Finding("unfilled_slot", "a slot or choice of a template is left open", number) for number in open_in[:1])
    if composed.reasoning and _open_slot(composed.reasoning):
        yield Finding("unfilled_slot", "the reasoning has a slot or choice that is left open")
    if ":" not in whole:
        return
    for number, turn in enumerate(composed.turns):
        if turn.role == "assistant" and ":" in turn.content and _LABEL.search(turn.content):
            yield Finding("speaks_for_client", "a turn of the assistant holds lines with the name of a speaker", number)
            break


def _open_slot(text: str) -> bool:
    return any(mark in text for mark in _SLOT_MARKS) and _SLOT.search(text) is not None
