"""The plan names exactly what is stale, and why, in exact words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build import code_cache
from pixel_assets.build.code_version import code_version
from pixel_assets.build.graph import Graph
from pixel_assets.build.plan import make_plan
from pixel_assets.store.warehouse import WHOLE

from .toy import BROKEN, World, graph, label, like, pool, small

pytestmark = pytest.mark.usefixtures("no_settings")

ALL = ["lines[a]", "lines[b]", "words[a]", "words[b]", "pool", "lengths", "picked", "summary"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small(tmp_path)


@pytest.fixture
def built(world: World) -> World:
    assert world.build() == dict.fromkeys(ALL, "built")
    return world


def _short(world: World, asset: str, partition: str = WHOLE) -> str:
    return str(world.version(asset, partition))[:4]


def test_a_new_warehouse_needs_everything(world: World) -> None:
    new = ("new", "never built")
    assert world.reasons() == {
        "lines[a]": [new],
        "lines[b]": [new],
        "words[a]": [("upstream", "lines[a] will be rebuilt")],
        "words[b]": [("upstream", "lines[b] will be rebuilt")],
        "pool": [("upstream", "words[a] will be rebuilt"), ("upstream", "words[b] will be rebuilt")],
        "lengths": [("upstream", "pool will be rebuilt")],
        "picked": [("upstream", "pool will be rebuilt"), ("upstream", "lengths will be rebuilt")],
        "summary": [("upstream", "picked will be rebuilt")],
    }


def test_after_a_build_nothing_is_stale(built: World) -> None:
    plan = built.plan()
    assert (plan.stale, plan.held, plan.fresh) == ((), (), 10)
    assert built.build() == {}


def test_a_changed_file_names_its_source_and_versions(built: World) -> None:
    before = built.project().observe("a").version or ""
    built.put("a", "one", "two", "", "five")
    after = built.project().observe("a").version or ""
    reasons = built.reasons()
    assert reasons["lines[a]"] == [("input", f"files[a] {before[:4]} → {after[:4]}")]
    assert reasons["words[a]"] == [("upstream", "lines[a] will be rebuilt")]
    assert reasons["pool"] == [("upstream", "words[a] will be rebuilt")]
    assert list(reasons) == ["lines[a]", "words[a]", "pool", "lengths", "picked", "summary"]


def test_a_changed_input_says_how_many_rows_came_and_went(built: World) -> None:
    before = _short(built, "lines", "a")
    built.put("a", "one", "two", "", "five", "six")
    built.run("lines", "a")
    change = f"lines[a] {before} → {_short(built, 'lines', 'a')}"
    assert built.reasons()["words[a]"] == [("input", change)]
    assert built.reasons(row_counts=True)["words[a]"] == [("input", f"{change} (+2 −1 rows)")]


def test_rows_that_come_once_more_count_as_rows(built: World) -> None:
    built.graph = graph(lines={"compute": _without_ids})
    built.put("a", "one", "two")
    built.build()
    built.put("a", "one", "two", "two", "two")
    built.run("lines", "a")
    ((_, detail),) = built.reasons(row_counts=True)["words[a]"]
    assert detail.endswith(" (+2 −0 rows)")


def _without_ids(run: Any) -> None:
    import json

    import pyarrow as pa

    from .toy import LINES

    for file in run.source_files():
        texts = [json.loads(line)["text"] for line in file.path.read_text().splitlines()]
        run.write(pa.Table.from_pylist([{"source": run.partition, "id": 0, "text": text} for text in texts], LINES))


def test_a_setting_is_named_with_both_values_and_only_where_it_is_read(built: World) -> None:
    built.set(decisions={"min_words": 4})
    assert built.reasons() == {
        "picked": [("settings", "decisions.min_words 2 → 4")],
        "summary": [("upstream", "picked will be rebuilt")],
    }
    built.set(decisions={"min_words": 2}, mix={"target": 5}, build={"threads": 2, "memory": "1GB"})
    assert built.reasons() == {}


def test_a_field_of_the_registry_is_named_only_where_it_is_read(built: World) -> None:
    built.register({"a": {"category": "voice", "title": "Other", "tier": 1}, "b": {}})
    reasons = built.reasons()
    assert reasons["words[a]"] == [("source", "category psychology → voice")]
    assert list(reasons) == ["words[a]", "pool", "lengths", "picked", "summary"]


def test_a_field_of_any_source_is_a_reason_for_a_step_that_reads_it_of_all(built: World) -> None:
    built.graph = graph(picked={"registry_fields": ("tier",)})
    built.build()
    built.register({"a": {"title": "Other"}, "b": {"tier": 1}})
    assert built.reasons() == {
        "picked": [("source", "b: tier 3 → 1")],
        "summary": [("upstream", "picked will be rebuilt")],
    }
    built.register({"a": {}})
    gone = [detail for kind, detail in built.reasons()["picked"] if kind == "source"]
    assert gone == ["b left the registry"]


def test_a_new_source_is_new_and_a_removed_one_is_gone(built: World) -> None:
    built.put("c", "seven")
    built.register({"a": {}, "b": {}, "c": {}})
    assert built.reasons()["lines[c]"] == [("new", "never built")]
    assert built.reasons()["pool"] == [("upstream", "words[c] will be rebuilt")]
    built.run("lines", "c")
    built.run("words", "c")
    assert built.reasons()["pool"] == [("input", f"words[c] is new: {_short(built, 'words', 'c')}")]
    built.build()
    gone = _short(built, "words", "b")
    built.register({"a": {}, "c": {}})
    assert built.reasons()["pool"] == [("input", f"words[b] is gone: it was {gone}")]


def test_declarations_that_change_are_named(built: World) -> None:
    first = built.graph.assets["pool"]
    built.graph = graph(pool={"libraries": ("numpy", "pyarrow"), "data_files": ("errors.py",)})
    kinds = {kind: detail for kind, detail in built.reasons()["pool"]}
    assert kinds["library"].startswith("pyarrow None → ")
    assert kinds["data_file"].startswith("errors.py None → ")
    longer = first.schema.append(first.schema.field("n").with_name("m"))
    built.graph = graph(pool={"assets": (type(first)("pool", first.description, longer, first.key),)})
    assert built.reasons()["pool"] == [("columns", "columns of pool changed")]


TOY = "from pixel_assets import helper\ndef pool(): return helper.union()"
HELPER = "def union(): return 1"


@pytest.fixture
def written_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Graph]]:
    """The graph as if the code of ``pool`` stood in two modules of the package, with the given texts."""

    def write(name: str, toy: str = TOY, helper: str = HELPER) -> Graph:
        root = tmp_path / "code" / name
        (root / "pixel_assets").mkdir(parents=True)
        (root / "pixel_assets" / "toy.py").write_text(toy)
        (root / "pixel_assets" / "helper.py").write_text(helper)
        monkeypatch.setattr(code_cache, "code_version", partial(code_version, root=root))
        monkeypatch.setattr(code_cache, "CACHE_FILE", root / "versions.json")
        code_cache._known.cache_clear()
        return graph(pool={"compute": like(pool, "pixel_assets.toy", "pool")})

    yield write
    code_cache._known.cache_clear()


def test_changed_code_is_named_by_file(world: World, written_as: Callable[..., Graph]) -> None:
    world.graph = written_as("first")
    world.build()
    assert world.reasons() == {}
    world.graph = written_as("commented", helper="# why\ndef union():\n    'Says how.'\n    return (1)\n")
    assert world.reasons() == {}
    world.graph = written_as("changed", helper="def union(): return 2")
    assert world.reasons()["pool"] == [("code", "code changed in helper.py")]
    world.graph = written_as("fewer", toy="def pool(): return 1")
    assert world.reasons()["pool"] == [("code", "code no longer uses helper.py"), ("code", "code changed in toy.py")]


def test_going_back_to_old_code_computes_nothing(world: World, written_as: Callable[..., Graph]) -> None:
    world.graph = written_as("first")
    world.build()
    world.graph = written_as("changed", helper="def union(): return 2")
    assert world.build() == {"pool": "built"}  # to equal data, so what is downstream stands
    world.graph = written_as("back")
    assert world.reasons() == {"pool": [("code", "code changed in helper.py")]}
    assert world.build() == {"pool": "reused"}


def test_missing_data_is_named_and_only_that_is_rebuilt(built: World) -> None:
    warehouse = built.project().warehouse
    for path in warehouse.data("lengths").iterdir():
        path.unlink()
    assert built.reasons() == {
        "lengths": [("missing", "its snapshot is gone or damaged")],
        "picked": [("upstream", "lengths will be rebuilt")],
        "summary": [("upstream", "picked will be rebuilt")],
    }
    assert built.build() == {"lengths": "built"}


def test_a_missing_ledger_entry_is_named(built: World) -> None:
    warehouse = built.project().warehouse
    (entry,) = warehouse.ledger("lengths", WHOLE).iterdir()
    entry.unlink()
    assert built.reasons()["lengths"] == [("missing", f"its ledger entry {entry.stem[:12]} is gone")]
    assert built.build() == {"lengths": "built"}


def test_a_missing_pointer_is_set_again_without_computing(built: World) -> None:
    built.project().warehouse.current("pool", WHOLE).unlink()
    plan = built.plan()
    assert [(label(item.step, item.partition), item.known) for item in plan.stale] == [("pool", True)]
    assert built.build() == {"pool": "reused"}


def test_a_source_that_cannot_be_seen_says_why_and_the_rest_is_planned_without_it(built: World) -> None:
    (built.folder / "b" / "1.jsonl").unlink()
    reasons = built.reasons()
    seen = built.project().observe("b").error
    assert reasons["lines[b]"] == [("failed", seen)]
    assert reasons["words[b]"] == [("failed", "lines failed")]
    gone = f"words[b] is gone: it was {_short(built, 'words', 'b')}"
    assert reasons["pool"] == [("input", gone)]


def test_a_source_that_failed_is_tried_again_and_says_why_it_failed(built: World) -> None:
    built.put("b", "two", BROKEN)
    done = built.build()
    assert done["lines[b]"] == "b/1.jsonl is broken"
    assert built.reasons() == {
        "lines[b]": [("failed", "b/1.jsonl is broken")],
        "words[b]": [("failed", "lines failed")],
    }
    built.put("b", "two", "four", "x")
    built.build()
    assert built.reasons() == {}
    assert sorted(row["text"] for row in built.rows("picked")) == ["four", "one", "three", "two"]


def test_an_upstream_that_comes_back_is_foretold_from_the_ledger(built: World) -> None:
    old = built.versions()
    built.set(decisions={"min_words": 4})
    assert built.build() == {"picked": "built", "summary": "built"}
    built.set(decisions={"min_words": 2})
    plan = built.plan()
    assert [(item.step.name, item.known, item.waits) for item in plan.stale] == [
        ("picked", True, False),
        ("summary", True, False),
    ]
    assert [reason.detail for item in plan.stale for reason in item.reasons] == [
        "decisions.min_words 4 → 2",
        f"picked {_short(built, 'picked')} → {str(old['picked[_]'])[:4]}",
    ]
    assert built.build() == {"picked": "reused", "summary": "reused"}
    assert built.versions() == old


def test_forcing_is_a_reason_of_its_own(built: World) -> None:
    reasons = built.reasons(force={("lengths", WHOLE)})
    assert reasons["lengths"][0] == ("forced", "asked for by --force")
    assert list(reasons) == ["lengths", "picked", "summary"]


def test_forcing_says_nothing_of_damage(built: World) -> None:
    assert built.reasons(force={("lengths", WHOLE)})["lengths"] == [("forced", "asked for by --force")]


def test_a_plan_can_be_narrowed(built: World) -> None:
    built.put("a", "changed")
    built.put("b", "changed")
    steps = built.graph.select(["words"])
    assert list(built.reasons(steps=steps, sources=["b"])) == ["lines[b]", "words[b]"]
    assert list(built.reasons(steps=built.graph.named(["pool"]))) == ["pool"]


def test_what_was_given_up_is_planned_as_if_it_had_failed(built: World) -> None:
    built.put("b", "changed")
    plan = make_plan(built.project(), given_up={("lines", "b"), ("words", "b")})
    assert [label(item.step, item.partition) for item in plan.stale] == ["pool", "lengths", "picked", "summary"]


def test_planning_writes_nothing_but_the_hashes_of_files(built: World) -> None:
    def files() -> dict[str, int]:
        root = built.project().warehouse.root
        return {str(path): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}

    before = files()
    built.plan(row_counts=True)
    assert {path: time for path, time in files().items() if "/observed/" not in path} == {
        path: time for path, time in before.items() if "/observed/" not in path
    }


def test_the_json_form_is_the_documented_one(built: World) -> None:
    before = built.project().observe("a").version or ""
    built.put("a", "one", "two", "", "five")
    after = built.project().observe("a").version or ""
    found = built.plan(steps=built.graph.named(["lines", "words"])).to_json()
    waits = [{"kind": "upstream", "detail": "lines[a] will be rebuilt"}]
    assert found == {
        "stale": [
            {"asset": "lines", "partition": "a", "known": False,
             "reasons": [{"kind": "input", "detail": f"files[a] {before[:4]} → {after[:4]}"}]},
            {"asset": "words", "partition": "a", "known": False, "reasons": waits},
            {"asset": "bad_lines", "partition": "a", "known": False, "reasons": waits},
        ],
        "held": [],
        "fresh": 3,
    }  # fmt: skip
