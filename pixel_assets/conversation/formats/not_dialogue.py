"""Records that are well known and no dialogues, so that the reason for a rejection helps whoever reads it.

A text alone is told by its key. The others are told by the shape of a table: which of its columns are texts.
They are sure of themselves only where all sampled records have the same columns, and count for less than any
family of dialogues, so they never win over one. Column names stand in a detail only where they look like names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from pixel_assets.conversation.formats.base import BARE, SHAPE, Converted, Format, Record, Rejection, Score, filled, scored
from pixel_assets.conversation.formats.messages import located_turns
from pixel_assets.conversation.formats.reasoning import plain_name
from pixel_assets.conversation.formats.spelling import is_pair, prompt_key
from pixel_assets.conversation.formats.table_shape import nested, text_columns
from pixel_assets.conversation.formats.transcript import split_transcript
from pixel_assets.conversation.formats.utterance_table import DIALOGUE, SPEAKER, TEXT
from pixel_assets.conversation.hints import Options

LEAST_RECORDS: Final = 5  # fewer have no shape
TOLD_BY_ONE: Final = ("person_records", "questionnaire", "document")
NAME: Final = re.compile(r"[A-Za-z][\w-]{0,29}")  # anything else may be text that was taken for a header
STARTS: Final = frozenset(("start", "startposition", "begin"))
ENDS: Final = frozenset(("end", "endposition", "stop"))
SPOKEN: Final = (*TEXT, "body", "words")
ANSWERS: Final = ("answer", "answers", "response", "responses", "reply")
KINDS: Final = frozenset(("entitytype", "label", "type", "entity", "tag", "category"))
GIVEN_NAMES: Final = frozenset(("givenname", "firstname"))
SURNAMES: Final = frozenset(("surname", "lastname", "familyname"))
PERSONAL: Final = frozenset(
    ("dateofbirth", "birthday", "dob", "postcode", "zipcode", "streetaddress", "socsecid", "emailaddress")
)
SCALES: Final = (frozenset(("severity", "min", "max")), frozenset(("text", "keyed", "domain")), frozenset(("questionset",)))
# What two columns of one kind differ in: sentence_A and sentence_B, sent_more and sent_less, masked and not
SIDES: Final = frozenset(
    ("", "a", "b", "1", "2", "one", "two", "first", "second", "more", "less", "left", "right", "original", "masked",
     "anonymized", "redacted", "corrupted", "paraphrased")
)  # fmt: skip
KNOWN_PAIRS: Final = (frozenset(("premise", "hypothesis")), frozenset(("fulltext", "masked")))

Judge = Callable[[Sequence[Record]], str | None]


def _is_text_only(record: Record) -> bool:
    text = record.get("text")
    return len(record) == 1 and isinstance(text, str) and not split_transcript(text, Options())


def _text_only(record: Record, options: Options) -> Converted:
    return Rejection("no_roles", "a text alone: nothing says who speaks")


def _names(record: Record) -> frozenset[str]:
    return frozenset(map(plain_name, record))


def _annotated(sample: Sequence[Record]) -> str | None:
    """A text with the places of what was found in it."""
    spans = [value for record in sample for value in record.values() if isinstance(value, list) and value]
    marked = any(map(_are_spans, spans))
    if not marked or not all(map(_may_have_spans, sample)):
        return None
    return "a text and the places of what was found in it; nothing tells that anybody replies"


def _may_have_spans(record: Record) -> bool:
    lists = [value for value in record.values() if isinstance(value, list)]
    return any(map(filled, record.values())) and any(not value or _are_spans(value) for value in lists)


def _are_spans(value: list[Any]) -> bool:
    names = _names(value[0]) if isinstance(value[0], dict) else frozenset()
    return not (names.isdisjoint(STARTS) or names.isdisjoint(ENDS) or names.isdisjoint(KINDS))


def _persons(sample: Sequence[Record]) -> str | None:
    names = _names(sample[0])
    if names.isdisjoint(GIVEN_NAMES) or names.isdisjoint(SURNAMES) or names.isdisjoint(PERSONAL):
        return None
    return f"data of a person in {len(sample[0])} columns; nobody speaks"


def _questionnaire(sample: Sequence[Record]) -> str | None:
    if not any(scale <= _names(sample[0]) for scale in SCALES):
        return None
    return "an item or a score of a questionnaire; nobody answers it"


def _no_text(sample: Sequence[Record]) -> str | None:
    if _speakers(sample) or any(map(is_pair, sample)) or text_columns(sample) != []:
        return None
    return f"{len(sample[0])} columns of labels and numbers, and none with sentences"


def _labelled_text(sample: Sequence[Record]) -> str | None:
    texts = _texts(sample)
    if len(texts) != 1 or texts[0] == prompt_key(tuple(sample[0])):
        return None
    return f"one text{_named(texts)} with {len(sample[0]) - 1} labels; nothing tells that anybody replies"


def _text_pair(sample: Sequence[Record]) -> str | None:
    texts = _texts(sample)
    if len(texts) != 2 or not _are_alike(*texts):
        return None
    return f"two texts of one kind{_named(texts)}; neither replies to the other"


def _several_texts(sample: Sequence[Record]) -> str | None:
    texts = _texts(sample)
    if len(texts) < 2 or (len(texts) == 2 and _are_alike(*texts)):
        return None
    return f"{len(texts)} texts{_named(texts)}, and nothing tells which replies to which: set options prompt and reply"


def _document(sample: Sequence[Record]) -> str | None:
    """Texts within objects within objects, none of which looks like an utterance, a cue or an answer."""
    if prompt_key(tuple(sample[0])) or any(located_turns(record) for record in sample):
        return None
    found = [nested(record) for record in sample]
    objects = {_names(sample[0]), *(names for inner, _ in found for names in inner)}
    if not any(has_text for _, has_text in found) or any(map(_may_be_said, objects)):
        return None
    return "a document of nested parts, in which nothing tells that anybody speaks"


def _may_be_said(names: frozenset[str]) -> bool:
    utterance = not (names.isdisjoint(SPEAKER) or names.isdisjoint(SPOKEN))
    timed = not (names.isdisjoint(STARTS) or names.isdisjoint(ENDS))
    return utterance or timed or not names.isdisjoint((*DIALOGUE, *ANSWERS))


def _texts(sample: Sequence[Record]) -> list[str]:
    """The columns of text in a table that tells no dialogue and no question with its answer."""
    if _speakers(sample) or any(map(is_pair, sample)):
        return []
    return text_columns(sample) or []


def _speakers(sample: Sequence[Record]) -> bool:
    return not _names(sample[0]).isdisjoint((*SPEAKER, *DIALOGUE))


def _are_alike(one: str, other: str) -> bool:
    """Whether two columns hold the same kind of text by their names."""
    names = frozenset((plain_name(one), plain_name(other)))
    if names in KNOWN_PAIRS:
        return True
    first, second = sorted(names, key=len) if len(names) == 2 else (plain_name(one), plain_name(other))
    start = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    end = next(
        (i for i, (a, b) in enumerate(zip(first[start:][::-1], second[start:][::-1], strict=False)) if a != b), len(first) - start
    )
    shared = start + end
    return shared >= 3 and {first[start : len(first) - end], second[start : len(second) - end]} <= SIDES


def _named(keys: Iterable[str]) -> str:
    """Names of columns in brackets; nothing where one of them is no name, for then it is text."""
    listed = list(keys)[:6]
    return f" ({', '.join(listed)})" if all(map(NAME.fullmatch, listed)) else ""


JUDGES: Final[dict[str, Judge]] = {
    "annotated_text": _annotated,
    "person_records": _persons,
    "questionnaire": _questionnaire,
    "no_text": _no_text,
    "labelled_text": _labelled_text,
    "text_pair": _text_pair,
    "several_texts": _several_texts,
    "document": _document,
}


def _judged(sample: Sequence[Record]) -> tuple[str, str] | None:
    """The first judge who knows what a sample is, and what it is."""
    if not sample or any(record.keys() != sample[0].keys() for record in sample):
        return None
    return next(((name, found) for name, judge in JUDGES.items() if (found := judge(sample))), None)


def _by_shape(name: str) -> Format:
    """A format that is told by the shape of a sample, and rejects each record with what it is."""

    def score(sample: Sequence[Record]) -> Score:
        judged = _judged(sample)
        if judged is None or judged[0] != name or (len(sample) < LEAST_RECORDS and name not in TOLD_BY_ONE):
            return Score(0.0, f"no {name}")
        return Score(SHAPE, judged[1])

    def convert(record: Record, options: Options) -> Converted:
        found = JUDGES[name]([record]) if record else None
        return Rejection(name, found or "a row of a table in which nothing tells that anybody replies")

    return Format(name, score, convert)


TEXT_ONLY = Format("text_only", scored(BARE, _is_text_only, "a text alone"), _text_only)
ANNOTATED_TEXT = _by_shape("annotated_text")
PERSON_RECORDS = _by_shape("person_records")
QUESTIONNAIRE = _by_shape("questionnaire")
NO_TEXT = _by_shape("no_text")
LABELLED_TEXT = _by_shape("labelled_text")
TEXT_PAIR = _by_shape("text_pair")
SEVERAL_TEXTS = _by_shape("several_texts")
DOCUMENT = _by_shape("document")
