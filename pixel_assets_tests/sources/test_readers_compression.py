"""Packed files: every packer, many streams in one file, damage, and bombs."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from pixel_assets.sources.readers import compression, content

from .reading import rows_of, values_of

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zst": zstd.compress,
}
LINES = [json.dumps({"n": n, "t": random.Random(n).randbytes(20).hex()}) for n in range(3000)]
TEXT = "\n".join(LINES).encode()
DAMAGE = "unreadable_file: the compressed data is damaged or cut off"


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.{}", "noname"])
def test_packed_files_are_told_by_their_bytes(tmp_path: Path, packer: str, name: str) -> None:
    assert values_of(tmp_path, name.format(packer), PACKERS[packer](b'{"a":1}\n{"a":2}\n')) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("packer", ["gz", "bz2", "xz", "zst"])
def test_all_streams_of_a_file_are_read(tmp_path: Path, packer: str) -> None:
    pack = PACKERS[packer]
    assert values_of(tmp_path, "x", pack(b'{"a":1}\n{"a":') + pack(b"2}\n") + pack(b'{"a":3}')) == [{"a": n} for n in (1, 2, 3)]


@pytest.mark.parametrize("packer", PACKERS)
def test_a_cut_gives_what_stands_before_it(tmp_path: Path, packer: str) -> None:
    data = PACKERS[packer](TEXT)
    rows = rows_of(tmp_path, "x.jsonl", data[: len(data) * 3 // 4])
    assert rows[-1][1:] == (0, None, DAMAGE)
    read = [row[2] for row in rows[:-2]]  # the last line may be cut as well
    assert read == LINES[: len(read)]
    assert len(read) > 500 or packer == "bz2"  # which packs 900 KB at once


def test_a_zstd_file_may_begin_with_a_frame_to_be_skipped(tmp_path: Path) -> None:
    skipped = b"\x50\x2a\x4d\x18\x04\0\0\0size"
    assert values_of(tmp_path, "x.zst", skipped + zstd.compress(b'{"a":1}\n{"a":2}\n')) == [{"a": 1}, {"a": 2}]


def test_bytes_after_the_end_are_damage_and_what_stands_before_is_read(tmp_path: Path) -> None:
    rows = values_of(tmp_path, "x.jsonl", gzip.compress(b'{"a":1}\n{"a":2}\n') + b"more")
    assert rows == [{"a": 1}, {"a": 2}, DAMAGE]


@pytest.mark.parametrize("packer", PACKERS)
def test_tables_and_parquet_may_be_packed(tmp_path: Path, packer: str, parquet: bytes) -> None:
    assert values_of(tmp_path, f"x.csv.{packer}", PACKERS[packer](b"a,b\n1,2\n")) == [{"a": "1", "b": "2"}]
    assert values_of(tmp_path, f"x.parquet.{packer}", PACKERS[packer](parquet)) == [{"a": 1}, {"a": 2}]


def test_packed_again_and_again_is_refused(tmp_path: Path) -> None:
    data = b'{"a":1}\n{"a":2}\n'
    for _ in range(3):
        data = gzip.compress(data)
    assert len(values_of(tmp_path, "x", data)) == 2
    assert values_of(tmp_path, "x", gzip.compress(data)) == ["unreadable_file: compressed more than 3 times"]


def test_a_bomb_gives_what_was_read_and_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "FREE_BYTES", 3 * 2**20)
    monkeypatch.setattr(content, "BLOCK_BYTES", 2**16)
    line = json.dumps({"t": "x" * 1000})
    rows = values_of(tmp_path, "x.jsonl", bz2.compress(f"{line}\n".encode() * 40_000))
    assert rows[0] == json.loads(line)
    assert str(rows[-1]).startswith("unreadable_file: a decompression bomb")
    assert 1000 < len(rows) < 4000


def test_no_file_may_unpack_to_more_than_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "MAX_BYTES", 100_000)
    monkeypatch.setattr(content, "BLOCK_BYTES", 2**14)
    assert "bomb" in str(values_of(tmp_path, "x.jsonl", gzip.compress(TEXT))[-1])


def test_what_shrinks_well_but_is_small_is_no_bomb(tmp_path: Path) -> None:
    (record,) = values_of(tmp_path, "x.txt", bz2.compress(b"a" * 20_000_000))
    assert len(record["text"]) == 20_000_000


def test_text_that_begins_like_a_packer_is_text(tmp_path: Path) -> None:
    assert values_of(tmp_path, "x.txt", "BZh9 is no word\n") == [{"text": "BZh9 is no word\n"}]


@pytest.mark.parametrize("packer", PACKERS)
def test_what_is_packed_and_empty_is_an_empty_file(tmp_path: Path, packer: str) -> None:
    assert values_of(tmp_path, "x", PACKERS[packer](b"")) == ["empty_file: it holds no record"]
