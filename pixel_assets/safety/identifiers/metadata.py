"""The texts among the values of a JSON object, out and in again: keys, numbers and the object's form stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson


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
