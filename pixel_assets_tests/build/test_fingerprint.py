"""A fingerprint changes with each ingredient and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build import fingerprint
from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.fingerprint import check_fingerprint, digest, reported_code_version, step_fingerprint
from pixel_assets.build.graph import Check, Step
from pixel_assets.settings import Settings, load_settings
from pixel_assets.sources.registry import Source

from .toy import STEPS, graph

pytestmark = pytest.mark.usefixtures("no_settings")

WORDS, PICKED = STEPS[1], STEPS[4]
SOURCE = Source(name="a", path=("a/*.jsonl",), category="voice", title="A", licence="MIT")


def _of(step: Step = PICKED, partition: str = "_", source: Source | None = None, inputs: Any = None, **settings: Any) -> str:
    versions = {"pool": {"_": "1"}, "lengths": {"_": "2"}} if inputs is None else inputs
    return step_fingerprint(step, partition, load_settings(**settings), source, versions).value


def test_it_is_the_same_for_the_same() -> None:
    assert _of() == _of()
    assert len(_of()) == 64


CHANGED: dict[str, dict[str, Any]] = {
    "a setting that is read": {"decisions": {"min_words": 9}},
    "an input's version": {"inputs": {"pool": {"_": "1"}, "lengths": {"_": "3"}}},
    "which input has which version": {"inputs": {"pool": {"_": "2"}, "lengths": {"_": "1"}}},
    "a partition more": {"inputs": {"pool": {"_": "1", "a": "1"}, "lengths": {"_": "2"}}},
    "the partition": {"partition": "a"},
    "a library": {"step": replace(PICKED, libraries=("numpy",))},
    "a data file": {"step": replace(PICKED, data_files=("errors.py",))},
    "the columns": {"step": replace(PICKED, assets=graph().maker["pool"].assets)},
    "a declared setting": {"step": replace(PICKED, settings=("decisions", "mix"))},
}


@pytest.mark.parametrize("what", CHANGED)
def test_each_ingredient_changes_it(what: str) -> None:
    assert _of(**CHANGED[what]) != _of()


SAME: dict[str, dict[str, Any]] = {
    "a setting that is not read": {"mix": {"target": 5}},
    "a default that is spelt out": {"decisions": {"min_words": 8}},
    "where the warehouse lies": {"warehouse": "elsewhere"},
    "how it is built": {"build": {"threads": 7}},
    "the owner": {"step": replace(PICKED, owner="team:other")},
    "the group": {"step": replace(PICKED, group="other")},
    "the order of inputs": {"inputs": {"lengths": {"_": "2"}, "pool": {"_": "1"}}},
    "a field of the source that is not read": {"source": SOURCE},
}


@pytest.mark.parametrize("what", SAME)
def test_nothing_else_changes_it(what: str) -> None:
    assert _of(**SAME[what]) == _of()


def test_only_the_declared_fields_of_the_source_count() -> None:
    def of(**changes: Any) -> str:
        return _of(WORDS, "a", SOURCE.model_copy(update=changes), {"lines": {"a": "1"}})

    assert of(title="B", licence="CC0-1.0", tier=1) == of()
    assert of(category="psychology") != of()


def test_the_declared_fields_of_every_source_count_where_a_step_reads_them() -> None:
    step = replace(PICKED, registry_fields=("licence",))
    other = SOURCE.model_copy(update={"name": "b"})

    def of(*registry: Source, step: Step = step) -> str:
        return step_fingerprint(step, "_", load_settings(), None, {}, registry).value

    assert of(SOURCE, other) == of(other, SOURCE) == of(SOURCE.model_copy(update={"title": "B"}), other)
    changed = SOURCE.model_copy(update={"licence": "CC0-1.0"})
    assert len({of(SOURCE, other), of(SOURCE), of(changed, other)}) == 3
    assert of(SOURCE, step=PICKED) == of(changed, step=PICKED) == of(step=PICKED)


def test_the_row_version_leaves_out_the_inputs_alone() -> None:
    def of(version: str, **settings: Any) -> str:
        return step_fingerprint(PICKED, "_", load_settings(**settings), None, {"pool": {"_": version}}).row_version

    assert of("1") == of("2")
    assert of("1", decisions={"min_words": 9}) != of("1")


def test_a_data_file_counts_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "PACKAGE_DIR", tmp_path)

    def of(content: str) -> str:
        (tmp_path / "words.txt").write_text(content)
        return _of(replace(PICKED, data_files=("words.txt",)))

    assert of("one") != of("two")
    assert of("one") == of("one")


def test_what_dagster_is_told_holds_everything_but_the_inputs() -> None:
    settings = load_settings()
    assert reported_code_version(PICKED, settings) == reported_code_version(PICKED, settings)
    assert reported_code_version(PICKED, settings) != reported_code_version(PICKED, load_settings(decisions={"min_words": 9}))
    assert len(reported_code_version(PICKED, settings)) == 16


def _passes(_: CheckRun) -> Verdict:
    return Verdict(True, "")


def test_a_check_has_a_fingerprint_of_its_own() -> None:
    check = Check("size", "pool", "Small.", _passes, settings=("mix",))

    def of(found: Check = check, missing: tuple[str, ...] = (), version: str = "1", **settings: Any) -> str:
        chosen: Settings = load_settings(**settings)
        return check_fingerprint(found, chosen, {"pool": {"_": version}}, list(missing))

    assert of() == of(decisions={"min_words": 9})
    assert of() == of(replace(check, description="Other words."))
    changed = [of(version="2"), of(missing=("a",)), of(mix={"target": 5}), of(replace(check, blocking=True))]
    assert len({of(), *changed}) == 5


def test_a_check_counts_the_fields_of_the_registry_that_it_reads() -> None:
    plain = Check("size", "pool", "Small.", _passes)
    own, all_of_them = replace(plain, source_fields=("tier",)), replace(plain, registry_fields=("tier",))
    lower = SOURCE.model_copy(update={"tier": 1})

    def of(check: Check, source: Source) -> str:
        return check_fingerprint(check, load_settings(), {}, [], source, [source])

    assert of(plain, SOURCE) == of(plain, lower)
    assert of(own, SOURCE) != of(own, lower)
    assert of(all_of_them, SOURCE) != of(all_of_them, lower)


def test_a_digest_does_not_see_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})
