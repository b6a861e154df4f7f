"""Tables and plain text: CSV and its kin, Parquet, and files that are one text."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pixel_assets.sources.readers import read_file


def read(folder: Path, name: str, data: bytes | str) -> list[object]:
    """Records as objects, problems as texts."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    rows: list[object] = []
    for batch in read_file(path, name, "src"):
        for record, problem in zip(batch["record"].to_pylist(), batch["problem"].to_pylist(), strict=True):
            rows.append(problem if record is None else orjson.loads(record))
    return rows


def test_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    data = 'a,b\r\n"1, ""x""","two\r\nlines"\r\n\r\n3,\r\n'
    assert read(tmp_path, "x.csv", data) == [{"a": '1, "x"', "b": "two\r\nlines"}, {"a": "3", "b": ""}]


def test_ragged_rows_are_problems_and_the_others_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", "a,b\n1\n1,2\n1,2,3\n") == [
        "ragged_row: 1 cells, expected 2",
        {"a": "1", "b": "2"},
        "ragged_row: 3 cells, expected 2",
    ]


def test_empty_and_repeated_names_of_columns_are_made_distinct(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", ",t,u_2,u,u\n1,2,3,4,5\n") == [{"column_1": "1", "t": "2", "u_2": "3", "u": "4", "u_3": "5"}]


def test_a_first_row_that_is_data_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", "1,is it so?,0\n2,or so?,1\n")[0] == {
        "column_1": "1",
        "column_2": "is it so?",
        "column_3": "0",
    }


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ","])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    data = "\n".join(delimiter.join(row) for row in (("a", "b", "c"), ("1", "2", "3"), ("4", "5", "6")))
    assert read(tmp_path, "x.csv", data) == [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "6"}]


def test_tab_separated_text_is_a_table_under_any_name(tmp_path: Path) -> None:
    assert read(tmp_path, "x.txt", "a\tb\n1\tx, y\n") == [{"a": "1", "b": "x, y"}]


def test_a_quote_that_is_never_closed_is_a_problem_and_swallows_nothing_silently(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", 'a,b\n1,2\n3,"4\n5,6\n7,8\n') == [
        {"a": "1", "b": "2"},
        "unterminated_quote: a quoted cell is not closed before the end of the file",
    ]


def test_windows_1252_is_decoded(tmp_path: Path) -> None:
    text = "q,a\n" + "".join(f"what\u2019s {n}?,it\u2019s \u201cfine\u201d \u2013 really\n" for n in range(30))
    assert read(tmp_path, "x.csv", text.encode("cp1252"))[0] == {
        "q": "what\u2019s 0?",
        "a": "it\u2019s \u201cfine\u201d \u2013 really",
    }


def test_a_damaged_cell_in_utf8_spoils_its_row_only(tmp_path: Path) -> None:
    good = "caf\u00e9 \u2013 \u2019,x\n".encode()
    rows = read(tmp_path, "x.csv", b"a,b\n" + good + b"\xff,y\n" + good)
    assert rows[1] == "invalid_encoding: 1 cells are not valid UTF-8"
    assert rows[0] == rows[2] == {"a": "caf\u00e9 \u2013 \u2019", "b": "x"}


def test_parquet_values_become_json(tmp_path: Path) -> None:
    table = pa.table(
        {
            "messages": [[{"role": "user", "content": "x"}], None],
            "day": [datetime.date(2024, 1, 2), None],
            "at": [datetime.datetime(2024, 1, 2, 3, 4, 5), None],
            "price": [decimal.Decimal("1.50"), None],
            "raw": [b"abc", b"\xff"],
            "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
            "nan": [float("nan"), 1.5],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    first, second = read(tmp_path, "x.parquet", sink.getvalue())
    assert first == {
        "messages": [{"role": "user", "content": "x"}],
        "day": "2024-01-02",
        "at": "2024-01-02T03:04:05",
        "price": "1.50",
        "raw": "abc",
        "map": [["k", 1]],
        "nan": None,
    }
    assert isinstance(second, dict)
    assert second["raw"] == "/w=="


def test_damaged_parquet_is_unreadable(tmp_path: Path) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(1000))}), sink)
    data = sink.getvalue()
    for broken in (data[:-20], data[:4] + data[50:], b"PAR1", b"not parquet"):
        rows = read(tmp_path, "x.parquet", broken)
        assert str(rows[-1]).startswith("unreadable_file")


def test_rows_too_large_for_memory_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixel_assets.sources.readers.parquet.MAX_RECORD_BYTES", 10)
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": ["x" * 100]}), sink)
    assert "row group 1" in str(read(tmp_path, "x.parquet", sink.getvalue())[0])


def test_plain_text_is_one_record(tmp_path: Path) -> None:
    assert read(tmp_path, "x.txt", "user: hello\n\nagent: hi\n") == [{"text": "user: hello\n\nagent: hi\n"}]
    assert read(tmp_path, "x.srt", "[Music] begins\n") == [{"text": "[Music] begins\n"}]


def test_lists_of_any_length_are_rows_with_a_rest(tmp_path: Path) -> None:
    lists = [["calm", "quiet", "still"], ["joy", "glad"], ["fear", "dread", "panic", "terror"], ["a"] * 6, ["b"] * 5]
    assert read(tmp_path, "x.tsv", "\n".join(map("\t".join, lists))) == [
        {"column_1": first, "rest": rest} for first, *rest in lists
    ]


@pytest.mark.parametrize(
    "rows",
    [
        # Commas that should have been quoted: the header is the shortest row
        ["id,text", "1,a", "2,a,b", "3,a,b,c", "4,a,b,c,d", "5,a,b,c,d,e"],
        # Line ends that should have been quoted: the header is the longest row
        ["a,b,c,d,e,f,g", "1,2", "3,4,5", "6,7,8,9", "1,2,3,4,5", "1,2,3,4,5,6"],
        # A header that some rows fit
        ["a,b,c", "1,2,3", "1,2", "1,2,3,4", "1,2,3,4,5", "4,5,6"],
    ],
)
def test_a_broken_table_is_not_taken_for_lists(tmp_path: Path, rows: list[str]) -> None:
    assert any(str(value).startswith("ragged_row") for value in read(tmp_path, "x.csv", "\n".join(rows)))


def test_quotes_that_mean_nothing_are_kept(tmp_path: Path) -> None:
    assert read(tmp_path, "x.tsv", 'face\tvalue\n":\t1\n"quoted"\t2\n;"\t3\n') == [
        {"face": '":', "value": "1"},
        {"face": '"quoted"', "value": "2"},
        {"face": ';"', "value": "3"},
    ]


def test_quotes_that_hold_tabs_or_lines_together_are_taken_off(tmp_path: Path) -> None:
    data = 'a\tb\n"x\ty"\t"say ""so"""\n"two\nlines"\tz\n'
    assert read(tmp_path, "x.tsv", data) == [{"a": "x\ty", "b": 'say "so"'}, {"a": "two\nlines", "b": "z"}]


def test_decimal_commas_are_no_delimiters(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", "1,5;2,5;0,1\n3,5;4,5;0,2\n")[0] == {
        "column_1": "1,5",
        "column_2": "2,5",
        "column_3": "0,1",
    }
    assert read(tmp_path, "x.csv", "a;b\n1,5;2,5\n") == [{"a": "1,5", "b": "2,5"}]


def test_mixed_line_ends_each_end_a_row(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", "a,b\r1,2\n3,4\r\n5,6") == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
        {"a": "5", "b": "6"},
    ]


def test_marks_between_joined_files_are_taken_off(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", '\ufeffa,b\n1,2\n\ufeff"3",4\n') == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_zero_byte_is_a_character_like_others(tmp_path: Path) -> None:
    cells = "".join(f"{n},some words of row {n} that are text\n" for n in range(20))
    rows = read(tmp_path, "x.csv", "a,b\n" + cells.replace("row 7", "row\0 7"))
    assert rows[7] == {"a": "7", "b": "some words of row\0 7 that are text"}
    assert len(rows) == 20


@pytest.mark.parametrize("before", range(2**16 - 40, 2**16 + 8, 5))
def test_cells_with_line_ends_are_read_across_blocks(tmp_path: Path, before: int) -> None:
    data = 'a,b\r\n"' + "x" * before + '","one\r\ntwo ""three"""\r\n4,5\r\n'
    assert read(tmp_path, "x.csv", data) == [{"a": "x" * before, "b": 'one\r\ntwo "three"'}, {"a": "4", "b": "5"}]


def test_arrow_files_and_streams_give_their_rows(tmp_path: Path) -> None:
    table = pa.table({"messages": [[{"role": "user", "content": f"{n}"}] for n in range(10)]})
    expected = [{"messages": [{"role": "user", "content": f"{n}"}]} for n in range(10)]
    for new in (pa.ipc.new_file, pa.ipc.new_stream):
        sink = io.BytesIO()
        with new(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=3)
        assert read(tmp_path, "x.arrow", sink.getvalue()) == expected
    assert read(tmp_path, "x", gzip.compress(sink.getvalue())) == expected


def test_a_cut_arrow_stream_gives_the_batches_before_the_cut(tmp_path: Path) -> None:
    table = pa.table({"a": list(range(1000))})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)
    rows = read(tmp_path, "x.arrow", sink.getvalue()[:5000])
    assert rows[:-1] == [{"a": n} for n in range(len(rows) - 1)]
    assert rows[-1] == f"unreadable_file: the Arrow data is damaged after row {len(rows) - 1}"
    assert len(rows) > 300


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (b"RIFF\0\0\0\0WAVE", "media_file: audio (WAV)"),
        (b"fLaC\0\0\0\x22" + bytes(40), "media_file: audio (FLAC)"),
        (b"ID3\4\0\0\0\0\0\0", "media_file: audio (MP3)"),
        (b"\xff\xfb\x90\0" + bytes(40), "media_file: audio (MP3)"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20), "media_file: picture (PNG)"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "media_file: picture (JPG)"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "media_file: video (MP4)"),
        (b"%PDF-1.4\n1 0 obj\n", "media_file: document (PDF)"),
        (b"{\\rtf1 text}", "media_file: document (RTF)"),
        (b"SQLite format 3\0" + bytes(40), "unreadable_file: binary content (SQLITE) that is none of the known kinds"),
        (bytes(range(256)), "unreadable_file: binary content that is none of the known kinds"),
    ],
)
def test_media_are_told_by_their_first_bytes(tmp_path: Path, head: bytes, problem: str) -> None:
    assert read(tmp_path, "x.txt", head) == [problem]


def test_text_that_begins_like_a_picture_is_text(tmp_path: Path) -> None:
    for text in ("BMI is a measure", "ID3 tags, explained", "FORM to fill in", "GIF89a or not"):
        assert read(tmp_path, "x.txt", text) == [{"text": text}]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unicode_is_told_without_a_mark(tmp_path: Path, codec: str) -> None:
    text = "How are you?\nIt\u2019s fine \u2013 really, caf\u00e9 and all.\n"
    assert read(tmp_path, "x.txt", text.encode(codec)) == [{"text": text}]
