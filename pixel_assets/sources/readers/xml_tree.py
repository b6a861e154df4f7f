"""Elements of XML and the JSON that stands for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(slots=True)
class Element:
    """A tag, its attributes, and what stands in it: texts and elements in their order."""

    tag: str
    attributes: dict[str, str]
    parts: list[str | Element] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        """The elements in it, without the texts."""
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def own_text(self) -> str:
        """The texts directly in it."""
        return "".join(part for part in self.parts if isinstance(part, str))


def value_of(element: Element) -> dict[str, Any] | str:
    """The JSON value of an element: its text where there is nothing else, an object otherwise."""
    record: dict[str, Any] = {f"@{name}": value for name, value in element.attributes.items()}
    text = tidy(words_of(element) if element.own_text.strip() else "")
    if text or not element.children:
        if not record:
            return text
        if text:
            record["#text"] = text
        return record
    for child in element.children:
        value = value_of(child)
        if child.tag not in record:
            record[child.tag] = value
        elif isinstance(record[child.tag], list):
            record[child.tag].append(value)
        else:
            record[child.tag] = [record[child.tag], value]
    return record


def words_of(element: Element) -> str:
    """All words in an element in their order; those of neighbouring elements are kept apart.

    Elements within a sentence (``H<sub>2</sub>O``) touch text and stay joined to it. Elements that
    follow each other, or that hold nothing but elements, are structure.
    """
    texts: list[str] = []
    after_element = False
    for part in element.parts:
        if isinstance(part, str):
            texts.append(part)
            after_element = False
            continue
        words = words_of(part)
        apart = after_element or (bool(part.children) and not part.own_text.strip())
        texts.append(f" {words} " if apart else words)
        after_element = True
    return "".join(texts)


def tidy(text: str) -> str:
    """Text without its layout: no indentation, at most one empty line, nothing around it."""
    lines = "\n".join(line.strip(" \t\r") for line in text.strip().split("\n"))
    return EMPTY_LINES.sub("\n\n", lines)
