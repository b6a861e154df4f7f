"""Ticks on a real warehouse and a real server: told once, told again when it could not be, told when it passes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixel_assets.alerts.tick import look, state_file, tick_after
from pixel_assets.build.graph import Check
from pixel_assets.errors import SettingsError

from ..build.toy import BROKEN, World, graph, small
from ..conftest import REPOSITORY
from .receiver import Receiver, receiver
from .watched import BLOCKS, WARNS, mend, spoil, ticked, watched

FAILS, PASSES = "Pixel: WARN pool: few", "Pixel: OK pool: few passes again"


def later(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_a_failed_check_is_told_once_and_so_is_its_end(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    for _ in range(3):
        ticked(world)
    assert server.titles == [FAILS]
    assert "the pool has 5 texts, 4 are allowed" in server.got[0]["message"]
    assert "measured: most 4, texts 5\n" in server.got[0]["message"]
    mend(world)
    for _ in range(3):
        ticked(world)
    assert server.titles == [FAILS, PASSES]
    spoil(world)
    ticked(world)
    assert server.titles == [FAILS, PASSES, FAILS]


def test_an_error_says_what_it_holds_back(tmp_path: Path, server: Receiver) -> None:
    ticked(watched(tmp_path, server.url(), checks=BLOCKS))
    assert server.titles == ["Pixel: ERROR pool: few"]
    assert "held back: lengths, picked, summary\n" in server.got[0]["message"]
    assert server.got[0]["type"] == "failure"


def test_a_server_that_fails_gets_the_message_at_the_next_tick_and_the_others_do_not_get_it_twice(
    tmp_path: Path, server: Receiver
) -> None:
    with receiver() as other:
        world = watched(tmp_path, server.url(), other.url())
        server.status = 500
        done = ticked(world)
        assert done.undelivered == ("json://localhost answered 500",)
        assert (server.titles, server.refused, other.titles) == ([], 1, [FAILS])
        server.status = 200
        assert ticked(world).undelivered == ()
        assert (server.titles, other.titles) == ([FAILS], [FAILS])


def test_what_passed_while_the_server_was_away_is_told_when_it_is_back(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    server.status = 503
    ticked(world)
    mend(world)
    ticked(world)
    server.status = 200
    ticked(world)
    ticked(world)
    assert server.titles == [PASSES]
    assert "could not be delivered" in server.got[0]["message"]


def test_without_its_state_it_tells_again_and_no_more(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    ticked(world)
    state_file(world.project().warehouse).unlink()
    ticked(world)
    ticked(world)
    assert server.titles == [FAILS, FAILS]


def test_a_target_that_is_added_hears_of_what_stands(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    ticked(world)
    with receiver() as other:
        world.set(alerts={"urls": (server.url(), other.url()), "stale_assets": ()})
        ticked(world)
        assert (server.titles, other.titles) == ([FAILS], [FAILS])


def test_a_target_for_errors_is_spared_warnings(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, f"ERROR {server.url()}")
    assert ticked(world).messages == 0
    mend(world)
    assert ticked(world).messages == 0


def test_a_check_that_became_blocking_is_told_as_such(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    ticked(world)
    world.graph = graph(BLOCKS)
    world.build()
    ticked(world)
    assert server.titles == [FAILS, "Pixel: ERROR pool: few (was WARN)"]


def test_a_check_that_is_removed_is_over(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    ticked(world)
    world.graph = graph()
    ticked(world)
    assert server.titles == [FAILS, "Pixel: OK pool: few is gone"]


def few(run: object) -> None:
    """Stands for a check whose code changed; it is not run."""
    raise AssertionError


def test_a_check_that_has_not_been_run_on_what_stands_now_ends_nothing(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    ticked(world)
    world.graph = graph((Check("few", "pool", "Few texts.", few),))  # type: ignore[arg-type]
    ticked(world)
    world.graph = graph(WARNS)
    ticked(world)
    assert server.titles == [FAILS]


def test_what_is_mended_within_the_wait_is_never_told(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url(), wait=10)
    ticked(world)
    mend(world)
    ticked(world)
    spoil(world)
    ticked(world, now=later(1))
    assert server.titles == []
    ticked(world, now=later(11))
    assert server.titles == [FAILS]


def test_it_reminds_after_the_hours_that_were_asked_for(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url(), remind_after=1)
    for minutes in (0, 30, 61, 90, 122):
        ticked(world, now=later(minutes))
    assert server.titles == [FAILS, *["Pixel: WARN pool: few still fails"] * 2]


def test_a_source_that_fails_is_one_incident_without_the_words_of_its_error(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    mend(world)
    world.put("b", BROKEN)
    world.build()
    ticked(world)
    assert server.titles == ["Pixel: WARN lines[b]: build"]
    assert "broken" not in server.got[0]["message"].lower()
    assert "look: pixel plan lines\n" in server.got[0]["message"]
    world.put("b", "two")
    world.build()
    ticked(world)
    assert server.titles[1:] == ["Pixel: OK lines[b]: build passes again"]


def test_a_source_that_is_left_out_for_now_ends_nothing_and_one_that_left_the_registry_does(
    tmp_path: Path, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = watched(tmp_path, server.url())
    world.put("b", BROKEN)
    mend(world)
    with monkeypatch.context() as narrowed:
        ticked(world)
        narrowed.setenv("PIXEL_SOURCES_SKIP", '["b"]')
        assert world.project().sources == ("a",)
        ticked(world)
        assert server.titles == ["Pixel: WARN lines[b]: build"]
    ticked(world)
    world.register({"a": {}})
    ticked(world)
    assert server.titles == ["Pixel: WARN lines[b]: build", "Pixel: OK lines[b]: build is gone"]


def test_a_step_that_a_build_failed_on_stands_until_it_is_built(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    mend(world)
    ticked(world)
    world.put("a", "one", "five")  # so that everything is stale
    assert tick_after(world.project(), [("lengths", "_")]) == []
    assert tick_after(world.project(), []) == []
    assert server.titles == ["Pixel: ERROR lengths: build"]
    mend(world)
    assert tick_after(world.project(), []) == []
    assert server.titles[1:] == ["Pixel: OK lengths: build passes again"]


def test_an_asset_that_changed_settings_left_behind_is_told_after_a_while_without_their_values(
    tmp_path: Path, server: Receiver
) -> None:
    world = small(tmp_path)
    world.set(alerts={"urls": (server.url(),), "stale_assets": ("picked",), "stale_after": 60})
    world.build()
    world.set(decisions={"min_words": 3, "languages": ("en", "xx")})
    for minutes in (0, 30, 61, 90):
        ticked(world, now=later(minutes))
    assert server.titles == ["Pixel: WARN picked: settings"]
    assert "decisions.languages, decisions.min_words changed" in server.got[0]["message"]
    assert "xx" not in server.got[0]["message"]
    world.build()
    ticked(world, now=later(91))
    assert server.titles[1:] == ["Pixel: OK picked: settings passes again"]


def test_looking_sends_and_writes_nothing(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    (found,) = look(world.project())
    assert (found.fault.place, found.fault.check, found.status, dict(found.told)) == ("pool", "few", "open", {})
    assert not state_file(world.project().warehouse).exists()
    assert server.titles == []


def test_the_tick_after_a_build_fails_no_build(tmp_path: Path) -> None:
    world = watched(tmp_path, "env:NOT_SET_ANYWHERE")
    (problem,) = tick_after(world.project(), [])
    assert "NOT_SET_ANYWHERE" in problem
    with pytest.raises(SettingsError):
        ticked(world)
    world.set(alerts={"urls": ()})
    assert tick_after(world.project(), []) == []
    assert not state_file(world.project().warehouse).exists()


TICK = """
import sys
from pathlib import Path
from pixel_assets_tests.alerts.watched import WARNS, ticked
from pixel_assets_tests.build.toy import World, graph
world = World(Path(sys.argv[1]), graph=graph(WARNS))
world.set(alerts={"urls": (sys.argv[2],), "stale_assets": ()})
input()
ticked(world)
"""


def test_several_processes_at_once_tell_once(tmp_path: Path, server: Receiver) -> None:
    watched(tmp_path, server.url())
    command = [sys.executable, "-c", TICK, str(tmp_path), server.url()]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, cwd=REPOSITORY) for _ in range(3)]
    for process in processes:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]
    for process in processes:
        process.communicate()
    assert server.titles == [FAILS]


KILLED = TICK.replace(
    "input()",
    """
import os
from pixel_assets.alerts import tick as module
def dies(*_):
    os._exit(9)
module._send = dies
""",
)


def test_a_process_that_dies_before_it_sent_loses_nothing(tmp_path: Path, server: Receiver) -> None:
    world = watched(tmp_path, server.url())
    command = [sys.executable, "-c", KILLED, str(tmp_path), server.url()]
    assert subprocess.run(command, cwd=REPOSITORY, check=False, timeout=120).returncode == 9
    assert state_file(world.project().warehouse).exists()
    ticked(world)
    assert server.titles == [FAILS]


def test_many_incidents_of_one_tick_are_one_message(tmp_path: Path, server: Receiver) -> None:
    world: World = watched(tmp_path, server.url())
    world.put("b", BROKEN)
    world.put("a", *"abcdefg")
    world.build()
    assert ticked(world).news == 2
    assert server.titles == ["Pixel: 2 warnings"]
