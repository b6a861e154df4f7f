"""Empathy: what sentences say speaks for their reply, by the strongest of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.quality.empathy import BOTH, any_shown, both_columns, of_replies, strength
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.seen import Seen
from pixel_assets.wording.outputs import Said

REPLIES = ["You miss your brother very much. What was it like to live together?", "", "That sounds really hard to me."]


def test_sums_over_sentences_are_those_of_their_replies() -> None:
    seen = Seen(Exchanges.pairs(["I miss my brother."] * 3, REPLIES), "static")
    said = of_replies(Said(np.array([[1, 2], [3, 4], [5, 6]]), np.array([6, 8, 6])), seen)
    assert said.sums.tolist() == [[4, 6], [0, 0], [5, 6]]
    assert said.words.tolist() == [14, 0, 6]


def test_the_strongest_sentence_speaks_for_its_reply_wherever_it_stands() -> None:
    weak, strong = [0.8, 0.15, 0.05], [0.1, 0.2, 0.7]
    replies = np.array([[0.5, 0.3, 0.2]] * 3)
    found = both_columns(np.array([weak, strong, strong, weak, strong]), np.array([0, 0, 1, 1, 2]), replies)
    assert found.shape == (3, len(BOTH))
    assert found[0].tolist() == found[1].tolist() == found[2].tolist()


def test_more_sentences_without_empathy_change_nothing() -> None:
    none, some = [1.0, 0.0, 0.0], [0.3, 0.5, 0.2]
    short, long = both_columns(np.array([some, some, none, none]), np.array([0, 1, 1, 1]), np.array([[0.5, 0.3, 0.2]] * 2))
    assert short.tolist() == long.tolist()


def test_a_reply_without_sentences_shows_as_little_as_can_be() -> None:
    (found,) = both_columns(np.zeros((0, 3)), np.zeros(0, np.int64), np.array([[0.9, 0.1, 0.0]]))
    (least,) = both_columns(np.array([[1.0, 0.0, 0.0]]), np.array([0]), np.array([[0.9, 0.1, 0.0]]))
    assert found.tolist() == least.tolist()
    assert np.isfinite(found).all()


def test_any_mechanism_is_shown_unless_none_is() -> None:
    none, sure, even = [1.0, 0.0, 0.0], [0.0, 0.4, 0.6], [0.5, 0.25, 0.25]
    assert any_shown(np.array([[none] * 3, [none, sure, none], [even] * 3])).tolist() == [0, 1, 0.875]


def test_strength_is_the_expected_level_by_the_highest() -> None:
    assert strength(np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [0.5, 0, 0.5]])) == pytest.approx([0, 0.5, 1, 0.5])


def test_sentences_are_read_from_texts_of_any_arrow_type() -> None:
    pairs = Exchanges.pairs(["I miss my brother."] * 3, REPLIES)
    narrow = Exchanges(
        pairs.texts.cast(pa.string()), pairs.reply, pairs.prompt, pairs.before, pairs.conversation, 3, pairs.begins
    )
    assert (Seen(narrow, "static").sentence_features.values == Seen(pairs, "static").sentence_features.values).all()
