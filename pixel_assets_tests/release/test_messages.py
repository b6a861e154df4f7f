"""Messages: the exported form, with and without system turns and reasoning, and never without a reply."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pixel_assets.release.blocks import INPUT
from pixel_assets.release.messages import message_schema, to_messages
from pixel_assets.settings import ExportSettings

from .tables import Row, row


def _table(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=INPUT)


TALK = row("a", "train", "Hello?", "Hi.", system="Be kind.", reasoning="They greet.")
PLAIN = row("b", "train", "Bye?", "Bye.")


def test_everything_is_exported_by_default() -> None:
    found = to_messages(_table(TALK, PLAIN), ExportSettings())
    assert found.schema.equals(message_schema(ExportSettings()), check_metadata=True)
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
            "reasoning": "They greet.",
        },
        {
            "id": "b",
            "messages": [{"role": "user", "content": "Bye?"}, {"role": "assistant", "content": "Bye."}],
            "category": "voice",
            "source": "sample",
            "generated": False,
            "reasoning": None,
        },
    ]


def test_system_turns_and_reasoning_can_be_left_out() -> None:
    found = to_messages(_table(TALK, PLAIN), ExportSettings(include_system=False, reasoning="none"))
    assert found.column_names == ["id", "messages", "category", "source", "generated"]
    roles = [[turn["role"] for turn in line["messages"]] for line in found.to_pylist()]
    assert roles == [["user", "assistant"], ["user", "assistant"]]


def test_the_chain_of_thought_can_stand_in_tags_before_the_last_reply() -> None:
    talk = row("a", "train", "Hello?", "Hi.", "And?", "Well.", reasoning="They ask again.")
    found = to_messages(_table(talk, PLAIN), ExportSettings(reasoning="think"))
    assert found.column_names == ["id", "messages", "category", "source", "generated"]
    contents = [[turn["content"] for turn in line["messages"]] for line in found.to_pylist()]
    assert contents == [["Hello?", "Hi.", "And?", "<think>\nThey ask again.\n</think>\n\nWell."], ["Bye?", "Bye."]]


def test_a_slice_of_a_table_is_exported_as_such() -> None:
    settings = ExportSettings(include_system=False)
    rows = _table(TALK, PLAIN, row("c", "train"))
    assert to_messages(rows.slice(1, 1), settings).equals(to_messages(_table(PLAIN), settings))


@pytest.mark.parametrize("said", [("Hello?",), ("Hello?", " \n\t")])
def test_a_conversation_without_a_reply_is_an_error(said: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="1 conversations without a word from the assistant"):
        to_messages(_table(PLAIN, row("c", "train", *said)), ExportSettings())
