"""Preference pairs: redacted as one conversation, exported as TRL's DPO trainer reads them, and none lost silently."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.assets.preferences import redact_pairs
from pixel_assets.conversation.standard import PREFERENCE_PAIRS, pair_id
from pixel_assets.release.exports import write_exports
from pixel_assets.release.preference import PAIRS, REDACTED_PREFERENCES, Cleaned, redact_preferences
from pixel_assets.settings import ExportSettings, IdentifierSettings

Turns = list[dict[str, str]]


def _said(*texts: str, first: int = 0) -> Turns:
    return [{"role": ("user", "assistant")[(first + i) % 2], "content": text} for i, text in enumerate(texts)]


def _pair(prompt: Turns, chosen: Turns, rejected: Turns) -> dict[str, Any]:
    name = pair_id(prompt, chosen, rejected)
    return {
        "pair_id": name, "source": "pairs", "file": "a.jsonl", "rows": [1], "category": "psychology", "format": "preference",
        "prompt": prompt, "chosen": chosen, "rejected": rejected, "flags": [], "conversation_id": None,
    }  # fmt: skip


def _table(*pairs: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(pairs), schema=PREFERENCE_PAIRS)


def _untouched(ids: pa.StringArray, turns: pa.ListArray) -> Cleaned:
    nothing = pa.array([0] * len(ids), pa.int32())
    return Cleaned(turns, nothing, nothing)


def test_a_person_has_the_same_surrogate_in_all_parts_of_a_pair() -> None:
    name, mail = "Marlene Ortega", "marlene.ortega@example.net"
    pair = _pair(
        _said(f"My name is {name}, write to {mail}."),
        _said(f"Thank you, {name}.", first=1),
        _said(f"{mail} is noted.", first=1),
    )
    found = redact_pairs(
        _table(pair, _pair(_said("Hi"), _said("Yes", first=1), [])), SimpleNamespace(**dict(IdentifierSettings()))
    )
    first, second = found.to_pylist()
    assert found.schema.equals(REDACTED_PREFERENCES)
    assert first["redactions"] > 0
    assert first["identifiers_left"] == 0
    everything = json.dumps([first["prompt"], first["chosen"], first["rejected"]])
    assert "ortega" not in everything.lower()
    surrogate = first["rejected"][0]["content"].removesuffix(" is noted.")
    assert surrogate in first["prompt"][0]["content"]
    assert first["release_id"] == pair_id(first["prompt"], first["chosen"], first["rejected"]) != first["pair_id"]
    assert second["release_id"] == second["pair_id"]


TURN = st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": st.text(max_size=5)})
PART = st.lists(TURN, max_size=3)


@given(st.lists(st.tuples(PART, PART, PART), max_size=5))
def test_parts_come_out_as_they_went_in_where_nothing_is_replaced(parts: list[tuple[Turns, Turns, Turns]]) -> None:
    pairs = _table(*(_pair(*each) for each in parts))
    found = redact_preferences(pairs, _untouched)
    assert found.select(PREFERENCE_PAIRS.names).to_pylist() == pairs.to_pylist()
    assert found["release_id"].to_pylist() == pairs["pair_id"].to_pylist()


def _row(name: str, split: str | None, reason: str | None = None) -> dict[str, Any]:
    return {
        "id": name, "split": split, "category": "psychology", "source": "pairs", "reason": reason,
        "prompt": _said(f"Question {name}?"), "chosen": _said("Good.", first=1), "rejected": _said("Bad.", first=1),
    }  # fmt: skip


ROWS = [_row("a", "train"), _row("b", "train", "identifiers_left"), _row("c", "train"), _row("d", "train"), _row("e", "test")]
LEFT_OUT = [_row("f", None, "conversation_not_selected")]


def _write(folder: Path, *cuts: int) -> Any:
    table, batches, start = pa.Table.from_pylist([*ROWS, *LEFT_OUT], schema=PAIRS), [], 0
    for end in (*cuts, table.num_rows):
        batches += table.slice(start, end - start).to_batches()
        start = end
    settings = ExportSettings(formats=("preference",), shard_rows=2)
    return write_exports([], folder, settings, counts={}, pairs=batches)


def test_pairs_are_exported_as_prompt_chosen_and_rejected_messages(tmp_path: Path) -> None:
    found = _write(tmp_path)
    assert [(each["file"], each["rows"], each["trainable_tokens"]) for each in found.files.to_pylist()] == [
        ("preference/test-00000.jsonl", 1, None),
        ("preference/train-00000.jsonl", 2, None),
        ("preference/train-00001.jsonl", 1, None),
    ]
    first = json.loads((tmp_path / "preference/train-00000.jsonl").read_text().splitlines()[0])
    assert first == {
        "id": "a", "category": "psychology", "source": "pairs",
        "prompt": [{"role": "user", "content": "Question a?"}],
        "chosen": [{"role": "assistant", "content": "Good."}],
        "rejected": [{"role": "assistant", "content": "Bad."}],
    }  # fmt: skip


def test_a_pair_that_is_left_out_is_listed_with_its_reason(tmp_path: Path) -> None:
    assert [(each["id"], each["split"], each["reason"]) for each in _write(tmp_path).rejected.to_pylist()] == [
        ("b", "train", "identifiers_left"),
        ("f", None, "conversation_not_selected"),
    ]


def test_the_bytes_of_pairs_do_not_depend_on_how_batches_are_cut(tmp_path: Path) -> None:
    one, other = _write(tmp_path / "one"), _write(tmp_path / "other", 1, 4, 5)
    assert one.files.equals(other.files)
    assert one.rejected.equals(other.rejected)
