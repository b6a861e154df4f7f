"""Whatever bytes a file holds, reading it gives rows and raises nothing."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from .reading import rows_of

SUFFIXES = ["json", "jsonl", "csv", "tsv", "txt", "xml", "yaml", "parquet", "arrow", "zip", "tar", "gz", "html", ""]
RECORDS = [{"id": n, "turns": [{"role": "user", "content": f"Good morning, it is day {n}."}]} for n in range(40)]
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()


@cache
def valid_files() -> dict[str, bytes]:
    """A small valid file of every kind that can be read."""
    table = pa.Table.from_pylist(RECORDS)
    files = {
        "x.jsonl": LINES,
        "x.json": json.dumps(RECORDS, indent=1).encode(),
        "doc.json": json.dumps({"data": RECORDS}).encode(),
        "x.csv": b'a,b\r\n1,"x, ""y""\r\nz"\r\n2,w\r\n' * 5,
        "x.xml": b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE d [<!ENTITY a "b">]><d><r x="1">&a; <b>c</b></r><r/></d>',
        "x.yaml": b"a: &x {b: [1, 'two', \"three\"]}\nc: *x\n---\n- d\n- |\n  e\n",
        "x.txt": "\u201cHow are you?\u201d \u2013 fine\n".encode("utf-16"),
        "x.gz": gzip.compress(LINES),
        "x.bz2": bz2.compress(LINES),
        "x.xz": lzma.compress(LINES),
        "x.lzma": lzma.compress(LINES, lzma.FORMAT_ALONE),
        "x.zst": zstd.compress(LINES),
    }
    for name, write in (
        ("plain.parquet", lambda sink: pq.write_table(table, sink, compression="none")),
        ("x.parquet", lambda sink: pq.write_table(table, sink, row_group_size=15)),
        ("x.arrow", lambda sink: _write_arrow(pa.ipc.new_file, sink, table)),
        ("stream.arrow", lambda sink: _write_arrow(pa.ipc.new_stream, sink, table)),
    ):
        sink = io.BytesIO()
        write(sink)
        files[name] = sink.getvalue()
    members = {f"folder/{name}": data for name, data in files.items()}
    for name, method in (("x.zip", zipfile.ZIP_DEFLATED), ("stored.zip", zipfile.ZIP_STORED), ("lzma.zip", zipfile.ZIP_LZMA)):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", method) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        files[name] = sink.getvalue()
    for name, form in (("x.tar", tarfile.PAX_FORMAT), ("gnu.tar", tarfile.GNU_FORMAT)):
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w", format=form) as tar:
            for member, data in {**members, "long/" * 40 + "x\u00e9.jsonl": LINES}.items():
                info = tarfile.TarInfo(member)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        files[name] = sink.getvalue()
    files["x.tar.gz"] = gzip.compress(files["x.tar"])
    return files


def _write_arrow(new: object, sink: io.BytesIO, table: pa.Table) -> None:
    with new(sink, table.schema) as writer:  # type: ignore[operator]
        writer.write_table(table, max_chunksize=15)


NAMES = st.sampled_from(sorted(valid_files()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("name", sorted(valid_files()))
def test_the_files_that_are_damaged_below_are_valid(folder: Path, name: str) -> None:
    assert [row for row in rows_of(folder, name, valid_files()[name]) if row[3] is not None] == []


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes(data: bytes, suffix: str, folder: Path) -> None:
    rows_of(folder, f"x.{suffix}", data)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_behind_the_beginning_of_a_valid_file(data: st.DataObject, suffix: str, folder: Path) -> None:
    valid = valid_files()[data.draw(NAMES)]
    kept = data.draw(st.integers(0, min(len(valid), 600)))
    rows_of(folder, f"x.{suffix}", valid[:kept] + data.draw(st.binary(max_size=200)))


@settings(max_examples=300, deadline=None)
@given(data=st.data(), name=NAMES)
def test_a_file_that_is_cut_anywhere(data: st.DataObject, name: str, folder: Path) -> None:
    valid = valid_files()[name]
    rows_of(folder, name, valid[: data.draw(st.integers(0, len(valid)))])


@settings(max_examples=500, deadline=None)
@given(data=st.data(), name=NAMES)
def test_bits_that_are_flipped_anywhere(data: st.DataObject, name: str, folder: Path) -> None:
    damaged = bytearray(valid_files()[name])
    for place in data.draw(st.lists(st.integers(0, len(damaged) * 8 - 1), min_size=1, max_size=6)):
        damaged[place // 8] ^= 1 << place % 8
    rows_of(folder, name, bytes(damaged))


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(st.sampled_from('{}[]<>"\\/&;:,|\t\n\r \ufeff-*&!?%#@`a0.\u00e9\u2028\x00\x1f'), max_size=80),
    suffix=st.sampled_from(SUFFIXES),
    start=st.sampled_from(["", "{", "[", "<?xml", "<a>", "- ", "a,b\n", "a\tb\n", "\ufeff"]),
)
def test_any_text_of_the_characters_that_formats_are_made_of(text: str, suffix: str, start: str, folder: Path) -> None:
    rows_of(folder, f"x.{suffix}", start + text)
