"""Phrases that are put together from many pieces: found in one pass over all texts, in linear time.

A grammar of phrases is larger than what Hyperscan can compile in reasonable time, so that the pass looks for the short strings of
which every match of a pattern holds one (:mod:`pixel_assets.safety.crisis.candidates`), all of them in one automaton. Each
pattern is then matched by RE2 (Cox 2010, "Regular expression matching in the wild"), whose automata grow only as far as the texts
need, in one go over all texts that may hold it. Neither backtracks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import re2  # type: ignore[import-untyped]

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.candidates import Candidates
from pixel_assets.safety.crisis.lines import Lines

MOST: Final = 50  # matches of one pattern in one text
_MEMORY: Final = 1 << 28  # bytes that an automaton may grow to before it starts anew


class Found(NamedTuple):
    """A match in a text; bytes of the folded text."""

    start: int
    end: int
    pattern: int


class Phrases:
    """Patterns whose places of matches are bytes of a folded text."""

    def __init__(self, patterns: Sequence[tuple[str, str]], *, anchored: bool = False) -> None:
        """From pairs of a name and a regular expression; those that are anchored are only tried where an anchor is found.

        Raises :class:`SettingsError` that names what RE2 cannot read, or what has no anchor.
        """
        options = _options()
        self.regexes: list[Any] = []
        for name, regex in patterns:
            try:
                self.regexes.append(re2.compile(f"(?m){regex}", options))
            except re2.error as error:
                raise SettingsError("a pattern cannot be compiled", where=name, hint=str(error)) from error
        self._candidates = Candidates(patterns) if anchored else None

    def find(self, lines: Lines, patterns: Iterable[int] | None = None) -> dict[int, list[Found]]:
        """The matches of every pattern, or of some, by number of the text, for texts that have any; both in order.

        Of one pattern they are the first :data:`MOST` in a text, those that overlap an earlier one and empty ones left out.
        """
        found: dict[int, list[Found]] = {}
        for number, places in self._tried(lines, patterns):
            for place, start, end in _matches(self.regexes[number], lines.take(places)):
                found.setdefault(places[place], []).append(Found(start, end, number))
        return {place: sorted(found[place]) for place in sorted(found)}

    def _tried(self, lines: Lines, patterns: Iterable[int] | None) -> Iterator[tuple[int, Sequence[int]]]:
        """Patterns, and the numbers of the texts in which each is looked for."""
        if self._candidates is not None and patterns is None:
            yield from self._candidates.among(lines)
        elif len(lines):
            yield from ((number, range(len(lines))) for number in (range(len(self.regexes)) if patterns is None else patterns))


def _matches(regex: Any, lines: Lines) -> Iterator[tuple[int, int, int]]:
    """Number of the text, start and end of each match, ascending."""
    place, first, end, count = -1, 0, 0, 0
    last = len(lines.data) - 1  # the end of the last text
    matches = regex.finditer(lines.data, 0, last)
    while (match := next(matches, None)) is not None:
        start, stop = match.span()
        if start >= end:
            place = bisect_right(lines.bounds, start) - 1
            first, end, count = lines.bounds[place], lines.bounds[place + 1], 0
        if stop > start:
            yield place, start - first, stop - first
        count += 1
        if count == MOST:  # no more of this text
            matches = regex.finditer(lines.data, end, last)


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    options.log_errors = False
    options.longest_match = True
    options.never_nl = True  # a match lies in one line
    options.never_capture = True
    options.encoding = re2.Options.Encoding.UTF8
    return options
