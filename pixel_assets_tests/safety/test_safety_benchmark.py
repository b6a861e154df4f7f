"""The benchmark of the detectors: which rows it counts, and how its figures come about."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pixel_assets.labelled.rows import Labelled

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def judged() -> Iterator[ModuleType]:
    before = list(sys.path)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from truth import judged

        yield judged
    finally:
        sys.path[:] = before


def rows() -> list[Labelled]:
    return [Labelled("set", group, group, fit) for group, fit in (("a", True), ("b", False), ("c", False))]


def test_only_rows_that_nothing_was_fitted_on_are_reported(judged: ModuleType) -> None:
    report = judged.Bench(Path("data"), "report", 1, None)
    assert [row.id for row in report.reported(rows())] == ["b", "c"]


def test_all_rows_of_a_kept_back_half_are_reported_when_asked_for(judged: ModuleType) -> None:
    everything = judged.Bench(Path("data"), "all", 1, None)
    assert len(everything.reported(rows())) == 3


def test_figures_of_a_class_that_is_not_there_are_left_out(judged: ModuleType) -> None:
    yes, no = np.ones(3, bool), np.zeros(3, bool)
    groups = ["a", "b", "c"]
    assert [each["name"] for each in judged.decisions("x", groups, yes, yes)] == ["x: recall"]
    assert [each["name"] for each in judged.decisions("x", groups, no, no)] == ["x: false alarms"]
    assert judged.ranked("x", groups, yes, np.arange(3.0)) == []


def test_a_goal_is_one_for_the_value_even_where_a_peer_stands_beside_it(judged: ModuleType) -> None:
    peer = judged.Peer("peer", 0.2)
    figure = judged.measured("x", ["a", "b"], lambda drawn: 0.8, goal=0.9, beside=peer, known="0.5 elsewhere")
    assert (figure["met"], figure["ratio"], figure["peer"], figure["peer_value"]) == (False, None, "peer", 0.2)
    assert (figure["interval"], figure["groups"], figure["n"], figure["known"]) == ([0.8, 0.8], 2, 2, "0.5 elsewhere")


def test_false_alarms_are_bounded_from_above(judged: ModuleType) -> None:
    truth, predicted = np.array([True, False, False]), np.array([True, True, False])
    found = {
        each["name"]: each for each in judged.decisions("x", ["a", "b", "c"], truth, predicted, recall=1.0, false_alarms=0.03)
    }
    assert (found["x: recall"]["met"], found["x: false alarms"]["met"], found["x: false alarms"]["value"]) == (True, False, 0.5)


def test_a_data_folder_that_is_not_there_is_said_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, BENCHMARKS / "safety.py", "--data", tmp_path, "--section", "crisis"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 2
    assert "--data DIR" in done.stderr
    assert "Traceback" not in done.stderr
