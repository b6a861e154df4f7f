"""The registry: what it accepts, and where it says that a mistake is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.settings import CATEGORIES, REGISTRY_FILE
from pixel_assets.sources.registry import load_registry

GOOD = """\
# a comment
first:
  path: a/*.csv
  category: reasoning
  title: First
  licence: MIT
second:
  path: [b.json, c.json]
  category: personality
  title: Second
  licence: MIT
  format: messages
  options:
    user_roles: [caller]
    prompt: query
"""


def registry(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_entries_keep_the_order_of_the_file_and_one_pattern_is_a_list_of_one(tmp_path: Path) -> None:
    loaded = load_registry(registry(tmp_path, GOOD))
    assert loaded.names == ("first", "second")
    assert loaded.select("first").path == ("a/*.csv",)
    assert loaded.select("first").tier == 3
    hints = loaded.select("second").hints()
    assert (hints.name, hints.category, hints.format) == ("second", "personality", "messages")
    assert (hints.options.user_roles, hints.options.prompt) == (("caller",), ("query",))


def test_an_unknown_name_is_answered_with_close_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="first"):
        load_registry(registry(tmp_path, GOOD)).select("frist")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("  title: First", "  titel: First", 5, "unknown key 'titel'; close names: title"),
        ("second:", "first:", 7, "used twice"),
        ("category: reasoning", "category: resoning", 4, "category"),
        ("format: messages", "format: mesages", 12, "close names: messages"),
        ("    prompt: query", "    promt: query", 13, "unknown option 'promt'"),
        ("path: a/*.csv", "path: ../a.csv", 3, "not a relative path"),
        ("path: a/*.csv", "path: /etc/passwd", 3, "not a relative path"),
        ("path: a/*.csv", "path: []", 3, "path"),
        ("  licence: MIT\nsecond", "  title: Again\n  licence: MIT\nsecond", 6, "given twice"),
        ("first:", "First Source:", 2, "lower-case"),
        ("  category: reasoning", "  category: [", 4, "not valid YAML"),
        ("  title: First\n", "", 2, "title"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    file = registry(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SettingsError) as caught:
        load_registry(file)
    assert f"{file}, line {line}" in caught.value.where
    assert says in caught.value.what


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_a_registry_without_entries_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="holds no sources"):
        load_registry(registry(tmp_path, text))


def test_a_missing_registry_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_registry(tmp_path / "absent.yaml")


def test_the_shipped_registry_is_valid_and_says_where_each_source_comes_from() -> None:
    shipped = load_registry(REGISTRY_FILE)
    assert len(shipped) >= 20
    assert all(source.url for source in shipped)
    assert {source.category for source in shipped} == set(CATEGORIES) - {"voice"}
