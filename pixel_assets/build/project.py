"""A project: settings, warehouse, registry and graph together, and what lies upstream of them just now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import duckdb

from pixel_assets.build.graph import External, Graph, Step
from pixel_assets.errors import SourceError
from pixel_assets.settings import Settings, load_settings
from pixel_assets.sources.files import observe
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.made import MADE
from pixel_assets.sources.registry import Registry, Source, load_registry
from pixel_assets.sources.withdrawals import load_withdrawals
from pixel_assets.store import query
from pixel_assets.store.ledger import current_manifest
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse

Connections = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True)
class Observed:
    """What lies upstream of one source: its version, or why it cannot be seen."""

    version: str | None
    files: int = 0
    bytes: int = 0
    error: str | None = None


@dataclass(frozen=True, eq=False)
class Project:
    """Everything that a plan or a step needs to know. Frozen: take a new one to see changed settings."""

    settings: Settings
    graph: Graph
    _observed: dict[str, Observed] = field(default_factory=dict, repr=False)
    _connections: Connections | None = None

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse that the settings name."""
        return Warehouse(self.settings.warehouse.absolute())

    @property
    def playlists(self) -> Path:
        """The folder of acquired playlists."""
        return (self.settings.playlists.cache or self.warehouse.root / "playlists").absolute()

    @cached_property
    def registry(self) -> Registry:
        """The sources in force; raises :class:`SettingsError` for a registry, a choice or withdrawals that cannot be read."""
        sources = self.settings.sources
        registry = load_registry(sources.registry_file).narrowed(sources.only, sources.skip)
        return registry.without(load_withdrawals(sources.withdrawals_file))

    @cached_property
    def entries(self) -> tuple[Source, ...]:
        """Everything that a conversation may come from: the sources in force, and those that steps of the graph make."""
        return (*self.registry, *(source for source in MADE if source.made_by in self.graph.maker))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources: the partitions, in order."""
        return tuple(sorted(self.registry.sources))

    def partitions(self, step: Step | External) -> tuple[str, ...]:
        """The partitions of a step: its sources, or the one name that stands for the whole."""
        if isinstance(step, External):
            return self.sources
        return self._sources_of(step) if step.partitioned else (WHOLE,)

    def partitions_read(self, step: Step, partition: str, asset: str) -> tuple[str, ...]:
        """The partitions of one of its inputs that a step (partition) reads."""
        maker = self.graph.maker.get(asset)
        if step.partitioned:
            return (partition,) if maker is None or maker.partitioned else (WHOLE,)
        wanted = self._sources_of(step)
        return wanted if maker is None else tuple(p for p in self.partitions(maker) if p == WHOLE or p in wanted)

    def upstream(self, step: Step, partition: str) -> Iterator[tuple[Step, str]]:
        """The steps, each with a partition, that a step (partition) reads from directly."""
        for parent in self.graph.upstream(step):
            read = {part for asset in parent.assets if asset.name in step.inputs
                    for part in self.partitions_read(step, partition, asset.name)}  # fmt: skip
            yield from ((parent, part) for part in sorted(read))

    def _sources_of(self, step: Step) -> tuple[str, ...]:
        return tuple(name for name in self.sources if step.sources(self.registry.sources[name]))

    def partitions_of(self, asset: str) -> tuple[str, ...]:
        """The partitions of an asset by name."""
        step = self.graph.maker.get(asset)
        return self.sources if step is None else self.partitions(step)

    def source(self, partition: str) -> Source | None:
        """The source that a partition stands for."""
        return None if partition == WHOLE else self.registry.sources[partition]

    def observe(self, source: str, *, again: bool = False) -> Observed:
        """Look at what lies upstream of a source; files whose size and times are unchanged are not read again."""
        if again or source not in self._observed:
            cache = FileHashCache(self.warehouse.observed / f"{source}.json")
            try:
                settings = self.settings
                seen = observe(self.registry.sources[source], settings.sources.dir, cache, settings.hub, self.playlists)
                with suppress(OSError):  # without the cache files are read again, no more
                    cache.save()
                self._observed[source] = Observed(seen.version, len(seen.files), seen.bytes)
            except SourceError as error:
                self._observed[source] = Observed(None, error=str(error))
        return self._observed[source]

    def table(self, asset: str, manifests: Mapping[str, Manifest] | None = None) -> Table:
        """An asset as a table: its current snapshots, or the given ones by partition."""
        if manifests is None:
            found = {p: current_manifest(self.warehouse, asset, p) for p in self.partitions_of(asset)}
            manifests = {partition: manifest for partition, manifest in found.items() if manifest is not None}
        return Table(self.warehouse, asset, self.graph.assets[asset].schema, tuple(manifests.values()))

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A new in-memory query connection under the build settings."""
        build = self.settings.build
        opened = self._connections or duckdb.connect
        with opened() as connection:
            query.configure(connection, self.warehouse.root / ".spill", threads=build.threads, memory=build.memory)
            yield connection

    def with_connections(self, connections: Connections) -> Project:
        """The same project, its queries run on connections from elsewhere (such as a Dagster resource)."""
        return replace(self, _connections=connections)


def open_project(graph: Graph, settings: Settings | None = None) -> Project:
    """The project that the settings describe; touches nothing."""
    return Project(settings or load_settings(), graph)
