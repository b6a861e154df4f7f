"""Values of records that were XML, JSON or YAML, whatever stands where an element, a list or a text is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]


def object_of(value: Any) -> Object:
    """The object itself, or an empty one where something else stands."""
    return value if isinstance(value, Mapping) else {}


def several(value: Any) -> list[Any]:
    """A repeated element of XML is a list, a single one is not."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text_of(value: Any) -> str:
    """The text of an element, with single spaces: of one with attributes under ``#text``, else of all its children."""
    if isinstance(value, Mapping):
        parts = [value["#text"]] if "#text" in value else [child for key, child in value.items() if not key.startswith("@")]
        return " ".join(filter(None, map(text_of, parts)))
    if isinstance(value, list):
        return " ".join(filter(None, map(text_of, value)))
    return "" if value is None else " ".join(str(value).split())


def texts_of(value: Any) -> list[str]:
    """The texts of a repeated element, without empty ones."""
    return [text for text in map(text_of, several(value)) if text]
