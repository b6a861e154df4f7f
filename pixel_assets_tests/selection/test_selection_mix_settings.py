"""Settings of the mix and the rules that are made from them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from pixel_assets.selection.mix import Bound, MixRules
from pixel_assets.selection.mix.traits import EXPRESSIONS
from pixel_assets.settings import MixSettings, MixTrait


def _rules(**settings: Any) -> MixRules:
    return MixRules.of(MixSettings.model_validate(settings))


def test_settings_know_every_trait_that_a_mix_can_be_balanced_by() -> None:
    assert set(get_args(MixTrait)) == set(EXPRESSIONS)


def test_the_defaults_bound_nothing_and_look_at_no_vector() -> None:
    assert _rules().bounds == ()
    assert _rules().largest_of_source is None
    assert _rules().traits == ()
    assert not _rules().needs_vectors


def test_bounds_are_taken_as_they_are_written() -> None:
    rules = _rules(balances={"topic:grief": {"at_least": 0.1}, "topic": {"at_most": 0.3}}, source_cap=0.6)
    assert rules.bounds == (Bound("topic", at_most=Fraction(3, 10)), Bound("topic", "grief", at_least=Fraction(1, 10)))
    assert rules.largest_of_source == Fraction(3, 5)


def test_a_strategy_reads_the_traits_that_it_balances() -> None:
    assert _rules(strategy="hybrid", balances={"stage": {"at_most": 0.5}}).traits == ("modality", "population", "stage", "topic")
    assert _rules(strategy="diverse").traits == ()
    assert _rules(strategy="diverse").needs_vectors


@pytest.mark.parametrize(
    ("balances", "said"),
    [
        ({"mood": {"at_most": 0.5}}, "'mood' names no trait; the traits are topic, "),
        ({"topic:grief": {"at_least": 0.5, "at_most": 0.25}}, "'topic:grief' is to have at least 0.5 and at most 0.25"),
        ({"topic": {"about": 0.5}}, "at_least"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(balances: dict[str, dict[str, float]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MixSettings.model_validate({"balances": balances})
