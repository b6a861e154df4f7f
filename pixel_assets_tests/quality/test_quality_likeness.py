"""Cosines of replies with what was said before them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.likeness import COLUMNS, Whitening
from pixel_assets.quality.seen import Seen, Values

TEXTS = (
    "My brother moved away and the flat is empty now.", "The exam is next week and I have not slept.",
    "I bake bread on Sundays with my neighbour.", "My boss wants the report by noon every day.",
    "It rained on the whole way to the station.", "Our dog barks at the postman each morning.",
)  # fmt: skip


def seen(*conversations: list[tuple[str, str]]) -> Seen:
    turns = [[{"role": role, "content": content} for role, content in said] for said in conversations]
    return Seen(Exchanges.of(pa.array(turns, TURNS)), "static")


@pytest.fixture(scope="module")
def whitening() -> Whitening:
    return Whitening.of(seen(*[[("assistant", text)] for text in TEXTS]).reply_vectors)


def cosine(values: Values, what: str) -> Values:
    """(replies, degrees)."""
    return values[:, [number for number, name in enumerate(COLUMNS) if name.split(":")[1] == what]]


def test_a_copy_is_as_alike_as_can_be_and_another_topic_is_not(whitening: Whitening) -> None:
    copied, other = cosine(whitening.cosines(seen(*[[("user", TEXTS[0]), ("assistant", text)] for text in TEXTS[:2]])), "prompt")
    assert copied == pytest.approx(1)
    assert (other < 0.5).all()


def test_where_nothing_was_said_before_there_is_no_likeness(whitening: Whitening) -> None:
    found = whitening.cosines(
        seen([("assistant", TEXTS[0])], [("user", ""), ("assistant", TEXTS[0])], [("user", TEXTS[0]), ("assistant", "")])
    )
    assert found.shape == (3, len(COLUMNS))
    assert not found.any()


def test_context_counts_where_the_turn_before_is_no_prompt(whitening: Whitening) -> None:
    found = whitening.cosines(seen([("user", TEXTS[0]), ("assistant", TEXTS[1]), ("assistant", TEXTS[0])]))
    assert not cosine(found, "prompt")[1].any()
    assert (cosine(found, "context")[1] > cosine(found, "context")[0]).all()


def test_the_order_of_rows_makes_no_difference(whitening: Whitening) -> None:
    talks = [[("user", TEXTS[number]), ("assistant", TEXTS[number // 2])] for number in range(len(TEXTS))]
    assert whitening.cosines(seen(*talks[::-1]))[::-1] == pytest.approx(whitening.cosines(seen(*talks)), abs=1e-12)


def test_directions_explain_what_was_learned_from() -> None:
    draw = np.random.default_rng(3)
    vectors = draw.normal(size=(500, 3)) * (1.0, 0.1, 0.001) + (5.0, 0.0, 0.0)
    found = Whitening.of(vectors)
    assert found.mean == pytest.approx([5, 0, 0], abs=0.2)
    assert found.variances == pytest.approx([1e-4, 0.01, 1.0], rel=0.2)  # the least is held up
    assert found.directions @ found.directions.T == pytest.approx(np.eye(3))
