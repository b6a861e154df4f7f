"""Classes of words reach compiled code as arguments, so that code compiled for other ones never runs."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
from numba.core.dispatcher import Dispatcher

from pixel_assets.safety.identifiers import tokens as shapes
from pixel_assets.safety.identifiers.fast import read
from pixel_assets.safety.identifiers.gazetteers import BIT, CLASSES, table
from pixel_assets.safety.identifiers.kernels import features, runs, words
from pixel_assets.safety.identifiers.kernels.classes import WORDS, classes_of
from pixel_assets.safety.identifiers.tokens import Tokens
from pixel_assets.safety.turns import Turns

TEXTS = ("My name is Sarah van der Berg and I live near St. Ives.", "dr. j. miller met anna kowalska at Ford St. in Paris")
LAST = len(CLASSES) - 1
TURNED = classes_of({name: 1 << (LAST - number) for number, name in enumerate(CLASSES)})  # every class has another bit


def turned(bits: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    new = np.zeros_like(bits)
    for number in range(len(CLASSES)):
        new |= (bits >> np.uint32(number) & np.uint32(1)) << np.uint32(LAST - number)
    return new


@pytest.fixture(scope="module")
def turns() -> Turns:
    return Turns.of([[{"role": "user", "content": text}] for text in TEXTS])


def _columns(turns: Turns, tokens: Tokens, bits: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.generic], ...]:
    return turns.folded.data, tokens.row, tokens.start, tokens.end, bits, tokens.shape, tokens.gap


def test_the_same_runs_are_found_when_every_class_has_another_bit(turns: Turns) -> None:
    tokens = read(turns).tokens
    one, two = np.zeros((len(tokens), 3), np.int64), np.zeros((len(tokens), 3), np.int64)
    count = runs._candidates(WORDS, *_columns(turns, tokens, tokens.bits), one)
    assert runs._candidates(TURNED, *_columns(turns, tokens, turned(tokens.bits)), two) == count > 2
    assert np.array_equal(one, two)


def test_the_same_words_are_read_when_every_class_has_another_bit(turns: Turns) -> None:
    known, texts, tokens = table(), turns.folded, read(turns).tokens
    count = len(tokens)
    row, start, end = np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int64)
    bits, shape, gap = np.zeros(count, np.uint32), np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    breaks, hashes = np.zeros(len(texts.data), bool), np.empty(count, np.uint64)
    into = (row, start, end, bits, shape, gap, hashes)
    words._fill(TURNED, texts.data, texts.starts, breaks, known.keys, turned(known.bits), *into)
    assert np.array_equal(gap, tokens.gap)
    assert np.array_equal(shape, tokens.shape)


def test_the_same_features_hold_when_every_class_has_another_bit(turns: Turns) -> None:
    known = read(turns)
    found = np.column_stack([known.runs.first, known.runs.stop, known.runs.cued]).astype(np.int64)

    def of(classes: object, bits: npt.NDArray[np.uint32]) -> list[set[int]]:
        places, counts = np.zeros((len(found), features.MOST), np.int32), np.zeros(len(found), np.int64)
        columns = _columns(turns, known.tokens, bits)
        features._feature_rows(classes, features.LAYOUT, found, *columns, places, counts)
        return [set(row[:count].tolist()) for row, count in zip(places, counts, strict=True)]

    size, begin = len(CLASSES), features.LAYOUT.gap_before
    back = {number: number // size * size + LAST - number % size if number < begin else number for number in range(5000)}
    turned_rows = [{back[number] for number in row} for row in of(TURNED, turned(known.tokens.bits))]
    assert turned_rows == of(WORDS, known.tokens.bits)


@pytest.mark.parametrize("module", [features, runs, words])
def test_no_compiled_loop_reads_a_class_or_its_number_by_itself(module: ModuleType) -> None:
    compiled = [each for each in vars(module).values() if isinstance(each, Dispatcher)]
    assert compiled
    for each in compiled:
        assert not {"WORDS", "LAYOUT", "FEATURES", "BIT", "CLASSES"} & set(each.py_func.__code__.co_names)


def test_every_feature_has_a_name() -> None:
    assert len(features.names()) == features.FEATURES == features.LAYOUT.bias + 1
    assert features.names()[features.LAYOUT.gap_before] == "gap_before.0"
    assert BIT["given"] == int(WORDS.given)


def test_shapes_and_gaps_keep_their_numbers() -> None:
    """They are constants of compiled code that does not see their module: a new meaning needs a new name and number."""
    assert [shapes.CAPITAL, shapes.UPPER, shapes.DIGIT, shapes.NUMBER, shapes.LETTER] == [1, 2, 4, 8, 16]
    assert [shapes.OTHER_SCRIPT, shapes.POSSESSIVE] == [32, 64]
    gaps = ("START", "LINE", "SENTENCE", "COMMA", "COLON", "QUOTE", "HYPHEN", "INITIAL", "MARK", "BLANK")
    assert [getattr(shapes, gap) for gap in gaps] == list(range(10))
