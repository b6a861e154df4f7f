"""Which row of the corpus gets which plant: decided once, from the seed, before a text is made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt


class Kind(IntEnum):
    """What is planted in a row; rows of kind PLAIN have nothing, or a shared system prompt."""

    PLAIN = 0
    EXACT_DUPLICATE = 1  # equal turns
    SPELLING_DUPLICATE = 2  # turns that are equal up to case, space and punctuation
    NEAR_DUPLICATE = 3  # at a measured Jaccard similarity to the original
    CHAIN = 4  # similar to the chats before and after it, and to no other
    SHARED_FORM = 5  # begins with the same form as many others, and goes on in its own words
    IDENTIFIER = 6
    LOOKALIKE = 7  # reads a little like an identifier and is none
    CRISIS = 8
    IDIOM = 9  # reads a little like a crisis and is none
    LANGUAGE = 10
    MALFORMED = 11
    SYSTEM_PROMPT = 12


CLUSTERED: Final = (Kind.EXACT_DUPLICATE, Kind.SPELLING_DUPLICATE, Kind.NEAR_DUPLICATE)


@dataclass(frozen=True)
class Rates:
    """Share of the rows that get each plant; originals of duplicates count among them."""

    exact_duplicate: float = 0.03
    spelling_duplicate: float = 0.01
    near_duplicate: float = 0.03
    chain: float = 0.005
    shared_form: float = 0.01
    identifier: float = 0.03
    lookalike: float = 0.01
    crisis: float = 0.01
    idiom: float = 0.01
    language: float = 0.03
    malformed: float = 0.005
    system_prompt: float = 0.1

    def __post_init__(self) -> None:
        """Raises ValueError for a share below 0, or for more than all the rows."""
        shares = [getattr(self, field.name) for field in fields(self)]
        if min(shares) < 0 or sum(shares) > 1:
            raise ValueError(f"rates must not be negative and come to 1 at most, these come to {sum(shares):.3f}")


@dataclass(frozen=True)
class Plan:
    """Of each row: its kind, and its place among the rows that belong together."""

    kind: npt.NDArray[np.uint8]
    cluster: npt.NDArray[np.int32]  # number of the cluster, or of the shared text; -1 where there is none
    member: npt.NDArray[np.int32]  # place in the cluster; 0 is the original


def make_plan(rows: int, rates: Rates, seed: int) -> Plan:
    """Scatter the plants over all rows by chance."""
    rng = np.random.default_rng([seed, 0])
    kind = np.zeros(rows, np.uint8)
    cluster, member = np.full(rows, -1, np.int32), np.zeros(rows, np.int32)
    scattered = rng.permutation(rows)
    start = 0
    for planted in list(Kind)[1:]:
        count = round(rows * getattr(rates, planted.name.lower()))
        mine = scattered[start : start + count]
        kind[mine] = planted
        start += count
        if planted in CLUSTERED:
            cluster[mine], member[mine] = _clusters(rng, len(mine))
        elif planted is Kind.CHAIN:
            cluster[mine], member[mine] = 0, np.arange(len(mine))
    return Plan(kind, cluster, member)


def _clusters(rng: np.random.Generator, count: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Clusters of two rows or more: 2 in most cases, 3.3 in the mean, 20 at most; a single row left over has none."""
    if count < 2:
        return np.full(count, -1, np.int32), np.zeros(count, np.int32)
    sizes = np.minimum(1 + rng.geometric(0.43, count // 2 + 1), 20)
    ends = np.cumsum(sizes)
    number = np.searchsorted(ends, np.arange(count), side="right").astype(np.int32)
    last = int(number[-1])
    if last and (number == last).sum() == 1:
        number[-1] -= 1
    first = np.searchsorted(number, np.arange(number[-1] + 1))
    return number, (np.arange(count) - first[number]).astype(np.int32)
