"""Choices that stay as they are when other choices come or go: rendezvous hashing.

Each item of a pool gets a number that hangs on the item and on who chooses, and the highest wins. So an item that is added
or taken away changes only the choices that it wins or won, and nothing hangs on the order of a pool.
Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on Networking 6 (1998).
An item of weight w takes part w times, so all is done in whole numbers and is equal on every machine.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_MASK: Final = (1 << 64) - 1
# Multipliers of the finaliser of SplitMix64 (Steele, Lea and Flood 2014)
_FIRST: Final = 0xBF58476D1CE4E5B9
_SECOND: Final = 0x94D049BB133111EB


@dataclass(frozen=True, eq=False)
class Pool(Generic[T]):
    """Items to choose from. ``hashes`` are uint64, one for each time an item takes part; ``taking_part`` are these items."""

    items: tuple[T, ...]
    taking_part: tuple[T, ...]
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.items)


def pool(weighted: Iterable[tuple[str, T, int]]) -> Pool[T]:
    """A pool of items, each with a name that is its own and a weight; those of weight 0 are left out."""
    there = [(name, item, weight) for name, item, weight in weighted if weight > 0]
    hashes = [_hashed(name, copy) for name, _, weight in there for copy in range(weight)]
    taking_part = tuple(item for _, item, weight in there for _ in range(weight))
    return Pool(tuple(item for _, item, _ in there), taking_part, np.array(hashes, dtype=np.uint64))


def draw(choices: Pool[T], key: int) -> T:
    """The item that wins under a key of 64 bits; raises ``ValueError`` where there is none."""
    if len(choices.items) == 1:
        return choices.items[0]
    return choices.taking_part[int(_scores(choices, key).argmax())]


def draw_several(choices: Pool[T], key: int, count: int) -> tuple[T, ...]:
    """The first ``count`` different items in the order in which they win; all of them where there are fewer."""
    order = np.argsort(_scores(choices, key))[::-1].tolist()
    return tuple(dict.fromkeys(choices.taking_part[place] for place in order))[:count]


def sub_key(key: int, what: str) -> int:
    """The key of one of the choices that are made under a key; ``what`` names the choice."""
    return _mixed(key ^ _named(what))


def below(key: int, what: str, bound: int) -> int:
    """A whole number from 0 to ``bound`` - 1, each equally likely."""
    return sub_key(key, what) * bound >> 64


def chance(key: int, what: str, percent: int) -> bool:
    """Whether something happens that does so in ``percent`` of a hundred cases."""
    return below(key, what, 100) < percent


def digest(*parts: str | int | None) -> bytes:
    """128 bits that hang on all parts and their places; nothing is as good as any other part."""
    text = "\x1f".join("\x1e" if part is None else str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def key_of(*parts: str | int | None) -> int:
    """A key of 64 bits from parts."""
    return int.from_bytes(digest(*parts)[:8], "big")


def _scores(choices: Pool[T], key: int) -> NDArray[np.uint64]:
    """One number an entry of ``hashes``: its product with an odd number that hangs on the key, as in multiplicative hashing.

    Random hashes times one random odd number, modulo 2**64, are spread evenly and independently of each other.
    """
    return choices.hashes * np.uint64(key | 1)


def _mixed(number: int) -> int:
    number = number * _FIRST & _MASK
    number = (number ^ number >> 32) * _SECOND & _MASK
    return number ^ number >> 31


@functools.cache
def _named(what: str) -> int:
    """The hash of the name of a choice; there are few of them."""
    return _hashed(what, 0)


@functools.lru_cache(maxsize=1 << 16)
def _hashed(name: str, copy: int) -> int:
    return key_of(name, copy)
