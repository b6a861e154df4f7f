"""Withdrawals: hashes in a file, and records that lose their text and keep their number."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.sources.files import list_files, observe
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.records import RAW_RECORDS
from pixel_assets.sources.registry import Registry
from pixel_assets.sources.source import Source
from pixel_assets.sources.withdrawals import (
    Withdrawals,
    find_records,
    load_withdrawals,
    record_hash,
    recording_hash,
    save_withdrawals,
    withhold,
)

ID = "0123456789abcdef" * 2


def batch(*records: str | None) -> pa.RecordBatch:
    rows = [
        {
            "source": "s",
            "file": "f.jsonl",
            "row": number,
            "record": record,
            "problem": None if record is not None else "broken: x",
        }
        for number, record in enumerate(records, 1)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=RAW_RECORDS)


def source(name: str) -> Source:
    return Source(name=name, path=(f"{name}.jsonl",), category="voice", title="A source", licence="MIT")


def test_a_withdrawn_record_loses_its_text_and_says_why() -> None:
    found = withhold(batch("one", "two", None, "two"), [record_hash("two")])
    assert found.column("record").to_pylist() == ["one", None, None, None]
    problem = "withdrawn: its removal was asked for"
    assert found.column("problem").to_pylist() == [None, problem, "broken: x", problem]
    assert found.schema.equals(RAW_RECORDS)


def test_a_hash_with_a_place_means_the_record_there_alone() -> None:
    found = withhold(batch("two", "one", "two"), [record_hash("two", ("f.jsonl", 3))])
    assert found.column("record").to_pylist() == ["two", "one", None]


def test_without_withdrawals_a_batch_is_left_as_it_is() -> None:
    given_ = batch("one")
    assert withhold(given_, ()) is given_
    assert withhold(given_, [record_hash("xyz")]) is given_


@given(st.lists(st.text(max_size=6), max_size=12), st.sets(st.integers(0, 11)))
def test_all_that_is_named_is_found_and_nothing_else(records: list[str], chosen: set[int]) -> None:
    wanted = {records[n] for n in chosen if n < len(records)}
    found = find_records(batch(*records), frozenset(map(record_hash, wanted)))
    assert found.tolist() == [n for n, record in enumerate(records) if record in wanted]


def test_a_file_that_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "withdrawals.yaml"
    whole = Withdrawals(
        sources={"b": "", "a": "licence ended: see the letter"}, conversations={ID: "asked"},
        records={"c": (record_hash("x"),)}, recordings={"t": (recording_hash("talks/one.wav"),)},
    )  # fmt: skip
    save_withdrawals(file, whole)
    assert load_withdrawals(file) == whole
    first = file.read_bytes()
    save_withdrawals(file, Withdrawals() | whole)
    assert file.read_bytes() == first
    assert load_withdrawals(tmp_path / "absent.yaml") == Withdrawals()


def test_joined_withdrawals_lose_nothing_and_keep_the_first_reason() -> None:
    one = Withdrawals(conversations={ID: "first"}, records={"s": (record_hash("b"),)})
    other = Withdrawals(conversations={ID: "second"}, records={"s": (record_hash("a"),), "r": ()})
    both = one | other
    assert both.conversations == {ID: "first"}
    assert set(both.records["s"]) == {record_hash("a"), record_hash("b")}
    assert both | one == both


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conversations: {abc: x}\n", "line 1"),
        ("sources: {a: x}\nrecord: {}\n", "line 2: record: unknown key"),
        ("records: {s: [nonsense]}\n", "line 1"),
    ],
)
def test_a_file_that_was_spoilt_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "withdrawals.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        load_withdrawals(file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError, match="cannot be written"):
        save_withdrawals(tmp_path / "withdrawals.yaml", Withdrawals(sources={"a": ""}))


def test_a_registry_is_without_what_was_withdrawn() -> None:
    whole = Registry({"a": source("a"), "b": source("b")})
    left = whole.without(Withdrawals(sources={"a": "", "gone": ""}, conversations={ID: ""}, records={"b": (record_hash("x"),)}))
    assert left.names == ("b",)
    assert left.select("b").withdrawn_records == (record_hash("x"),)
    assert left.select("b").withdrawn_conversations == (ID,)
    assert whole.select("b").withdrawn_records == ()
    with pytest.raises(UsageError, match="was withdrawn"):
        left.select("a")


def test_a_withdrawn_recording_is_known_by_its_path() -> None:
    talks = source("talks").withholding(
        Withdrawals(recordings={"talks": (recording_hash("one.wav"), recording_hash("one.en.vtt"))})
    )
    assert [name for name in ("one.wav", "one.en.vtt", "one.two.wav") if talks.withholds(name)] == ["one.wav", "one.en.vtt"]


def test_a_withdrawn_recording_is_not_among_the_files_of_its_source(tmp_path: Path) -> None:
    for name in ("one.wav", "one.en.vtt", "two.wav"):
        (tmp_path / name).write_bytes(b"x")
    talks = Source(name="talks", recordings=("*",), category="voice", title="Talks", licence="MIT")
    before = observe(talks, tmp_path, FileHashCache(tmp_path.parent / "cache.json")).version
    left = talks.withholding(Withdrawals(recordings={"talks": (recording_hash("one.wav"), recording_hash("one.en.vtt"))}))
    assert [file.name for file in list_files(left, tmp_path)] == ["two.wav"]
    assert observe(left, tmp_path, FileHashCache(tmp_path.parent / "cache.json")).version != before
