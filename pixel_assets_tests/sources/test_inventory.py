"""The inventory: one row a file, whatever became of it, with lengths of what was said and the terms of its source."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.sources.inventory import INVENTORY, FileFacts, Lengths, inventory
from pixel_assets.sources.registry import HubDataset

ENTRY = SimpleNamespace(
    category="voice", tier=2, licence="MIT", constraints=("attribution",), hub=None, url="https://example.org", citation=None
)


def said(*conversations: tuple[str, list[tuple[str, str]]]) -> pa.RecordBatch:
    turns = [[{"role": role, "content": content} for role, content in turns] for _, turns in conversations]
    return pa.record_batch({"file": [file for file, _ in conversations], "turns": pa.array(turns, TURNS)})


def test_speech_is_measured_by_file_and_system_prompts_are_none() -> None:
    lengths = Lengths()
    lengths.add(said(("a", [("system", "be kind"), ("user", "one two"), ("assistant", " three\nfour  five ")])))
    lengths.add(
        said(("b", [("user", ""), ("assistant", "x")]), ("a", [("user", "one"), ("assistant", "two"), ("user", "three")]))
    )
    assert lengths.means("a") == (2.5, 4.0)
    assert lengths.means("b") == (2.0, 1.0)
    assert lengths.means("c") is None


def test_an_empty_batch_measures_nothing() -> None:
    lengths = Lengths()
    lengths.add(said())
    assert lengths.means("a") is None


def rows(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in table.to_pylist()]


def test_every_file_has_a_row_whether_it_gave_records_or_not() -> None:
    lengths = Lengths()
    lengths.add(said(("zip!a", [("user", "one two"), ("assistant", "three")])))
    counts = [
        {"file": "zip!a", "records": 3, "conversations": 1, "rejected": 2, "format": "messages"},
        {"file": "bad.wav", "records": 1, "conversations": 0, "rejected": 1, "format": None},
    ]
    files = {"zip": FileFacts(10, "f" * 64), "bad.wav": FileFacts(20, "e" * 64)}
    table = inventory("s", counts, files, lengths, ENTRY)
    assert table.schema.equals(INVENTORY, check_metadata=True)
    names = ("file", "bytes", "sha256", "records", "conversations", "rejected", "mean_turns", "mean_words", "format")
    assert rows(table, *names) == [
        ("bad.wav", 20, "e" * 64, 1, 0, 1, None, None, None),
        ("zip", 10, "f" * 64, 0, 0, 0, None, None, None),
        ("zip!a", None, None, 3, 1, 2, 2.0, 3.0, "messages"),
    ]
    assert set(rows(table, "source", "category", "tier", "licence", "url", "citation", "hub_dataset")) == {
        ("s", "voice", 2, "MIT", "https://example.org", None, None)
    }
    assert table["constraints"].to_pylist() == [["attribution"]] * 3


def test_a_dataset_of_the_hub_is_named_with_its_commit() -> None:
    hub = HubDataset(dataset="owner/name", revision="a" * 40)
    counts = [{"file": "owner/name/train", "records": 1, "conversations": 1, "rejected": 0, "format": "messages"}]
    table = inventory("s", counts, {}, Lengths(), SimpleNamespace(**{**vars(ENTRY), "hub": hub}))
    assert rows(table, "file", "bytes", "hub_dataset", "hub_revision") == [("owner/name/train", None, "owner/name", "a" * 40)]
