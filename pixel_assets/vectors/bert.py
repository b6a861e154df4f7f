"""A BERT encoder whose matrices are 8-bit integers, run by CTranslate2 (Klein et al. 2020) on one core.

Tensors are named as in ``transformers.BertModel``. A matrix, shape (outputs, inputs), stands as floats, or as integers beside
``…_scale``: what each row of integers is to be multiplied by. Integers of the layers go from -63 to 63: sums of two products of
full bytes would overflow on processors without VNNI, and the result would depend on the machine. What is multiplied with them is
rounded word by word, so that what is said of a text does not depend on the texts beside it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt

LARGEST: Final = 63  # integer of a layer
_LARGEST_OF_TABLE: Final = 127  # which is only looked up
MATRICES: Final = (
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense",
    "output.dense",
)  # fmt: skip
NORMS: Final = ("attention.output.LayerNorm", "output.LayerNorm")
_WORDS: Final = "embeddings.word_embeddings"
_EPSILON: Final = 1e-12  # of BERT's norms
_STEP: Final = 8  # pieces, by which lengths go up
_TOGETHER: Final = 192  # pieces that are read at once; more do not fit the caches near the core

Floats = npt.NDArray[np.float32]
Tensors = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Bert:
    """A model that was loaded."""

    model: Any  # ctranslate2.Encoder
    positions: int  # the most pieces that it reads of a text

    @classmethod
    def of(cls, tensors: Tensors, heads: int = 12) -> Bert:
        """From all tensors of a model, and how many heads share its attention.

        Raises ``KeyError`` for a tensor that is missing, ``ValueError`` for one of a wrong shape.
        """
        import ctranslate2

        spec = _spec(tensors, heads)
        with tempfile.TemporaryDirectory() as folder:
            spec.save(folder)
            model = ctranslate2.Encoder(folder, device="cpu", compute_type="int8", inter_threads=1, intra_threads=1)
        return cls(model, len(tensors["embeddings.position_embeddings.weight"]))

    def states(self, texts: Sequence[npt.NDArray[np.int32]]) -> Iterator[tuple[int, Floats]]:
        """Last states of the pieces of texts, in any order: number of a text, and an array (pieces, dimensions).

        Each text has at least one piece and at most as many as the model has positions. It is filled up to a multiple of
        eight pieces, by its own length alone, and read with others of that length.
        """
        import ctranslate2

        wide = [min(-(-len(text) // _STEP) * _STEP, self.positions) for text in texts]
        order = sorted(range(len(texts)), key=wide.__getitem__)
        for length, group in groupby(order, key=wide.__getitem__):
            numbers = list(group)
            size = max(1, _TOGETHER // length)
            for some in (numbers[first : first + size] for first in range(0, len(numbers), size)):
                ids = np.zeros((len(some), length), np.int32)
                for row, number in enumerate(some):
                    ids[row, : len(texts[number])] = texts[number]
                lengths = np.array([len(texts[number]) for number in some], np.int32)
                given = (ctranslate2.StorageView.from_array(each) for each in (ids, lengths))
                found = np.array(self.model.forward_batch(*given).last_hidden_state)
                yield from ((number, found[row, : len(texts[number])]) for row, number in enumerate(some))


def integers(tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
    """The same model with every matrix that stands as floats as integers and their scale."""
    found = dict(tensors)
    for name, tensor in tensors.items():
        of_layer = name.startswith("encoder.") and tensor.ndim == 2
        if (of_layer or name == f"{_WORDS}.weight") and tensor.dtype.kind == "f":
            found[name], found[f"{name}_scale"] = _rounded(tensor, LARGEST if of_layer else _LARGEST_OF_TABLE)
    return found


def _rounded(matrix: npt.NDArray[Any], largest: int) -> tuple[npt.NDArray[np.int8], Floats]:
    most = np.abs(matrix).max(axis=1).astype(np.float32)
    scale = np.where(most > 0, most / np.float32(largest), np.float32(1))
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def _spec(given: Tensors, heads: int) -> Any:
    from ctranslate2.specs import common_spec, transformer_spec

    tensors = integers(given)
    layers = sum(name.endswith(f"{MATRICES[0]}.weight") for name in tensors)
    encoder = transformer_spec.TransformerEncoderSpec(
        layers, heads, pre_norm=False, activation=common_spec.Activation.GELU, layernorm_embedding=True
    )
    encoder.scale_embeddings = False
    words = encoder.embeddings[0]
    words.weight, words.weight_scale = _matrix(tensors, _WORDS)
    one_kind = tensors["embeddings.token_type_embeddings.weight"][0]  # no text is a pair
    encoder.position_encodings.encodings = (tensors["embeddings.position_embeddings.weight"] + one_kind).astype(np.float32)
    _norm(encoder.layernorm_embedding, tensors, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        own = f"encoder.layer.{number}."
        together, out = layer.self_attention.linear
        asked = [f"{own}{name}" for name in MATRICES[:3]]
        weights, scales = zip(*(_matrix(tensors, name) for name in asked), strict=True)
        together.weight, together.weight_scale = np.concatenate(weights), np.concatenate(scales)
        together.bias = np.concatenate([tensors[f"{name}.bias"] for name in asked])
        for linear, name in zip((out, layer.ffn.linear_0, layer.ffn.linear_1), MATRICES[3:], strict=True):
            linear.weight, linear.weight_scale = _matrix(tensors, own + name)
            linear.bias = tensors[f"{own}{name}.bias"]
        for norm, name in zip((layer.self_attention.layer_norm, layer.ffn.layer_norm), NORMS, strict=True):
            _norm(norm, tensors, own + name)
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    spec.register_vocabulary([str(number) for number in range(len(words.weight))])
    spec.config.layer_norm_epsilon = _EPSILON
    spec.validate()
    return spec


def _matrix(tensors: Tensors, name: str) -> tuple[npt.NDArray[np.int8], Floats]:
    """Integers, and what CTranslate2 divides them by."""
    return np.ascontiguousarray(tensors[f"{name}.weight"]), (1 / tensors[f"{name}.weight_scale"]).astype(np.float32)


def _norm(spec: Any, tensors: Tensors, name: str) -> None:
    spec.gamma, spec.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
