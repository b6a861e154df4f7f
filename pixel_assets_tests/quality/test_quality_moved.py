"""What moved a score: names that say something, the strongest first, score by score."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pixel_assets.quality.fluency.score import strongest
from pixel_assets.quality.moved import Moves, moved
from pixel_assets.quality.tables import MOVED

COLUMNS = ("questions", "vector:0", "feelings", "vector:1", "alike:prompt:0")


def test_columns_that_mean_little_alone_are_told_together() -> None:
    names, values = Moves(COLUMNS, np.array([[1.0, 0.5, -0.25, 0.25, -2.0], [0, 1.0, 0, -1.0, 0]])).told()
    assert names == ("questions", "what is said", "feelings", "likeness to what was said before")
    assert values.tolist() == [[1, 0.75, -0.25, -2], [0, 0, 0, 0]]


def test_the_strongest_of_each_score_come_first_and_weak_ones_are_not_told() -> None:
    moves = {
        "coherence": Moves(COLUMNS, np.array([[1.0, 0.5, -0.25, 0.25, -2.0], [0.05, 0, 0, 0, 0]])),
        "empathy": Moves(("feelings",), np.array([[0.5], [0.25]])),
    }
    language = strongest(("grammar",), np.array([[0.0], [-3.0]]))
    found = moved(moves, {"language": language})
    assert found.type == MOVED
    assert [[tuple(each.values()) for each in row] for row in found.to_pylist()] == [
        [
            ("coherence", "likeness to what was said before", -2.0), ("coherence", "questions", 1.0),
            ("coherence", "what is said", 0.75), ("empathy", "feelings", 0.5),
        ],
        [("empathy", "feelings", 0.25), ("language", "grammar", -3.0)],
    ]  # fmt: skip


def test_without_rows_there_is_an_empty_list() -> None:
    empty = {"empathy": Moves(("feelings",), np.zeros((0, 1)))}
    assert moved(empty, {}).to_pylist() == []
    assert moved({"empathy": Moves(("feelings",), np.zeros((2, 1)))}, {}).to_pylist() == [[], []]


def test_lists_that_are_slices_are_read_as_they_are() -> None:
    language = strongest(("grammar",), np.array([[1.0], [2.0], [3.0]]))
    sliced: pa.ListArray = language.slice(1)
    assert [[each["amount"] for each in row] for row in moved({}, {"language": sliced}).to_pylist()] == [[2], [3]]
