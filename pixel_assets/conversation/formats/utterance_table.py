"""Tables with one utterance a row: the rows of a dialogue are gathered, ordered and said once each.

A dialogue that several annotators labelled repeats its utterances; every row still counts as a
source of it. A row that only describes the situation is a label, not a turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import (
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
from pixel_assets.conversation.formats.turns import TOOL, canonical_role
from pixel_assets.conversation.hints import Options

DIALOGUE: Final = (
    "transcript_id", "dialog_id", "dialogue_id", "conversation_id", "conv_id", "session_id", "thread_id",
    "chat_id",
)  # fmt: skip
ORDER: Final = ("utterance_id", "utterance_idx", "turn_id", "turn_idx", "turn", "position")
SPEAKER: Final = ("interlocutor", "actor", "role", "speaker", "from", "author")
TEXT: Final = ("utterance_text", "utterance", "content", "text", "value", "message")
KIND: Final = ("type",)
TURN_LABELS: Final = ("main_therapist_behaviour", "client_talk_type", "strategy", "label")
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


def columns(record: Record, options: Options) -> Columns | None:
    """The columns of a record, if it is an utterance."""
    by_name = {key.lower(): key for key in record}

    def find(given: tuple[str, ...], names: tuple[str, ...]) -> str | None:
        if given:
            return next((key for key in given if key in record), None)
        return next((by_name[name] for name in names if name in by_name), None)

    speaker, text = find(options.speaker, SPEAKER), find(options.text, TEXT)
    if speaker is None or text is None:
        return None
    return Columns(
        speaker, text, find(options.dialogue, DIALOGUE), find(options.order, ORDER), find((), KIND)
    )


def _score(sample: Sequence[Record]) -> Score:
    found = [(record, columns(record, Options())) for record in sample]
    told = [(record, keys) for record, keys in found if keys and isinstance(record[keys.text], str)]
    grouped = sum(keys.dialogue is not None for _, keys in told)
    known = sum(canonical_role(record[keys.speaker], Options()) is not None for record, keys in told)
    weight = 0.9 if grouped == len(told) else 0.8
    # Without a dialogue key, only well-known speakers tell a turn from any other row with an author
    count = len(told) if grouped == len(told) else known
    return Score(
        weight * count / len(sample) if sample else 0.0,
        f"one utterance with its speaker in {len(told)} of {len(sample)} records",
    )


def _convert_all(
    records: Iterable[NumberedRecord], options: Options
) -> Iterator[GroupDraft | GroupRejection]:
    dialogues: dict[Any, list[tuple[NumberedRecord, Columns]]] = {}
    for item in records:
        keys = columns(item.record, options)
        if keys is None:
            yield GroupRejection(
                Rejection("no_roles", "no columns with a speaker and an utterance"), (item.place,)
            )
            continue
        group = item.record[keys.dialogue] if keys.dialogue else ""
        if not isinstance(group, str | int | float) or (keys.dialogue and group == ""):
            yield GroupRejection(
                Rejection("no_dialogue_id", f"key {keys.dialogue!r} is empty"), (item.place,)
            )
            continue
        dialogues.setdefault(str(group), []).append((item, keys))
    for members in dialogues.values():
        yield from _dialogue(members, options)


def _dialogue(
    members: list[tuple[NumberedRecord, Columns]], options: Options
) -> Iterator[GroupDraft | GroupRejection]:
    utterances: list[Utterance] = []
    situation: list[str] = []
    indices: list[int] = []
    for (place, record), keys in members:
        text = record[keys.text]
        role = canonical_role(record[keys.speaker], options)
        if keys.kind and str(record[keys.kind]).lower() == "situation":
            situation.append(str(text))
        elif role is None or role == TOOL:
            yield GroupRejection(Rejection("unknown_role", "the speaker's name maps to no role"), (place,))
            continue
        elif not isinstance(text, str) and text is not None:
            yield GroupRejection(
                Rejection("malformed_turn", f"the utterance is a {type(text).__name__}"), (place,)
            )
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
            values = [
                str(other.record.get(key)) for other in sorted(utterances, key=lambda u: (u.order, u.number))
            ]
            constant[key] = [value for value in values if value.lower() not in NOTHING]
    return constant | ({"situation": "\n".join(situation)} if situation else {})


UTTERANCE_TABLE = Format("utterance_table", _score, convert_all=_convert_all)
