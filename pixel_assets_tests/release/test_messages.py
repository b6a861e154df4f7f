"""Messages: the exported form, with and without system turns and reasoning, and never without a reply."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pixel_assets.release.blocks import INPUT
from pixel_assets.release.messages import message_schema
from pixel_assets.release.messages import to_messages as to_messages_or_not
from pixel_assets.release.tokens import Estimate
from pixel_assets.settings import ExportSettings

from .tables import Row, row


def _table(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=INPUT)


def to_messages(rows: pa.Table, settings: ExportSettings) -> pa.Table:
    found = to_messages_or_not(rows, settings, Estimate())
    assert found.rejected.num_rows == 0
    return found.rows


NAMES = ["id", "messages", "category", "source", "generated", "augmented", "parent", "trainable_tokens_estimated"]
TALK = row("a", "train", "Hello?", "Hi.", system="Be kind.", reasoning="They greet.")
PLAIN = row("b", "train", "Bye?", "Bye.")


def test_everything_is_exported_by_default() -> None:
    found = to_messages(_table(TALK, PLAIN), ExportSettings())
    assert found.schema.equals(message_schema(ExportSettings(), Estimate()), check_metadata=True)
    assert found.to_pylist() == [
        {
            "id": "a",
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Hello?"},
                {"role": "assistant", "content": "Hi."},
            ],
            "category": "voice",
            "source": "sample",
            "generated": False,
            "augmented": False,
            "parent": None,
            "trainable_tokens_estimated": 1,
            "reasoning": "They greet.",
        },
        {
            "id": "b",
            "messages": [{"role": "user", "content": "Bye?"}, {"role": "assistant", "content": "Bye."}],
            "category": "voice",
            "source": "sample",
            "generated": False,
            "augmented": False,
            "parent": None,
            "trainable_tokens_estimated": 1,
            "reasoning": None,
        },
    ]


def test_system_turns_and_reasoning_can_be_left_out() -> None:
    found = to_messages(_table(TALK, PLAIN), ExportSettings(include_system=False, reasoning="none"))
    assert found.column_names == NAMES
    roles = [[turn["role"] for turn in line["messages"]] for line in found.to_pylist()]
    assert roles == [["user", "assistant"], ["user", "assistant"]]


def test_the_chain_of_thought_can_stand_in_tags_before_the_last_reply() -> None:
    talk = row("a", "train", "Hello?", "Hi.", "And?", "Well.", reasoning="They ask again.")
    found = to_messages(_table(talk, PLAIN), ExportSettings(reasoning="think"))
    assert found.column_names == NAMES
    contents = [[turn["content"] for turn in line["messages"]] for line in found.to_pylist()]
    assert contents == [["Hello?", "Hi.", "And?", "<think>\nThey ask again.\n</think>\n\nWell."], ["Bye?", "Bye."]]


def test_a_slice_of_a_table_is_exported_as_such() -> None:
    settings = ExportSettings(include_system=False)
    rows = _table(TALK, PLAIN, row("c", "train"))
    assert to_messages(rows.slice(1, 1), settings).equals(to_messages(_table(PLAIN), settings))


@pytest.mark.parametrize("said", [("Hello?",), ("Hello?", " \n\t")])
def test_a_conversation_without_a_reply_is_rejected_and_the_others_stand(said: tuple[str, ...]) -> None:
    found = to_messages_or_not(_table(PLAIN, row("c", "test", *said)), ExportSettings(), Estimate())
    assert found.rows["id"].to_pylist() == ["b"]
    assert found.rejected.to_pylist() == [
        {
            "id": "c",
            "format": "all",
            "split": "test",
            "category": "voice",
            "reason": "no_reply",
            "detail": "the assistant says nothing: nothing would be trained",
        }
    ]


def test_a_conversation_whose_replies_lie_beyond_what_training_sees_is_rejected() -> None:
    long = row("c", "train", "word " * 100, "Reply.")
    found = to_messages_or_not(_table(PLAIN, long), ExportSettings(max_tokens=130), Estimate())
    assert found.rejected["reason"].to_pylist() == ["beyond_max_tokens"]
    seen = to_messages_or_not(_table(long), ExportSettings(max_tokens=131), Estimate())
    assert seen.rows["trainable_tokens_estimated"].to_pylist() == [1]


def test_a_variant_names_its_parent() -> None:
    found = to_messages(_table(PLAIN, {**row("c", "train"), "augmented": True, "parent": "b"}), ExportSettings())
    assert found["augmented"].to_pylist() == [False, True]
    assert found["parent"].to_pylist() == [None, "b"]
