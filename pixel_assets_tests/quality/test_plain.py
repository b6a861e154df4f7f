"""The compiled loops say of conversations in plain characters what is said of each one by one."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.plain import measure_plain
from pixel_assets.quality.traits import MANY, traits
from pixel_assets.quality.traits.lengths import FEWEST, describe_each, describe_many

Said = list[tuple[str, str]]

# Whatever the loops treat in a way of its own, letters, and some characters that are not plain
TEXTS = st.text(
    st.one_of(st.sampled_from("aZ09 '’‘-–—_\"“”….\xa0\t\n\r\v\x1c\x00\x1f\x7f"), st.sampled_from("é我🙂\u200b")), max_size=20
)
ROLES = st.sampled_from(["system", "user", "assistant"])
CONVERSATIONS = st.lists(st.lists(st.tuples(ROLES, TEXTS), max_size=5), min_size=1, max_size=8)


def _batch(conversations: list[Said]) -> pa.RecordBatch:
    turns = [[{"role": role, "content": content} for role, content in said] for said in conversations]
    names = pa.array([f"{i:032x}" for i in range(len(turns))])
    return pa.record_batch({"conversation_id": names, "turns": pa.array(turns, TURNS)})


@given(CONVERSATIONS)
@settings(max_examples=300, deadline=None)
def test_many_at_once_give_the_traits_of_each_one(conversations: list[Said]) -> None:
    batch = _batch(conversations)
    assert describe_many(batch).to_pylist() == describe_each(batch).to_pylist()


@given(CONVERSATIONS, st.data())
@settings(max_examples=50, deadline=None)
def test_a_part_of_a_batch_gives_its_part_of_the_traits(conversations: list[Said], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(conversations) - 1))
    batch = _batch(conversations)
    assert describe_many(batch.slice(start)).to_pylist() == describe_many(batch).slice(start).to_pylist()


@pytest.mark.parametrize(
    ("text", "plain"),
    [("It's -3 today.", True), ("It’s “fine” – really…\xa0Yes", True), ("café", False), ("fine 🙂", False), ("", True)],
)
def test_plain_is_ascii_with_typographic_marks(text: str, plain: bool) -> None:
    mask, _ = measure_plain(_batch([[("user", text)]]).column("turns"), FEWEST)
    assert mask.tolist() == [plain]


def test_characters_of_the_system_prompt_do_not_matter() -> None:
    mask, columns = measure_plain(_batch([[("system", "我🙂"), ("user", "so -1 x")]]).column("turns"), FEWEST)
    assert mask.tolist() == [True]
    assert columns["words"].tolist() == [3]


def test_small_and_large_tables_give_equal_traits() -> None:
    batch = _batch([[("user", f"I slept {number} hours – no more."), ("assistant", "That's little.")] for number in range(MANY)])
    table = pa.Table.from_batches([batch])
    assert traits(table).slice(0, MANY - 1).equals(traits(table.slice(0, MANY - 1)))
