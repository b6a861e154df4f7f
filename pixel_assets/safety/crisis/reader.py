"""The part of crisis detection that reads whole sentences: a small transformer, for the few turns that are worth its time.

Word lists and sums of word vectors cannot tell "I could never do that to them" from "I could do that to them". The packaged
sentence model, its upper three layers tuned by :mod:`pixel_assets.safety.crisis.reader_fit`, can, at one or two hundred turns a
second.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.errors import PixelError
from pixel_assets.vectors.contextual import ContextualVectors
from pixel_assets.vectors.minilm import read_changes
from pixel_assets.vectors.wordpiece import Texts

PACKAGED: Final = Path(__file__).parent / "data" / "reader.safetensors"
NOTHING: Final = -50.0  # the logit of a text without a known word
_DIGITS: Final = 3  # of a logit; the last bits of a transformer's sums differ between processors


@dataclass(frozen=True)
class Reader:
    """A tuned sentence model, a logistic regression above it, and the points from which a turn counts as a crisis."""

    vectors: ContextualVectors
    weights: npt.NDArray[np.float32]  # (384,)
    bias: float
    beside: float  # weight of the regressions' logit beside the reader's, in their sum
    silent: float  # sum from which a turn counts on which cues are silent
    open: float  # sum from which a turn counts that cues left open
    about: dict[str, str]
    version: str
    path: Path

    def __reduce__(self) -> tuple[Callable[[Path], Reader], tuple[Path]]:
        """Worker processes load it from its file: a loaded model cannot be sent to them."""
        return _load, (self.path,)

    @classmethod
    def load(cls, path: Path = PACKAGED) -> Reader:
        """Read a file that the fit wrote, once in a process. Raises ``PixelError`` if it is none."""
        return _load(path)

    def logits(self, texts: Texts) -> npt.NDArray[np.float64]:
        """How likely each text tells of a crisis: that of its gravest stretch of 126 word pieces, (n,).

        Equal texts are read once.
        """
        column = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(list(texts), pa.large_string())
        each = column.dictionary_encode()
        each = each.unify_dictionaries().combine_chunks() if isinstance(each, pa.ChunkedArray) else each
        found = np.full(len(each.dictionary) + 1, NOTHING)  # the last is that of a null
        means, owner = self.vectors.stretches(each.dictionary)
        np.maximum.at(found, owner, np.round((means * self.weights).sum(axis=1, dtype=np.float64) + self.bias, _DIGITS))
        logits: npt.NDArray[np.float64] = found[each.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
        return logits


@functools.cache
def _load(path: Path) -> Reader:
    changes = read_changes(path)
    try:
        beside, silent, left_open = (float(changes.about[name]) for name in ("beside", "silent", "open"))
    except (KeyError, ValueError) as error:
        hint = "fit it again with `python -m pixel_assets.safety.crisis.reader_fit --data DIR`"
        raise PixelError("the crisis reader has no operating points", where=str(path), hint=hint) from error
    return Reader(
        ContextualVectors.load(path), changes.weights[0], float(changes.bias[0]), beside, silent, left_open, changes.about,
        changes.version, path,
    )  # fmt: skip
