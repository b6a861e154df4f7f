"""Phrases that are put together from many pieces: found in one pass over all texts, in linear time.

A grammar of phrases is larger than what Hyperscan can compile in reasonable time, so that the pass looks for the short strings of
which every match of a pattern holds one (:mod:`pixel_assets.safety.crisis.anchors`), all of them in one automaton. Only where one
is found, the patterns that it belongs to are matched by RE2 (Cox 2010, "Regular expression matching in the wild"), whose automata
grow only as far as the texts need. Neither backtracks.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any, Final

import hyperscan
import re2  # type: ignore[import-untyped]

from pixel_assets.errors import SettingsError
from pixel_assets.safety.automaton import compiled
from pixel_assets.safety.crisis.anchors import anchors_of_all
from pixel_assets.safety.crisis.anchors import regex as anchor_regex

MOST: Final = 50  # matches of one pattern in one text
_TOGETHER: Final = 16  # patterns in one automaton: with gaps in many, its states would be too many to be met again
_MEMORY: Final = 1 << 28  # bytes that an automaton may grow to before it starts anew
_BLANKS: Final = re.compile(rb" {2,}")


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A match in a text; bytes of the folded text."""

    start: int
    end: int
    pattern: int


class Phrases:
    """Patterns whose places of matches are bytes of a folded text."""

    def __init__(self, patterns: Sequence[tuple[str, str]]) -> None:
        """From pairs of a name and a regular expression. Raises :class:`SettingsError` that names what RE2 cannot read."""
        self._patterns = patterns
        options = _options()
        self._single: list[Any] = []
        self._alone: dict[int, Any] = {}
        for name, regex in patterns:
            try:
                self._single.append(re2.compile(regex, options))
            except re2.error as error:
                raise SettingsError("a pattern cannot be compiled", where=name, hint=str(error)) from error

    def matches(self, text: bytes, patterns: Iterable[int] | None = None) -> list[Found]:
        """The first :data:`MOST` matches of every pattern, or of some, in one text, those of one pattern without overlap.

        They come in order of their places.
        """
        return sorted(
            Found(match.start(), match.end(), number)
            for number in (self._matching(text) if patterns is None else filter(partial(self._holds, text), patterns))
            for match in islice(self._single[number].finditer(text), MOST)
            if match.end() > match.start()
        )

    def _holds(self, text: bytes, number: int) -> bool:
        if (alone := self._alone.get(number)) is None:  # a set of one answers much faster than a search does
            alone = self._alone[number] = _set(self._patterns[number : number + 1])
        return bool(alone.Match(text))

    def _matching(self, text: bytes) -> list[int]:
        return [first + number for first, together in self._sets for number in together.Match(text) or ()]

    @cached_property
    def _sets(self) -> list[tuple[int, Any]]:
        return [(first, _set(self._patterns[first : first + _TOGETHER])) for first in range(0, len(self._patterns), _TOGETHER)]


class Anchored:
    """Which of some patterns may match in a text, from the anchors that it holds."""

    def __init__(self, patterns: Sequence[tuple[str, str]]) -> None:
        """From pairs of a name and a regular expression; raises :class:`SettingsError` for one without an anchor."""
        of: dict[str, list[int]] = {}
        for number, held in enumerate(anchors_of_all(patterns)):
            for anchor in held:
                of.setdefault(anchor, []).append(number)
        flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
        self._patterns = list(of.values())  # by number of the anchor
        self._busy = threading.Lock()  # an automaton has room for one scan at a time
        self._automaton = compiled([(anchor_regex(anchor), flags) for anchor in of]) if of else None

    def possible(self, text: bytes) -> list[int]:
        """Numbers of the patterns that may match in a folded text, ascending."""
        held: list[int] = []
        if self._automaton is not None and text:
            with self._busy:
                self._automaton.scan(_BLANKS.sub(b" ", text) if b"  " in text else text, match_event_handler=_keep, context=held)
        return sorted({number for anchor in held for number in self._patterns[anchor]}) if held else held


def _keep(anchor: int, _start: int, _end: int, _flags: int, held: list[int]) -> None:
    held.append(anchor)


def _set(patterns: Sequence[tuple[str, str]]) -> Any:
    together = re2.Set.SearchSet(_options())
    for _, regex in patterns:
        together.Add(regex)
    together.Compile()
    return together


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    options.log_errors = False
    options.longest_match = True
    options.encoding = re2.Options.Encoding.UTF8
    return options
