"""Which conversations say what a reference says in other words: by the vectors of what the users say, confirmed by words.

A vector of the words of a text says what it is about, so that two persons who write of one worry are near each other. Hence the
second question: whether they share enough content words, or several runs of five words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.overlaps import Rows
from pixel_assets.dedup.references import RUN as BOILERPLATE_RUN
from pixel_assets.dedup.references import References
from pixel_assets.dedup.sides import Sides, sides_of
from pixel_assets.dedup.words import Hashes, Numbers, words_of_texts
from pixel_assets.typed_yaml import read_yaml

Fetch = Callable[[pa.Array], Rows]  # ids of conversations to their columns conversation_id and turns, in any order
Floats = npt.NDArray[np.float64]

CONTENT_SHARE: Final = 0.4  # of the content words of either, weighed by rarity, from which those of both confirm a vector
COMMON: Final = 4  # content words that both have at least
EVERYWHERE: Final = 0.1  # share of the references that have a word from which it is about none of them
RUN: Final = 5
RUNS: Final = 3  # common runs of five words from which they confirm it as well
RUNS_SHARE: Final = 0.1  # and this share of the runs of the shorter, since long texts of one topic have some in common
FEWEST: Final = 5  # content words that both sides need to be compared by vectors at all
_FUNCTION_WORDS: Final = Path(__file__).parent / "data" / "function_words.yaml"
_SLACK: Final = 0.001  # sums in 32 bits depend on the machine; what is near the bound is summed again, in order
_BLOCK: Final = 4096  # references compared at once
_THREADS: Final = 2
_NONE: Final = np.empty(0, np.uint64)


@dataclass(frozen=True)
class Likenesses:
    """Pairs of conversation and reference whose users' vectors and words agree: one place of each array for each pair."""

    ids: pa.Array
    references: Numbers
    cosines: Floats


def likenesses(
    index: References,
    vectors: pa.Array,
    batches: Iterable[Rows],
    fetch: Fetch,
    cosine: float,
    boilerplate: Hashes,
    templates: int,
) -> Likenesses:
    """Conversations whose users say nearly what the user of a reference says.

    ``vectors`` are of what the user of each reference of the index says, in its order, of length 1 (null where there is none);
    ``batches`` have ``conversation_id`` and ``user``, the same of conversations. All are compared with all, exactly. Words of
    ``boilerplate`` (runs of 13 words, ascending) confirm nothing, nor do those of runs of five words that more
    than ``templates`` references have. Raises ``ValueError`` where ``fetch`` lacks a conversation.
    """
    matrix, places = _matrix(vectors)
    ids, pairs, cosines = [pa.array([], pa.string())], [np.empty((2, 0), np.int64)], [np.empty(0)]
    for batch in batches:
        some, owners = _matrix(batch["user"])
        left, right, alike = _nearest(some, matrix, cosine)
        rows, numbers = np.unique(owners[left], return_inverse=True)
        pairs.append(np.stack((numbers + sum(map(len, ids)), places[right])))
        cosines.append(alike)
        ids.append(_one(batch["conversation_id"]).take(pa.array(rows)))
    named = pa.concat_arrays(ids)
    rows, others = np.concatenate(pairs, axis=1)
    confirmed = _confirmed(_fetched(fetch, named), index, boilerplate, templates, rows, others)
    return Likenesses(named.take(pa.array(rows[confirmed])), others[confirmed], np.concatenate(cosines)[confirmed])


def _nearest(some: npt.NDArray[np.float16], others: npt.NDArray[np.float16], cosine: float) -> tuple[Numbers, Numbers, Floats]:
    """Pairs of rows whose scalar product is at least ``cosine``, and it, the same on every machine."""
    from pixel_assets.dedup import contamination_kernels as kernels  # numba takes a while to import

    left = some.astype(np.float32)
    blocks = [others[start : start + _BLOCK].astype(np.float32) for start in range(0, len(others), _BLOCK)]
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(partial(_above, left, cosine - _SLACK), blocks))
    one = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in found)])
    two = np.concatenate([np.empty(0, np.int64), *(columns + number * _BLOCK for number, (_, columns) in enumerate(found))])
    exact = np.empty(len(one))
    kernels.cosines(some.astype(np.float32), others.astype(np.float32), one, two, exact)
    above = exact >= cosine
    return one[above], two[above], np.minimum(exact[above], 1.0)


def _above(left: npt.NDArray[np.float32], bound: float, block: npt.NDArray[np.float32]) -> tuple[Numbers, Numbers]:
    rows, columns = np.nonzero(left @ block.T >= np.float32(bound))
    return rows, columns


def _confirmed(
    sides: Sides, index: References, boilerplate: Hashes, templates: int, rows: Numbers, others: Numbers
) -> npt.NDArray[np.bool_]:
    """(pairs,): whether the users' words of conversation ``rows[i]`` and reference ``others[i]`` agree."""
    if not len(rows):
        return np.zeros(0, np.bool_)
    _, first = np.unique(index.texts, return_index=True)
    texts = _own(
        index.sides.take(index.streams[first]), boilerplate, BOILERPLATE_RUN
    )  # each once, however many references have it
    values, holders = np.unique(_Sets.of(texts, RUN, _NONE).members, return_counts=True)
    common = values[holders > templates]
    said, known = (_own(_own(each, boilerplate, BOILERPLATE_RUN), common, RUN) for each in (sides, index.sides))
    rarity = _Rarity.of(_Sets.of(_own(texts, common, RUN), 1, function_words()), len(first), templates)
    words = _common(_Sets.of(said, 1, function_words()), _Sets.of(known, 1, function_words()), rarity.weights, rows, others)
    runs = _common(_Sets.of(said, RUN, _NONE), _Sets.of(known, RUN, _NONE), _alike, rows, others)
    enough = (np.minimum(words.left, words.right) >= FEWEST) & (words.count >= COMMON)
    by_words = words.weight >= CONTENT_SHARE * np.maximum(words.left_weight, words.right_weight)
    by_runs = runs.count >= np.maximum(RUNS, RUNS_SHARE * np.minimum(runs.left, runs.right))
    return np.asarray(enough & (by_words | by_runs))


@dataclass(frozen=True)
class _Sets:
    """What each user says as a set: ``members[starts[2 * c]:starts[2 * c + 1]]``, ascending."""

    members: Hashes
    starts: Numbers

    @classmethod
    def of(cls, sides: Sides, length: int, left_out: Hashes) -> _Sets:
        from pixel_assets.dedup import side_kernels as kernels  # numba takes a while to import

        members, starts = np.empty(len(sides.hashes), np.uint64), np.zeros(len(sides.starts), np.int64)
        end = kernels.fill_sets(sides.hashes, sides.starts, left_out, length, members, starts)
        return cls(members[:end], starts)

    def sums(self, weights: Numbers) -> Numbers:
        """(streams,): what the members weigh together."""
        return np.diff(np.concatenate(([0], np.cumsum(weights)))[self.starts])


@dataclass(frozen=True)
class _Common:
    """(pairs,) each: members in common and what they weigh; of conversation and reference how many, and what those weigh."""

    count: Numbers
    weight: Numbers
    left: Numbers
    right: Numbers
    left_weight: Numbers
    right_weight: Numbers


@dataclass(frozen=True)
class _Rarity:
    """What words weigh by how many different texts of references have them."""

    values: Hashes  # ascending
    weight: Numbers
    unknown: int  # weight of any other

    @classmethod
    def of(cls, sets: _Sets, texts: int, templates: int) -> _Rarity:
        """Inverse document frequency (Spärck Jones 1972) in hundredths, which are the same on every machine.

        A word that more than ``templates`` texts and a good share of all have weighs nothing.
        """
        values, holders = np.unique(sets.members, return_counts=True)
        weight = np.rint(100 * np.log2((texts + 1) / np.append(holders, 1))).astype(np.int64)
        rare = holders <= max(templates, EVERYWHERE * texts)
        return cls(values, np.where(rare, weight[:-1], 0), int(weight[-1]))

    def weights(self, members: Hashes) -> Numbers:
        """(members,): what each weighs."""
        if not len(self.values):
            return np.full(len(members), self.unknown)
        places = np.minimum(np.searchsorted(self.values, members), len(self.values) - 1)
        return np.where(self.values[places] == members, self.weight[places], self.unknown)


def _alike(members: Hashes) -> Numbers:
    return np.ones(len(members), np.int64)


def _common(said: _Sets, known: _Sets, weigh: Callable[[Hashes], Numbers], rows: Numbers, others: Numbers) -> _Common:
    from pixel_assets.dedup import contamination_kernels as kernels  # numba takes a while to import

    left, right = weigh(said.members), weigh(known.members)
    count, weight = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    kernels.sum_common(said.members, said.starts, known.members, known.starts, right, 2 * rows, 2 * others, count, weight)
    sizes = said.sums(np.sign(left))[2 * rows], known.sums(np.sign(right))[2 * others]
    return _Common(count, weight, *sizes, said.sums(left)[2 * rows], known.sums(right)[2 * others])


def _own(sides: Sides, common: Hashes, length: int) -> Sides:
    """The sides without the words of those runs of ``length`` words."""
    from pixel_assets.dedup import side_kernels as kernels  # numba takes a while to import

    covered = np.zeros(len(sides.hashes), np.bool_)
    kernels.mark_covered(sides.hashes, sides.starts, length, common, covered)
    left = np.concatenate(([0], np.cumsum(~covered)))
    return Sides(sides.hashes[~covered], left[sides.starts])


@cache
def function_words() -> Hashes:
    """Hashes of the words that are not about anything, ascending."""
    kinds = read_yaml(_FUNCTION_WORDS, dict[str, list[str]]).content
    return np.sort(words_of_texts(pa.array([word for words in kinds.values() for word in words])).hashes)


def _fetched(fetch: Fetch, ids: pa.Array) -> Sides:
    """The sides of these conversations, in this order."""
    found = fetch(ids) if len(ids) else None
    if found is None:
        return Sides(np.empty(0, np.uint64), np.zeros(1, np.int64))
    order = pc.index_in(ids, _one(found["conversation_id"]))
    if order.null_count:
        raise ValueError(f"no words of {order.null_count} conversations that have vectors (expected one row for each)")
    return sides_of(_one(found["turns"]).take(order))


def _matrix(column: Any) -> tuple[npt.NDArray[np.float16], Numbers]:
    """(m, dimensions) of those that are not null, and their places."""
    column = _one(column)
    places = np.flatnonzero(pc.is_valid(column).to_numpy(zero_copy_only=False))
    values = column.drop_null().flatten().to_numpy(zero_copy_only=False)
    return values.reshape(len(places), column.type.list_size), places


def _one(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
