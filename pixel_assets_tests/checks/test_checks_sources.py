"""Checks of sources and conversations, each on a table that is right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.sources.registry import Expected, Quality

from .tables import SOURCE, Rows, find, judge

RECORDS: Rows = [{"source": "s", "file": "f", "row": row, "record": "{}"} for row in (1, 2, 3)]
CONVERSATION = {"source": "s", "file": "f", "rows": [1, 2], "conversation_id": "a"}
REJECTED = {"source": "s", "file": "f", "row": 3, "reason": "no_reply"}


def test_has_records_passes_with_one_readable_record(tmp_path: Path) -> None:
    verdict = judge(tmp_path, find("raw_records", "has_records"), {"raw_records": RECORDS}, partition="s")
    assert verdict.passed
    assert verdict.measured == {"records": 3, "readable": 3}


@pytest.mark.parametrize("rows", [[], [{"source": "s", "file": "f", "row": 0, "record": None, "problem": "not_text"}]])
def test_has_records_fails_where_nothing_can_be_read(tmp_path: Path, rows: Rows) -> None:
    verdict = judge(tmp_path, find("raw_records", "has_records"), {"raw_records": rows}, partition="s")
    assert not verdict.passed
    assert verdict.measured["readable"] == 0


def conservation(folder: Path, conversations: Rows, rejected: Rows) -> tuple[bool, int, int, int]:
    tables = {"raw_records": RECORDS, "conversations": conversations, "rejected_records": rejected}
    verdict = judge(folder, find("conversations", "conservation"), tables, partition="s")
    return verdict.passed, verdict.measured["lost"], verdict.measured["twice"], verdict.measured["unknown"]


def test_conservation_passes_when_every_record_is_somewhere(tmp_path: Path) -> None:
    assert conservation(tmp_path, [CONVERSATION], [REJECTED]) == (True, 0, 0, 0)
    again = CONVERSATION | {"conversation_id": "b"}  # two conversations of one record, such as a chosen and a rejected answer
    assert conservation(tmp_path / "two", [CONVERSATION, again], [REJECTED]) == (True, 0, 0, 0)


def test_conservation_fails_when_a_record_is_lost(tmp_path: Path) -> None:
    assert conservation(tmp_path, [CONVERSATION], []) == (False, 1, 0, 0)


def test_conservation_fails_when_a_record_is_both_used_and_rejected(tmp_path: Path) -> None:
    assert conservation(tmp_path, [CONVERSATION | {"rows": [1, 2, 3]}], [REJECTED]) == (False, 0, 1, 0)


def test_conservation_fails_when_a_row_comes_from_nowhere(tmp_path: Path) -> None:
    assert conservation(tmp_path, [CONVERSATION], [REJECTED, REJECTED | {"row": 9}]) == (False, 0, 0, 1)


def test_conservation_fails_when_losses_and_inventions_add_up(tmp_path: Path) -> None:
    assert conservation(tmp_path, [CONVERSATION], [REJECTED | {"row": 9}]) == (False, 1, 0, 1)


def test_rejected_share_passes_up_to_a_half_and_names_the_reasons_above(tmp_path: Path) -> None:
    check = find("rejected_records", "rejected_share")
    one = judge(tmp_path, check, {"rejected_records": [REJECTED], "raw_records": RECORDS}, partition="s")
    two = judge(
        tmp_path / "two", check, {"rejected_records": [REJECTED, REJECTED | {"row": 2}], "raw_records": RECORDS}, partition="s"
    )
    none = judge(tmp_path / "none", check, {"rejected_records": [], "raw_records": []}, partition="s")
    assert (one.passed, two.passed, none.passed) == (True, False, True)
    assert "no_reply 2" in two.description
    assert two.measured["share"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("bound", "passed"), [(0.3, False), (0.34, True), (1.0, True)])
def test_the_bound_on_rejections_is_that_of_the_source(tmp_path: Path, bound: float, passed: bool) -> None:
    tables = {"rejected_records": [REJECTED], "raw_records": RECORDS}
    source = SOURCE.model_copy(update={"quality": Quality(max_rejected=bound)})
    verdict = judge(tmp_path, find("rejected_records", "rejected_share"), tables, partition="s", source=source)
    assert (verdict.passed, verdict.measured["bound"]) == (passed, bound)


@pytest.mark.parametrize(
    ("expected", "passed"),
    [
        (Expected(), True),
        (Expected(records=3, tolerance=0), True),
        (Expected(records=4, tolerance=0.25), True),
        (Expected(records=6), False),
        (Expected(records=2), False),
    ],
)
def test_a_source_that_is_half_there_is_noticed(tmp_path: Path, expected: Expected, passed: bool) -> None:
    file = {"source": "s", "file": "g", "row": 0, "record": None, "problem": "empty_file: it holds no record"}
    source = SOURCE.model_copy(update={"expected": expected})
    check = find("raw_records", "expected_records")
    verdict = judge(tmp_path, check, {"raw_records": [*RECORDS, file]}, partition="s", source=source)
    assert (verdict.passed, verdict.measured["records"], check.blocking) == (passed, 3, False)


FILES: Rows = [
    {"file": "a", "bytes": 100, "conversations": 3, "mean_turns": 2.0, "mean_words": 10.0},
    {"file": "b", "bytes": 20, "conversations": 1, "mean_turns": 6.0, "mean_words": 50.0},
    {"file": "c", "conversations": 0},
]


@pytest.mark.parametrize(
    ("expected", "quality", "off"),
    [
        (Expected(), Quality(), ""),
        (Expected(bytes=120, tolerance=0), Quality(turns=(3, 3), words=(20, 20)), ""),
        (Expected(bytes=100), Quality(), "bytes 120 outside 90 to 110"),
        (Expected(), Quality(turns=(2, 2.5), words=(30, 40)), "turns 3 outside 2 to 2.5; words 20 outside 30 to 40"),
    ],
)
def test_a_source_unlike_its_profile_is_noticed(tmp_path: Path, expected: Expected, quality: Quality, off: str) -> None:
    source = SOURCE.model_copy(update={"expected": expected, "quality": quality})
    check = find("source_inventory", "profile")
    verdict = judge(tmp_path, check, {"source_inventory": FILES}, partition="s", source=source)
    assert verdict.passed == (not off)
    assert not off or verdict.description == off
    assert not check.blocking


def test_a_source_without_conversations_has_no_lengths_to_judge(tmp_path: Path) -> None:
    source = SOURCE.model_copy(update={"quality": Quality(turns=(2, 2))})
    check = find("source_inventory", "profile")
    assert judge(tmp_path, check, {"source_inventory": FILES[2:]}, partition="s", source=source).passed
    assert judge(tmp_path / "none", check, {"source_inventory": []}, partition="s", source=source).passed
