"""Tables and plain text: CSV and its kin, Parquet, and files that are one text."""

from __future__ import annotations

import datetime
import decimal
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
    assert read(tmp_path, "x.csv", ",t,u_2,u,u\n1,2,3,4,5\n") == [
        {"column_1": "1", "t": "2", "u_2": "3", "u": "4", "u_3": "5"}
    ]


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
    text = "q,a\n" + "".join(
        f"what\u2019s {n}?,it\u2019s \u201cfine\u201d \u2013 really\n" for n in range(30)
    )
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


def test_binary_content_is_unreadable(tmp_path: Path) -> None:
    assert read(tmp_path, "x.wav", b"RIFF\0\0\0\0WAVE") == [
        "unreadable_file: binary content that is none of the known kinds"
    ]
