"""Pinning: the revision comes into the registry file, and nothing else in it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.sources.pinning import pin, pinned
from pixel_assets.sources.registry import load_registry

OLD, NEW = "a" * 40, "0123456789" * 4
REST = "  category: voice\n  title: T\n  licence: MIT\n"

BLOCK = f"# head\n\none:  # first\n  hub:\n    dataset: o/one  # where\n    split: test\n{REST}\ntwo:\n  path: a.csv\n{REST}"
PINNED = BLOCK.replace("# where\n", f"# where\n    revision: {NEW}\n")
BRACES = f"one:\n  hub: {{dataset: o/one, split: test}}  # in one line\n{REST}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BLOCK, PINNED),
        (BLOCK.replace("\n    split", f"\n    revision: {OLD}\n    split"), PINNED),
        (BRACES, BRACES.replace("o/one", f"o/one, revision: {NEW}")),
        (BRACES.replace("o/one", f"o/one, revision: {OLD}"), BRACES.replace("o/one", f"o/one, revision: {NEW}")),
        (BLOCK.replace("\n", "\r\n"), PINNED.replace("\n", "\r\n")),
        ("one:\n  hub:\n    dataset: o/one", f"one:\n  hub:\n    dataset: o/one\n    revision: {NEW}"),
        ("one: {hub: {dataset: o/one}}", f"one: {{hub: {{dataset: o/one, revision: {NEW}}}}}"),
        (
            f"one:\n  hub:\n    dataset: o/one\n    revision: '{OLD}'\n",
            f"one:\n  hub:\n    dataset: o/one\n    revision: {NEW}\n",
        ),
    ],
    ids=["added", "replaced", "added in braces", "replaced in braces", "Windows", "at the end", "all in braces", "in quotes"],
)
def test_only_the_revision_changes(text: str, expected: str) -> None:
    assert pinned(text, "one", NEW) == expected


@pytest.mark.parametrize(("name", "says"), [("two", "no hub dataset"), ("three", "no source is called 'three'")])
def test_a_source_that_is_not_of_the_hub_is_an_error(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        pinned(BLOCK, name, NEW)


# Digits alone would be a number to YAML; a commit of them is as good as impossible, and is refused by the registry.
@given(st.text("0123456789abcdef", min_size=40, max_size=40).filter(lambda text: any(c in "abcdf" for c in text)))
def test_pinning_again_undoes_pinning(revision: str) -> None:
    first = pinned(BLOCK, "one", NEW)
    assert pinned(pinned(first, "one", revision), "one", NEW) == first


def test_the_file_keeps_its_permissions_and_is_read_as_pinned(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(BLOCK, encoding="utf-8")
    file.chmod(0o640)
    pin(file, "one", OLD)
    hub = load_registry(file).select("one").hub
    assert hub
    assert (hub.revision, hub.split) == (OLD, "test")
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["sources.yaml"]


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.yaml"):
        pin(tmp_path / "absent.yaml", "one", OLD)
