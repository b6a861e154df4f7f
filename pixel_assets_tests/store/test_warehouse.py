"""Small files are whole or absent, and a warehouse that cannot be written says so."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from pixel_assets.errors import CorruptSnapshot, WarehouseError
from pixel_assets.store.warehouse import Warehouse, list_json, read_json, write_bytes, write_json


def test_making_a_warehouse_touches_nothing(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")
    assert warehouse.catalogue == tmp_path / "w" / "pixel.duckdb"
    assert not (tmp_path / "w").exists()


def test_preparing_makes_the_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    Warehouse(tmp_path / "deep" / "w").prepare().prepare()
    assert sorted(path.name for path in (tmp_path / "deep" / "w").iterdir()) == [
        "checks", "current", "data", "ledger", "locks", "observed", "snapshots", "tags",
    ]  # fmt: skip
    assert list((tmp_path / "deep" / "w" / "locks").iterdir()) == []


def test_a_warehouse_under_a_file_cannot_be_prepared(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError) as caught:
        Warehouse(tmp_path / "file" / "w").prepare()
    assert str(caught.value) == (
        f"{tmp_path / 'file' / 'w'}: cannot be written: Not a directory (expected a folder that this user may write). "
        "Set PIXEL_WAREHOUSE to another folder, or mend its permissions"
    )


def test_json_reads_back_with_any_text(tmp_path: Path) -> None:
    content = {"b": [1, 2.5, None, True], "a": "Grüße, „Pixel“ 🫂"}
    write_json(tmp_path / "deep" / "x.json", content)
    assert read_json(tmp_path / "deep" / "x.json") == content
    assert (tmp_path / "deep" / "x.json").read_text().index('"a"') < (tmp_path / "deep" / "x.json").read_text().index('"b"')


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"state": "old"})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(WarehouseError, match="No space left"):
            write_json(path, {"state": "new"})
    assert read_json(path) == {"state": "old"}
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_json_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_json(tmp_path / "x.json", {"a": object()})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"\xff\xfe\x00"])
def test_damaged_json_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(CorruptSnapshot, match="not valid JSON") as caught:
        read_json(tmp_path / "x.json")
    assert caught.value.where == str(tmp_path / "x.json")


def test_files_in_the_making_are_not_listed(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", ".c.json", ".a.json.123", "d.txt"):
        (tmp_path / name).write_text(json.dumps(1))
    assert [path.name for path in list_json(tmp_path)] == ["a.json", "b.json"]
    assert list(list_json(tmp_path / "missing")) == []


def test_bytes_replace_bytes(tmp_path: Path) -> None:
    write_bytes(tmp_path / "x", b"1")
    write_bytes(tmp_path / "x", b"")
    assert (tmp_path / "x").read_bytes() == b""
