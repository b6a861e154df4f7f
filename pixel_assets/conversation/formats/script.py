"""Role-play scripts: named characters take turns, and a character card may say who plays whom.

``Mara: *smiles* …`` or ``**Narrator**: …``. Which of the characters is the assistant stands in the
registry's options or on a card; it is never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, NamedTuple

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
from pixel_assets.conversation.formats.speakers import cast
from pixel_assets.conversation.formats.transcript import split_transcript
from pixel_assets.conversation.formats.turns import canonical_role
from pixel_assets.conversation.hints import Options

KEYS: Final = ("text", "dialogue", "dialog", "script", "conversation", "roleplay", "chat", "scene", "mes_example")
CARD_KEYS: Final = {
    "assistant": ("char", "char_name", "character", "character_name", "bot_name", "assistant_name", "ai_name"),
    "user": ("user_name", "username", "user", "player", "player_name"),
}
NAME: Final = r"[^\W\d_*][\w .'’-]{0,40}?"
# A name at the start of a line: bold, in braces or bare, and then a colon
NAMED: Final = re.compile(
    rf"^[ \t]*+(?:\*\*[ \t]*+({NAME})[ \t]*+(?::[ \t]*+\*\*|\*\*[ \t]*+:)"
    rf"|(\{{\{{(?:char|user)\}}\}})[ \t]?:|<(BOT|USER)>[ \t]?:|({NAME})[ \t]?:)(?:[ \t]++|(?=\*)|$)",
    re.M,
)
CARD: Final = re.compile(
    rf"^[ \t]*+(?:\[[ \t]*+)?(?:\{{\{{(char|user)\}}\}}[ \t]*+(?:=|is(?: played by)?[ \t])[ \t]*+({NAME})[ \t]*+[\].;,]?[ \t]*+$"
    rf"|(?<=\[)(Character|User)[ \t]*+[:(=][ \t]*+\"?({NAME})[ \t]*+[\"\];,)]"
    rf"|({NAME})['’]s[ \t]Persona[ \t]?:)",
    re.M | re.I,
)
MARKS: Final = {"{{char}}": "assistant", "{{user}}": "user", "BOT": "assistant", "USER": "user"}
LEAST_SHARE: Final = 0.3  # of the lines of a script begin with a name


class Script(NamedTuple):
    """A script: what stands before the first line, the lines by speaker, and the roles that a card tells."""

    card: str
    lines: list[Turn]
    told: dict[str, str]


def split_script(text: str, options: Options, told: dict[str, str] | None = None) -> Script | None:
    """The lines of a script; None when the text is none.

    Names before a colon are speakers where somebody speaks again after somebody else did, for headings do not
    come back, or where the registry or a card knows one of them.
    """
    told = {**_on_card(text), **(told or {})}
    end_of_card = max((match.end() for match in CARD.finditer(text)), default=0)
    start = text.find("<START>")
    place = max(end_of_card, start + len("<START>") if start >= 0 else 0)
    marks = [mark for mark in NAMED.finditer(text, place) if _is_name(_name(mark), told, options)]
    names = [_name(mark) for mark in marks]
    if not _takes_turns(names, told, options):
        return None
    lines = sum(not line.isspace() for line in text[marks[0].start() :].split("\n") if line)
    if len(marks) < LEAST_SHARE * lines:
        return None
    card = text[: marks[0].start()].replace("<START>", "").strip()
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    said = [(name, text[mark.end() : end].strip()) for name, mark, end in zip(names, marks, ends, strict=True)]
    return Script(card, said, told)


def _name(mark: re.Match[str]) -> str:
    return next(group for group in mark.groups() if group is not None).strip()


def _is_name(name: str, told: dict[str, str], options: Options) -> bool:
    if name in MARKS or name.lower() in told or canonical_role(name, options):
        return True
    words = name.split()
    return len(words) <= 3 and all(word[0].isupper() for word in words)


def _takes_turns(names: list[str], told: dict[str, str], options: Options) -> bool:
    different = set(names)
    if len(different) < 2:
        return False
    if any(name in MARKS or name.lower() in told for name in different):
        return True
    if all(canonical_role(name, options) for name in different):
        return True
    returned = Counter(name for name, before in zip(names, ["", *names], strict=False) if name != before)
    return returned.most_common(1)[0][1] > 1


def _on_card(text: str) -> dict[str, str]:
    """Role by name in lower case, as far as a character card in the text tells it."""
    told: dict[str, str] = {}
    for kind, name, bracket, bracketed, owner in (match.groups() for match in CARD.finditer(text)):
        if kind and name[0].isupper():
            told[name.strip().lower()] = MARKS["{{" + kind.lower() + "}}"]
        elif bracketed:
            told[bracketed.strip().lower()] = "assistant" if bracket.lower() == "character" else "user"
        elif owner:
            told[owner.strip().lower()] = "assistant"
    if "<START>" in text and "assistant" in told.values():
        told.setdefault("you", "user")
    return told


def _beside(record: Record) -> dict[str, str]:
    """Role by name, from keys of the record that name the characters."""
    return {
        value.strip().lower(): role
        for role, keys in CARD_KEYS.items()
        for key in keys
        if isinstance(value := record.get(key), str) and 0 < len(value.strip()) <= 40
    }


def _find(record: Record, options: Options) -> tuple[str, Script] | None:
    told = _beside(record)
    return first_text(record, options.text or KEYS, lambda text: split_script(text, options, told))


def _script(record: Record, options: Options) -> Converted:
    found = _find(record, options)
    if found is None:
        return Rejection("no_roles", "no text in which named speakers take turns")
    key, script = found
    told = {**script.told, **{name.lower(): role for name, role in MARKS.items()}}
    roles = cast((name for name, _ in script.lines), options, told)
    if isinstance(roles, Rejection):
        return roles
    turns = [(roles.roles[name], words) for name, words in script.lines]
    if script.card:
        turns.insert(0, ("system", script.card))
    return [Draft(turns, labels(record, (key,)) | {"speakers": len(roles.roles)}, flags=roles.flags)]


def _is_script(record: Record) -> bool:
    found = _find(record, Options())
    return found is not None and not split_transcript(record[found[0]], Options())


SCRIPT = Format("script", scored(0.7, _is_script, "named speakers taking turns in a text"), _script)
