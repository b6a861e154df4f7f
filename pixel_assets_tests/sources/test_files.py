"""Files of a source: which are found, what their version depends on, and what is not read twice."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pixel_assets.errors import SourceError
from pixel_assets.sources import hash_cache
from pixel_assets.sources.files import content_version, list_files, observe
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.registry import Source


def source(*patterns: str) -> Source:
    return Source(name="s", path=patterns, category="reasoning", title="S", licence="MIT")


def version(root: Path, *patterns: str) -> str:
    return observe(source(*patterns), root, FileHashCache()).version


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.json").write_text("[]")
    (folder / "sub" / "a.json").write_text("{}")
    return folder


def test_files_are_sorted_by_relative_name_and_found_once(root: Path) -> None:
    files = list_files(source("sub/*.json", "*.json", "b.json", "**/*.json"), root)
    assert [file.name for file in files] == ["b.json", "sub/a.json"]
    assert [file.bytes for file in files] == [2, 2]


def test_a_pattern_without_a_match_is_an_error_that_names_it(root: Path) -> None:
    with pytest.raises(SourceError, match=r"\*\.csv"):
        list_files(source("b.json", "*.csv"), root)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        list_files(source("*.csv"), tmp_path / "absent")


def test_a_link_out_of_the_folder_is_an_error(root: Path) -> None:
    outside = root.parent / "secret.json"
    outside.write_text("{}")
    (root / "link.json").symlink_to(outside)
    with pytest.raises(SourceError, match="leads out"):
        list_files(source("*.json"), root)


def test_a_link_inside_the_folder_is_followed_and_a_link_to_nothing_is_an_error(root: Path) -> None:
    (root / "same.json").symlink_to(root / "b.json")
    assert [file.name for file in list_files(source("same.json"), root)] == ["same.json"]
    (root / "dead.json").symlink_to(root / "absent.json")
    with pytest.raises(SourceError, match="link to nothing"):
        list_files(source("dead*"), root)


def test_the_version_depends_on_names_and_bytes_alone(root: Path) -> None:
    before = version(root, "**/*.json")
    os.utime(root / "b.json", (1, 1))
    assert version(root, "*.json", "sub/*.json") == before
    (root / "b.json").write_text("[ ]")
    changed = version(root, "**/*.json")
    assert changed != before
    (root / "b.json").rename(root / "c.json")
    assert version(root, "**/*.json") not in (before, changed)


def test_an_unchanged_file_is_not_read_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time.sleep(0.15)  # files this young are not remembered: their times may not show a second write
    memory = tmp_path / "cache" / "hashes.json"
    first = FileHashCache(memory)
    files = list_files(source("**/*.json"), root)
    before = content_version(files, first)
    first.save()
    read: list[object] = []
    monkeypatch.setattr(hash_cache.hashlib, "file_digest", lambda *given: read.append(given))
    assert content_version(files, FileHashCache(memory)) == before
    assert read == []
    assert list(memory.parent.iterdir()) == [memory]


def test_a_file_of_equal_size_and_time_that_was_replaced_is_read_again(root: Path) -> None:
    cache = FileHashCache()
    file = root / "b.json"
    times = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    time.sleep(0.15)
    before = cache.sha256(file)
    file.write_text("{}")
    os.utime(file, ns=times)
    assert cache.sha256(file) != before


@pytest.mark.parametrize("damage", ["", "not json", "[1, 2]", '{"x": 3}', '{"x": [1, 2, 3, 4, "short"]}'])
def test_a_damaged_memory_is_ignored(root: Path, tmp_path: Path, damage: str) -> None:
    memory = tmp_path / "hashes.json"
    memory.write_text(damage)
    files = list_files(source("**/*.json"), root)
    assert content_version(files, FileHashCache(memory)) == content_version(files, FileHashCache())


def test_a_file_that_vanished_is_a_source_error(root: Path) -> None:
    files = list_files(source("b.json"), root)
    (root / "b.json").unlink()
    with pytest.raises(SourceError, match=r"b\.json"):
        content_version(files, FileHashCache())
