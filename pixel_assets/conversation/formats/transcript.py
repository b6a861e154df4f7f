"""Whole dialogues in one text, each turn announced by its speaker: ``Human: …``, ``[00:12] Counselor: …``, ``T: …``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pixel_assets.conversation.formats.base import (
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    first_text,
    labels,
    scored,
)
from pixel_assets.conversation.formats.turns import canonical_role
from pixel_assets.conversation.hints import Options

KEYS = ("text", "dialogue", "dialog", "conversation", "transcript", "chat")
# Fewer names than in lists of turns: "Person:" or "Context:" begins many a line of prose
NAMES = (
    "human", "user", "usr", "client", "patient", "seeker", "customer", "system", "assistant", "ai", "bot",
    "counselor", "counsellor", "therapist", "psychologist", "supporter", "agent", "gpt", "chatbot",
    "listener", "speaker",
)  # fmt: skip
HUMAN_ASSISTANT = re.compile(r"(?:\A|\n)\n(Human|Assistant):[ \t]*")
# Pairs of codes; the first of each pair is the user. They count only where the text begins with one
CODES: Final = (
    ("C", "T"), ("P", "T"), ("Q", "A"), ("Cl", "Th"), ("Pt", "Th"), ("Pt", "Dr"), ("P", "D"), ("U", "A"), ("H", "A"),
)  # fmt: skip
CODE: Final = re.compile(r"(?m)^[ \t]*+([A-Z][a-z]?)\d{0,3}[ \t]?:[ \t]++")
CLOCK: Final = r"\d{1,2}(?::\d{2}){1,2}(?:[.,]\d{1,3})?"
BEFORE: Final = rf"(?:(?:\[{CLOCK}\]|\({CLOCK}\)|{CLOCK})[ \t]++(?:[-–][ \t]++)?)?"
AFTER: Final = rf"(?:[ \t](?:\[{CLOCK}\]|\({CLOCK}\)))?"


def split_transcript(text: str, options: Options) -> list[Turn] | None:
    """Turns of a transcript; None when no two different roles are announced.

    What stands before the first speaker becomes a system turn. All announcements look like the first: where
    speakers are "user:" and "agent:", a line of a reply that begins with "Patient:" is none.
    """
    pattern = HUMAN_ASSISTANT if HUMAN_ASSISTANT.match(text) else _speaker_mark(options)
    marks = list(pattern.finditer(text))
    if marks:
        look = _look(marks[0])
        marks = [mark for mark in marks if _look(mark) == look]
    if len(marks) < 2:
        return _split_codes(text)
    turns = _between(text, marks, [canonical_role(mark[1], options) or "user" for mark in marks])
    return turns if {"user", "assistant"} <= {role for role, _ in turns} else None


def _between(text: str, marks: list[re.Match[str]], roles: list[str]) -> list[Turn]:
    """What stands from each mark to the next; what stands before the first is a system turn."""
    turns: list[Turn] = []
    if text[: marks[0].start()].strip():
        turns.append(("system", text[: marks[0].start()]))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end, role in zip(marks, ends, roles, strict=True):
        turns.append((role, text[mark.end() : end]))
    return turns


def _look(mark: re.Match[str]) -> tuple[bool, bool, bool]:
    """How a speaker is announced: as a heading, in lower case, in capitals."""
    name = mark[1]
    return "#" in mark[0], name.islower(), name.isupper() and len(name) > 2


def _split_codes(text: str) -> list[Turn] | None:
    """Turns of a transcript whose speakers are letters; None when the text begins with none or one stays alone."""
    first = CODE.match(text.lstrip())
    if first is None:
        return None
    pair = next((pair for pair in CODES if first[1] in pair and _has_both(text, pair)), None)
    if pair is None:
        return None
    marks = [mark for mark in CODE.finditer(text) if mark[1] in pair]
    return _between(text, marks, ["user" if mark[1] == pair[0] else "assistant" for mark in marks])


def _has_both(text: str, pair: tuple[str, str]) -> bool:
    return set(pair) <= {mark[1] for mark in CODE.finditer(text)}


@lru_cache(maxsize=64)
def _speaker_mark(options: Options) -> re.Pattern[str]:
    names = (*NAMES, *options.user_roles, *options.assistant_roles, *options.system_roles)
    spoken = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?im)^[ \t]*+{BEFORE}(?:#{{1,4}} ?)?(?:\*\*|__)?({spoken})(?:\*\*|__)?{AFTER}[ \t]?:(?:\*\*|__)?[ \t]*")


def _find(record: Record, options: Options) -> tuple[str, list[Turn]] | None:
    return first_text(record, options.text or KEYS, lambda text: split_transcript(text, options))


def _transcript(record: Record, options: Options) -> Converted:
    found = _find(record, options)
    if found is None:
        return Rejection("no_roles", "no text in which two speakers are announced")
    key, turns = found
    return [Draft(turns, labels(record, (key,)))]


def _intake(record: Record, options: Options) -> Converted:
    """A counselling session with its intake form: the dialogue so far, or else how it opens."""
    client = record.get("AI_client")
    client = client if isinstance(client, dict) else {}
    found = first_text(client, ("dialogue_history", "dialogue_history_init"), lambda text: split_transcript(text, options))
    if found is None:
        return Rejection("no_roles", "no dialogue history in which two speakers are announced")
    metadata = labels(record, ("AI_client", "AI_counselor")) | labels(client, ("dialogue_history_init",))
    return [Draft(found[1], metadata)]


TRANSCRIPT = Format(
    "transcript",
    scored(0.75, lambda record: _find(record, Options()) is not None, "speakers announced in a text"),
    _transcript,
)
INTAKE = Format(
    "intake_dialogue",
    scored(1.0, lambda record: isinstance(record.get("AI_client"), dict), "an intake with a dialogue"),
    _intake,
)
