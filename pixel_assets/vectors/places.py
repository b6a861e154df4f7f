"""Writes where the tensors of the packaged sentence model stand in its file, so that nothing of ONNX is needed to read them.

pip install 'pixel-assets[distil]'
python -m pixel_assets.vectors.places
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pixel_assets.vectors.bert import MATRICES, NORMS
from pixel_assets.vectors.minilm import LAYERS, PLACES, base_file

_TYPES: Final = {1: "float32", 3: "int8"}  # of onnx.TensorProto
_PARTS: Final = (("", "_q"), ("_scale", "_scale"))  # of what is rounded: its name here, and there
_TABLES: Final = ("embeddings.word_embeddings", "embeddings.position_embeddings")


def places(file: Path) -> dict[str, dict[str, Any]]:
    """Type, shape and first byte of every tensor, by its name in ``transformers.BertModel``.

    Raises ``ValueError`` for another file.
    """
    raw = file.read_bytes()
    tensors = {each.name: each for each in import_module("onnx").load_model_from_string(raw).graph.initializer}
    found = {}
    for name, stored in _names(list(tensors)).items():
        tensor = tensors[stored]
        first = raw.find(tensor.raw_data)
        if first < 0 or raw.find(tensor.raw_data, first + 1) >= 0:
            raise ValueError(f"{stored} does not stand in {file.name} once")
        found[name] = {"type": _TYPES[tensor.data_type], "shape": list(tensor.dims), "place": first}
    return found


def _names(stored: list[str]) -> dict[str, str]:
    """Names in the file, by those of ``transformers.BertModel``; the matrices of layers have numbers there, in order."""
    numbered = iter(name.removesuffix("_q") for name in stored if name.startswith("val_") and name.endswith("_q"))
    names = {f"{table}.weight{scale}": f"inner.{table}.weight{end}" for table in _TABLES for scale, end in _PARTS}
    names["embeddings.token_type_embeddings.weight"] = "inner.embeddings.token_type_embeddings.weight"
    for layer in range(LAYERS):
        for matrix in (f"encoder.layer.{layer}.{part}" for part in MATRICES):
            number = next(numbered)
            names |= {f"{matrix}.weight{scale}": f"{number}{end}" for scale, end in _PARTS}
            names[f"{matrix}.bias"] = f"inner.{matrix}.bias"
    for norm in ("embeddings.LayerNorm", *(f"encoder.layer.{layer}.{norm}" for layer in range(LAYERS) for norm in NORMS)):
        names |= {f"{norm}.{kind}": f"inner.{norm}.{kind}" for kind in ("weight", "bias")}
    return names


def main() -> None:
    """Write the file."""
    rows = [f"{json.dumps(name)}: {json.dumps(place)}" for name, place in places(base_file()).items()]
    PLACES.write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
