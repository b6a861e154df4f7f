"""Checks: run once for a state, blocking ones hold back what is downstream until they pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.build.plan import Held
from pixel_assets.errors import HeldBack
from pixel_assets.store.ledger import get_current
from pixel_assets.store.warehouse import WHOLE

from .toy import BROKEN, World, graph, label, small

pytestmark = pytest.mark.usefixtures("no_settings")


def few(run: CheckRun) -> Verdict:
    """Not more texts than the target."""
    rows, bound = run.tables["pool"].rows, run.settings.mix.target
    return Verdict(rows <= bound, f"{rows} of at most {bound} texts", {"rows": rows, "bound": bound})


def strict_few(run: CheckRun) -> Verdict:
    """Fewer texts than the target."""
    rows, bound = run.tables["pool"].rows, run.settings.mix.target
    return Verdict(rows < bound, f"{rows} of less than {bound} texts")


def no_bad(run: CheckRun) -> Verdict:
    """No line without text."""
    return Verdict(run.tables["bad_lines"].rows == 0, f"{run.tables['bad_lines'].rows} bad lines in {run.partition}")


def all_there(run: CheckRun) -> Verdict:
    """No source is missing; every text of the pool has a length."""
    with run.query() as connection:
        (lost,) = connection.execute("SELECT count(*) FROM pool ANTI JOIN lengths USING (text)").fetchone() or (0,)
    return Verdict(not run.missing, ", ".join(run.missing) or "none missing", {"lost": lost})


FEW = Check("few", "pool", "Few texts.", few, blocking=True, settings=("mix",))
NO_BAD = Check("no_bad", "bad_lines", "No bad lines.", no_bad)
ALL_THERE = Check("all_there", "pool", "All there.", all_there, reads=("lengths",))
LOOSE, TIGHT = {"target": 10}, {"target": 4}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small(tmp_path, graph=graph((FEW, NO_BAD)), settings={"mix": LOOSE})


def test_checks_run_with_their_step_and_carry_numbers(world: World) -> None:
    world.build()
    (found,) = world.run("pool").checks
    assert (found.asset, found.partition, found.check, found.passed) == ("pool", WHOLE, "few", True)
    assert (found.severity, found.blocking, found.description) == ("ERROR", True, "5 of at most 10 texts")
    assert found.measured == {"rows": 5, "bound": 10}
    (bad,) = world.run("words", "a").checks
    assert (bad.partition, bad.passed, bad.severity, bad.description) == ("a", False, "WARN", "1 bad lines in a")
    (good,) = world.run("words", "b").checks
    assert good.passed


def test_a_known_answer_is_not_asked_for_again(world: World) -> None:
    world.build()
    first = world.run("pool").checks
    assert world.run("pool").checks == first


def test_a_failed_warning_holds_nothing_back(world: World) -> None:
    assert world.build()["summary"] == "built"
    assert world.plan().held == ()


def test_a_failed_blocking_check_holds_back_all_downstream_and_nothing_else(world: World) -> None:
    world.set(mix=TIGHT)
    done = world.build()
    assert done == dict.fromkeys(["lines[a]", "lines[b]", "words[a]", "words[b]", "pool"], "built")
    plan = world.plan()
    assert plan.stale == ()
    assert [(label(held.step, held.partition), held.by.check, held.by.description) for held in plan.held] == [
        (name, "few", "5 of at most 4 texts") for name in ("lengths", "picked", "summary")
    ]
    assert plan.to_json()["held"][0] == {
        "asset": "lengths", "partition": None, "check": "few", "on": "pool", "detail": "5 of at most 4 texts",
    }  # fmt: skip
    for name in ("lengths", "summary"):
        with pytest.raises(HeldBack) as caught:
            world.run(name)
        assert str(caught.value) == (
            f"{name}: held back: check few on pool failed: 5 of at most 4 texts. "
            "Mend what the check names and build again; `pixel plan` shows what is held"
        )
        assert get_current(world.project().warehouse, name, WHOLE) is None


def test_what_is_held_is_built_once_the_data_is_mended(world: World) -> None:
    world.set(mix=TIGHT)
    world.build()
    world.put("b", "two")
    assert world.build() == dict.fromkeys(["lines[b]", "words[b]", "pool", "lengths", "picked", "summary"], "built")
    assert world.plan().held == ()


def test_what_stood_before_a_check_failed_still_stands(world: World) -> None:
    world.build()
    before = world.versions()
    world.put("b", *map(str, range(10, 30)))
    world.build()
    assert {name: version for name, version in world.versions().items() if name.startswith(("lengths", "picked", "summary"))} == {
        name: version for name, version in before.items() if name.startswith(("lengths", "picked", "summary"))
    }
    assert [held.step.name for held in world.plan().held] == ["lengths", "picked", "summary"]


def test_what_is_fresh_downstream_of_a_failed_check_is_not_held(world: World) -> None:
    world.build()
    world.set(mix=TIGHT)
    assert world.build() == {"pool": "reused"}
    assert (world.plan().stale, world.plan().held) == ((), ())


def test_a_changed_bound_runs_the_check_again_and_computes_nothing(world: World) -> None:
    world.build()
    world.set(mix={"target": 9})
    plan = world.plan()
    assert [(item.step.name, item.known) for item in plan.stale] == [("pool", True)]
    assert world.reasons() == {"pool": [("check", "few has not been run on this state")]}
    assert world.build() == {"pool": "reused"}
    assert world.reasons() == {}
    world.set(mix=LOOSE)
    assert world.reasons() == {}  # known from before


def test_another_check_is_run_on_data_that_stands(world: World) -> None:
    world.build()
    world.graph = graph((FEW, NO_BAD, Check("strict_few", "pool", "Fewer.", strict_few, blocking=True, settings=("mix",))))
    assert world.reasons() == {"pool": [("check", "strict_few has not been run on this state")]}
    assert world.build() == {"pool": "reused"}


def test_a_check_that_comes_to_block_is_another_check(world: World) -> None:
    world.build()
    world.graph = graph((FEW, Check("no_bad", "bad_lines", "No bad lines.", no_bad, blocking=True)))
    assert list(world.reasons()) == ["words[a]", "words[b]"]
    assert world.build() == {"words[a]": "reused", "words[b]": "reused"}
    world.put("b", "changed")
    plan = world.plan()
    assert [label(item.step, item.partition) for item in plan.stale] == ["lines[b]", "words[b]"]
    assert [(held.step.name, held.by.partition) for held in plan.held] == [("pool", "a"), ("lengths", "a"), ("picked", "a"),
                                                                           ("summary", "a")]  # fmt: skip
    with pytest.raises(HeldBack, match=r"check no_bad on bad_lines\[a\] failed: 1 bad lines in a"):
        world.run("pool")


def test_a_failed_check_on_one_partition_holds_no_other_partition(tmp_path: Path) -> None:
    has_lines = Check("has_lines", "lines", "Lines.", _has_lines, blocking=True)
    world = small(tmp_path, graph=graph((has_lines,)))
    world.put("b")
    done = world.build()
    assert done == dict.fromkeys(["lines[a]", "lines[b]", "words[a]"], "built")
    held = [(label(item.step, item.partition), item.by.partition) for item in world.plan().held]
    assert held == [(name, "b") for name in ("words[b]", "pool", "lengths", "picked", "summary")]
    with pytest.raises(HeldBack):
        world.run("words", "b")


def _has_lines(run: CheckRun) -> Verdict:
    return Verdict(run.tables["lines"].rows > 0, f"{run.tables['lines'].rows} lines")


def test_a_held_step_is_not_held_while_its_parent_is_about_to_change(world: World) -> None:
    world.set(mix=TIGHT)
    world.build()
    world.put("b", "two")
    plan = world.plan()
    assert not any(isinstance(item, Held) for item in plan.stale)
    assert plan.held == ()
    assert [label(item.step, item.partition) for item in plan.stale][-3:] == ["lengths", "picked", "summary"]


def test_checks_know_which_sources_are_missing(tmp_path: Path) -> None:
    world = small(tmp_path, graph=graph((ALL_THERE,)))
    world.put("b", BROKEN)
    world.build()
    world.run("pool")
    (found,) = world.run("pool").checks
    assert (found.passed, found.description, found.measured) == (False, "b", {"lost": 0})
    world.put("b", "two")
    world.build()
    (found,) = world.run("pool").checks
    assert (found.passed, found.description) == (True, "none missing")


def test_a_check_that_reads_a_later_asset_is_asked_again_when_that_changes(tmp_path: Path) -> None:
    world = small(tmp_path, graph=graph((ALL_THERE,)))
    world.build()
    assert world.reasons() == {"pool": [("check", "all_there has not been run on this state")]}
    assert world.build() == {"pool": "reused"}
    assert world.reasons() == {}


def test_an_undeclared_setting_cannot_be_read_by_a_check(tmp_path: Path) -> None:
    world = small(tmp_path, graph=graph((Check("few", "pool", "Few.", few),)))
    assert "no attribute 'mix'" in world.build()["pool"]
