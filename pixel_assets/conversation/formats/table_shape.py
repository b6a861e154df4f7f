"""What the columns of a table hold, from a sample: which of them are texts, and which only labels, numbers and codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pixel_assets.conversation.formats.base import Record
from pixel_assets.conversation.formats.reasoning import plain_name

LEAST_WORDS: Final = 3.0  # a column with fewer words on average holds labels
LOOKED_AT: Final = 120  # characters of a text tell how many words it has
MOST_VALUES: Final = 5000
CJK: Final = ("\u3040", "\u9fff")  # written without spaces; about two characters make a word


def text_columns(sample: Sequence[Record]) -> list[str] | None:
    """Keys whose values are texts of several words, in their order; None where records differ or are nested.

    A record is flat when no value of it is an object, or a list with text in it.
    """
    if not sample or any(record.keys() != sample[0].keys() or not _is_flat(record.values()) for record in sample):
        return None
    return [key for key in sample[0] if mean_words(record[key] for record in sample) >= LEAST_WORDS]


def nested(record: Record) -> tuple[set[frozenset[str]], bool]:
    """Plain names of the keys of each object in a record, and whether there is a text of several words in one.

    Looks at a limited number of values: what is larger is told from its beginning.
    """
    objects: set[frozenset[str]] = set()
    waiting: list[Any] = [value for value in record.values() if isinstance(value, dict | list)]
    has_text = False
    for _ in range(MOST_VALUES):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, dict):
            objects.add(frozenset(map(plain_name, value)))
            waiting += list(value.values())[:MOST_VALUES]
        elif isinstance(value, list):
            waiting += value[:MOST_VALUES]
        elif isinstance(value, str):
            has_text = has_text or _words(value) >= LEAST_WORDS
    return objects, has_text


def mean_words(values: Iterable[Any]) -> float:
    """Mean number of words of the texts among the values that are not empty; 0.0 when there are none."""
    counts = [_words(value) for value in values if isinstance(value, str) and value.strip()]
    return sum(counts) / len(counts) if counts else 0.0


def _words(text: str) -> float:
    """Words of a text; of a list that is written as text, words of an item."""
    text = text[:LOOKED_AT]
    words = (
        sum(any(map(str.isalpha, word)) for word in text.split()) + sum(CJK[0] <= character <= CJK[1] for character in text) / 2
    )
    return words / (text.count(",") + 1) if text.startswith("[") else words


def _is_flat(values: Iterable[Any]) -> bool:
    return not any(isinstance(value, dict) or (isinstance(value, list) and _has_text(value)) for value in values)


def _has_text(value: list[Any]) -> bool:
    return any(isinstance(item, dict | list) or (isinstance(item, str) and len(item.split()) > 1) for item in value)
