"""The traps that real files hold, one test each: labels in file names, damage, repetition, literals, line ends."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.settings import REGISTRY_FILE
from pixel_assets.sources.files import list_files
from pixel_assets.sources.readers import read_file
from pixel_assets.sources.registry import load_registry

REGISTRY = load_registry(REGISTRY_FILE)


def rows_of(name: str, root: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Conversations (their metadata parsed) and rejected records of a source of the shipped registry."""
    source = REGISTRY.select(name)
    conversations: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    for file in list_files(source, root):
        for part in standardize_file(read_file(file.path, file.name, name), source.hints()):
            conversations += part.conversations.to_pylist()
            rejected += part.rejected.to_pylist()
    for row in conversations:
        row["metadata"] = orjson.loads(row["metadata"] or b"{}")
    return conversations, rejected


def records_of(name: str, root: Path) -> list[dict[str, Any]]:
    return [
        orjson.loads(record)
        for file in list_files(REGISTRY.select(name), root)
        for batch in read_file(file.path, file.name, name)
        for record in batch["record"].to_pylist()
    ]


# What the publishers say of their sets: values of a label, and how often each
LABELS = [
    ("annomi", "mi_quality", {"high": 59, "low": 12}),
    ("crisis_conversations", "is_crisis", {True: 13, False: 13}),
    ("epitome", "scale", {"emotional-reactions": 1542, "explorations": 1542, "interpretations": 1542}),
    ("epitome", "level", {"0": 1020 + 807 + 1314, "1": 447 + 65 + 51, "2": 75 + 670 + 177}),
    ("bbq", "axis", {"Disability_status": 440, "Religion": 320, "Sexual_orientation": 232}),
    ("bbq", "context_condition", {"ambig": 496, "disambig": 496}),
    ("empathetic_dialogues", "emotion", {"anxious": 773, "lonely": 814}),
]


@pytest.mark.parametrize(("name", "label", "counts"), LABELS)
def test_labels_come_through_as_published(name: str, label: str, counts: dict[Any, int], shared_data: Path) -> None:
    conversations, _ = rows_of(name, shared_data)
    assert Counter(row["metadata"][label] for row in conversations) == counts


def test_a_label_that_stands_only_in_the_name_of_a_file_is_metadata(shared_data: Path) -> None:
    conversations, rejected = rows_of("vera_mh_transcripts", shared_data)
    personas = Counter(row["metadata"]["persona"] for row in conversations)
    assert rejected == []
    assert sorted(personas.values()) == [3] * 7
    # The name is what joins a transcript to the risk level of its persona
    known = {record["Name"] for record in records_of("vera_mh_personas", shared_data)}
    assert set(personas) <= known


def test_a_corrupt_file_costs_itself_alone(shared_data: Path) -> None:
    _, rejected = rows_of("parquet_edge", shared_data)
    lost = {row["file"]: row for row in rejected if row["reason"] == "unreadable_file"}
    assert sorted(lost) == ["parquet_edge/bad_PARQUET-1481.parquet", "parquet_edge/large_string_map.brotli.parquet"]
    assert all(row["row"] == 0 and row["detail"] for row in lost.values())
    assert len({row["file"] for row in rejected}) == 5


def test_lists_that_were_cut_off_are_kept_as_they_are(shared_data: Path) -> None:
    records = records_of("cssrs_reddit", shared_data)
    cut = []
    for record in records:
        try:
            assert isinstance(ast.literal_eval(record["Post"]), list)
        except SyntaxError:
            cut.append(record)
    assert (len(records), len(cut)) == (252, 15)
    assert min(len(record["Post"]) for record in cut) >= 32_000
    _, rejected = rows_of("cssrs_reddit", shared_data)
    assert {row["reason"] for row in rejected} == {"labelled_text"}


def test_an_utterance_that_ten_annotators_labelled_is_said_once(shared_data: Path) -> None:
    many, _ = rows_of("annomi_annotators", shared_data)
    once, _ = rows_of("annomi", shared_data)
    assert {row["conversation_id"] for row in many} == {row["conversation_id"] for row in once}
    assert sum(len(row["rows"]) for row in many) == 6299
    assert sum(len(row["rows"]) for row in once) == 5426


def test_distractors_are_nobodys_words(shared_data: Path) -> None:
    conversations, _ = rows_of("counsel_chat_persona", shared_data)
    said = {row["turns"][-1]["content"] for row in conversations}
    last = {record["utterances"][-1]["candidates"][-1].strip() for record in records_of("counsel_chat_persona", shared_data)}
    assert said == last


def test_line_ends_within_cells_are_part_of_the_text(shared_data: Path) -> None:
    path = shared_data / "counsel_chat/counselchat-data.csv"
    assert b"\r\n" in path.read_bytes()
    conversations, rejected = rows_of("counsel_chat_2021", shared_data)
    assert len(conversations) + len(rejected) == 1482
    assert not any("\r" in turn["content"] for row in conversations for turn in row["turns"])


def test_json_lines_are_recognised_under_any_name(shared_data: Path) -> None:
    conversations, rejected = rows_of("esconv", shared_data)
    assert {row["file"] for row in conversations} == {"esconv/esc-valid.txt"}
    assert (len(conversations), rejected) == (130, [])
    assert all(len(row["metadata"]["strategy"]) > 1 for row in conversations if "strategy" in row["metadata"])


def test_ratings_that_are_lists_in_a_string_stay_whole(shared_data: Path) -> None:
    records = records_of("explanation_ratings", shared_data)
    ratings = [value for record in records for value in record.values() if isinstance(value, str) and value.startswith("[")]
    parsed = [ast.literal_eval(rating) for rating in ratings]
    assert len(parsed) == 4 * len(records) == 4 * 122
    assert all(len(rating) == 3 and set(rating) <= {0, 1, 2, 3} for rating in parsed)


def test_windows_1252_is_read_as_what_it_is(shared_data: Path) -> None:
    conversations, _ = rows_of("mental_health_faq", shared_data)
    text = " ".join(turn["content"] for row in conversations for turn in row["turns"])
    assert "\u2019" in text
    assert "\ufffd" not in text
    assert "\x92" not in text


def test_unfilled_placeholders_are_flagged(shared_data: Path) -> None:
    conversations, _ = rows_of("identity", shared_data)
    unfilled = [row for row in conversations if any("{{" in turn["content"] for turn in row["turns"])]
    assert unfilled
    assert all("placeholder" in row["flags"] for row in unfilled)


def test_a_table_without_a_header_loses_no_row(shared_data: Path) -> None:
    records = records_of("mqp", shared_data)
    assert len(records) == 1524
    assert Counter(record["column_4"] for record in records) == {"0": 762, "1": 762}


def test_texts_that_go_together_by_line_keep_their_lines(shared_data: Path) -> None:
    lines = {len(record["text"].splitlines()) for record in records_of("winobias", shared_data)}
    assert lines == {396}
