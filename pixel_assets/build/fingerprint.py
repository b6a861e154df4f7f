"""Fingerprints: all that decides a computation's result, named so that two can be told apart."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pixel_assets.build.code_cache import cached_code_version
from pixel_assets.build.graph import Check, Step, declared, every_source, plain
from pixel_assets.settings import Settings
from pixel_assets.sources.registry import Source
from pixel_assets.store.data_version import DEFINITION, type_name

PACKAGE_DIR: Final = Path(__file__).parents[1]
Inputs = Mapping[str, Mapping[str, str]]  # asset → partition → data version


@dataclass(frozen=True)
class Fingerprint:
    """Hash of the ingredients; ``row_version`` leaves the inputs out, so rows computed under it are reusable.

    It leaves the guards of a step out as well: see :func:`only_adds_guards`.
    """

    ingredients: Mapping[str, Any]
    value: str
    row_version: str


def step_fingerprint(
    step: Step, partition: str, settings: Settings, source: Source | None, inputs: Inputs, registry: Iterable[Source] = ()
) -> Fingerprint:
    """Fingerprint of one step (partition) for given data versions of its inputs."""
    recipe = {
        "step": step.name,
        "partition": partition,
        "hashes": DEFINITION,
        **code_ingredients(step),
        "settings": {name: plain(getattr(settings, name)) for name in step.settings},
        "source": _fields(source, step.source_fields) if source else {},
        **_registry(step, registry),
        **({"models": dict(step.models(declared(settings, step.settings)))} if step.models else {}),
        **({"files": dict(step.files(declared(settings, step.settings), settings.sources.dir))} if step.files else {}),
    }
    ingredients = {**recipe, "inputs": {name: dict(versions) for name, versions in inputs.items()}}
    unguarded = {name: value for name, value in recipe["source"].items() if name not in step.guard_fields}
    return Fingerprint(ingredients, digest(ingredients), digest({**recipe, "source": unguarded}))


def only_adds_guards(step: Step, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the guards of one state (its ingredients) leave out at least what those of a state before it left out.

    Rows of the state before can then be reused but for those that a new name leaves out, which the step finds in them. What is
    no longer left out stands in no row: it has to be computed from all of its input.
    """
    return all(set(before["source"][name]) <= set(now["source"][name]) for name in step.guard_fields)


def check_fingerprint(
    check: Check, settings: Settings, inputs: Inputs, missing: list[str],
    source: Source | None = None, registry: Iterable[Source] = (),
) -> str:  # fmt: skip
    """Fingerprint of a check: its code, the settings and registry it reads, what it looks at, which sources are missing."""
    return digest(
        {
            "check": check.name,
            "code": cached_code_version(check.run).modules,
            "blocking": check.blocking,
            "settings": {name: plain(getattr(settings, name)) for name in check.settings},
            "inputs": {name: dict(versions) for name, versions in inputs.items()},
            "missing": missing,
            **({"source": _fields(source, check.source_fields)} if source and check.source_fields else {}),
            **_registry(check, registry),
        }
    )


def _registry(reader: Step | Check, registry: Iterable[Source]) -> dict[str, Any]:
    """The ingredient ``registry``, which only those have that read it."""
    if not reader.registry_fields:
        return {}
    read = reader.sources if isinstance(reader, Step) else every_source
    return {"registry": {source.name: _fields(source, reader.registry_fields) for source in registry if read(source)}}


def _fields(source: Source, names: Iterable[str]) -> dict[str, Any]:
    return {name: plain(getattr(source, name)) for name in names}


@cache
def code_ingredients(step: Step) -> dict[str, Any]:
    """What of a step's fingerprint is fixed while a process lives: code, columns, data files, libraries."""
    return {
        "code": cached_code_version(step.compute).modules,
        "columns": {a.name: [[f.name, type_name(f.type)] for f in a.schema] for a in step.assets},
        "data_files": {name: _file_hash(PACKAGE_DIR / name) for name in step.data_files},
        "libraries": {name: importlib.metadata.version(name) for name in step.libraries},
    }


def reported_code_version(step: Step, settings: Settings, registry: Iterable[Source] = ()) -> str:
    """What Dagster is told as code version: everything but the inputs, so that its stale marks agree with the plan."""
    return step_fingerprint(step, "", settings, None, {}, registry).row_version[:16]


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def digest(content: Any) -> str:
    """SHA-256 (64 hex digits) of JSON-ready content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
