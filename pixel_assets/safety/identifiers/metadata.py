"""The texts among the values of a JSON object, out and in again: keys, numbers and the object's form stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import orjson

_LABEL: Final = re.compile(
    r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*|(?=[0-9a-f-]*[a-f])[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|\d{1,6}(?:\.\d{1,6})*"
)
_LONGEST_LABEL: Final = 96


def is_label(text: str) -> bool:
    """Whether a value has the shape of a label or key of a data set rather than of text: small_words, hex digits, a short number.

    Such a value is not searched; a name that the conversation gives is replaced in it all the same.
    """
    return len(text) <= _LONGEST_LABEL and _LABEL.fullmatch(text) is not None


def read_texts(document: str | None) -> list[str]:
    """The texts in the order of the document; what is no JSON is one text."""
    if not document:
        return []
    try:
        return [container[key] for container, key in _places([orjson.loads(document)])]
    except orjson.JSONDecodeError:
        return [document]


def write_texts(document: str, texts: Sequence[str]) -> str:
    """The document with other texts, given in the order in which :func:`read_texts` gives them; its keys are sorted."""
    try:
        content = [orjson.loads(document)]
    except orjson.JSONDecodeError:
        return texts[0]
    for (container, key), text in zip(_places(content), texts, strict=True):
        container[key] = text
    return orjson.dumps(content[0], option=orjson.OPT_SORT_KEYS).decode()


def _places(content: list[Any]) -> list[tuple[Any, Any]]:
    """Where texts stand, as container and key; without recursion, for a document may be nested deeply."""
    places: list[tuple[Any, Any]] = []
    left: list[Any] = [content]
    while left:
        container = left.pop()
        for key, value in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(value, str):
                places.append((container, key))
            elif isinstance(value, dict | list):
                left.append(value)
    return places
