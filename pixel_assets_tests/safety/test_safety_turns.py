from __future__ import annotations

import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.safety.turns import Turns

CONVERSATIONS = [
    [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hé"}],
    [],
    [{"role": "assistant", "content": "Yes."}],
]


def test_turns_are_numbered_in_their_conversation() -> None:
    turns = Turns.of(CONVERSATIONS)
    assert turns.conversation.tolist() == [0, 0, 2]
    assert turns.turn.tolist() == [0, 1, 0]
    assert turns.role.tolist() == ["system", "user", "assistant"]
    assert turns.content.to_pylist() == ["Be kind.", "Hé", "Yes."]
    assert (len(turns), turns.conversations) == (3, 3)
    assert turns.folded.text(1) == "He"


def test_a_column_may_be_sliced_or_chunked() -> None:
    column = pa.array(CONVERSATIONS, TURNS)
    for part in (column.slice(1), pa.chunked_array([column.slice(1, 1), column.slice(2)])):
        turns = Turns.of(part)
        assert (turns.conversation.tolist(), turns.role.tolist(), turns.conversations) == ([1], ["assistant"], 2)


def test_no_conversations_have_no_turns() -> None:
    assert (len(Turns.of([])), len(Turns.of([[]]).folded)) == (0, 0)
