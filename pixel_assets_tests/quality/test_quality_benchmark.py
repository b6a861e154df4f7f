"""The benchmark of quality: which rows it counts, what stands beside a figure, and its measures of probabilities."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pixel_assets.errors import PixelError
from pixel_assets.labelled.split import is_fit
from pixel_assets.quality.fluency.model import PACKAGED
from pixel_assets.quality.labelled.empathy import EmpathyRow, read_epitome

LANGUAGE = PACKAGED.parent
PRIOR = {"true": 0.9, "other": 0.07, "cut": 0.03}
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
KEYS = {"name", "value", "unit", "goal", "met", "peer", "peer_value", "ratio", "n", "interval"}
Import = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def part() -> Iterator[Import]:
    """A module of the benchmark by its name."""
    before = list(sys.path)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield lambda name: importlib.import_module(f"truth.quality.{name}")
    finally:
        sys.path[:] = before


def bench(part: Import, data: Path, learned: Path | None) -> Any:
    return part("bench").QualityBench(data, "report", 60, None, learned, part("judge").shipped("static"))


def test_baselines_learn_on_the_fit_half_and_are_judged_on_the_other(part: Import, sets: Path) -> None:
    on = bench(part, sets, sets)
    fitted: list[EmpathyRow] = on.fitted(read_epitome)
    reported: list[EmpathyRow] = on.reported(read_epitome(sets))
    assert {row.group for row in fitted}
    assert all(is_fit(row.dataset, row.group) for row in fitted)
    assert not any(is_fit(row.dataset, row.group) for row in reported)


def test_without_a_folder_to_learn_from_there_is_nothing_to_fit(part: Import, sets: Path) -> None:
    assert bench(part, sets, None).fitted(read_epitome) == []


def test_a_figure_stands_beside_both_baselines_with_the_difference_to_the_bag_of_words(part: Import) -> None:
    truth = np.array([True, False, True, False])
    said, bag, most = truth.copy(), np.array([True, False, False, False]), np.zeros(4, bool)
    figure = part("bench").compared(
        "x", list("abcd"), lambda drawn, given: float((truth[drawn] == given[drawn]).mean()), said,
        {"bag of words": bag, "majority": most}, goal=0.9, known="0.8 elsewhere",
    )  # fmt: skip
    assert (figure["value"], figure["met"], figure["peer"], figure["peer_value"]) == (1.0, True, "bag of words", 0.75)
    assert (figure["baselines"], figure["ratio"]) == ({"bag of words": 0.75, "majority": 0.5}, None)
    assert figure["difference"]["to bag of words"] == 0.25
    assert figure["difference"]["interval"][0] == 0


def test_a_bag_of_words_learns_which_words_tell(part: Import) -> None:
    bags = part("bag_of_words")
    texts = [bags.Text(f"{tells} number {number}") for number in range(20) for tells in ("warm", "cold")]
    labels = np.array(["yes", "no"] * 20)
    bag = bags.BagOfWords.fitted(texts, labels)
    assert bag.said([bags.Text("so warm"), bags.Text("so cold")]).tolist() == ["yes", "no"]
    assert bag.probabilities([bags.Text("so warm")])[0] > 0.5
    assert bags.BagOfWords.fitted(texts, np.array(["yes"] * 40)) is None
    assert bags.majority(np.array(["b", "a", "b"]), 2).tolist() == ["b", "b"]


def test_a_bag_of_words_of_pairs_sees_that_a_reply_takes_up_its_prompt(part: Import) -> None:
    bags = part("bag_of_words")
    words = [f"word{number % 20} thing{number % 20}" for number in range(80)]
    right = [bags.Text(f"about {each}", f"my {each}") for each in words]
    wrong = [bags.Text(text.reply, right[number - 1 - number // 20].prompt) for number, text in enumerate(right)]
    bag = bags.BagOfWords.fitted([*right[:60], *wrong[:60]], np.repeat([True, False], 60))
    assert bag.probabilities(right[60:]).min() > bag.probabilities(wrong[60:]).max()


def test_the_error_of_calibration_is_the_mean_distance_over_bins_of_equal_mass(part: Import) -> None:
    calibration = part("calibration")
    said, even = np.repeat([0.2, 0.8], 50), np.ones(100)
    truth = np.concatenate([np.arange(50) % 5 == 0, np.arange(50) % 5 != 0])
    assert calibration.calibration_error(truth, said, even) == pytest.approx(0, abs=1e-9)
    assert calibration.calibration_error(truth, 1 - said, even) == pytest.approx(0.6)
    assert calibration.brier(truth, said, even) == pytest.approx(0.16)
    assert np.bincount(calibration.bins(np.arange(100.0), even)).tolist() == [10] * 10
    assert calibration.reliability(truth, said, even) == ["said 0.200, so 0.200, 50 rows", "said 0.800, so 0.800, 50 rows"]


def test_rows_of_which_the_same_is_said_are_never_parted_by_their_order(part: Import) -> None:
    truth = np.repeat([True, False], [90, 10])
    assert part("calibration").calibration_error(truth, np.full(100, 0.9), np.ones(100)) == pytest.approx(0)


def test_rows_weigh_as_often_as_they_come_under_the_prior(part: Import) -> None:
    heads, bags = part("heads"), part("bag_of_words")
    truth = np.array([True, False, False, False])
    texts = [bags.Text("one two"), *[bags.Text("one")] * 3]
    head = heads.Head("x", list("abcd"), texts, truth, np.full(4, 0.9), heads.Learned(texts, truth), heads.prior_of(0.9))
    assert head.weight.tolist() == pytest.approx([3.6, 0.4 / 3, 0.4 / 3, 0.4 / 3])
    assert head.usual == pytest.approx(0.9)
    kinds = ["true", "other", "cut", "other"]
    of_kinds = heads.Head("x", list("abcd"), texts, truth, np.full(4, 0.9), heads.Learned(texts, truth), PRIOR, kinds)
    assert of_kinds.weight.tolist() == pytest.approx([3.6, 0.14, 0.12, 0.14])
    assert part("calibration").calibration_error(truth, head.probability, head.weight) < 0.2
    assert head.length.tolist() == pytest.approx([np.log(3), *[np.log(2)] * 3])


def test_the_correlation_with_length_is_one_of_ranks_and_can_be_given_the_label(part: Import) -> None:
    length = part("length")
    values = np.array([1.0, 2.0, 3.0, 10.0])
    assert length.spearman(values, values**3) == pytest.approx(1)
    assert length.spearman(values, -values) == pytest.approx(-1)
    assert length.spearman(values, np.ones(4)) == 0
    label = np.array([False, False, True, True])
    assert length.partial(values, np.array([2.0, 1.0, 4.0, 3.0]), label) == pytest.approx(-1)


def test_balanced_accuracy_is_a_half_for_the_majority(part: Import) -> None:
    balanced = part("counselling").balanced_accuracy
    truth = np.array([True] * 9 + [False])
    assert balanced(truth, np.ones(10, bool)) == 0.5
    assert balanced(truth, truth) == 1
    assert np.isnan(balanced(truth[:9], truth[:9]))


OPTIONS = {"all": False, "model": None, "language": None, "reader": "none", "data": Path("nowhere")}


def judge(part: Import, sections: set[str], **given: Any) -> Any:
    part("judge")  # the folder of benchmarks is on the path now
    options = argparse.Namespace(**OPTIONS | given)
    return importlib.import_module("quality").judge_of(options, sections, Path("unused"))


def test_shipped_models_judge_a_kept_back_folder_and_files_that_are_given_come_first(part: Import, tmp_path: Path) -> None:
    assert judge(part, {"empathy"}, all=True) == part("judge").shipped("static")
    contextual = judge(part, {"empathy"}, all=True, reader="all", model=tmp_path / "other")
    assert (contextual.model, contextual.tier) == (tmp_path / "other", "contextual")
    assert contextual.told == f"from {tmp_path / 'other'}, else shipped"


def test_what_is_counted_in_part_is_judged_by_what_is_fitted_on_the_rest(part: Import) -> None:
    with pytest.raises(PixelError):  # which is looked for in the folder
        judge(part, {"empathy"})
    assert judge(part, {"traits", "speed"}).told == "fitted on the fit half in this run"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    variables = {"PYTHONPATH": str(BENCHMARKS.parent), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(BENCHMARKS / "quality.py"), *map(str, arguments)]
    return subprocess.run(command, env=os.environ | variables, text=True, capture_output=True, check=False)


def test_every_section_has_figures_in_the_documented_form(sets: Path, fitted_heads: Path) -> None:
    done = run("--data", sets, "--rows", "60", "--json", "--model", fitted_heads, "--language", LANGUAGE)
    assert done.returncode in (0, 1), done.stderr
    figures = json.loads(done.stdout)
    sections = ("empathy", "counselling", "coherence", "language", "traits", "calibration", "length", "speed")
    assert {figure["name"].split(",")[0] for figure in figures} == set(sections)
    assert {figure["judge"] for figure in figures} == {f"from {fitted_heads}, else from {LANGUAGE}"}
    assert all(set(figure) >= KEYS for figure in figures)
    labelled = [figure for figure in figures if figure["name"].endswith(("AUC", "macro-F1"))]
    assert len(labelled) > 20
    assert all(figure["baselines"].keys() == {"bag of words", "majority"} for figure in labelled)
    assert all(figure["interval"] and figure["peer"] == "bag of words" for figure in labelled)
    assert all(figure["goal"] == 0.4 for figure in figures if figure["name"].endswith("rank correlation"))
    assert done.returncode == (0 if all(figure["met"] is not False for figure in figures) else 1)


def test_all_rows_are_counted_when_asked_for_and_then_nothing_is_fitted_on_them(sets: Path, fitted_heads: Path) -> None:
    arguments = ("--data", sets, "--section", "empathy", "--json", "--model", fitted_heads)
    alone, beside = run(*arguments, "--all", "--learned", sets), run(*arguments)
    assert "baselines: left out" in alone.stderr
    counted, halved = json.loads(alone.stdout), json.loads(beside.stdout)
    assert counted[0]["n"] == 72 > halved[0]["n"]
    assert counted[0]["peer"] is None


def test_a_data_folder_that_is_not_there_is_said_without_a_traceback(tmp_path: Path) -> None:
    done = run("--data", tmp_path, "--section", "traits")
    assert done.returncode == 2
    assert "--data DIR" in done.stderr
    assert "Traceback" not in done.stderr
