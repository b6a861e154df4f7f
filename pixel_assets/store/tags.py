"""Tags: names for states. A tag lists the snapshots that stood when it was made, and ``gc`` keeps them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pixel_assets.errors import CorruptSnapshot, UsageError
from pixel_assets.store.ledger import current_manifest
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import Warehouse, list_json, read_json, sync_folder, write_json

if TYPE_CHECKING:
    from pixel_assets.build.graph import Asset

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
RESERVED: Final = ("current", "previous")  # words that `pixel diff` understands

Snapshots = Mapping[str, Mapping[str, str]]  # asset → partition → snapshot id


@dataclass(frozen=True)
class Tag:
    """A named state: the snapshot of every asset and partition that had one."""

    name: str
    created_at: str
    snapshots: Snapshots

    @property
    def size(self) -> int:
        """Number of snapshots that it names."""
        return sum(len(partitions) for partitions in self.snapshots.values())


def create_tag(warehouse: Warehouse, name: str, assets: Mapping[str, Iterable[str]], *, force: bool = False) -> Tag:
    """Name the current snapshots of ``assets`` (name → partitions); ``force`` moves a tag that exists.

    Raises :class:`UsageError` for a bad name, a name that is taken, or a warehouse with nothing in it.
    """
    _require_name(name)
    with lock(warehouse.lock("gc"), shared=True), lock(warehouse.lock("tags")):
        if warehouse.tag(name).exists() and not force:
            raise UsageError(
                f"tag {name!r} exists", where=str(warehouse.tag(name)),
                hint="Choose another name, or move it to the current state with --force",
            )  # fmt: skip
        snapshots = {asset: _current(warehouse, asset, partitions) for asset, partitions in assets.items()}
        tag = Tag(name, datetime.now(UTC).isoformat(timespec="microseconds"), {a: s for a, s in snapshots.items() if s})
        if not tag.snapshots:
            raise UsageError("there is nothing to tag yet", where=str(warehouse.root), hint="Run `pixel build` first")
        write_json(warehouse.tag(name), asdict(tag))
    return tag


def load_tag(warehouse: Warehouse, name: str) -> Tag:
    """Read a tag; raises :class:`UsageError` where there is none of that name, with close ones."""
    path = warehouse.tag(name)
    if not NAME.match(name) or not path.exists():
        names = tag_names(warehouse)
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:10]
        raise UsageError(
            f"no tag is called {name!r}",
            where=str(warehouse.tags),
            expected="one of " + ", ".join(close) if close else "a tag, and there are none yet",
            hint="`pixel tag` lists them, `pixel tag NAME` names the current state",
        )
    content = read_json(path)
    try:
        tag = Tag(**content)
        return Tag(
            name,
            tag.created_at,
            {str(a): {str(p): str(s) for p, s in v.items()} for a, v in tag.snapshots.items()},
        )
    except (TypeError, AttributeError) as error:
        raise CorruptSnapshot(
            "not a tag, so it was changed after it was written", where=str(path), expected="what pixel wrote",
            hint=f"Restore it from a backup, or remove it with `pixel tag {name} --delete`",
        ) from error  # fmt: skip


def list_tags(warehouse: Warehouse) -> list[Tag]:
    """All tags by name; raises :class:`CorruptSnapshot` for one that cannot be read."""
    return [load_tag(warehouse, name) for name in tag_names(warehouse)]


def tag_names(warehouse: Warehouse) -> list[str]:
    """Names of all tags, in order."""
    return [path.stem for path in list_json(warehouse.tags)]


def delete_tag(warehouse: Warehouse, name: str) -> None:
    """Forget a name, even that of a damaged tag; its snapshots stay until the next ``gc``."""
    with suppress(CorruptSnapshot):  # it is to go anyway
        load_tag(warehouse, name)
    with lock(warehouse.lock("tags")):
        warehouse.tag(name).unlink(missing_ok=True)
        sync_folder(warehouse.tags)


def tagged_manifests(warehouse: Warehouse, tag: Tag, asset: str) -> dict[str, Manifest]:
    """Manifests of an asset under a tag, by partition; raises :class:`CorruptSnapshot` where one is gone."""
    return {p: load_manifest(warehouse, asset, p, s) for p, s in tag.snapshots.get(asset, {}).items()}


def tagged_tables(warehouse: Warehouse, name: str, assets: Mapping[str, Asset]) -> dict[str, Table]:
    """Every asset as it was under a tag (empty where the tag has none); raises as :func:`load_tag`."""
    tag = load_tag(warehouse, name)
    return {
        asset: Table(warehouse, asset, declared.schema, tuple(tagged_manifests(warehouse, tag, asset).values()))
        for asset, declared in assets.items()
    }


def _current(warehouse: Warehouse, asset: str, partitions: Iterable[str]) -> dict[str, str]:
    found = {partition: current_manifest(warehouse, asset, partition) for partition in partitions}
    return {partition: manifest.id for partition, manifest in found.items() if manifest is not None}


def _require_name(name: str) -> None:
    if not NAME.match(name) or name in RESERVED:
        raise UsageError(
            f"{name!r} cannot be the name of a tag",
            expected="lower-case letters, digits, dots, dashes and underscores, a letter or digit first"
            + (f"; {' and '.join(RESERVED)} have a meaning of their own" if name in RESERVED else ""),
        )
