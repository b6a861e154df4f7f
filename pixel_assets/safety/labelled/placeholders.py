"""Where placeholders of an anonymised text stand in the text that it was made from."""

from __future__ import annotations

import re
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\[([A-Z][A-Z_]*?)(?:_?\d+)?\]")
_BLANKS: Final = re.compile(r"(\s+)")

Place = tuple[int, int]


def is_placeholder(value: str) -> bool:
    """Whether a value is itself a placeholder: some texts were published with a part of them anonymised already."""
    return _PLACEHOLDER.fullmatch(value) is not None


def aligned(text: str, anonymised: str) -> list[tuple[int, int, str]] | None:
    """Start, end and label of everything that a placeholder such as ``[NAME_1]`` stands for; None if the texts do not align.

    What stands between two placeholders must stand in the text too, case and the amount of white space aside (but a line ends
    where a line ends), and every placeholder stands for at least one character. Where that leaves a choice each stands for as
    little as it can, the first before the others. The places from which the rest fits are found from the end: the time grows
    with the number of placeholders times the length, whatever the texts are.
    """
    between = _PLACEHOLDER.split(anonymised.strip())
    labels = between[1::2]
    places = [_places(part, text) for part in between[::2]]
    places[0] = [(start, end) for start, end in places[0] if not text[:start].strip()]
    places[-1] = [(start, end) for start, end in places[-1] if not text[end:].strip()]
    for number in range(len(labels) - 1, -1, -1):
        last = max((start for start, _ in places[number + 1]), default=0)
        places[number] = [(start, end) for start, end in places[number] if text[end:last].strip()]
    if not places[0]:
        return None
    return _spans(text, labels, places)


def _spans(text: str, labels: list[str], places: list[list[Place]]) -> list[tuple[int, int, str]]:
    found = []
    end = places[0][0][1]
    for label, following in zip(labels, places[1:], strict=True):
        until, following_end = next((start, after) for start, after in following if text[end:start].strip())
        value = text[end:until]
        start = end + len(value) - len(value.lstrip())
        found.append((start, start + len(value.strip()), label))
        end = following_end
    return found


def _places(part: str, text: str) -> list[Place]:
    """Where a part of the anonymised text may stand, by place; an empty one before the first and after the last character."""
    if not part:
        return [(0, 0), (len(text), len(text))]
    pattern = "".join(_word_or_gap(piece) for piece in _BLANKS.split(part))
    return [(match.start(), match.end(1)) for match in re.finditer(f"(?=({pattern}))", text, re.IGNORECASE)]


def _word_or_gap(piece: str) -> str:
    if not piece or not piece.isspace():
        return re.escape(piece)
    return r"\s*\n\s*" if "\n" in piece else r"[^\S\n]+"
