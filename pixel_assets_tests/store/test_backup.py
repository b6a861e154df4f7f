"""A backup holds all that is reachable; what is restored from it needs no build, and damage restores nothing."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.errors import CorruptSnapshot, UsageError, WarehouseError
from pixel_assets.store.backup import LISTING, backup
from pixel_assets.store.ledger import get_current
from pixel_assets.store.locks import lock
from pixel_assets.store.restore import restore
from pixel_assets.store.tags import create_tag, delete_tag, list_tags, load_tag
from pixel_assets.store.verify import verify
from pixel_assets.store.warehouse import WHOLE, Warehouse, point_to

from ..build.toy import World, small
from .test_garbage import result

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with an old state under the tag v1, an older one that nothing names, and the current one."""
    world = small(tmp_path / "world")
    for texts in (("one", "two"), ("one", "", "two", "three"), ("four", "five")):
        world.put("a", *texts)
        world.build()
        warehouse = world.project().warehouse
        if "three" in texts:
            create_tag(warehouse, "v1", {a: world.project().partitions_of(a) for a in world.graph.assets})
    return world


@pytest.fixture
def saved(world: World, tmp_path: Path) -> Path:
    backup(world.project().warehouse, tmp_path / "saved.tar")
    return tmp_path / "saved.tar"


def elsewhere(world: World) -> World:
    """The same project with another warehouse, which does not exist yet."""
    return replace(world, warehouse="restored")


def members(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        return tar.getnames()


def test_a_restored_warehouse_needs_no_build_and_has_the_same_data(world: World, saved: Path) -> None:
    again = elsewhere(world)
    archive = restore(saved, again.project().warehouse)
    plan = again.plan()
    assert (plan.stale, plan.held) == ((), ())
    assert again.versions() == world.versions()
    assert again.rows("picked") == world.rows("picked")
    assert load_tag(again.project().warehouse, "v1") == load_tag(world.project().warehouse, "v1")
    assert verify(again.project().warehouse) == []
    assert archive.files == len(members(saved)) - 1


def test_going_back_to_a_tagged_state_after_a_restore_computes_nothing(world: World, saved: Path) -> None:
    again = elsewhere(world)
    restore(saved, again.project().warehouse)
    again.put("a", "one", "", "two", "three")
    assert set(again.build().values()) == {"reused"}


def test_the_listing_comes_first_and_names_every_file_with_its_checksum(saved: Path) -> None:
    names = members(saved)
    assert names[0] == LISTING
    with tarfile.open(saved) as tar:
        stream = tar.extractfile(LISTING)
        assert stream is not None
        listing = json.loads(stream.read())
    assert listing["format"] == 1
    assert sorted(listing["files"]) == sorted(names[1:])
    assert all(len(file["sha256"]) == 64 for file in listing["files"].values())


def test_what_nothing_reaches_is_not_saved(world: World, saved: Path) -> None:
    delete_tag(world.project().warehouse, "v1")
    smaller = saved.with_name("smaller.tar")
    backup(world.project().warehouse, smaller)
    of_lines = [[name for name in members(path) if name.startswith("snapshots/lines/a/")] for path in (saved, smaller)]
    assert [len(found) for found in of_lines] == [2, 1]


def test_the_state_of_a_tag_alone_is_current_after_a_restore(world: World, tmp_path: Path) -> None:
    old = tmp_path / "old.tar"
    backup(world.project().warehouse, old, tag="v1")
    again = elsewhere(world)
    restore(old, again.project().warehouse)
    warehouse = again.project().warehouse
    tagged = load_tag(warehouse, "v1")
    for asset, partitions in tagged.snapshots.items():
        for partition, snapshot in partitions.items():
            current = get_current(warehouse, asset, partition)
            assert current is not None
            assert current.snapshot == snapshot
    again.put("a", "one", "", "two", "three")
    assert again.plan().stale == ()


def test_attached_files_and_links_to_them_come_back(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w").prepare()
    manifest = result(warehouse, 1)
    point_to(warehouse.root / "exports", warehouse.data("things") / str(manifest.folder))
    backup(warehouse, tmp_path / "saved.tar")
    again = Warehouse(tmp_path / "again")
    restore(tmp_path / "saved.tar", again)
    assert (again.exports / "deep" / "report.txt").read_text() == "things 1"
    assert not Path(os.readlink(again.exports)).is_absolute()


def test_an_existing_file_is_overwritten_only_by_force(world: World, saved: Path) -> None:
    saved.write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"saved\.tar.*exists.*--force"):
        backup(world.project().warehouse, saved)
    assert saved.read_bytes() == b"mine"
    backup(world.project().warehouse, saved, force=True)
    assert members(saved)[0] == LISTING


def test_there_is_nothing_to_save_before_the_first_build(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to save"):
        backup(Warehouse(tmp_path / "w"), tmp_path / "saved.tar")
    assert not (tmp_path / "saved.tar").exists()


def test_a_folder_that_does_not_exist_is_a_clear_error(world: World, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"cannot be written: No such file or directory"):
        backup(world.project().warehouse, tmp_path / "absent" / "saved.tar")


def test_damaged_data_is_not_saved(world: World, tmp_path: Path) -> None:
    path = next((world.root / "warehouse" / "data" / "pool").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(CorruptSnapshot, match=r"Nothing was saved.*pixel verify --repair"):
        backup(world.project().warehouse, tmp_path / "saved.tar")
    assert list(tmp_path.glob("*saved*")) == []


def test_a_backup_while_a_build_runs_is_fine(world: World, tmp_path: Path) -> None:
    warehouse = world.project().warehouse
    with lock(warehouse.lock("gc"), shared=True):
        assert backup(warehouse, tmp_path / "saved.tar").files > 0


def test_a_warehouse_that_holds_data_is_left_alone(world: World, saved: Path) -> None:
    before = sorted(world.root.rglob("*"))
    with pytest.raises(WarehouseError, match=r"not empty \(data, snapshots.*PIXEL_WAREHOUSE"):
        restore(saved, world.project().warehouse)
    assert sorted(world.root.rglob("*")) == before


def test_an_empty_warehouse_with_folders_and_a_readme_may_be_restored_into(world: World, saved: Path) -> None:
    again = elsewhere(world)
    warehouse = again.project().warehouse.prepare()
    (warehouse.root / "README.md").write_text("mine")
    (warehouse.root / "data" / "pool").mkdir()
    restore(saved, warehouse)
    assert again.plan().stale == ()
    assert (warehouse.root / "README.md").read_text() == "mine"


def test_without_the_file_nothing_happens(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        restore(tmp_path / "absent.tar", Warehouse(tmp_path / "w"))
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_an_archive_that_is_cut_short_restores_nothing(saved: Path, tmp_path: Path, share: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WarehouseError, match="the backup is damaged"):
        restore(saved, Warehouse(tmp_path / "w"))
    assert not (tmp_path / "w").exists()


def test_an_archive_in_which_any_file_differs_restores_nothing(saved: Path, tmp_path: Path) -> None:
    with tarfile.open(saved) as tar:
        places = [(member.name, member.offset_data) for member in tar if member.size]
    for name, place in [places[0], *places[1 :: max(1, len(places) // 12)]]:
        content = bytearray(saved.read_bytes())
        content[place] ^= 1
        damaged = tmp_path / "damaged.tar"
        damaged.write_bytes(content)
        warehouse = Warehouse(tmp_path / "w").prepare()
        with pytest.raises(WarehouseError, match="the backup is damaged"):
            restore(damaged, warehouse)
        left = [path for path in warehouse.root.rglob("*") if path.is_file() and path.suffix != ".lock"]
        assert left == [], name


def test_a_file_that_is_no_archive_restores_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("not an archive")
    with pytest.raises(WarehouseError, match="not an archive"):
        restore(tmp_path / "x.tar", Warehouse(tmp_path / "w"))


def written(path: Path, files: dict[str, bytes], *, listing: Any = None, more: tuple[tarfile.TarInfo, ...] = ()) -> Path:
    """An archive with these files and this listing (by default the right one), and further members."""
    right = {
        "format": 1, "created_at": "", "snapshots": 0, "links": {},
        "files": {name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()},
    }  # fmt: skip
    with tarfile.open(path, "w") as tar:
        for name, data in {LISTING: json.dumps(right if listing is None else listing).encode(), **files}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in more:
            tar.addfile(info)
    return path


ESCAPES = ["../evil", "/tmp/evil", "data/../../evil", "data/./x", "data//x", "evil", "locks/gc.lock", ".dagster/x", "data\\x"]


@pytest.mark.parametrize("name", ESCAPES)
def test_no_path_leads_outside(tmp_path: Path, name: str) -> None:
    archive = written(tmp_path / "x.tar", {name: b"x"})
    with pytest.raises(WarehouseError, match="the backup is damaged"):
        restore(archive, Warehouse(tmp_path / "deep" / "w"))
    assert not (tmp_path / "deep" / "w").exists()
    assert list(tmp_path.rglob("evil")) == []


def _link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "member",
    [
        _link("data/a", "/etc/passwd", tarfile.SYMTYPE), _link("data/a", "x", tarfile.LNKTYPE),
        _link("data/a", "", tarfile.FIFOTYPE), _link("data/more", "", tarfile.REGTYPE),
    ],
)  # fmt: skip
def test_links_devices_and_what_is_not_listed_are_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    archive = written(tmp_path / "x.tar", {"data/x": b"x"}, more=(member,))
    with pytest.raises(WarehouseError, match="not in its list, comes twice or is no file"):
        restore(archive, Warehouse(tmp_path / "w"))
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    "listing",
    [
        [], {}, {"format": 1}, {"format": 1, "files": [], "links": {}}, {"format": 1, "files": {"data/x": 1}, "links": {}},
        {"format": 1, "files": {"data/x": {"sha256": "", "bytes": 1}}, "links": {}},
    ],
)  # fmt: skip
def test_a_listing_that_cannot_be_read_restores_nothing(tmp_path: Path, listing: Any) -> None:
    archive = written(tmp_path / "x.tar", {"data/x": b"x"}, listing=listing)
    with pytest.raises(WarehouseError, match=r"backup\.json cannot be read"):
        restore(archive, Warehouse(tmp_path / "w"))


def test_a_format_of_the_future_is_named(tmp_path: Path) -> None:
    archive = written(tmp_path / "x.tar", {}, listing={"format": 99, "files": {}, "links": {}})
    with pytest.raises(WarehouseError, match="format 99"):
        restore(archive, Warehouse(tmp_path / "w"))


@pytest.mark.parametrize("links", [{"../exports": "data/x"}, {".dagster": "data/x"}, {"data": "data/x"}, {"exports": "../x"}])
def test_no_link_leads_outside(tmp_path: Path, links: dict[str, str]) -> None:
    listing = {"format": 1, "created_at": "", "snapshots": 0, "files": {}, "links": links}
    archive = written(tmp_path / "x.tar", {}, listing=listing)
    with pytest.raises(WarehouseError, match="leads out of the warehouse"):
        restore(archive, Warehouse(tmp_path / "w"))


def fail(step: str) -> Callable[..., None]:
    def failing(*_: object, **__: object) -> None:
        raise OSError(28, step)

    return failing


def test_a_full_disk_leaves_nothing_behind(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", fail("No space left on device"))
    with pytest.raises(WarehouseError, match="No space left on device"):
        restore(saved, Warehouse(tmp_path / "w"))
    assert not (tmp_path / "w").exists()


def test_a_full_disk_leaves_no_half_backup(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", fail("No space left on device"))
    with pytest.raises(WarehouseError, match="No space left on device"):
        backup(world.project().warehouse, tmp_path / "saved.tar")
    assert list(tmp_path.glob("*saved*")) == []


def test_tags_of_the_restored_warehouse_work(world: World, saved: Path) -> None:
    again = elsewhere(world)
    restore(saved, again.project().warehouse)
    shutil.rmtree(world.root / "warehouse")
    assert [tag.name for tag in list_tags(again.project().warehouse)] == ["v1"]
    assert get_current(again.project().warehouse, "pool", WHOLE) is not None
