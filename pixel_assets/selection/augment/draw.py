"""Choices by hash: the same for the same seed and names, whatever else there is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def number(seed: int, *names: str) -> int:
    """A whole number of 64 bits."""
    text = "\x1f".join((str(seed), *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def one_of(options: Sequence[T], seed: int, *names: str) -> T:
    """One of some options, of which there is at least one."""
    return options[number(seed, *names) % len(options)]
