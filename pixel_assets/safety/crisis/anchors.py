"""What a text must hold for a pattern to match: a few short strings that are looked for before the pattern itself is tried.

A pattern is read as a tree, and along each sequence the sets of strings are formed of which every match holds one (the
trigram queries of Cox 2012, "Regular expression matching with a trigram index", with strings of any length). Of all those sets
the one is taken whose strings are expected to be met most seldom.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from pixel_assets import regex_tree
from pixel_assets.errors import SettingsError
from pixel_assets.regex_tree import Border, Either, Group, Node, Nothing, OneOf, Repeat, Tree, parse
from pixel_assets.wording.user_cache import cache_file, read, write

BORDER: Final = "\x01"  # of a word, in an anchor
_COMMON: Final = Path(__file__).parent / "data" / "common_words.txt"
_MOST: Final = 160  # strings of one set
_WIDEST: Final = 8  # characters of a class whose strings are told apart
_SHORTEST: Final = 3  # letters of an anchor in Latin script
_SURE: Final = 5  # letters from which an anchor is seldom part of another word, and its borders need no look
_BLANKS: Final = re.compile(" {2,}")
_LETTERS: Final = re.compile(r"[a-z']+")
_NONE: Final = frozenset({""})
_EDGES: Final = (" ", BORDER)  # beside the letters of a whole word
_RARE: Final = 3e-5  # share of all words of one that is not common


def anchors(pattern: str, where: str) -> frozenset[str]:
    """Strings in lower case of which every match of a pattern holds one; a run of blanks is one.

    Raises :class:`SettingsError` for a pattern that may match a text without any string worth looking for.
    """
    best, _ = _sequence(parse(pattern.lower()))
    if best is None:
        raise SettingsError(
            "a pattern has nothing that each of its matches holds", where=where,
            expected=f"a word of {_SHORTEST} letters or more", hint="Write out what may stand there",
        )  # fmt: skip
    return frozenset(each if len(each.replace(BORDER, "")) < _SURE else each.replace(BORDER, "") for each in best)


def anchors_of_all(patterns: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The anchors of pairs of a name and a pattern, each in order.

    Hundreds of patterns take seconds, so that what was found is kept in the user's cache, by the patterns and all that makes
    anchors of them. Raises :class:`SettingsError` as :func:`anchors` does.
    """
    file = cache_file([_version(), [pattern for _, pattern in patterns]], ".anchors")
    with suppress(ValueError):
        kept = json.loads(read(file) or "")
        if isinstance(kept, list) and len(kept) == len(patterns):
            return kept
    found = [sorted(anchors(pattern, name)) for name, pattern in patterns]
    write(file, json.dumps(found).encode())
    return found


def regex(anchor: str) -> bytes:
    """An anchor as an expression of Hyperscan."""
    return re.escape(anchor).replace(BORDER, r"\b").encode()


def _sequence(nodes: Iterable[Node]) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Of nodes in a row the best set that each match holds one of, and all strings that they match if those are few."""
    best: frozenset[str] | None = None
    run, whole = _NONE, True  # what a match may end with here, and whether that is all of it
    for node in nodes:
        needed, exact = _node(node)
        best = _better(best, needed)
        if exact is None:
            best, run, whole = _better(best, run), _NONE, False
            continue
        joined = _product(run, exact)
        if joined is None:
            best = _better(best, run)
            for kept in (8, 5, 3):
                short = _product(_cut(run, slice(-kept, None)), _cut(exact, slice(0, kept)))
                if short is not None:
                    best = _better(best, short)
                    break
            best, run, whole = _better(best, exact), exact, False
            continue
        run = joined
        best = _better(best, run)
    return best, run if whole else None


def _node(node: Node) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    match node:
        case OneOf(characters):
            return None, frozenset(characters) if len(characters) <= _WIDEST else None
        case Border():
            return None, frozenset({BORDER})
        case Nothing():
            return None, _NONE
        case Group(of):
            return _sequence(of)
        case Either(branches):
            return _branches(branches)
        case Repeat(least, most, of):
            return _repeated(least, most, of)
        case _:
            return None, None


def _branches(branches: Iterable[Tree]) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    read = [_sequence(branch) for branch in branches]
    exact = [each for _, each in read if each is not None]
    together = frozenset().union(*exact)
    needs = [needed for needed, _ in read if needed is not None]
    return (
        frozenset().union(*needs) if len(needs) == len(read) else None,
        together if len(exact) == len(read) and len(together) <= _MOST else None,
    )


def _repeated(least: int, most: int, inner: Tree) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    needed, exact = _sequence(inner)
    if exact == frozenset({" "}) and most > 1:  # a blank stands for several
        return None, frozenset({" "}) if least else frozenset({"", " "})
    if most == 1 and exact is not None:
        return (needed if least else None), exact if least else exact | _NONE
    return (needed if least else None), None


def _product(left: frozenset[str], right: frozenset[str]) -> frozenset[str] | None:
    if len(left) * len(right) > _MOST:
        return None
    return frozenset(_joined(a + b) for a in left for b in right)


def _joined(string: str) -> str:
    """With one blank for several that meet, and one border for two."""
    return _BLANKS.sub(" ", string).replace(BORDER + BORDER, BORDER) if "  " in string or BORDER in string else string


def _cut(strings: frozenset[str], part: slice) -> frozenset[str]:
    return frozenset(each[part] for each in strings)


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return min((one, other), key=_rate)


@cache
def _rate(strings: frozenset[str] | None) -> float:
    """How often a set is expected to be met, per place in a text; infinite for one that cannot be looked for."""
    if strings is None or any(len(each.encode().strip(b" \x01")) < _SHORTEST for each in strings):
        return math.inf
    return sum(_expected(each) for each in sorted(strings))


@cache
def _expected(string: str) -> float:
    rate = 1.0
    for match in _LETTERS.finditer(string):
        begins = string[match.start() - 1 : match.start()] in _EDGES
        ends = string[match.end() : match.end() + 1] in _EDGES
        if begins and ends:
            rate *= _common().get(match[0], _RARE)
        else:
            known = _beginnings() if begins else _endings() if ends else _stretches()
            rate *= known.get(match[0], 0.0) + 0.01 * 0.3 ** len(match[0]) + 1e-5  # the rest is for words that are not common
    return max(rate, 1e-9) * (1.0 if any(map(str.isascii, string)) else 1e-3)


@cache
def _version() -> list[str]:
    """What anchors follow from beside the pattern: Python, which parses it, this code and the common words."""
    read_from = (Path(__file__), Path(regex_tree.__file__), _COMMON)
    return [sys.version, *(hashlib.sha256(path.read_bytes()).hexdigest() for path in read_from)]


@cache
def _common() -> dict[str, float]:
    """Common words and their share of all words in conversation, after Zipf."""
    words: Sequence[str] = _COMMON.read_text("utf-8").split()
    return {word: 0.05 / (rank + 1) for rank, word in enumerate(words)}


@cache
def _beginnings() -> dict[str, float]:
    """The share of common words that begin with some letters."""
    return _added(lambda word: {word[:end] for end in range(1, len(word) + 1)})


@cache
def _endings() -> dict[str, float]:
    """The share of common words that end with some letters."""
    return _added(lambda word: {word[start:] for start in range(len(word))})


@cache
def _stretches() -> dict[str, float]:
    """The share of common words that hold some letters in a row."""
    return _added(lambda word: {word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1)})


def _added(parts: Callable[[str], set[str]]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for word, share in _common().items():
        for part in parts(word):
            shares[part] = shares.get(part, 0.0) + share
    return shares
