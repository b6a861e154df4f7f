"""Wrong use, missing sources, folders that cannot be written, a full disk: one clear message and an exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.instance import open_instance

from .tiny import Tiny, bring_up


def assert_one_message(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The process failed as it should, said the words, and showed no traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stderr.count("error") >= 1
    for word in words:
        assert word in done.stderr.replace("\n", " "), done.stderr


def test_settings_that_are_not_toml_name_the_file_and_the_line(built: Tiny) -> None:
    (built.root / "pixel.toml").write_text("[mix\ntarget = 3\n")
    for command in ("build", "plan"):
        assert_one_message(built.pixel(command), 2, "pixel.toml", "line 1")


def test_an_unknown_setting_is_named(built: Tiny) -> None:
    (built.root / "pixel.toml").write_text("[mix]\ntagret = 3\n")
    assert_one_message(built.pixel_here("build"), 2, "mix.tagret")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PIXEL_MIX_TARGET", "many", ("mix.target", "PIXEL_MIX_TARGET", "'many'")),
        ("PIXEL_MIX_TARGET", "0", ("mix.target", "greater than or equal to 1")),
        ("PIXEL_DECISIONS_MAX_WORDS", "1", ("decisions", "min_words 8 is above max_words 1")),
        ("PIXEL_SPLITS_TRAIN", "0.9", ("splits", "sum to 1.2")),
    ],
)
def test_a_bad_value_in_a_variable_names_it(built: Tiny, variable: str, value: str, words: tuple[str, ...]) -> None:
    assert_one_message(built.pixel_here("build", **{variable: value}), 2, *words)


def test_a_source_that_does_not_exist_gives_the_closest_names(built: Tiny) -> None:
    assert_one_message(built.pixel_here("build", "--sources", "alpha,gama"), 2, "'gama'", "gamma")


def test_an_asset_that_does_not_exist_gives_the_closest_names(built: Tiny) -> None:
    assert_one_message(built.pixel_here("build", "corpsu"), 2, "'corpsu'", "corpus")
    assert_one_message(built.pixel_here("plan", "group:selectoin"), 2, "group:selection")


def test_a_registry_that_cannot_be_read_names_file_and_line(built: Tiny) -> None:
    (built.sources / "sources.yaml").write_text("alpha:\n  path: alpha.jsonl\n  categroy: voice\n")
    assert_one_message(built.pixel_here("build"), 2, "sources.yaml, line 3", "category")


def test_a_warehouse_below_a_file_cannot_be_written(tiny: Tiny) -> None:
    (tiny.root / "file").write_text("")
    for command in ("build", "plan"):
        done = tiny.pixel_here(command, PIXEL_WAREHOUSE=str(tiny.root / "file" / "warehouse"))
        if command == "build":
            assert_one_message(done, 1, "cannot be written", "PIXEL_WAREHOUSE")


def test_a_sources_folder_that_is_not_there_fails_every_source(tiny: Tiny) -> None:
    registry = tiny.root / "registry.yaml"
    shutil.copyfile(tiny.sources / "sources.yaml", registry)
    done = tiny.pixel_here("build", PIXEL_SOURCES_DIR=str(tiny.root / "nowhere"), PIXEL_SOURCES_REGISTRY=str(registry))
    assert done.returncode in (1, 3)
    assert "Traceback" not in done.stderr
    assert "nowhere" in done.stdout + done.stderr


def test_a_missing_source_fails_alone_and_is_reused_when_it_is_back(built: Tiny) -> None:
    before, exported = built.state(), built.exports()
    built.missing.add("beta")
    built.write()
    done = built.pixel_here("build", "--json")
    assert done.returncode == 3
    project = built.project()
    assert built.state() != before
    assert {key for key, version in built.state().items() if version is None} == {
        "raw_records[beta]", "conversations[beta]", "rejected_records[beta]", "preference_pairs[beta]",
        "source_inventory[beta]",
    }  # fmt: skip
    clean = built.copy(built.root / "clean", warehouse=False)
    bring_up(clean.project())
    assert built.state() == clean.state()
    assert built.exports() == clean.exports()

    checks = built.pixel_json("sql", "SELECT * FROM pixel_checks WHERE check_name = 'sources_complete' AND asset = 'corpus'")
    assert [(check["passed"], check["severity"]) for check in checks] == [(False, "WARN")]
    assert "beta" in checks[0]["description"]
    snapshots = built.pixel_json("sql", "SELECT error FROM pixel_snapshots WHERE partition = 'beta' AND asset = 'raw_records'")
    assert "beta.csv" in snapshots[0]["error"]
    assert "sources_complete" in built.pixel_here("build").stdout
    with open_instance(open_project(GRAPH)) as instance:
        partitions = dg.StaticPartitionsDefinition(list(project.sources))
        statuses = instance.get_status_by_partition(dg.AssetKey("raw_records"), list(project.sources), partitions)
    assert statuses
    assert {name: status.value for name, status in statuses.items() if status} == {
        "alpha": "MATERIALIZED", "beta": "FAILED", "gamma": "MATERIALIZED",
    }  # fmt: skip

    built.missing.clear()
    built.write()
    back = built.build()
    assert back.exit_code == 0
    assert back.built == []
    assert built.state() == before
    assert built.exports() == exported


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a small file system there; skips the test where that is not allowed."""
    folder.mkdir(exist_ok=True)
    if os.geteuid() != 0 or not _mount(folder, f"size={size}"):
        pytest.skip("only root may mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(folder: Path, options: str) -> bool:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize(
    ("size", "storage_elsewhere"),
    [("64k", False), ("700k", False), ("100k", True)],
    ids=["as Dagster's storage is opened", "in a Dagster run", "as data is written"],
)
def test_a_full_disk_gives_a_message_and_the_next_build_goes_on(tiny: Tiny, size: str, storage_elsewhere: bool) -> None:
    tiny.rows["alpha"] = tuple(range(1, 400))
    tiny.write()
    with small_disk(tiny.warehouse, size):
        if storage_elsewhere:
            (tiny.root / "storage").mkdir()
            (tiny.warehouse / ".dagster").symlink_to(tiny.root / "storage")
        full = tiny.pixel("build")
        assert full.returncode in (1, 3), full.stdout
        said = full.stdout + full.stderr
        assert "Traceback" not in said, said
        assert "No space left" in said or "disk is full" in said, said

        assert _mount(tiny.warehouse, "remount,size=200m")
        done = tiny.pixel("build")
        assert done.returncode == 0, done.stdout + done.stderr
        clean = tiny.copy(tiny.root / "clean", warehouse=False)
        bring_up(clean.project())
        assert tiny.state() == clean.state()
        assert tiny.exports() == clean.exports()
