"""Pairs that say the same in other words: found as brute force finds them, merged only if both sides agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup import nearest
from pixel_assets.dedup.nearest import MOST, Grid, common_part, neighbours, on_grid
from pixel_assets.dedup.semantic import SEMANTIC_PAIRS, SemanticLimits, semantic_pairs
from pixel_assets.dedup.wording import Wording, worded
from pixel_assets.errors import SettingsError
from pixel_assets.quality.embeddings import embeddings
from pixel_assets.vectors.static import StaticVectors

TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
LIMITS = SemanticLimits(user=0.95, assistant=0.95, related=0.9)
Chat = tuple[str | None, str | None]


def turns_of(chats: list[Chat]) -> pa.ListArray[Any]:
    said = [
        [{"role": role, "content": text} for role, text in zip(("user", "assistant"), chat, strict=True) if text is not None]
        for chat in chats
    ]
    return pa.array(said, TURNS)


def pairs_of(chats: dict[str, Chat], limits: SemanticLimits = LIMITS, ranks: list[int] | None = None) -> list[dict[str, Any]]:
    table = pa.table({"conversation_id": list(chats), "turns": turns_of(list(chats.values()))})
    vectors = embeddings(table, StaticVectors.load())
    places = None if ranks is None else np.array(ranks, np.int64)
    found = semantic_pairs(vectors, lambda ids: turns_of([chats[id_] for id_ in ids.to_pylist()]), limits, ranks=places)
    assert found.schema.equals(SEMANTIC_PAIRS)
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def duplicates(chats: dict[str, Chat]) -> list[tuple[str, str]]:
    return [(pair["left_id"], pair["right_id"]) for pair in pairs_of(chats) if pair["duplicate"]]


ASKED = "Why do I wake up tired every morning, although I go to bed at a sensible hour?"
ANSWER = "Poor sleep has many reasons; shall we look at your evenings together, step by step?"
OTHER = "My sister and I argue about who looks after the garden of our parents."


def test_the_same_in_other_words_is_a_duplicate_when_both_sides_agree() -> None:
    chats: dict[str, Chat] = {
        "a": ("How long does a sprained ankle take to heal?", ANSWER),
        "b": ("How long will it take a sprained ankle to heal?", ANSWER),
        "c": (OTHER, "What would be fair, as you see it?"),
    }
    limits = SemanticLimits(user=0.9, assistant=0.95, related=0.85)
    assert [(pair["left_id"], pair["right_id"], pair["assistant_cosine"]) for pair in pairs_of(chats, limits)] == [
        ("a", "b", 1.0)
    ]


def test_the_same_answer_to_another_question_is_not_merged() -> None:
    assert duplicates({"a": (ASKED, ANSWER), "b": (OTHER, ANSWER)}) == []


def test_the_same_question_with_another_answer_is_not_merged() -> None:
    assert duplicates({"a": (ASKED, ANSWER), "b": (ASKED, "Gardens need water, and so do quarrels need listening.")}) == []


def test_a_side_that_both_lack_agrees_and_one_that_only_one_lacks_does_not() -> None:
    pairs = pairs_of({"a": (ASKED, None), "b": (ASKED, None), "c": (ASKED, ANSWER)}, SemanticLimits(0.95, 0.95, 0.1))
    found = {(pair["left_id"], pair["right_id"]): (pair["assistant_cosine"], pair["duplicate"]) for pair in pairs}
    assert found[("a", "b")] == (None, True)
    assert found[("a", "c")] == (None, False)


def test_swapped_roles_are_related_and_no_duplicate() -> None:
    (pair,) = pairs_of({"a": (ASKED, OTHER), "b": (OTHER, ASKED)})
    assert (pair["cosine"], pair["duplicate"]) == (1.0, False)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("I feel at home in this town these days", "I do not feel at home in this town these days"),
        ("It happened in the office and nobody saw it", "It happened in the office and somebody saw it"),
        ("I have felt low for 3 weeks now", "I have felt low for 5 weeks now"),
        ("I have felt low for three weeks now", "I have felt low for two weeks now"),
        ("My weight goes up whenever I rest", "My weight goes down whenever I rest"),
        ("My neighbour shouted at my teacher", "My teacher shouted at my neighbour"),
        ("I was reading in the kitchen", "I was singing in the kitchen"),
        ("We met on a Monday in spring", "We met on a Friday in spring"),
        ("The neighbour on the stairs is singing", "The neighbour with the ladder is singing"),
    ],
    ids=["not", "nobody", "digits", "number words", "opposite", "who did it", "another word in its place", "day", "other words"],
)
def test_texts_of_the_same_words_that_say_something_else_are_not_merged(one: str, two: str) -> None:
    assert duplicates({"a": (one, ANSWER), "b": (two, ANSWER)}) == []
    assert not agree(one, two)


def agree(one: str, two: str) -> bool:
    return bool(worded(turns_of([(one, None), (two, None)]), Wording.load()).agree(np.array([0]), np.array([2]))[0])


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("He's not at home, and it is 3 o'clock", "He isn't at home, and it is three o'clock"),
        ("I can't sleep", "I cannot sleep"),
        ("I have felt low for weeks", "I have just felt so very low for weeks"),
    ],
)
def test_wording_that_means_the_same_agrees(one: str, two: str) -> None:
    assert agree(one, two)


def test_a_long_text_may_differ_in_one_word_of_a_kind_for_each_128() -> None:
    long = " ".join(f"word{'abcdefghij'[n % 10]}{'abcdefghijklmn'[n // 10]}" for n in range(128))
    assert agree(long, f"{long} not")
    assert not agree(long, f"{long} not not")
    short = long.rpartition(" ")[0]
    assert not agree(short, f"{short} not")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_wording_agrees_with_itself_and_both_ways(one: str, two: str) -> None:
    assert agree(one, one)
    assert agree(one, two) == agree(two, one)


def test_many_that_are_alike_are_all_paired_with_the_best() -> None:
    chats: dict[str, Chat] = {f"{number:03}": (ASKED, ANSWER) for number in range(200)}
    ranks = [(number + 57) % 200 for number in range(200)]  # 143 is the best
    pairs = pairs_of(chats, ranks=ranks)
    beside = {pair["left_id"] for pair in pairs} | {pair["right_id"] for pair in pairs}
    with_best = [pair for pair in pairs if "143" in (pair["left_id"], pair["right_id"])]
    assert len(beside) == 200
    assert len(with_best) == 199
    assert len(pairs) == MOST * (MOST - 1) // 2 + (200 - MOST) * MOST


def test_the_order_of_rows_and_the_number_of_threads_change_nothing() -> None:
    chats: dict[str, Chat] = {
        f"{number}": (f"{ASKED} It is night {number} for me.", f"{ANSWER} {'Please. ' * (number % 3)}") for number in range(40)
    }
    assert pairs_of(chats) == pairs_of(dict(reversed(chats.items())))
    assert pairs_of(chats)
    grid = some_grid(9000)
    assert all(
        np.array_equal(*each) for each in zip(neighbours(grid, 0.9, threads=1), neighbours(grid, 0.9, threads=3), strict=True)
    )


def test_copies_of_two_that_are_near_are_all_paired() -> None:
    vectors = np.zeros((6, 32), np.float16)
    vectors[[0, 2, 4], 0] = 1.0
    vectors[[1, 3, 5], 0], vectors[[1, 3, 5], 1] = 0.95, 0.3125
    left, right = neighbours(on_grid(vectors, np.zeros(32)), 0.9)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(a, b) for a in range(6) for b in range(a + 1, 6)]


def test_nothing_in_gives_nothing_out() -> None:
    assert pairs_of({}) == []
    assert pairs_of({"a": (None, None), "b": (None, None)}) == []
    assert pairs_of({"a": (ASKED, ANSWER)}) == []


def some_vectors(rows: int, seed: int = 5) -> npt.NDArray[np.float16]:
    """Middles with a few rows around each at all distances."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(rows // 6 + 1, 32))
    found = middles[random.integers(0, len(middles), rows)] + random.normal(size=(rows, 32)) * random.uniform(0, 0.6, (rows, 1))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float16)


def some_grid(rows: int) -> Grid:
    vectors = some_vectors(rows)
    return on_grid(vectors, common_part(vectors))


def brute_force(grid: Grid, cosine: float) -> set[tuple[int, int]]:
    vectors = grid.vectors.astype(np.int64)
    scores = (vectors @ vectors.T) / np.outer(grid.norms, grid.norms)
    return {(int(one), int(two)) for one, two in zip(*np.nonzero(np.triu(scores >= cosine, 1)), strict=True)}


def test_few_rows_are_compared_each_with_each() -> None:
    grid = some_grid(700)
    left, right = neighbours(grid, 0.9, most=700)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == brute_force(grid, 0.9)


def test_lists_find_nearly_all_that_brute_force_finds_and_nothing_else() -> None:
    grid = some_grid(9000)
    left, right = neighbours(grid, 0.9, most=9000)
    found, truth = set(zip(left.tolist(), right.tolist(), strict=True)), brute_force(grid, 0.9)
    assert found <= truth
    assert len(found) > 0.98 * len(truth)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1000), st.integers(1, 8))
def test_each_row_is_paired_with_the_first_that_are_near_it(rows: int, seed: int, most: int) -> None:
    vectors = some_vectors(rows, seed)
    grid = on_grid(vectors, common_part(vectors))
    truth = brute_force(grid, 0.8)
    beside = {row: sorted({*(b for a, b in truth if a == row), *(a for a, b in truth if b == row)})[:most] for row in range(rows)}
    left, right = neighbours(grid, 0.8, most=most)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == {
        (min(row, other), max(row, other)) for row, others in beside.items() for other in others
    }


def test_vectors_on_the_grid_have_products_that_floats_of_32_bits_hold() -> None:
    vectors = some_vectors(2000)
    grid = on_grid(vectors, common_part(vectors))
    assert np.abs(grid.norms - nearest.NORM).max() < 6
    exact = grid.vectors.astype(np.int64) @ grid.vectors.astype(np.int64).T
    floats = grid.vectors.astype(np.float32)
    assert np.array_equal((floats @ floats.T).astype(np.int64), exact)
    assert exact.max() < 2**24


def test_the_common_part_does_not_depend_on_the_order_and_leaves_out_rows_without_a_vector() -> None:
    vectors = some_vectors(500)
    more = np.concatenate((vectors[::-1], np.zeros((20, 32), np.float16)))
    assert np.array_equal(common_part(vectors), common_part(more))


@pytest.mark.parametrize(
    ("contrast", "wrong"),
    [("[[up]]", "1 members"), ("[[up], [down, up]]", "a word is in two members of one set")],
)
def test_a_wrong_set_of_contrasts_is_named_with_its_line(tmp_path: Path, contrast: str, wrong: str) -> None:
    file = tmp_path / "wording.yaml"
    file.write_text(f"negations: [never]\nnumbers: {{two: '2'}}\ncontrasts:\n  height: {contrast}\nfunction_words: [the]\n")
    with pytest.raises(SettingsError) as caught:
        Wording.load(file)
    assert f"contrasts.height: {wrong}" in str(caught.value)
    assert "line 4" in str(caught.value)
