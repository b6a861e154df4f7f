"""What fails becomes one incident; each target hears of each change once, whatever fails in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.alerts.incidents import (
    Change,
    Fault,
    Incident,
    Seen,
    advance,
    due,
    load_incidents,
    save_incidents,
    standing,
    tell,
    unsettled,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEVER = timedelta()
FAULT = Fault("check", "pool", "_", "out", "WARN", "5 texts, 4 are allowed", START, "few")


def failing(fault: Fault = FAULT, **changes: object) -> Seen:
    return Seen((replace(fault, **changes),))  # type: ignore[arg-type]


PASSING = Seen(())
UNKNOWN = Seen((), unknown=frozenset({FAULT.key}))


class Teller:
    """One target, and the incidents that it is told of."""

    def __init__(self, *, wanted: bool = True, remind_after: timedelta = NEVER) -> None:
        self.incidents: dict[str, Incident] = {}
        self.now, self.wanted, self.remind_after = START, wanted, remind_after

    def tick(self, seen: Seen, *, delivers: bool = True, later: timedelta = MINUTE) -> list[Change]:
        """What it is told of (or should have been) at the next tick."""
        self.now += later
        self.incidents = advance(self.incidents, seen, self.now)
        changes: list[Change] = []
        for key, incident in self.incidents.items():
            change = due(incident, "t", wanted=self.wanted, now=self.now, remind_after=self.remind_after)
            if change:
                changes.append(change)
                self.incidents[key] = tell(incident, "t", self.now, sent=delivers)
        self.incidents = unsettled(self.incidents, {"t"})
        return changes


def test_it_is_told_once_that_something_fails_and_once_that_it_passes() -> None:
    teller = Teller()
    assert [teller.tick(seen) for seen in (failing(), failing(), failing(), PASSING, PASSING)] == [
        ["opened"],
        [],
        [],
        ["over"],
        [],
    ]
    assert teller.incidents == {}


def test_other_numbers_are_the_same_incident() -> None:
    teller = Teller()
    assert teller.tick(failing()) == ["opened"]
    assert teller.tick(failing(description="6 texts, 4 are allowed", measured={"texts": 6})) == []
    (found,) = teller.incidents.values()
    assert found.fault.description == "6 texts, 4 are allowed"
    assert found.first_seen == START


def test_another_severity_is_told() -> None:
    teller = Teller()
    assert [teller.tick(failing()), teller.tick(failing(severity="ERROR")), teller.tick(failing(severity="ERROR"))] == [
        ["opened"], ["changed"], [],
    ]  # fmt: skip


def test_what_cannot_be_judged_just_now_neither_opens_nor_ends_anything() -> None:
    teller = Teller()
    assert [teller.tick(seen) for seen in (UNKNOWN, failing(), UNKNOWN, failing(), UNKNOWN, PASSING)] == [
        [], ["opened"], [], [], [], ["over"],
    ]  # fmt: skip


def test_what_is_no_longer_there_is_over_and_says_so() -> None:
    incidents = advance(advance({}, failing(), START), Seen((), gone=frozenset({FAULT.key})), START + MINUTE)
    assert incidents[FAULT.key].gone
    assert incidents[FAULT.key].status == "over"


def test_a_message_that_was_not_delivered_is_tried_again_at_each_tick_until_it_is() -> None:
    teller = Teller()
    assert teller.tick(failing(), delivers=False) == ["opened"]
    assert teller.tick(failing(), delivers=False) == ["opened"]
    assert teller.tick(failing()) == ["opened"]
    assert teller.tick(PASSING, delivers=False) == ["over"]
    assert teller.tick(PASSING) == ["over"]
    assert teller.tick(PASSING) == []


def test_what_passed_before_its_first_message_could_be_delivered_is_still_told() -> None:
    teller = Teller()
    assert teller.tick(failing(), delivers=False) == ["opened"]
    assert teller.tick(PASSING, delivers=False) == ["over"]
    assert teller.tick(PASSING) == ["over"]
    assert teller.incidents == {}


def test_what_fails_again_before_its_end_could_be_told_goes_on_in_silence() -> None:
    teller = Teller()
    assert teller.tick(failing()) == ["opened"]
    assert teller.tick(PASSING, delivers=False) == ["over"]
    assert teller.tick(failing()) == []
    assert teller.tick(PASSING) == ["over"]


def test_what_does_not_last_is_never_told() -> None:
    teller = Teller()
    damped = failing(patience=5 * MINUTE, since=START + timedelta(days=1))  # its check is from a moment ago at each tick
    assert [teller.tick(seen) for seen in (damped, damped, PASSING, damped, PASSING)] == [[], [], [], [], []]
    assert teller.incidents == {}
    assert [teller.tick(damped) for _ in range(7)] == [[], [], [], [], [], ["opened"], []]


def test_it_is_reminded_after_the_time_that_was_asked_for() -> None:
    teller = Teller(remind_after=60 * MINUTE)
    told = [teller.tick(failing(), later=20 * MINUTE) for _ in range(8)]
    assert told == [["opened"], [], [], ["reminder"], [], [], ["reminder"], []]


def test_a_target_that_does_not_ask_for_it_hears_nothing_of_it() -> None:
    teller = Teller(wanted=False)
    assert [teller.tick(seen) for seen in (failing(), failing(), PASSING)] == [[], [], []]
    assert teller.incidents == {}


def test_a_target_for_errors_hears_that_an_error_became_a_warning_and_of_its_end() -> None:
    teller = Teller()
    assert teller.tick(failing(severity="ERROR")) == ["opened"]
    teller.wanted = False
    assert [teller.tick(failing(severity="WARN")), teller.tick(failing(severity="WARN")), teller.tick(PASSING)] == [
        ["changed"], [], ["over"],
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from([failing(), failing(severity="ERROR"), PASSING, UNKNOWN]), st.booleans()),
        max_size=30,
    )
)
def test_what_a_target_knows_follows_what_is_so_and_no_change_is_told_twice(steps: list[tuple[Seen, bool]]) -> None:
    teller = Teller()
    knows: str = "over"
    for seen, delivers in [*steps, (PASSING, True)]:
        fails = knows if seen is UNKNOWN and not teller.incidents else ""
        changes = teller.tick(seen, delivers=delivers)
        assert len(changes) <= 1
        if changes and delivers:
            was_owed = changes == ["over"] and knows == "over"  # its first message never arrived
            now = "over" if changes == ["over"] else next(iter(teller.incidents.values())).fault.severity
            assert now != knows or was_owed or fails
            knows = now
        if seen.faults and delivers:
            assert knows == seen.faults[0].severity
    assert knows == "over"
    assert teller.incidents == {}


def test_incidents_survive_in_a_file(tmp_path: Path) -> None:
    incidents = advance({}, failing(measured={"texts": 5}, holds=("lengths",), patience=MINUTE), START + MINUTE)
    incidents = {key: tell(incident, "t", START, sent=True) for key, incident in incidents.items()}
    save_incidents(tmp_path / "alerts" / "state.json", incidents)
    assert load_incidents(tmp_path / "alerts" / "state.json") == incidents


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": {"status": "open"}}'])
def test_without_a_file_that_can_be_read_nothing_is_known(tmp_path: Path, content: str) -> None:
    assert load_incidents(tmp_path / "state.json") == {}
    (tmp_path / "state.json").write_text(content)
    assert load_incidents(tmp_path / "state.json") == {}


def test_errors_stand_first_and_what_is_over_does_not_stand() -> None:
    faults = [replace(FAULT, asset="b"), replace(FAULT, asset="a"), replace(FAULT, asset="c", severity="ERROR")]
    incidents = advance({}, Seen(tuple(faults)), START)
    incidents = advance(incidents, Seen(tuple(faults[1:])), START)
    assert [incident.fault.asset for incident in standing(incidents)] == ["c", "a"]
