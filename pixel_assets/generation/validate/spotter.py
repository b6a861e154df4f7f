"""Finding the cues that match in sentences, quickly: by the strings that each needs, and each distinct sentence once.

Generated conversations repeat sentences a great deal, so that what was found in a sentence is remembered. A match is a matter of
its sentence alone; what takes it back may lie in its turn or before and is left to the rules.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import ahocorasick

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.validate.cues import Cue
from pixel_assets.generation.validate.guards import Match
from pixel_assets.generation.validate.literals import literals
from pixel_assets.generation.validate.spoken import Spoken

REMEMBERED: Final = 1 << 17  # sentences


@dataclass(frozen=True, slots=True)
class _Hit:
    """Where the cue of a number matches in a sentence, and what it names."""

    cue: int
    start: int
    end: int
    named: str


@dataclass(frozen=True)
class Spotter:
    """Some cues, and the hits of all of them in a sentence."""

    cues: tuple[Cue, ...]
    hits: Callable[[str], tuple[_Hit, ...]]

    @classmethod
    def of(cls, cues: Sequence[Cue]) -> Spotter:
        """Raises :class:`KnowledgeError` for a cue whose pattern needs no words."""
        candidates = _candidates(cues)
        searches = [cue.pattern.search for cue in cues]

        @functools.lru_cache(REMEMBERED)
        def hits(sentence: str) -> tuple[_Hit, ...]:
            found = [number for number in candidates(sentence) if searches[number](sentence)]
            return tuple(hit for number in found for hit in _hits(number, cues[number], sentence)) if found else ()

        return cls(tuple(cues), hits)

    def spot(self, turns: Iterable[Spoken]) -> dict[int, list[tuple[Spoken, Match]]]:
        """Matches in the order of the text, by the number of their cue."""
        spotted: dict[int, list[tuple[Spoken, Match]]] = {}
        for turn in turns:
            for text, start in turn.sentences:
                for hit in self.hits(text):
                    match = Match(turn.text, start + hit.start, start + hit.end, hit.named)
                    spotted.setdefault(hit.cue, []).append((turn, match))
        return spotted


def _candidates(cues: Sequence[Cue]) -> Callable[[str], list[int]]:
    """A search for the numbers of the cues that have a string in a sentence, in order."""
    by_string: dict[str, list[int]] = {}
    for number, cue in enumerate(cues):
        try:
            strings = sorted(literals(cue.pattern))
        except ValueError as error:
            raise KnowledgeError(
                f"a pattern could match anywhere: {error}", where=f"generation/validate/data, {cue.says}",
                hint="Give each of its branches a word of its own",
            ) from None  # fmt: skip
        for string in strings:
            by_string.setdefault(string, []).append(number)
    automaton = ahocorasick.Automaton()
    for string, numbers in by_string.items():
        automaton.add_word(string, numbers)
    automaton.make_automaton()
    return lambda sentence: sorted({number for _, numbers in automaton.iter(sentence) for number in numbers})


def _hits(number: int, cue: Cue, sentence: str) -> Iterable[_Hit]:
    for found in cue.pattern.finditer(sentence):
        if cue.unless is not None and cue.unless.search(sentence):
            return
        start = next((place for place in range(found.start(), found.end()) if sentence[place].isalnum()), found.start())
        yield _Hit(number, start, found.end(), found.groupdict().get("named") or "")
