"""Rows that repeat each other as clusters that cannot grow by chains, and as connected components, which can.

A cluster is a star: a representative, and rows that each have a verified pair with it. That A resembles B and B resembles C says
nothing about A and C, and one shared template can chain thousands of different conversations; so what is dropped is dropped for
its likeness to the row that stays (Aslam, Pelekhov and Rus 2004 call this a star cover). Components are for the splits, where a
group that is too large does no harm and a pair that is parted does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.store.schema import column

Numbers = npt.NDArray[np.int64]
Relation = Literal["near", "semantic"]

DUPLICATE_CLUSTERS: Final = pa.schema(
    [
        column("relation", pa.string(), "near: the same words; semantic: the same in other words"),
        column("cluster_id", pa.string(), "the conversation that stands for the cluster"),
        column("conversation_id", pa.string(), "a conversation of the cluster"),
        column("representative", pa.bool_(), "whether it is the one that stands for the cluster"),
        column("similarity", pa.float64(), "how similar it is to that one: Jaccard coefficient (near) or cosine (semantic)"),
        column("size", pa.int64(), "conversations in the cluster, the one that stands for it included"),
    ]
)
_SIMILARITY: Final[dict[Relation, str]] = {"near": "jaccard", "semantic": "cosine"}  # column of the pairs


@dataclass(frozen=True)
class Stars:
    """For each of n rows the row that owns it (itself where it represents), and how similar it is to that one."""

    owners: Numbers
    similarity: npt.NDArray[np.float64]


def components(n: int, left: Numbers, right: Numbers) -> Numbers:
    """Labels (n,) of the connected components of rows 0 to n - 1 under these pairs: the lowest row of each.

    Union-find in one pass over the pairs. Depends on neither the order of the pairs nor their direction.
    """
    from pixel_assets.dedup import cluster_kernels  # numba takes a while to import

    labels = np.arange(n, dtype=np.int64)
    cluster_kernels.join(np.asarray(left, np.int64), np.asarray(right, np.int64), labels)
    return labels


def stars(left: Numbers, right: Numbers, similarity: npt.NDArray[np.float64], rank: Numbers) -> Stars:
    """Star clusters of the rows 0 to ``len(rank)`` - 1, greedily in order of rank (lower is better; no two are equal).

    The best row that is not owned yet becomes a representative and takes all rows that it has a pair with and that are not owned
    yet. So every member has a pair with its owner, no two representatives have one, and of several possible owners a row gets the
    best. ``left``, ``right`` and ``similarity`` (m,) are the pairs; neither their order nor their direction counts.
    """
    from pixel_assets.dedup import cluster_kernels  # numba takes a while to import

    rows, pairs = len(rank), len(left)
    starts = np.zeros(rows + 1, np.int64)
    others, edges = np.empty(2 * pairs, np.int64), np.empty(2 * pairs, np.int64)
    cluster_kernels.neighbours(np.asarray(left, np.int64), np.asarray(right, np.int64), starts, others, edges)
    found = Stars(np.full(rows, -1, np.int64), np.empty(rows, np.float64))
    order, alike = np.argsort(rank, kind="stable"), np.asarray(similarity, np.float64)
    cluster_kernels.take_stars(order, starts, others, edges, alike, found.owners, found.similarity)
    return found


def cluster_table(pairs: pa.Table, best_first: pa.Array | pa.ChunkedArray, relation: Relation) -> pa.Table:
    """Clusters of two and more in the schema :data:`DUPLICATE_CLUSTERS`, of the pairs that may be merged.

    ``pairs`` has left_id, right_id, duplicate and the similarity of the relation (jaccard or cosine). ``best_first`` has the ids
    of conversations, the best first, each once; those that it lacks come after all others, in order of id. Sorted by cluster,
    the representative first, then by id.
    """
    merging = pairs.filter(pairs["duplicate"])
    found = pc.unique(pa.chunked_array([*merging["left_id"].chunks, *merging["right_id"].chunks], pa.string()))
    names = found.take(pc.sort_indices(found))
    left, right = (_numbers(pc.index_in(merging[side], value_set=names)) for side in ("left_id", "right_id"))
    similarity = merging[_SIMILARITY[relation]].to_numpy()
    made = stars(left, right, similarity, _ranks(names, best_first))

    sizes = np.bincount(made.owners, minlength=len(names))[made.owners] if len(names) else np.empty(0, np.int64)
    representative = made.owners == np.arange(len(names))
    order = np.lexsort((np.arange(len(names)), ~representative, made.owners))
    chosen = order[sizes[order] > 1]
    columns = [
        pa.array(np.full(len(chosen), relation, object), pa.string()),
        names.take(pa.array(made.owners[chosen])),
        names.take(pa.array(chosen)),
        pa.array(representative[chosen]),
        pa.array(made.similarity[chosen]),
        pa.array(sizes[chosen]),
    ]
    return pa.table(columns, schema=DUPLICATE_CLUSTERS)


def _ranks(names: pa.Array, best_first: pa.Array | pa.ChunkedArray) -> Numbers:
    """(n,): place among the best, no two equal; ``names`` ascend."""
    places = pc.index_in(names, value_set=best_first)
    known = _numbers(pc.fill_null(places, len(best_first)))
    ranks = np.empty(len(names), np.int64)
    ranks[np.argsort(known, kind="stable")] = np.arange(len(names))
    return ranks


def _numbers(places: pa.Array | pa.ChunkedArray) -> Numbers:
    return places.to_numpy().astype(np.int64) if isinstance(places, pa.ChunkedArray) else np.asarray(places).astype(np.int64)
