"""Sentences partition texts, and each depends on its own text alone."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.quality.sentences import split_sentences

_TEXTS = st.lists(st.text(alphabet="ab é😀.?! \n'", max_size=40), max_size=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("That is hard. How are you coping?", ["That is hard. ", "How are you coping?"]),
        ("Oh no! I am sorry to hear that.", ["Oh no! I am sorry to hear that."]),
        ("I hear how tired you are. Really.", ["I hear how tired you are. Really."]),
        ("It costs 3.50 a day. Is that a lot?", ["It costs 3.50 a day. ", "Is that a lot?"]),
        ("One two three\nfour five six", ["One two three\n", "four five six"]),
        ("...", ["..."]),
        ("", []),
    ],
)
def test_cuts_where_a_sentence_ends(text: str, expected: list[str]) -> None:
    found = split_sentences(pa.array([text]))
    assert [each.strip() for each in found.texts.to_pylist()] == [each.strip() for each in expected]


def test_counts_words() -> None:
    assert split_sentences(pa.array(["I don't know yet. Why is that so?"])).words.tolist() == [4, 4]


@given(_TEXTS)
def test_sentences_are_the_text_again(texts: list[str]) -> None:
    found = split_sentences(pa.array(texts, pa.string()))
    again = [""] * len(texts)
    for owner, sentence in zip(found.owner.tolist(), found.texts.to_pylist(), strict=True):
        again[owner] += sentence
    assert again == texts


@given(_TEXTS)
def test_a_text_is_cut_alike_alone_and_among_others(texts: list[str]) -> None:
    together = split_sentences(pa.array(texts, pa.string()))
    for number, text in enumerate(texts):
        alone = split_sentences(pa.array([text]))
        mine = together.owner == number
        assert alone.texts.to_pylist() == together.texts.filter(pa.array(mine)).to_pylist()
        assert alone.words.tolist() == together.words[mine].tolist()


def test_reads_a_slice_and_nulls() -> None:
    found = split_sentences(pa.array(["left out", "Kept as it is here.", None])[1:])
    assert found.texts.to_pylist() == ["Kept as it is here."]
    assert found.owner.tolist() == [0]
