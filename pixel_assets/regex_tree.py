"""A regular expression as a tree, for those who want to know what each match of it must hold.

Python parses expressions and has no public name for the result. This is the one module that touches it: what it does not know
becomes :class:`Anything`, so that a new construct makes a tree vaguer and never wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Tree = tuple["Node", ...]  # what stands one behind the other


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some characters; of a single one where it is written out."""

    characters: str


@dataclass(frozen=True, slots=True)
class Border:
    """The border of a word."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """What matches no character: the ends of a text, what must stand before or behind, and what must not."""


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in brackets that count; those that only hold together leave no trace."""

    of: Tree


@dataclass(frozen=True, slots=True)
class Either:
    """One of some branches."""

    branches: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Something several times, or not at all."""

    least: int
    most: int  # very large where there is no bound
    of: Tree


@dataclass(frozen=True, slots=True)
class Anything:
    """Some characters of which nothing is known, or none: wide classes, references, possessive repeats."""


Node = OneOf | Border | Nothing | Group | Either | Repeat | Anything

_NO_CHARACTER = frozenset({op.AT, op.ASSERT, op.ASSERT_NOT})
_REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT})


def parse(regex: str, flags: int = 0) -> Tree:
    """The tree of an expression of Python's ``re``, with the flags that it is compiled with. Raises ``re.error``."""
    return _tree(parser.parse(regex, flags))


@cache
def _letter(code: int) -> OneOf:
    return OneOf(chr(code))


def _tree(items: Any) -> Tree:
    return tuple(_node(kind, given) for kind, given in items)


def _node(kind: Any, given: Any) -> Node:
    if kind is op.LITERAL:
        return _letter(given)
    if kind is op.AT and given is op.AT_BOUNDARY:
        return Border()
    if kind in _NO_CHARACTER:
        return Nothing()
    if kind is op.IN and all(one is op.LITERAL for one, _ in given):
        return OneOf("".join(chr(character) for _, character in given))
    if kind is op.SUBPATTERN:
        return Group(_tree(given[-1]))
    if kind is op.BRANCH:
        return Either(tuple(_tree(branch) for branch in given[1]))
    if kind in _REPEATS:
        least, most, repeated = given
        return Repeat(int(least), int(most), _tree(repeated))
    return Anything()
