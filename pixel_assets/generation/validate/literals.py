"""Which strings a text must hold for a pattern to match in it, so that most patterns need not be tried on most texts.

The strings are derived from the parsed pattern and not written by hand, so that none can be missing: assertions are left out,
repeats and wide classes count as anything, and of all parts of a pattern the one is taken whose strings are rarest. It is the
prefilter of RE2 and of searching code by trigrams (Cox 2012), with strings in place of trigrams.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

from pixel_assets.regex_tree import Border, Either, Group, Node, Nothing, OneOf, Repeat, parse

_MOST: Final = 400  # strings that a part of a pattern may stand for before it is cut in two
_COMMON: Final = """
    i you he she it we they me him her us them my your his its our their a an the this that these those is are was were be been
    am s re ve ll d m t not no do does did don have has had will would can could should may might must to of in on at for with
    from by about and or but so if as what how when who there here just really very only now
"""
_WORD: Final = re.compile(r"[a-z0-9]+")
_COMMON_WORDS: Final = frozenset(_WORD.findall(_COMMON))


@dataclass(frozen=True)
class _Part:
    """``exact``: all strings that a part matches, if they are few. ``holds``: strings of which each match holds one."""

    exact: frozenset[str] | None
    holds: frozenset[str] | None = None

    @property
    def rarest(self) -> frozenset[str] | None:
        return _rarer(self.holds, self.exact)


_ANYTHING: Final = _Part(None)
_NOTHING: Final = _Part(frozenset({""}))


def literals(pattern: re.Pattern[str]) -> frozenset[str]:
    """Strings of which each match of a pattern holds at least one; raises ``ValueError`` where a match may hold none."""
    found = _sequence(parse(pattern.pattern, pattern.flags)).rarest
    if found is None:
        raise ValueError("a match needs no string of at least two characters")
    return frozenset(one for one in found if not any(other != one and other in one for other in found))


def _sequence(nodes: Iterable[Node]) -> _Part:
    """A part and what follows it: strings are joined while they are few, and the rarest of what was joined is kept."""
    joined, holds, whole = frozenset({""}), None, True
    for node in nodes:
        part = _part(node)
        if part.exact is not None and len(joined) * len(part.exact) <= _MOST:
            joined = frozenset(one + other for one, other in product(joined, part.exact))
            continue
        holds, whole = _rarer(_rarer(holds, joined), part.holds), False
        joined = part.exact if part.exact is not None else frozenset({""})
    return _Part(joined) if whole else _Part(None, _rarer(holds, joined))


def _part(node: Node) -> _Part:
    match node:
        case OneOf(characters):
            return _Part(frozenset(characters))
        case Border() | Nothing():
            return _NOTHING
        case Group(of):
            return _sequence(of)
        case Either(branches):
            return _branches([_sequence(branch) for branch in branches])
        case Repeat(least, most, of):
            part = _sequence(of)
            if (least, most) == (0, 1) and part.exact is not None:
                return _Part(part.exact | {""})
            return _Part(None, part.rarest) if least else _ANYTHING
        case _:
            return _ANYTHING


def _branches(parts: list[_Part]) -> _Part:
    exact = [part.exact for part in parts if part.exact is not None]
    if len(exact) == len(parts) and sum(map(len, exact)) <= _MOST:
        return _Part(frozenset().union(*exact))
    rarest = [part.rarest for part in parts]
    known = [one for one in rarest if one is not None]
    return _Part(None, frozenset().union(*known)) if len(known) == len(parts) else _ANYTHING


def _rarer(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The set that fewer texts hold a string of; strings of a single character tell nothing."""
    usable = [strings for strings in (one, other) if strings is not None and min(map(len, strings)) > 1]
    return min(usable, key=_commonness, default=None)


def _commonness(strings: frozenset[str]) -> float:
    """A rough share of texts that hold one of some strings: each letter outside common words makes one rarer."""
    return sum(6.0 ** -sum(len(word) for word in _WORD.findall(text) if word not in _COMMON_WORDS) for text in strings)
