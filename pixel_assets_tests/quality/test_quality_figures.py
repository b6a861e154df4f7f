"""The reliability curve of a fit."""

from __future__ import annotations

import numpy as np
import pytest

from pixel_assets.quality.fitting.figures import BINS, reliability


def test_predictions_that_are_as_they_say_have_no_error() -> None:
    said = np.repeat([0.0, 0.25, 0.5, 1.0], 40)
    truth = np.concatenate([np.arange(40) < share * 40 for share in (0, 0.25, 0.5, 1)])
    found = reliability(said, truth)
    assert found["calibration_error"] == 0
    assert [tuple(each) for each in found["curve"]] == [(0, 0), (0.25, 0.25), (0.5, 0.5), (1, 1)]


def test_the_error_is_the_mean_distance_over_bins() -> None:
    truth = np.arange(100) % 2 == 0
    assert reliability(np.full(100, 0.9), truth)["calibration_error"] == pytest.approx(0.4)


def test_rows_of_which_the_same_is_said_stay_together_in_any_order() -> None:
    draw = np.random.default_rng(5)
    said = draw.integers(0, 4, 200) / 4
    truth = draw.random(200) < said
    order = draw.permutation(200)
    assert reliability(said, truth) == reliability(said[order], truth[order])
    assert len(reliability(said, truth)["curve"]) == 4


def test_bins_have_about_as_many_rows() -> None:
    said = np.linspace(0, 1, 100)
    curve = reliability(said, said > 0.5)["curve"]
    assert len(curve) == BINS
    assert [place for place, _ in curve] == pytest.approx(np.linspace(0.0455, 0.9545, BINS), abs=0.001)


def test_rows_count_as_much_as_they_weigh() -> None:
    said, truth = np.full(4, 0.9), np.array([True, False, False, False])
    assert reliability(said, truth, np.array([27.0, 1, 1, 1]))["calibration_error"] == pytest.approx(0)
