"""Tables with one utterance a row: the rows of a dialogue are gathered, ordered and said once each.

A dialogue that several annotators labelled repeats its utterances; every row still counts as a
source of it. A row that only describes the situation is a label, not a turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import (
    TELLING,
    TURNS,
    Draft,
    Format,
    GroupDraft,
    GroupRejection,
    NumberedRecord,
    Record,
    Rejection,
    Score,
    Turn,
    labels,
)
from pixel_assets.conversation.formats.reasoning import plain_name
from pixel_assets.conversation.formats.turns import TOOL, canonical_role
from pixel_assets.conversation.hints import Options

# Names without case, spaces and punctuation: "Dialog_ID" and "dialog id" are one name
DIALOGUE: Final = (
    "transcriptid", "dialogid", "dialogueid", "conversationid", "convid", "convoid", "sessionid", "threadid", "chatid",
    "callid",
)  # fmt: skip
ORDER: Final = (
    "utteranceid", "utteranceidx", "utterancenumber", "turnid", "turnidx", "turnnumber", "turn", "messageid", "position",
)  # fmt: skip
SPEAKER: Final = ("interlocutor", "actor", "role", "speaker", "speakerrole", "from", "author", "sender")
TEXT: Final = ("utterancetext", "utterance", "content", "text", "value", "message", "sentence", "speech")
KIND: Final = ("type",)
TURN_LABELS: Final = ("main_therapist_behaviour", "client_talk_type", "strategy", "label")
# Letters that stand for speakers tell something only together: C is the client of T, and nobody without T
CODES: Final = (
    {"t": "assistant", "c": "user"},
    {"t": "assistant", "p": "user"},
    {"d": "assistant", "p": "user"},
)
NOTHING: Final = ("", "n/a", "none", "nan", "null")


class Columns(NamedTuple):
    """Keys of a table of utterances; without a dialogue key the whole file is one dialogue."""

    speaker: str
    text: str
    dialogue: str | None
    order: str | None
    kind: str | None


class Utterance(NamedTuple):
    """One row: its number, its place in the dialogue, who says what."""

    number: int
    order: Any
    role: str
    text: str
    record: Record


@lru_cache(maxsize=256)
def columns(keys: tuple[str, ...], options: Options) -> Columns | None:
    """Which of the keys of a record say what, if it is an utterance."""
    by_name = {plain_name(key): key for key in reversed(keys)}

    def find(given: tuple[str, ...], names: tuple[str, ...]) -> str | None:
        if given:
            return next((key for key in given if key in keys), None)
        return next((by_name[name] for name in names if name in by_name), None)

    speaker, text = find(options.speaker, SPEAKER), find(options.text, TEXT)
    if speaker is None or text is None:
        return None
    return Columns(speaker, text, find(options.dialogue, DIALOGUE), find(options.order, ORDER), find((), KIND))


def _score(sample: Sequence[Record]) -> Score:
    found = [(record, columns(tuple(record), Options())) for record in sample]
    told = [(record, keys) for record, keys in found if keys and isinstance(record[keys.text], str)]
    grouped = sum(keys.dialogue is not None for _, keys in told)
    roles = _roles([record[keys.speaker] for record, keys in told], Options())
    known = sum(str(record[keys.speaker]) in roles for record, keys in told)
    weight = TELLING if grouped == len(told) else TURNS
    # Without a dialogue key, only well-known speakers tell a turn from any other row with an author
    count = len(told) if grouped == len(told) else known
    return Score(
        weight * count / len(sample) if sample else 0.0,
        f"one utterance with its speaker in {len(told)} of {len(sample)} records",
    )


def _convert_all(records: Iterable[NumberedRecord], options: Options) -> Iterator[GroupDraft | GroupRejection]:
    dialogues: dict[Any, list[tuple[NumberedRecord, Columns]]] = {}
    for item in records:
        keys = columns(tuple(item.record), options)
        if keys is None:
            yield GroupRejection(Rejection("no_roles", "no columns with a speaker and an utterance"), (item.place,))
            continue
        group = item.record[keys.dialogue] if keys.dialogue else ""
        if not isinstance(group, str | int | float) or (keys.dialogue and group == ""):
            yield GroupRejection(Rejection("no_dialogue_id", f"key {keys.dialogue!r} is empty"), (item.place,))
            continue
        dialogues.setdefault(str(group), []).append((item, keys))
    for members in dialogues.values():
        yield from _dialogue(members, options)


def _dialogue(members: list[tuple[NumberedRecord, Columns]], options: Options) -> Iterator[GroupDraft | GroupRejection]:
    utterances: list[Utterance] = []
    situation: list[str] = []
    indices: list[int] = []
    roles = _roles([record[keys.speaker] for (_, record), keys in members], options)
    for (place, record), keys in members:
        text = record[keys.text]
        role = roles.get(str(record[keys.speaker]))
        if keys.kind and str(record[keys.kind]).lower() == "situation":
            situation.append(str(text))
        elif role is None or role == TOOL:
            yield GroupRejection(Rejection("unknown_role", "the speaker's name maps to no role"), (place,))
            continue
        elif not isinstance(text, str) and text is not None:
            yield GroupRejection(Rejection("malformed_turn", f"the utterance is a {type(text).__name__}"), (place,))
            continue
        else:
            order = _order(record.get(keys.order)) if keys.order else (1, place, "")
            utterances.append(Utterance(place, order, role, text or "", record))
        indices.append(place)
    if not indices:
        return
    if not utterances:
        rejection = Rejection("no_turns", "the dialogue has a situation and no utterance")
        yield GroupRejection(rejection, tuple(indices))
        return
    draft = Draft(_said(utterances), _metadata(utterances, situation, members[0][1]))
    yield GroupDraft(draft, tuple(sorted(indices)))


def _roles(names: Iterable[Any], options: Options) -> dict[str, str]:
    """Role by name of a speaker, of those that are known; letters by what they stand for together."""
    written = {name for name in names if isinstance(name, str)}
    letters = {name.strip().lower() for name in written}
    codes = next((codes for codes in CODES if codes.keys() == letters), {})
    found = {name: canonical_role(name, options) or codes.get(name.strip().lower()) for name in written}
    return {name: role for name, role in found.items() if role is not None}


def _order(value: Any) -> tuple[int, float, str]:
    """Numbers in their order, before texts in theirs; the file's own order decides between equals."""
    try:
        return (0, float(value), "")
    except (TypeError, ValueError, OverflowError):
        return (1, 0.0, str(value))


def _said(utterances: list[Utterance]) -> list[Turn]:
    """Turns in order; the rows of several annotators of one utterance are one turn."""
    ordered = sorted(utterances, key=lambda utterance: (utterance.order, utterance.number))
    turns: dict[tuple[Any, str, str], Turn] = {}
    for utterance in ordered:
        turns.setdefault((utterance.order, utterance.role, utterance.text), (utterance.role, utterance.text))
    return list(turns.values())


def _metadata(utterances: list[Utterance], situation: list[str], keys: Columns) -> Record:
    """What is the same in every row, the labels of the turns in order, and the situation."""
    first = utterances[0].record
    used = [key for key in (keys.speaker, keys.text, keys.order, keys.kind) if key]
    constant = {
        key: value
        for key, value in labels(first, used).items()
        if key.lower() not in TURN_LABELS and all(other.record.get(key) == value for other in utterances)
    }
    for key in first:
        if key.lower() in TURN_LABELS:
            values = [str(other.record.get(key)) for other in sorted(utterances, key=lambda u: (u.order, u.number))]
            constant[key] = [value for value in values if value.lower() not in NOTHING]
    return constant | ({"situation": "\n".join(situation)} if situation else {})


UTTERANCE_TABLE = Format("utterance_table", _score, convert_all=_convert_all)
