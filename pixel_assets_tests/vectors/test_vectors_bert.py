"""A BERT of 8-bit integers: what a small one of random weights says, against the same in floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from pixel_assets.vectors.bert import LARGEST, MATRICES, NORMS, Bert, Tensors, integers

SIZE, WIDE, LAYERS, HEADS, WORDS = 64, 128, 2, 4, 50
PLACES = 30  # no multiple of the lengths that texts are filled up to


def _tensors() -> Tensors:
    draw = np.random.default_rng(0)

    def random(*shape: int) -> Any:
        return (draw.normal(size=shape) * 0.2).astype(np.float32)

    tables = (("word", WORDS), ("position", PLACES), ("token_type", 2))
    found = {f"embeddings.{name}_embeddings.weight": random(rows, SIZE) for name, rows in tables}
    for layer in range(LAYERS):
        for name in MATRICES:
            rows = WIDE if name.startswith("intermediate") else SIZE
            columns = WIDE if name == "output.dense" else SIZE
            found[f"encoder.layer.{layer}.{name}.weight"] = random(rows, columns)
            found[f"encoder.layer.{layer}.{name}.bias"] = random(rows)
    for norm in ("embeddings.LayerNorm", *(f"encoder.layer.{layer}.{norm}" for layer in range(LAYERS) for norm in NORMS)):
        found |= {f"{norm}.weight": 1 + random(SIZE), f"{norm}.bias": random(SIZE)}
    return found


def _in_floats(tensors: Tensors, ids: Any) -> Any:
    """The same model after Devlin et al. 2019, in numpy: states (pieces, SIZE)."""

    def linear(x: Any, name: str) -> Any:
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def gelu(x: Any) -> Any:
        return x * 0.5 * (1 + erf(x / np.sqrt(2)))

    x = tensors["embeddings.word_embeddings.weight"][ids] + tensors["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        own = f"encoder.layer.{layer}."
        asked, key, value = (linear(x, own + name).reshape(len(ids), HEADS, -1).transpose(1, 0, 2) for name in MATRICES[:3])
        likely = np.exp(asked @ key.transpose(0, 2, 1) / np.sqrt(SIZE / HEADS))
        seen = ((likely / likely.sum(-1, keepdims=True)) @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(seen, own + MATRICES[3]), own + NORMS[0])
        x = norm(x + linear(gelu(linear(x, own + MATRICES[4])), own + MATRICES[5]), own + NORMS[1])
    return x


MODEL = Bert.of(_tensors(), HEADS)
TEXTS = st.lists(st.lists(st.integers(0, WORDS - 1), min_size=1, max_size=PLACES), min_size=1, max_size=8)


def _states(texts: list[list[int]]) -> list[Any]:
    found: list[Any] = [None] * len(texts)
    for number, states in MODEL.states([np.array(text, np.int32) for text in texts]):
        found[number] = states
    return found


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_states_are_nearly_those_of_floats(texts: list[list[int]]) -> None:
    for text, found in zip(texts, _states(texts), strict=True):
        expected = _in_floats(_tensors(), np.array(text))
        assert found.shape == expected.shape
        cosine = (found * expected).sum(-1) / np.linalg.norm(found, axis=-1) / np.linalg.norm(expected, axis=-1)
        assert cosine.min() > 0.98


@settings(max_examples=20, deadline=None)
@given(TEXTS)
def test_what_is_said_of_a_text_does_not_depend_on_the_others(texts: list[list[int]]) -> None:
    for text, found in zip(texts, _states(texts), strict=True):
        assert np.abs(found - _states([text])[0]).max() < 1e-5


def test_integers_stay_what_they_are() -> None:
    once = integers(_tensors())
    assert all((once[name] == tensor).all() for name, tensor in integers(once).items())
    assert np.abs(once["encoder.layer.0.output.dense.weight"]).max() == LARGEST


def test_a_missing_tensor_is_named() -> None:
    tensors = dict(_tensors())
    del tensors["encoder.layer.1.output.dense.bias"]
    with pytest.raises(KeyError, match=r"layer\.1\.output\.dense\.bias"):
        Bert.of(tensors, HEADS)


def test_a_text_may_be_as_long_as_there_are_positions() -> None:
    (found,) = _states([list(range(PLACES))])
    assert found.shape == (PLACES, SIZE)
