"""JSON in all its shapes: lines, arrays, documents, wrappers; whole, damaged and compressed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.sources.readers import content, json_array, read_file
from pixel_assets.sources.records import RAW_RECORDS

Rows = list[tuple[int, str | None, str | None]]


def read(folder: Path, name: str, data: bytes | str, batch_rows: int = 16_384) -> Rows:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    rows: Rows = []
    for batch in read_file(path, f"sub/{name}", "src", batch_rows):
        assert batch.schema.equals(RAW_RECORDS)
        assert 0 < batch.num_rows <= batch_rows
        batch.validate(full=True)
        columns = batch.to_pydict()
        assert set(columns["file"]) == {f"sub/{name}"}
        assert set(columns["source"]) == {"src"}
        rows += list(zip(columns["row"], columns["record"], columns["problem"], strict=True))
    return rows


def ok(*records: str) -> Rows:
    return [(number, record, None) for number, record in enumerate(records, start=1)]


EMPTY: Rows = [(0, None, "empty_file: it holds no record")]


def test_json_lines_are_numbered_by_line_and_blank_lines_count(tmp_path: Path) -> None:
    data = '{"a":1}\r\n\n  \t\n{"b": "ü"}  \n{not json}\n{"c":3}'
    assert read(tmp_path, "x.jsonl", data) == [
        (1, '{"a":1}', None),
        (4, '{"b": "ü"}  ', None),
        (5, "{not json}", None),
        (6, '{"c":3}', None),
    ]


def test_json_lines_are_recognised_under_any_name(tmp_path: Path) -> None:
    assert read(tmp_path, "x.txt", '{"a":1}\n{"a":2}\n') == ok('{"a":1}', '{"a":2}')
    assert read(tmp_path, "x.json", '{"a":1}\n{"a":2}\n') == ok('{"a":1}', '{"a":2}')


def test_json_lines_with_a_damaged_first_line_are_still_lines(tmp_path: Path) -> None:
    rows = read(tmp_path, "x.json", '{"a":\n' + '{"a":2}\n' * 4)
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5]


def test_batches_of_json_lines_hold_at_most_so_many_rows(tmp_path: Path) -> None:
    rows = read(tmp_path, "x.jsonl", "".join(f'{{"n":{n}}}\n' for n in range(10)), batch_rows=3)
    assert rows == ok(*(f'{{"n":{n}}}' for n in range(10)))


def test_lines_are_joined_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"n": n, "t": "x" * n}) for n in range(60)]
    for size in (1, 2, 7, 64, 1000):
        monkeypatch.setattr(content, "BLOCK_BYTES", size)
        assert read(tmp_path, "x.jsonl", "\n".join(lines)) == ok(*lines)


def test_a_line_beyond_all_bounds_is_a_problem_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "BLOCK_BYTES", 16)
    monkeypatch.setattr("pixel_assets.sources.readers.json_lines.MAX_RECORD_BYTES", 40)
    rows = read(tmp_path, "x.jsonl", '{"a":1}\n{"b":"' + "x" * 200 + '"}\n{"c":3}\n')
    assert [row[0] for row in rows] == [1, 2, 3]
    assert rows[1][1] is None
    assert str(rows[1][2]).startswith("record_too_large")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_taken_off(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "x.jsonl", '{"a":"é"}\n{"a":"ß"}\n'.encode(encoding)) == ok('{"a":"é"}', '{"a":"ß"}')
    assert read(tmp_path, "x.json", '[{"a":"é"}]'.encode(encoding)) == ok('{"a":"é"}')


def test_lines_in_an_old_encoding_are_decoded(tmp_path: Path) -> None:
    lines = [f'{{"a":"it\u2019s number {n}, and we met in the caf\u00e9 that you like so much"}}' for n in range(20)]
    assert read(tmp_path, "x.jsonl", "\n".join(lines).encode("cp1252")) == ok(*lines)


def test_a_damaged_line_in_utf8_is_a_problem_of_that_line(tmp_path: Path) -> None:
    good = '{"a":"caf\u00e9 \u2013 \u2019"}'.encode()
    rows = read(tmp_path, "x.jsonl", good + b'\n{"a":"\xff"}\n' + good)
    assert [row[2] for row in rows] == [None, "invalid_encoding: the line is not valid UTF-8", None]


def test_lines_that_end_with_carriage_returns_only(tmp_path: Path) -> None:
    assert read(tmp_path, "x.jsonl", '{"a":1}\r{"a":2}\r') == ok('{"a":1}', '{"a":2}')


def test_separators_within_json_text_end_no_line(tmp_path: Path) -> None:
    lines = ['{"a":"x\u2028y"}', '{"a":"\x85"}', '{"a":"\u2029\x0b"}']
    assert read(tmp_path, "x.txt", "\n".join(lines)) == ok(*lines)


def test_marks_between_joined_files_are_taken_off(tmp_path: Path) -> None:
    data = '\ufeff{"a":1}\n\ufeff{"a":"\ufeff"}\n'
    assert read(tmp_path, "x.jsonl", data) == ok('{"a":1}', '{"a":"\ufeff"}')


def test_an_array_gives_its_elements_as_they_stand(tmp_path: Path) -> None:
    data = '[\n {"a": 1},\n  {"a": [1, 2]}, 3,\n "x"]\n'
    assert read(tmp_path, "x.json", data) == ok('{"a": 1}', '{"a": [1, 2]}', "3", '"x"')


def test_an_array_is_read_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "BLOCK_CHARS", 5)
    elements = [json.dumps({"n": n, "t": '\u00e9"[{' * n}) for n in range(30)] + ["12345678901", "true"]
    assert read(tmp_path, "x.json", "[" + " , ".join(elements) + "]") == ok(*elements)


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        ("", "the JSON array ends after element 2"),
        (" {", "the JSON array breaks after element 2"),
        (", {", "element 3 of the JSON array is not valid JSON"),
        (', {"a": nonsense}, {"a": 4}]' + " " * 40, "element 3 of the JSON array is not valid JSON"),
        ("] x", "there is text after the end of the JSON array"),
    ],
)
def test_a_broken_array_gives_what_stands_before_the_break(tmp_path: Path, tail: str, why: str) -> None:
    rows = read(tmp_path, "x.json", '[{"a": 1}, {"a": 2}' + tail)
    assert rows == [*ok('{"a": 1}', '{"a": 2}'), (0, None, f"unreadable_file: {why}")]


def test_a_wrapper_gives_the_elements_of_its_only_list_of_objects(tmp_path: Path) -> None:
    assert read(tmp_path, "x.json", '{"v": 1, "m": {}, "data": [{"a": 1}, {"a": 2}]}') == ok('{"a":1}', '{"a":2}')
    assert read(tmp_path, "x.json", '{"train": [{"a": 1}], "valid": [{"a": 2}]}') == ok('{"a":1}', '{"a":2}')


@pytest.mark.parametrize(
    "data",
    [
        '{"conversations":[{"from":"human","value":"x"},{"from":"gpt","value":"y"}]}',
        '{"personality":["p"],"utterances":[{"history":[],"candidates":[]}]}',
        '{"questions":[{"a":1}],"answers":[{"a":1}]}',
        '{"a":1}',
        '{"data":[]}',
        '{"questions":{"1":{"q":"x","points":{"no":0,"yes":1}}},"results":[{"above":1}]}',
    ],
)
def test_any_other_object_is_one_record(tmp_path: Path, data: str) -> None:
    assert read(tmp_path, "x.json", data) == ok(data)


def test_a_pretty_printed_object_is_one_record(tmp_path: Path) -> None:
    data = json.dumps({"messages": [{"role": "user", "content": "x"}]}, indent=1)
    assert read(tmp_path, "x.json", data) == ok('{"messages":[{"role":"user","content":"x"}]}')


@pytest.mark.parametrize("data", ['{"a": ', "nonsense", '{"a": 1} {"b": 2} x'])
def test_an_invalid_document_is_unreadable_and_not_quoted(tmp_path: Path, data: str) -> None:
    ((row, record, problem),) = read(tmp_path, "x.json", data)
    assert (row, record) == (0, None)
    assert str(problem).startswith("unreadable_file: not valid JSON at line 1")


@pytest.mark.parametrize(("name", "data"), [("x.json", ""), ("x.jsonl", " \n\n"), ("x.json", "[ ]"), ("x.csv", "a,b\n")])
def test_a_file_without_records_says_so(tmp_path: Path, name: str, data: str) -> None:
    rows = read(tmp_path, name, data)
    assert rows == EMPTY or str(rows[0][2]).startswith("unreadable_file")
    assert len(rows) == 1


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"a":1}\n{"a":2}\n')
    assert read(tmp_path, "x.jsonl.gz", packed) == ok('{"a":1}', '{"a":2}')
    assert read(tmp_path, "x.jsonl", packed) == ok('{"a":1}', '{"a":2}')


def test_a_truncated_gzip_file_gives_the_lines_before_the_cut(tmp_path: Path) -> None:
    lines = [json.dumps({"n": n, "t": str(hash((n, n)))}) for n in range(2000)]
    packed = gzip.compress("\n".join(lines).encode())
    rows = read(tmp_path, "x.jsonl.gz", packed[: len(packed) // 2])
    assert rows[-1] == (0, None, "unreadable_file: the compressed data is damaged or cut off")
    assert len(rows) > 100
    assert rows[:-2] == ok(*lines)[: len(rows) - 2]


def test_a_missing_file_is_unreadable_and_raises_nothing(tmp_path: Path) -> None:
    (batch,) = read_file(tmp_path / "absent.json", "absent.json", "src")
    assert batch.column("problem").to_pylist() == ["unreadable_file: No such file or directory"]


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(["f.json", "f.jsonl", "f.csv", "f.txt", "f.parquet", "f.gz"]),
)
def test_any_bytes_under_any_name_give_rows_and_no_exception(
    data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = read(tmp_path_factory.getbasetemp(), name, data)
    assert rows
    assert all((record is None) == (problem is not None) for _, record, problem in rows)
