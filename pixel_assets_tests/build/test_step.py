"""One step: looked up before it is computed, row-wise work done once, failures contained."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pixel_assets.build.step_run import StepRun
from pixel_assets.errors import NotReproducible
from pixel_assets.store import ledger
from pixel_assets.store.warehouse import WHOLE

from .toy import BROKEN, LINES, SUMMARY, World, graph, pool, small, summary

pytestmark = pytest.mark.usefixtures("no_settings")

_calls = itertools.count()


def _texts(world: World, asset: str = "picked") -> list[str]:
    return sorted(row["text"] for row in world.rows(asset))


@pytest.fixture
def built(tmp_path: Path) -> World:
    world = small(tmp_path)
    world.build()
    return world


def test_a_build_gives_the_expected_rows(built: World) -> None:
    assert sorted(built.rows("pool"), key=lambda row: str(row["text"])) == [
        {"text": "four", "sources": ["b"], "n": 1},
        {"text": "one", "sources": ["a"], "n": 1},
        {"text": "three", "sources": ["a"], "n": 1},
        {"text": "two", "sources": ["a", "b"], "n": 2},
        {"text": "x", "sources": ["b"], "n": 1},
    ]
    assert built.rows("bad_lines") == [{"source": "a", "id": 1002, "text": ""}]
    assert built.rows("summary") == [{"texts": 4, "letters": 15}]


def test_a_step_that_is_up_to_date_is_looked_up(built: World) -> None:
    (result,) = built.run("lengths").assets
    assert (result.reused, result.rows, result.rows_computed, result.rows_reused) == (True, 5, 0, 5)
    assert result.partition is None
    assert result.data_version == built.version("lengths")


def test_row_wise_steps_compute_only_what_is_new(built: World) -> None:
    built.put("a", "one", "two", "", "three", "five", "six", "")
    built.run("lines", "a")
    good, bad = built.run("words", "a").assets
    assert (good.asset, good.partition, good.rows_computed, good.rows_reused) == ("words", "a", 2, 3)
    assert (bad.asset, bad.partition, bad.rows_computed, bad.rows_reused) == ("bad_lines", "a", 1, 1)
    built.run("pool")
    (result,) = built.run("lengths").assets
    assert (result.reused, result.rows, result.rows_computed, result.rows_reused) == (False, 7, 2, 5)


def test_row_wise_steps_compute_everything_when_what_they_depend_on_changed(built: World) -> None:
    built.register({"a": {"category": "voice"}, "b": {}})
    good, bad = built.run("words", "a").assets
    assert (good.rows_computed, good.rows_reused, bad.rows_computed, bad.rows_reused) == (3, 0, 1, 0)
    assert {row["category"] for row in built.rows("words") if row["source"] == "a"} == {"voice"}


def test_rows_that_went_are_gone(built: World) -> None:
    built.put("a", "two")
    built.build()
    assert _texts(built, "lengths") == ["four", "two", "x"]
    assert built.rows("bad_lines") == []


def test_an_upstream_rebuilt_to_equal_data_stops_the_wave(built: World) -> None:
    built.put("a", "one", "two", "", "three", file="1")
    path = built.folder / "a" / "1.jsonl"
    path.write_text(path.read_text().replace(": ", ":"))  # other bytes, the same rows
    assert built.build() == {"lines[a]": "built"}
    built.put("b", "two", "four", "x", "x")  # one more line, no other text is picked
    assert built.build() == {"lines[b]": "built", "words[b]": "built", "pool": "built", "lengths": "built", "picked": "built"}


def test_going_back_computes_nothing(built: World) -> None:
    before = built.versions()
    built.put("a", "changed")
    built.build()
    assert built.versions() != before
    built.put("a", "one", "two", "", "three")
    assert set(built.build().values()) == {"reused"}
    assert built.versions() == before


def test_a_setting_that_was_not_declared_cannot_be_read(built: World) -> None:
    def nosy(run: StepRun) -> None:
        _ = run.settings.mix

    built.graph = graph(summary={"compute": nosy, "settings": ("decisions",)})
    with pytest.raises(AttributeError, match="no attribute 'mix'"):
        built.run("summary")


def test_a_field_of_the_source_that_was_not_declared_cannot_be_read(built: World) -> None:
    def nosy(run: StepRun) -> None:
        _ = run.source.licence

    built.graph = graph(words={"compute": nosy, "source_fields": ("category", "tier")})
    with pytest.raises(AttributeError, match="no attribute 'licence'"):
        built.run("words", "a")


def test_a_step_without_partitions_sees_the_declared_fields_of_every_source(built: World) -> None:
    seen = {}

    def curious(run: StepRun) -> None:
        seen.update({name: source.tier for name, source in run.registry.items()})
        _ = run.registry["a"].licence

    built.register({"a": {"tier": 1}, "b": {}})
    built.graph = graph(summary={"compute": curious, "registry_fields": ("tier",)})
    with pytest.raises(AttributeError, match="no attribute 'licence'"):
        built.run("summary")
    assert seen == {"a": 1, "b": 3}


def test_an_undeclared_column_is_refused(built: World) -> None:
    built.graph = graph(summary={"compute": lambda run: run.write(pa.table({"texts": [1]})), "libraries": ("numpy",)})
    with pytest.raises(KeyError):
        built.run("summary")
    assert built.rows("summary") == [{"texts": 4, "letters": 15}]


def test_forcing_an_honest_step_computes_it_again_to_the_same(built: World) -> None:
    before = built.versions()
    (result,) = built.run("lengths", force=True).assets
    assert (result.reused, result.rows_computed, result.rows_reused) == (False, 5, 0)
    assert built.versions() == before
    assert built.reasons() == {}


def test_forcing_after_growth_leaves_nothing_stale(built: World) -> None:
    built.put("a", "one", "two", "", "three", "five", "six")
    built.build()
    built.graph = graph(pool={"compute": _pool_backwards})
    before = built.versions()
    (result,) = built.run("pool", force=True).assets
    assert not result.reused
    assert built.versions() == before
    assert built.reasons() == {}
    assert built.build() == {}


def _pool_backwards(run: StepRun) -> None:
    """As ``pool``, in another order of rows: other files, the same data."""
    query = "SELECT text, list(DISTINCT source ORDER BY source) AS sources, count(*) AS n FROM words GROUP BY text"
    with run.query() as connection:
        run.write(connection.sql(f"{query} ORDER BY text DESC").to_arrow_table())


def test_forcing_a_step_that_is_not_a_function_says_so(built: World) -> None:
    def chance(run: StepRun) -> None:
        run.write(pa.table({"texts": [next(_calls)], "letters": [random.randrange(10**9)]}, schema=SUMMARY))

    built.graph = graph(summary={"compute": chance, "libraries": ("numpy",)})
    first = built.run("summary")
    assert built.run("summary").assets[0].reused
    with pytest.raises(NotReproducible) as caught:
        built.run("summary", force=True)
    assert caught.value.where == "summary"
    assert first.fingerprint.value[:12] in caught.value.what
    assert caught.value.expected == f"summary {first.assets[0].data_version[:12]}"
    assert built.version("summary") == first.assets[0].data_version  # the first result is the one that counts
    assert built.reasons() == {}


def test_attached_files_come_into_the_warehouse_and_count(built: World) -> None:
    def with_file(run: StepRun) -> None:
        summary(run)
        folder = run.scratch / "out"
        folder.mkdir()
        (folder / "note.txt").write_text("content")
        run.attach("summary", folder)
        run.measures["notes"] = 1

    plain = built.version("summary")
    built.graph = graph(summary={"compute": with_file, "libraries": ("numpy",)})
    result = built.run("summary")
    manifest = result.manifests["summary"]
    assert [(file.path, file.bytes) for file in manifest.attachments] == [("note.txt", 7)]
    assert (built.project().warehouse.data("summary") / str(manifest.folder) / "note.txt").read_text() == "content"
    assert built.version("summary") != plain
    assert built.run("summary").measures == {"notes": 1}  # also when it is looked up


def test_queries_see_every_input_under_its_name_with_hidden_columns_if_asked(built: World) -> None:
    seen: dict[str, list[str]] = {}

    def look(run: StepRun) -> None:
        with run.query(hidden=True) as connection:
            seen["hidden"] = connection.table("words").columns
        with run.query() as connection:
            seen["plain"] = connection.table("words").columns
        pool(run)

    built.graph = graph(pool={"compute": look, "libraries": ("numpy",)})
    built.run("pool")
    assert seen["plain"] == ["source", "id", "text", "category"]
    assert seen["hidden"] == [*seen["plain"], "_hash", "_input"]


def test_hidden_columns_are_there_even_without_any_row(built: World) -> None:
    def look(run: StepRun) -> None:
        with run.query(hidden=True) as connection:
            assert connection.sql("SELECT _hash, _input FROM words").fetchall() == []
        pool(run)

    built.put("a", BROKEN)
    built.put("b", BROKEN)
    built.graph = graph(pool={"compute": look, "libraries": ("numpy",)})
    assert built.build()["pool"] == "built"


def test_progress_is_said_at_most_now_and_then() -> None:
    said: list[str] = []
    run: Any = StepRun.__new__(StepRun)
    run.progress, run._began, run._said = said.append, time.monotonic(), 0.0
    for done in range(100):
        run.say(done, 1_000, "rows")
    assert said == ["0 of 1,000 rows, 0/s"]
    run._began, run._said = time.monotonic() - 20.0, 0.0
    run.say(2_000, 0, "records", "3 rejected")
    assert said[1:] == ["2,000 records, 100/s, 3 rejected"]


def test_an_entry_says_what_was_computed_from_what(built: World) -> None:
    (entry,) = ledger.entries(built.project().warehouse, "words", "a")
    assert entry.ingredients["inputs"] == {"lines": {"a": built.version("lines", "a")}}
    assert entry.ingredients["source"] == {"category": "psychology"}
    assert entry.ingredients["settings"] == {}
    assert entry.ingredients["columns"]["bad_lines"] == [[f.name, str(f.type)] for f in LINES]
    assert (entry.rows, entry.rows_computed) == ({"words": 3, "bad_lines": 1}, {"words": 3, "bad_lines": 1})
    assert entry.data_versions == {"words": built.version("words", "a"), "bad_lines": built.version("bad_lines", "a")}


def test_nothing_absolute_and_no_host_stands_in_the_ledger(built: World) -> None:
    root = built.project().warehouse.root
    for folder in ("ledger", "snapshots", "current"):
        for path in (root / folder).rglob("*.json"):
            assert str(built.root) not in path.read_text(), path


def test_a_warehouse_that_was_moved_computes_nothing(built: World) -> None:
    old = built.project().warehouse.root
    moved = replace(built, warehouse="elsewhere")
    old.rename(moved.project().warehouse.root)
    assert moved.build() == {}
    assert _texts(moved) == ["four", "one", "three", "two"]


def test_a_pinned_partition_is_not_touched_by_another(built: World) -> None:
    before = built.version("words", "b")
    built.put("a", "changed")
    built.build()
    assert built.version("words", "b") == before
    assert ledger.get_current(built.project().warehouse, "pool", WHOLE) is not None
