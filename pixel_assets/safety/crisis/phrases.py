"""Phrases that are put together from many pieces: found in one pass over all texts, in linear time.

A grammar of phrases is larger than what Hyperscan can follow back to the start of a match, so that these patterns are matched
by RE2 (Cox 2010, "Regular expression matching in the wild"), whose automata grow only as far as the texts need. One automaton
of all patterns runs over the whole buffer; where it stops, a second one says which patterns match in that text, and those say
where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import re2  # type: ignore[import-untyped]

from pixel_assets.errors import SettingsError
from pixel_assets.safety.folding import FoldedTexts

_TOGETHER: Final = 16  # patterns in one automaton: with gaps in many, its states would be too many to be met again
_MEMORY: Final = 1 << 28  # bytes that an automaton may grow to before it starts anew


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A match in a text; bytes of the folded text."""

    start: int
    end: int
    pattern: int


class Phrases:
    """Patterns that were compiled together; the places of their matches are bytes of folded texts."""

    def __init__(self, patterns: Sequence[tuple[str, str]], sought: Sequence[bool] | None = None) -> None:
        """From pairs of a name and a regular expression; :meth:`rows` looks only for those that are ``sought``.

        Raises :class:`SettingsError` that names what RE2 cannot read.
        """
        options = _options()
        self._single: list[Any] = []
        for name, regex in patterns:
            try:
                self._single.append(re2.compile(regex, options))
            except re2.error as error:
                raise SettingsError("a pattern cannot be compiled", where=name, hint=str(error)) from error
        self._sets = [_set(patterns[first : first + _TOGETHER], first) for first in range(0, len(patterns), _TOGETHER)]
        wanted = [regex for number, (_, regex) in enumerate(patterns) if sought is None or sought[number]]
        self._any = [
            re2.compile("|".join(f"(?:{regex})" for regex in wanted[first : first + _TOGETHER]), options)
            for first in range(0, len(wanted), _TOGETHER)
        ]

    def rows(self, texts: FoldedTexts) -> list[int]:
        """The texts in which any of the patterns that are sought matches, in order."""
        data, starts = texts.data.tobytes(), texts.starts
        rows: set[int] = set()
        for pattern in self._any:
            place = 0
            while (match := pattern.search(data, place)) is not None:
                row = int(np.searchsorted(starts, match.start(), side="right")) - 1
                rows.add(row)
                place = int(starts[row + 1])
        return sorted(rows)

    def matches(self, text: bytes) -> list[Found]:
        """Every match of every pattern in one text, those of one pattern without overlap, in order of their places."""
        found = [
            Found(match.start(), match.end(), first + number)
            for first, patterns in self._sets
            for number in patterns.Match(text) or ()
            for match in self._single[first + number].finditer(text)
            if match.end() > match.start()
        ]
        return sorted(found)


def _set(patterns: Sequence[tuple[str, str]], first: int) -> tuple[int, Any]:
    together = re2.Set.SearchSet(_options())
    for _, regex in patterns:
        together.Add(regex)
    together.Compile()
    return first, together


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    options.log_errors = False
    options.longest_match = True
    options.encoding = re2.Options.Encoding.UTF8
    return options
