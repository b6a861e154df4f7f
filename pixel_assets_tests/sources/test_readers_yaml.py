"""YAML: documents as records, text that stays text, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from .reading import values_of


def test_each_document_is_a_record(tmp_path: Path) -> None:
    data = "# a comment\nid: a\nbody:\n  - kind: x\n    note: |-\n      two\n      lines\n---\nid: b\n---\n"
    assert values_of(tmp_path, "x.yaml", data) == [{"id": "a", "body": [{"kind": "x", "note": "two\nlines"}]}, {"id": "b"}]


def test_a_document_that_is_a_list_gives_its_elements(tmp_path: Path) -> None:
    assert values_of(tmp_path, "x.yml", "- q: one?\n- q: two?\n") == [{"q": "one?"}, {"q": "two?"}]


def test_only_what_json_would_write_so_is_not_text(tmp_path: Path) -> None:
    data = """
answer: no
time: 12:30
day: 2024-01-02
id: 007
hex: 0x1F
version: 1_000
sure: true
count: -12
share: 0.25
none: null
empty:
quoted: "12"
1: key
"""
    assert values_of(tmp_path, "x.yaml", data) == [
        {
            "answer": "no",
            "time": "12:30",
            "day": "2024-01-02",
            "id": "007",
            "hex": "0x1F",
            "version": "1_000",
            "sure": True,
            "count": -12,
            "share": 0.25,
            "none": None,
            "empty": None,
            "quoted": "12",
            "1": "key",
        }
    ]


def test_aliases_and_merged_keys_are_written_out(tmp_path: Path) -> None:
    data = "base: &b {x: 1, y: 2}\none: *b\ntwo:\n  <<: *b\n  y: 3\n"
    assert values_of(tmp_path, "x.yaml", data) == [{"base": {"x": 1, "y": 2}, "one": {"x": 1, "y": 2}, "two": {"x": 1, "y": 3}}]


def test_tags_make_no_objects(tmp_path: Path) -> None:
    data = "a: !!python/object/apply:os.system ['touch ran']\nb: !own {x: 1}\nc: !own text\nd: !!set {e}\nf: !!binary aGk=\n"
    assert values_of(tmp_path, "x.yaml", data) == [
        {"a": ["touch ran"], "b": {"x": 1}, "c": "text", "d": {"e": None}, "f": "aGk="}
    ]
    assert not Path("ran").exists()


@pytest.mark.parametrize("merge", [False, True], ids=["lists", "merged keys"])
def test_aliases_that_multiply_are_refused(tmp_path: Path, merge: bool) -> None:
    lines = ["a0: &a0 {k: v}" if merge else "a0: &a0 [ha, ha]"]
    for n in range(1, 30):
        again = ", ".join([f"*a{n - 1}"] * 9)
        lines.append(f"a{n}: &a{n} {{<<: [{again}]}}" if merge else f"a{n}: &a{n} [{again}]")
    (problem,) = values_of(tmp_path, "x.yaml", "\n".join(lines))
    assert problem == "unreadable_file: document 1 is a bomb: its aliases repeat each other without end"


def test_an_alias_within_itself_is_refused(tmp_path: Path) -> None:
    assert "bomb" in values_of(tmp_path, "x.yaml", "a: &a [*a]")[0]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("a: [1, 2", "unreadable_file: not valid YAML at line 2, column 1"),
        ("a: b\n c: d\n", "unreadable_file: not valid YAML at line 2, column 3"),
        ("a: *unknown", "unreadable_file: not valid YAML at line 1, column 4"),
        ("? [a]\n: b\n", "unreadable_file: not valid YAML at line 1, column 3"),
        ("# nothing\n", "empty_file: it holds no record"),
    ],
)
def test_what_is_no_yaml_is_not_quoted(tmp_path: Path, data: str, problem: str) -> None:
    assert values_of(tmp_path, "x.yaml", data) == [problem]


def test_documents_before_the_break_are_read(tmp_path: Path) -> None:
    values = values_of(tmp_path, "x.yaml", "a: 1\n---\nb: [\n")
    assert values[0] == {"a": 1}
    assert str(values[1]).startswith("unreadable_file: not valid YAML")


@pytest.mark.parametrize("nested", ["[", "{a: ", "- "])
def test_what_is_nested_without_end_is_refused(tmp_path: Path, nested: str) -> None:
    assert values_of(tmp_path, "x.yaml", nested * 50_000) == ["unreadable_file: YAML that is nested more than 200 deep"]
