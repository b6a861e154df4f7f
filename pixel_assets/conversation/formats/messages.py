"""Records that hold one dialogue as a list of turns: OpenAI messages, ShareGPT, and other dialogue lists.

Where a record has several such lists, the first of messages, conversations, … in the order below counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import (
    BARE,
    TURNS,
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    filled,
    labels,
    scored,
)
from pixel_assets.conversation.formats.content import media_count, only_labels
from pixel_assets.conversation.formats.reasoning import take_thoughts
from pixel_assets.conversation.formats.turn_lists import Shape, unfolded
from pixel_assets.conversation.formats.turns import read_turns, turn_labels
from pixel_assets.conversation.hints import Options

MESSAGES_KEYS: Final = ("messages",)
SHAREGPT_KEYS: Final = ("conversations", "conversation", "items")
DIALOG_KEYS: Final = (
    "dialog", "dialogue", "turns", "dialogs", "dialogues", "utterances", "chat", "history", "interactions", "transcript",
    "data",
)  # fmt: skip
ALL_KEYS: Final = (*MESSAGES_KEYS, *SHAREGPT_KEYS, *DIALOG_KEYS)
# A list of texts under these names may be anything
NO_DIALOGUE_OF_TEXTS: Final = ("turns", "history", "items", "transcript", "messages")


class Located(NamedTuple):
    """Where in a record a list of turns stands."""

    key: str  # of the record
    value: Any
    holder: Record  # the object that the list stands in: the record itself, or one that it holds
    inner: str  # key of the holder


def locate(record: Record, keys: Sequence[str]) -> Located | None:
    """The first value under one of the keys, in the record itself or else in an object that it holds."""
    for key in keys:
        if key in record and not _is_wrapper(record[key]):
            return Located(key, record[key], record, key)
    return next(_deeper(record, keys), None)


def located_turns(record: Record) -> tuple[Located, Shape] | None:
    """The list of turns that a record holds under any usual name, and how it is listed."""
    for key in ALL_KEYS:
        if key in record and (listed := unfolded(record[key])) and _tells(record, key, listed.shape):
            return Located(key, record[key], record, key), listed.shape
    for located in _deeper(record, ALL_KEYS):
        if (listed := unfolded(located.value)) and listed.shape == "turns":
            return located, listed.shape
    return None


def any_dialogue(record: Record, options: Options) -> Converted:
    """The dialogue that a record holds under any usual name, also as texts whose speakers take turns."""
    found = located_turns(record)
    located = found[0] if found else locate(record, ALL_KEYS)
    return _dialogue(record, located, options, texts=True)


def _dialogue(record: Record, found: Located | None, options: Options, *, texts: bool = False) -> Converted:
    """The dialogue in the list that was found. Without ``texts`` each element must say who speaks."""
    if found is None:
        return Rejection("no_turns", "there is no list of turns under a name that is known")
    listed = None if _are_objects(found.value) else unfolded(found.value)
    if listed is None or (listed.shape == "texts" and not texts):
        return _spoken(record, found.key, found.value, options, found)
    flags = ("speakers_alternated",) if listed.shape == "texts" else ()
    return _spoken(record, found.key, listed.turns, options, found, flags)


def _spoken(
    record: Record, key: str, value: Any, options: Options, found: Located | None = None, flags: tuple[str, ...] = ()
) -> list[Draft] | Rejection:
    """The dialogue of turn objects, with the labels, the system prompt and the thoughts that stand beside it."""
    said = read_turns(value, options)
    if isinstance(said, Rejection):
        return said
    metadata: Record = {}
    reasoning, media = said.reasoning, said.media
    if len(record) > 1:
        metadata = labels(record, (key, "system", "tools"))
        if not only_labels(tuple(record)):
            reasoning = reasoning or take_thoughts(record, metadata)
            media = max(media, media_count(record))
    holder = found.holder if found else record
    if found and holder is not record:
        metadata |= labels(holder, (found.inner, "system", "tools"))
    if "system" in holder and filled(system := holder["system"]) and said.turns[0][0] != "system":
        said.turns.insert(0, ("system", system))
    if "strategy" in value[-1] and (strategies := turn_labels(value, "strategy")):
        metadata["strategy"] = strategies
    if said.tool_turns:
        metadata["tool_turns"] = said.tool_turns
        flags = (*flags, "tool_turns_omitted")
    if media:
        metadata["media"] = media
        flags = (*flags, "media_omitted")
    return [Draft(said.turns, metadata, reasoning, flags)]


def _deeper(record: Record, keys: Sequence[str]) -> Iterator[Located]:
    """Lists of turns in objects within the record, at most two levels down."""
    for key, value in record.items():
        if not isinstance(value, dict):
            continue
        for inner in keys:
            if inner in value and not _is_wrapper(value[inner]):
                yield Located(key, value[inner], value, inner)
        for holder in value.values():
            if isinstance(holder, dict):
                yield from (Located(key, holder[inner], holder, inner) for inner in keys if inner in holder)


def _is_wrapper(value: Any) -> bool:
    return isinstance(value, dict) and unfolded(value) is None


def _are_objects(value: Any) -> bool:
    return type(value) is list and bool(value) and type(value[0]) is dict and ("role" in value[0] or "from" in value[0])


def _tells(record: Record, key: str, shape: Shape) -> bool:
    """Whether a key tells that a list of this shape is one dialogue."""
    if shape == "texts" and key in NO_DIALOGUE_OF_TEXTS:
        return False
    if key == "history":
        # Beside a question and its answer it is what was said before
        return not {"response", "output", "answer", "reply", "candidates"} & record.keys()
    if shape == "texts":
        return key != "data" or len(record) <= 2
    if shape == "pairs" and key in ("items", "data"):
        return isinstance(record[key][0], list)  # objects with a question and an answer are single questions
    return True


def _matches(keys: Sequence[str], shape: Shape) -> Callable[[Record], bool]:
    def matches(record: Record) -> bool:
        found = located_turns(record)
        return found is not None and found[0].holder is record and found[0].key in keys and found[1] == shape

    return matches


def _is_nested(record: Record) -> bool:
    found = located_turns(record)
    return found is not None and found[0].holder is not record


def _converting(keys: Sequence[str]) -> Callable[[Record, Options], Converted]:
    def convert(record: Record, options: Options) -> Converted:
        for key in keys:
            if key in record and _are_objects(value := record[key]):
                return _spoken(record, key, value, options)
        return _dialogue(record, locate(record, keys), options)

    return convert


MESSAGES = Format("messages", scored(TURNS, _matches(MESSAGES_KEYS, "turns"), "a list of messages"), _converting(MESSAGES_KEYS))
SHAREGPT = Format(
    "sharegpt", scored(TURNS, _matches(SHAREGPT_KEYS, "turns"), "conversations of turns"), _converting(SHAREGPT_KEYS)
)
DIALOG = Format("dialog", scored(TURNS, _matches(DIALOG_KEYS, "turns"), "a dialogue list"), _converting(DIALOG_KEYS))
TURN_PAIRS = Format("turn_pairs", scored(TURNS, _matches(ALL_KEYS, "pairs"), "a list of exchanges"), any_dialogue)
TURN_TEXTS = Format("turn_texts", scored(BARE, _matches(ALL_KEYS, "texts"), "a dialogue of texts by turns"), any_dialogue)
NESTED = Format("nested_dialogue", scored(BARE, _is_nested, "turns within another object"), any_dialogue)
