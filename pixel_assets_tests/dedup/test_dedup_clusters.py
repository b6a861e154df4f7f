"""Stars do not grow by chains, components do; neither depends on the order of anything."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup.clusters import DUPLICATE_CLUSTERS, cluster_table, components, stars

Numbers = npt.NDArray[np.int64]
Graph = tuple[int, list[tuple[int, int]], list[int]]

graphs: st.SearchStrategy[Graph] = st.integers(1, 25).flatmap(
    lambda rows: st.tuples(
        st.just(rows),
        st.lists(
            st.tuples(st.integers(0, rows - 1), st.integers(0, rows - 1)).filter(lambda pair: pair[0] < pair[1]), max_size=60
        )
        if rows > 1
        else st.just([]),
        st.permutations(range(rows)),
    )
)


def arrays(pairs: list[tuple[int, int]]) -> tuple[Numbers, Numbers]:
    sides = np.array(pairs, np.int64).reshape(-1, 2)
    return sides[:, 0], sides[:, 1]


def similarities(left: Numbers, right: Numbers) -> npt.NDArray[np.float64]:
    return 0.5 + (np.minimum(left, right) * 31 + np.maximum(left, right)) / 10_000


def test_a_chain_of_neighbours_does_not_collapse() -> None:
    found = stars(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([0.9, 0.8, 0.85]), np.arange(4))
    assert found.owners.tolist() == [0, 0, 2, 2]
    assert found.similarity.tolist() == [1.0, 0.9, 1.0, 0.85]


def test_the_best_row_represents_and_takes_its_neighbours() -> None:
    found = stars(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([0.9, 0.8, 0.85]), np.array([3, 0, 2, 1]))
    assert found.owners.tolist() == [1, 1, 1, 3]


@given(graphs)
@settings(max_examples=150, deadline=None)
def test_every_member_has_a_pair_with_its_representative_and_no_two_representatives_have_one(graph: Graph) -> None:
    _, pairs, rank = graph
    left, right = arrays(pairs)
    found = stars(left, right, similarities(left, right), np.array(rank))
    known, owners = set(pairs), found.owners.tolist()
    for row, owner in enumerate(owners):
        pair = (min(row, owner), max(row, owner))
        assert row == owner or pair in known
        assert owners[owner] == owner
        assert rank[owner] <= rank[row]
        assert found.similarity[row] == (1.0 if row == owner else similarities(*arrays([pair]))[0])
    assert not [pair for pair in pairs if owners[pair[0]] == pair[0] and owners[pair[1]] == pair[1]]


@given(graphs, st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_neither_the_order_of_pairs_nor_that_of_rows_makes_a_difference(graph: Graph, seed: int) -> None:
    rows, pairs, rank = graph
    left, right = arrays(pairs)
    numbers = np.random.default_rng(seed)
    moved, shuffled = numbers.permutation(rows), numbers.permutation(len(pairs))
    first = stars(left, right, similarities(left, right), np.array(rank))
    moved_rank = np.empty(rows, np.int64)
    moved_rank[moved] = rank
    alike = similarities(left, right)[shuffled]
    again = stars(moved[right][shuffled], moved[left][shuffled], alike, moved_rank)
    assert again.owners[moved].tolist() == moved[first.owners].tolist()
    assert again.similarity[moved].tolist() == first.similarity.tolist()


@given(graphs)
@settings(max_examples=150, deadline=None)
def test_components_join_what_pairs_join_and_are_named_by_their_lowest_row(graph: Graph) -> None:
    rows, pairs, _ = graph
    expected = list(range(rows))
    for _ in range(rows):
        for one, two in pairs:
            expected[one] = expected[two] = min(expected[one], expected[two])
    left, right = arrays(pairs)
    assert components(rows, left, right).tolist() == expected
    assert components(rows, right[::-1], left[::-1]).tolist() == expected


def test_a_long_chain_is_one_component() -> None:
    rows = 200_000
    assert not components(rows, np.arange(rows - 1), np.arange(1, rows)).any()


def pairs_table(*rows: tuple[str, str, float, bool]) -> pa.Table:
    names = ["left_id", "right_id", "jaccard", "duplicate"]
    types = [pa.string(), pa.string(), pa.float64(), pa.bool_()]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return pa.table([pa.array(list(values), kind) for values, kind in zip(columns, types, strict=True)], names)


def test_clusters_of_two_and_more_with_the_best_as_representative() -> None:
    pairs = pairs_table(("a", "b", 0.9, True), ("b", "c", 0.8, True), ("c", "d", 0.85, True), ("d", "e", 0.9, False))
    found = cluster_table(pairs, pa.array(["x", "b", "a"]), "near")
    assert found.schema == DUPLICATE_CLUSTERS
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("near", "b", "b", True, 1.0, 3),
        ("near", "b", "a", False, 0.9, 3),
        ("near", "b", "c", False, 0.8, 3),
    ]


def test_conversations_without_a_rank_come_last_by_id() -> None:
    pairs = pairs_table(("a", "b", 0.9, True), ("a", "z", 0.9, True))
    assert cluster_table(pairs, pa.array(["z"]), "near")["cluster_id"].to_pylist() == ["z", "z"]
    assert cluster_table(pairs, pa.array([], pa.string()), "near")["cluster_id"].to_pylist() == ["a", "a", "a"]


def test_clusters_of_paraphrases_have_the_cosine() -> None:
    pairs = pairs_table(("a", "b", 0.97, True)).rename_columns(["left_id", "right_id", "cosine", "duplicate"])
    found = cluster_table(pairs, pa.chunked_array([["a"], ["b"]]), "semantic")
    assert found["similarity"].to_pylist() == [1.0, 0.97]
    assert found["relation"].to_pylist() == ["semantic", "semantic"]


def test_no_pairs_give_no_clusters() -> None:
    assert cluster_table(pairs_table(), pa.array(["a"]), "near") == DUPLICATE_CLUSTERS.empty_table()
