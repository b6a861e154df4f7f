"""Word pieces are counted as they are split, though each word is split once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.quality.traits.tokens import count_pieces
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.vectors.wordpiece import WordPiece

CHARACTERS = (
    st.sampled_from([*"abAZ09 '-_.?!@\n\t\r\x00\x1c\x7f\\\xa0\xad", *"é’“”–—…‐‧‥\u200b\u2028\u2011中न्🙂ﬁİß"]) | st.characters()
)


@pytest.fixture(scope="module")
def wordpiece() -> WordPiece:
    return StaticVectors.load().wordpiece


def _agree(texts: list[str | None], wordpiece: WordPiece) -> bool:
    column = pa.array(texts, pa.string())
    return bool(np.array_equal(count_pieces(column, wordpiece), np.diff(wordpiece.split(column).starts)))


@given(st.lists(st.none() | st.text(CHARACTERS), max_size=8))
def test_any_texts_have_as_many_pieces_as_they_are_split_into(wordpiece: WordPiece, texts: list[str | None]) -> None:
    assert _agree(texts, wordpiece)


@pytest.mark.parametrize("length", [7, 8, 9, 15, 16, 17, 99, 100, 101])
def test_words_of_any_length_that_differ_in_one_letter_are_told_apart(wordpiece: WordPiece, length: int) -> None:
    words = ["a" * length, "a" * (length - 1) + "b", "b" + "a" * (length - 1), "a" * (length - 1)]
    assert _agree([*words, " ".join(words)], wordpiece)


def test_more_words_than_there_is_room_for_are_counted_all_the_same(wordpiece: WordPiece) -> None:
    text = " ".join(str(number) for number in range(5_000))
    assert _agree([text, text], wordpiece)


def test_a_part_of_a_column_is_counted_alone(wordpiece: WordPiece) -> None:
    column = pa.array(["how are you", "I am tired", "é", "so tired"])
    assert count_pieces(column.slice(1, 2), wordpiece).tolist() == count_pieces(column, wordpiece).tolist()[1:3]
    assert count_pieces(column.slice(0, 0), wordpiece).tolist() == []


def test_words_that_are_said_again_count_again(wordpiece: WordPiece) -> None:
    assert count_pieces(pa.array(["I don't know", "I don't know. I don’t"]), wordpiece).tolist() == [5, 10]
