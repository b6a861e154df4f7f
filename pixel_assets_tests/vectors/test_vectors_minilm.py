"""The packaged sentence model: its tensors, and what was tuned laid over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from pixel_assets.errors import PixelError
from pixel_assets.vectors.bert import LARGEST
from pixel_assets.vectors.contextual import DIMENSIONS, ContextualVectors
from pixel_assets.vectors.minilm import LAYERS, base_tensors, read_changes, save_changes

HEAD = {"weights": np.zeros((1, DIMENSIONS), np.float32), "bias": np.zeros(1, np.float32)}
MATRIX = "encoder.layer.5.output.dense.weight"


def test_matrices_of_layers_are_integers_of_which_no_sum_overflows() -> None:
    found = base_tensors()
    matrices = {name: tensor for name, tensor in found.items() if tensor.dtype == np.int8 and name.startswith("encoder")}
    assert len(matrices) == 6 * LAYERS
    assert {int(np.abs(tensor).max()) for tensor in matrices.values()} == {LARGEST}
    assert all(found[f"{name}_scale"].shape == tensor.shape[:1] for name, tensor in matrices.items())
    assert found["encoder.layer.0.intermediate.dense.weight"].shape == (4 * DIMENSIONS, DIMENSIONS)


def test_changes_take_the_place_of_tensors(tmp_path: Path) -> None:
    base = base_tensors()
    text = ["The bus was late."]
    found = []
    for name, tensors in (("none", {}), ("same", {MATRIX: base[MATRIX]}), ("other", {MATRIX: np.zeros_like(base[MATRIX])})):
        save_changes(tmp_path / name, tensors, HEAD, {"note": name})
        found.append(ContextualVectors.load(tmp_path / name).encode(text))
        assert read_changes(tmp_path / name).about["note"] == name
    assert (found[0] == ContextualVectors.load().encode(text)).all()
    assert (found[1] == found[0]).all()
    assert (found[2] != found[0]).any()


@pytest.mark.parametrize(
    ("tensors", "about"), [({}, {"base": "0" * 64}), ({"encoder.layer.9.output.dense.bias": HEAD["bias"]}, {})]
)
def test_changes_of_another_model_are_refused(tmp_path: Path, tensors: dict[str, np.ndarray], about: dict[str, str]) -> None:
    file = tmp_path / "changes.safetensors"
    save_changes(file, tensors, HEAD, {})
    if about:
        file.write_bytes(safetensors.numpy.save(HEAD, about))
    with pytest.raises(PixelError, match="of another model"):
        read_changes(file)


def test_a_file_that_holds_no_changes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "changes.safetensors"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(PixelError, match="cannot be read"):
        read_changes(file)
