"""The declared graph: steps, the assets they make and the checks that judge them. It knows no Dagster.

A step is one function that makes one or more assets from others. Declaring it apart from Dagster keeps
planning and a build with nothing to do down to milliseconds; ``orchestration`` turns it into Dagster's.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pixel_assets.errors import UsageError
from pixel_assets.store.schema import HIDDEN

if TYPE_CHECKING:
    from pixel_assets.build.checking import CheckRun, Verdict
    from pixel_assets.build.project import Project
    from pixel_assets.build.step_run import StepRun
    from pixel_assets.sources.source import Source


RESERVED = frozenset({*HIDDEN, "filename", "file_row_number"})  # columns that segments, or reading them, bring along


@dataclass(frozen=True, eq=False)
class Asset:
    """One table of the graph; its name is also the name of its SQL view."""

    name: str
    description: str
    schema: pa.Schema
    key: tuple[str, ...]
    kinds: tuple[str, ...] = ("parquet", "duckdb")
    derived_from: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # column → (asset, column)
    picture: Callable[[pa.Table], bytes] | None = None  # a PNG of its rows, for Dagster's UI
    keeps_history: bool = False  # every row that it ever had is kept, as a view of its own
    published_as: str | None = None  # link in the warehouse to the files of its current snapshot


@dataclass(frozen=True, eq=False)
class Check:
    """A measured statement about an asset. ``blocking`` holds back everything downstream until it passes."""

    name: str
    asset: str
    description: str
    run: Callable[[CheckRun], Verdict]
    blocking: bool = False
    settings: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    source_fields: tuple[str, ...] = ()  # of the registry entry that a partition stands for
    registry_fields: tuple[str, ...] = ()  # of every registry entry, for a check of an asset without partitions

    @property
    def severity(self) -> str:
        """ERROR for a blocking check, WARN for any other."""
        return "ERROR" if self.blocking else "WARN"


def every_source(_: Source) -> bool:
    """For a step that reads whatever source there is."""
    return True


@dataclass(frozen=True, eq=False)
class Step:
    """One computation: what it reads (assets, settings, fields of its source, files, libraries) and makes.

    ``files`` is asked with its settings and the folder of sources, to which the names of files are relative.
    ``sources`` says which sources are its partitions or, for a step without, which partitions of its inputs it reads.
    """

    group: str
    assets: tuple[Asset, ...]
    inputs: tuple[str, ...]
    compute: Callable[[StepRun], None]
    partitioned: bool = False
    sources: Callable[[Source], bool] = every_source
    settings: tuple[str, ...] = ()
    source_fields: tuple[str, ...] = ()  # of the registry entry that a partition stands for
    guard_fields: tuple[str, ...] = ()  # those of them that list what is left out; the step finds the rows that a new name is of
    registry_fields: tuple[str, ...] = ()  # of every registry entry, for a step without partitions
    data_files: tuple[str, ...] = ()  # relative to the package
    libraries: tuple[str, ...] = ()  # distributions whose version decides the data
    models: Callable[[SimpleNamespace], Mapping[str, str]] | None = None  # versions of models, by name, for its settings
    files: Callable[[SimpleNamespace, Path], Mapping[str, str]] | None = None  # versions of files that its settings name
    foresee: Callable[[Project], Iterable[str]] | None = None  # what changes of its data files mean, for people who plan
    owner: str = "team:data"

    @property
    def name(self) -> str:
        """The name of its first asset."""
        return self.assets[0].name


@dataclass(frozen=True)
class External:
    """An asset that lies outside and is only observed: its versions come from looking at it."""

    name: str
    group: str
    description: str
    kinds: tuple[str, ...] = ()
    owner: str = "team:data"


@dataclass(frozen=True, eq=False)
class Graph:
    """Steps in an order in which each stands after what it reads."""

    externals: tuple[External, ...]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        known = {external.name for external in self.externals}
        for step in self.steps:
            unknown = [name for name in step.inputs if name not in known]
            if unknown:
                raise ValueError(f"step {step.name} reads {unknown[0]}, which no step before it makes")
            known |= {asset.name for asset in step.assets}
            taken = [name for asset in step.assets for name in asset.schema.names if name in RESERVED]
            if taken:
                raise ValueError(f"step {step.name} has a column {taken[0]}, a name that the store keeps for itself")
        for check in self.checks:
            if check.asset not in known:
                raise ValueError(f"check {check.name} judges {check.asset}, which no step makes")

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """Every asset by name, in order."""
        return {asset.name: asset for step in self.steps for asset in step.assets}

    @cached_property
    def maker(self) -> dict[str, Step]:
        """The step that makes each asset."""
        return {asset.name: step for step in self.steps for asset in step.assets}

    def upstream(self, step: Step) -> Iterator[Step]:
        """The steps that it reads from directly."""
        seen = set()
        for name in step.inputs:
            maker = self.maker.get(name)
            if maker and maker.name not in seen:
                seen.add(maker.name)
                yield maker

    def ancestors(self, step: Step) -> set[str]:
        """Names of all steps upstream of it."""
        found: set[str] = set()
        waiting = [step]
        while waiting:
            for parent in self.upstream(waiting.pop()):
                if parent.name not in found:
                    found.add(parent.name)
                    waiting.append(parent)
        return found

    def checks_of(self, step: Step) -> list[Check]:
        """The checks on the assets that a step makes."""
        names = {asset.name for asset in step.assets}
        return [check for check in self.checks if check.asset in names]

    def select(self, words: Iterable[str]) -> list[Step]:
        """Steps named by assets, ``group:NAME`` or ``*``, with everything upstream of them.

        Raises :class:`UsageError` for a name that does not exist, with the nearest ones.
        """
        chosen = {step.name for step in self.named(words)}
        for name in list(chosen):
            chosen |= self.ancestors(self.maker[name])
        return [step for step in self.steps if step.name in chosen]

    def named(self, words: Iterable[str]) -> list[Step]:
        """The steps that the words name themselves, in order; raises :class:`UsageError` as :meth:`select`."""
        chosen = set[str]().union(*(self._named(word) for word in words))
        return [step for step in self.steps if step.name in chosen]

    def _named(self, word: str) -> set[str]:
        if word == "*":
            return {step.name for step in self.steps}
        groups = {step.group for step in self.steps}
        if word.startswith("group:") and word.removeprefix("group:") in groups:
            return {step.name for step in self.steps if step.group == word.removeprefix("group:")}
        if word in self.maker:
            return {self.maker[word].name}
        raise self.unknown(word, [*self.assets, *(f"group:{group}" for group in sorted(groups))])

    @staticmethod
    def unknown(word: str, names: list[str]) -> UsageError:
        """The error for a name that does not exist, with the nearest of those that do."""
        close = difflib.get_close_matches(word, names, n=3, cutoff=0.4)
        return UsageError(
            f"no asset or group is called {word!r}",
            expected="one of " + ", ".join(close or names),
            hint="docs/warehouse.md lists every asset",
        )


def asset(graph: Graph, name: str) -> Asset:
    """An asset by name; raises :class:`UsageError` with the nearest names."""
    if name not in graph.assets:
        raise graph.unknown(name, list(graph.assets))
    return graph.assets[name]


def declared(value: Any, names: Iterable[str]) -> SimpleNamespace:
    """Only these attributes of a value: reading another is an error, not a hidden dependency."""
    return SimpleNamespace(**{name: getattr(value, name) for name in names})


def plain(value: Any) -> Any:
    """A settings value as JSON-ready data, so that equal settings give equal bytes."""
    # Through JSON and back, so that a tuple compares equal to the list that the ledger gives
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else json.loads(json.dumps(value))
