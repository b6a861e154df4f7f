"""Static vectors as a table: what is read from it is the model that was written to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pixel_assets.errors import PixelError
from pixel_assets.vectors.static import StaticVectors, save
from pixel_assets.vectors.tables import DIMENSIONS, SHIPPED, STATIC_VECTORS, from_table, static_vectors, version_of


def test_the_shipped_model_comes_back_from_its_table_in_any_order() -> None:
    table, shipped = static_vectors(SHIPPED), StaticVectors.load()
    assert table.schema.equals(STATIC_VECTORS)
    again = from_table(table.take(np.random.default_rng(0).permutation(table.num_rows)), "any")
    assert np.array_equal(again.vectors, shipped.vectors)
    assert again.wordpiece.vocabulary == shipped.wordpiece.vocabulary
    text = ["I cannot sleep at night."]
    assert np.array_equal(again.encode(text), shipped.encode(text))


def _file(folder: Path, dimensions: int) -> str:
    path = folder / "own.safetensors"
    save(path, ("sleep", "night", "##less"), np.ones((3, dimensions), np.int8), "made for a test")
    return str(path)


def test_a_file_of_ones_own_takes_its_place(tmp_path: Path) -> None:
    name = _file(tmp_path, DIMENSIONS)
    assert static_vectors(name)["piece"].to_pylist() == ["sleep", "night", "##less"]
    assert version_of(name) == StaticVectors.load(Path(name)).version
    assert version_of(SHIPPED) == SHIPPED


def test_vectors_of_another_length_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PixelError, match="static vectors of length 64") as caught:
        static_vectors(_file(tmp_path, 64))
    assert "--dimensions 128" in str(caught.value.hint)


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(PixelError, match="cannot be read"):
        static_vectors(str(tmp_path / "none.safetensors"))
