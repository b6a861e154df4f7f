"""Blocks: cut by the rows alone, and every broken promise of the input is an error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.release import blocks as module
from pixel_assets.release.blocks import blocks

from .tables import cut, row

ROWS = [row(f"{number}", "train") for number in range(7)] + [row("0", "test"), row("1", "test")]
COUNTS = {"train": 7, "validation": 0, "test": 2}


def _shape(*sizes: int, shard_rows: int = 3) -> list[tuple[tuple[str, int], list[object]]]:
    found = blocks(cut(ROWS, *sizes), COUNTS, shard_rows)
    return [(block.file, block.rows.column("conversation_id").to_pylist()) for block in found]


def test_a_block_never_crosses_the_end_of_a_file_or_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_ROWS", 2)
    assert _shape() == [
        (("train", 0), ["0", "1"]),
        (("train", 0), ["2"]),
        (("train", 1), ["3", "4"]),
        (("train", 1), ["5"]),
        (("train", 2), ["6"]),
        (("test", 0), ["0", "1"]),
    ]


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), max_size=8))
def test_blocks_do_not_depend_on_how_batches_are_cut(sizes: list[int]) -> None:
    assert _shape(*sizes) == _shape()


def _read(rows: list[dict[str, object]], **counts: int) -> None:
    list(blocks(cut(rows), counts, 10))


def test_too_few_and_too_many_rows_are_errors() -> None:
    rows = [row("0", "train"), row("1", "train")]
    with pytest.raises(ValueError, match="train: 1 rows fewer arrive than were counted"):
        _read(rows, train=3)
    with pytest.raises(
        ValueError, match=r"more rows arrive than were counted \(train 1, validation 0, test 0\)"
    ):
        _read(rows, train=1)
    with pytest.raises(ValueError, match="train: more or fewer rows arrive"):
        _read([row("0", "train"), row("0", "test")], train=2)


@pytest.mark.parametrize(
    "rows",
    [
        [row("1", "train"), row("0", "train")],
        [row("0", "train"), row("0", "train")],
        [row("0", "test"), row("1", "train")],
    ],
)
def test_rows_out_of_order_or_twice_are_errors(rows: list[dict[str, object]]) -> None:
    with pytest.raises(ValueError, match="arrives out of order or twice"):
        _read(rows, train=2)


def test_unknown_splits_are_errors() -> None:
    with pytest.raises(ValueError, match="split 'dev'"):
        _read([row("0", "dev")], train=1)
    with pytest.raises(ValueError, match=r"counts: splits \['dev'\]"):
        _read([], dev=1)
