"""Thresholds: presets as data, what replaces them, and what a wrong file or name says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.quality.tables import OVERALL, PARTS, SCORES
from pixel_assets.quality.thresholds import FILE, Thresholds, load_presets
from pixel_assets.settings import ScoreSettings, ThresholdSettings, load_settings

pytestmark = pytest.mark.usefixtures("no_settings")


def test_the_presets_are_those_of_the_settings_and_every_score_says_what_it_means() -> None:
    known = load_presets()
    assert tuple(known.presets) == get_args(ThresholdSettings.model_fields["preset"].annotation)
    assert set(known.scores) == set(SCORES)
    assert all(preset.meaning.endswith(".") for preset in known.presets.values())
    assert set(SCORES) <= set(ThresholdSettings.model_fields)


def test_the_mission_asks_for_its_own_figures_and_off_for_nothing() -> None:
    assert Thresholds.of("mission", {}).at_least == {
        "coherence": 0.9, "empathy": 0.8, "therapeutic_accuracy": 0.85, "clinical_compliance": 0.9, "persona_consistency": 0.85,
        "overall": 0.8,
    }  # fmt: skip
    assert Thresholds.of("off", {}) == Thresholds()


def test_each_preset_asks_for_less_than_the_one_before() -> None:
    asked = [Thresholds.of(name, {}).at_least for name in load_presets().presets]
    for more, less in pairwise(asked):
        assert all(more.get(score, 1.0) >= value for score, value in less.items())


def test_single_thresholds_replace_those_of_the_preset_and_0_takes_one_away() -> None:
    found = Thresholds.of("mission", {"coherence": 0.85, "empathy": 0.0, "language": 0.2, "overall": None})
    assert found.at_least == {
        "coherence": 0.85, "therapeutic_accuracy": 0.85, "clinical_compliance": 0.9, "language": 0.2, "persona_consistency": 0.85,
        "overall": 0.8,
    }  # fmt: skip
    assert list(found.at_least) == [score for score in SCORES if score in found.at_least]
    assert found.only("language") == Thresholds({"language": 0.2})


def test_what_does_not_apply_to_all_is_never_needed() -> None:
    assert Thresholds.of("mission", {}, "keep").needed == ()
    assert "persona_consistency" not in Thresholds.of("mission", {}, "drop").needed
    assert Thresholds({"coherence": 0.1, "persona_consistency": 0.1}, "drop").needed == ("coherence",)


def test_names_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no preset is called 'strict' \(expected one of mission, balanced, lenient, off\)"):
        Thresholds.of("strict", {})
    with pytest.raises(ValueError, match="no score is called 'warmth'"):
        Thresholds.of("off", {"warmth": 0.5})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("coherence: 0.9", "coherense: 0.9", "coherense is no score; the scores are coherence, empathy"),
        ("coherence: 0.9", "coherence: 9", "presets.mission.at_least.coherence"),
        ("  empathy: expected share of", "  # empathy: expected share of", "nothing says what empathy means"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "thresholds.yaml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_presets(file)
    assert "thresholds.yaml" in str(caught.value)
    assert message in str(caught.value)


def test_settings_take_a_threshold_from_a_variable_and_refuse_what_is_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXEL_THRESHOLDS_PRESET", "balanced")
    monkeypatch.setenv("PIXEL_THRESHOLDS_THERAPEUTIC_ACCURACY", "0.6")
    found = load_settings().thresholds
    assert Thresholds.of(found.preset, found.instead, found.missing).at_least["therapeutic_accuracy"] == 0.6
    monkeypatch.setenv("PIXEL_THRESHOLDS_COHERENCE", "90")
    with pytest.raises(SettingsError, match=r"thresholds.coherence .*PIXEL_THRESHOLDS_COHERENCE"):
        load_settings()
    monkeypatch.delenv("PIXEL_THRESHOLDS_COHERENCE")
    monkeypatch.setenv("PIXEL_THRESHOLDS_WARMTH", "0.9")
    with pytest.raises(SettingsError, match="warmth"):
        load_settings()


def test_weights_that_are_not_named_keep_their_default_and_all_parts_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(ScoreSettings().weights) == set(PARTS)
    monkeypatch.setenv("PIXEL_SCORES_WEIGHTS", '{"empathy": 0}')
    assert load_settings().scores.weights == {**ScoreSettings().weights, "empathy": 0.0}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({OVERALL: 1.0}, "'overall' is no part of the overall score; its parts are coherence"),
        (dict.fromkeys(PARTS, 0.0), "no score has a weight"),
        ({"empathy": -1.0}, "greater than or equal to 0"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: dict[str, float], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(scores={"weights": weights})
