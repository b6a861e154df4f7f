"""Files of prompts: every form that they have, and errors that name file and row but never quote."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.dedup.prompts import prompt_files, prompts
from pixel_assets.errors import PixelError, SettingsError, SourceError


def read(folder: Path, *patterns: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    rows = prompts(prompt_files(patterns, folder)).to_pylist()
    return [
        (each["conversation_id"], each["source"], [(turn["role"], turn["content"]) for turn in each["turns"]]) for each in rows
    ]


def test_a_text_file_has_a_prompt_a_line(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("\ufefffirst\n\n  \nsecond\u2028still\r\n", "utf-8")
    assert read(tmp_path, "p.txt") == [
        ("p.txt:1", "p.txt", [("user", "first")]),
        ("p.txt:4", "p.txt", [("user", "second\u2028still")]),
    ]


def test_json_lines_may_hold_text_turns_or_messages(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "p.jsonl").write_text(
        '{"id": 1, "text": "last", "question": "asked"}\n'
        '{"turns": ["one", "two"]}\n\n'
        '{"messages": [{"role": "system", "content": "s"}, {"role": "human", "content": "h"}, {"role": "gpt", "content": "g"}]}\n'
        '{"messages": [], "prompt": " ", "text": "t"}\n'
    )
    assert read(tmp_path, "b/*.jsonl") == [
        ("b/p.jsonl:1", "b/p.jsonl", [("user", "asked")]),
        ("b/p.jsonl:2", "b/p.jsonl", [("user", "one"), ("user", "two")]),
        ("b/p.jsonl:4", "b/p.jsonl", [("system", "s"), ("user", "h"), ("assistant", "g")]),
        ("b/p.jsonl:5", "b/p.jsonl", [("user", "t")]),
    ]


def test_csv_is_read_by_its_head_with_line_ends_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(b'id,prompt\r\n1,"two\r\nlines"\r\n2,plain\r\n')
    assert read(tmp_path, "*.csv") == [
        ("p.csv:1", "p.csv", [("user", "two\nlines")]),
        ("p.csv:2", "p.csv", [("user", "plain")]),
    ]


def test_a_field_may_be_long(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("prompt\n" + "x" * 200_000)
    ((_, _, turns),) = read(tmp_path, "p.csv")
    assert len(turns[0][1]) == 200_000


def test_files_come_once_and_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("x")
    assert [file.name for file in prompt_files(("*.txt", "a.*"), tmp_path)] == ["a.txt", "b.txt"]


def test_the_version_of_a_file_is_that_of_its_content(tmp_path: Path) -> None:
    for name, text in (("a.txt", "x"), ("b.txt", "x"), ("c.txt", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (file.version for file in prompt_files(("*.txt",), tmp_path))
    assert a == b != c


@pytest.mark.parametrize("pattern", ["none*.txt", "../*.txt", "/etc/*.txt", "p.md"], ids=["none", "above", "absolute", "kind"])
def test_patterns_that_name_nothing_or_too_much_are_refused(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "p.md").write_text("x")
    with pytest.raises(SettingsError, match=r"contamination\.prompts"):
        prompt_files((pattern,), tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("p.jsonl", b'{"text": "x"}\nsecret {\n', "p.jsonl:2"),
        ("p.jsonl", b'["secret"]\n', "p.jsonl:1"),
        ("p.jsonl", b'{"answer": "secret"}\n', "p.jsonl:1"),
        ("p.csv", b"answer\nsecret\n", "p.csv:1"),
        ("p.csv", b'prompt\nx\n"secret" y\n', "p.csv:2"),
        ("p.txt", b"secret \xff", "p.txt, byte 7"),
    ],
    ids=["no JSON", "no object", "no field", "no column", "no CSV", "no UTF-8"],
)
def test_what_cannot_be_read_is_named_and_not_quoted(tmp_path: Path, name: str, content: bytes, where: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as raised:
        prompts(prompt_files((name,), tmp_path))
    assert str(raised.value).startswith(where)
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value, PixelError)
