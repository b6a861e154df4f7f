"""Sentence vectors: of length 1, the same for every batch and order, near where meaning is near."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.errors import PixelError
from pixel_assets.vectors.static import StaticVectors, save


@pytest.fixture(scope="module")
def vectors() -> StaticVectors:
    return StaticVectors.load()


def test_a_vector_is_the_sum_of_its_pieces_at_length_one(tmp_path: Path) -> None:
    save(tmp_path / "small", ("a", "b", "##c"), np.array([[3, 0], [0, 4], [0, 4]], np.int8), "")
    small = StaticVectors.load(tmp_path / "small")
    found = small.encode(["a", "a b", "a bc", "x", ""])
    expected = [[1, 0], [0.6, 0.8], [3 / np.sqrt(73), 8 / np.sqrt(73)], [0, 0], [0, 0]]
    assert np.array_equal(found, np.array(expected, np.float32))


def test_a_text_of_any_length_keeps_the_direction_of_its_sum(tmp_path: Path) -> None:
    save(tmp_path / "wide", ("a", "b"), np.array([[127, -127], [-127, -127]], np.int8), "")
    found = StaticVectors.load(tmp_path / "wide").encode(["a " * 3_000_000])
    assert np.allclose(found, [[np.sqrt(0.5), -np.sqrt(0.5)]])


def test_the_packaged_vectors_put_what_is_meant_alike_together(vectors: StaticVectors) -> None:
    text = ["I feel sad and lonely", "I am unhappy and alone", "the train leaves at noon"]
    sad, unhappy, train = vectors.encode(text)
    assert sad @ unhappy > 0.6 > 0.2 > sad @ train


def test_the_packaged_vectors_are_these(vectors: StaticVectors) -> None:
    """Whoever makes them anew also fits again what was fitted on them."""
    assert (vectors.version, vectors.vectors.shape) == ("5b6371643f7048b4", (29523, 128))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=12), st.randoms(use_true_random=False))
def test_a_vector_depends_on_its_text_alone(vectors: StaticVectors, texts: list[str], random: object) -> None:
    together = vectors.encode(texts)
    assert together.dtype == np.float32
    assert np.array_equal(together[::-1], vectors.encode(texts[::-1]))
    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(vectors.encode(pa.array([text]))[0], vector)
        length = float(np.linalg.norm(vector))
        assert length == 0 or abs(length - 1) < 1e-5


def test_order_of_words_does_not_count(vectors: StaticVectors) -> None:
    first, second = vectors.encode(["calm and kind people", "people kind and calm"])
    assert np.array_equal(first, second)


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PixelError, match="absent"):
        StaticVectors.load(tmp_path / "absent")
    (tmp_path / "foreign").write_bytes(b"no tensors")
    with pytest.raises(PixelError, match="foreign"):
        StaticVectors.load(tmp_path / "foreign")
    save(tmp_path / "uneven", ("a",), np.zeros((2, 2), np.int8), "")
    with pytest.raises(PixelError, match="one row for each word piece"):
        StaticVectors.load(tmp_path / "uneven")
