"""Instruments in conversation: scores, the question about safety, and stages. All answers are invented."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.composed import Composed, Stage
from pixel_assets.generation.forms.assessment import asked_of, assessment, assessment_of, drawn_answers
from pixel_assets.generation.scenario import Role, Scenario
from pixel_assets.knowledge.scoring import score
from pixel_assets_tests.generation.scenarios import known, scenario

INSTRUMENTS = ["phq_9", "phq_2", "gad_7", "gad_2", "rosenberg_self_esteem", "ipip_neo_120"]
STAGES: tuple[Stage, ...] = ("engagement", "exploration", "formulation", "intervention", "closing")
UNFILLED = re.compile(r"[{}]|\[[^\]]*\||  | [,.;:?!]")
PLAIN_QUESTION = re.compile(r"ending your life|killing yourself|want to die|thinking of suicide")


def given_to(instrument: str, **changes: Any) -> Scenario:
    entries: tuple[tuple[Role, str], ...] = (("disorder", "major_depressive_disorder"), ("instrument", instrument))
    return scenario("assessment", entries=entries, disorder="major_depressive_disorder", **changes)


def said(composed: Composed, role: str = "assistant") -> str:
    return "\n".join(turn.content for turn in composed.turns if turn.role == role)


@pytest.mark.parametrize("instrument", INSTRUMENTS)
@pytest.mark.parametrize("risk", ["none", "voiced", "imminent"])
def test_turns_alternate_stages_never_go_back_and_every_slot_is_filled(instrument: str, risk: str) -> None:
    for seed in range(30):
        made = given_to(instrument, seed=seed, risk=risk, complexity=("low", "moderate", "high")[seed % 3])
        composed = assessment(made, known(made))
        assert [turn.role for turn in composed.turns] == ["user", "assistant"] * (len(composed.turns) // 2)
        places = [STAGES.index(turn.stage) for turn in composed.turns]
        assert places == sorted(places)
        assert not UNFILLED.search(said(composed) + said(composed, "user") + (composed.reasoning or ""))


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_one_seed_gives_one_conversation(instrument: str) -> None:
    made = given_to(instrument)
    assert assessment(made, known(made)) == assessment(made, known(made))
    assert len({assessment(one, known(one)).turns for one in (given_to(instrument, seed=seed) for seed in range(40))}) == 40


@settings(max_examples=60, deadline=None)
@given(
    instrument=st.sampled_from(["phq_9", "phq_2", "gad_7", "gad_2", "rosenberg_self_esteem"]),
    drawn=st.lists(st.integers(0, 3), min_size=10, max_size=10),
    seed=st.integers(0, 10_000),
)
def test_the_total_and_band_that_are_said_are_those_of_the_scoring(instrument: str, drawn: list[int], seed: int) -> None:
    made = given_to(instrument, seed=seed)
    entry = asked_of(made, known(made))
    answers = {item.id: drawn[number] for number, item in enumerate(entry.details.items)}
    expected = score(entry, answers)
    composed = assessment_of(made, known(made), answers)
    text = said(composed)
    assert re.search(rf"\b{expected.total}\b", text)
    assert str(expected.band) in text
    assert "diagnos" in text
    assert f"Total: {expected.total}, band: {expected.band}." in (composed.reasoning or "")


@settings(max_examples=30, deadline=None)
@given(drawn=st.lists(st.integers(1, 5), min_size=8, max_size=8), seed=st.integers(0, 10_000))
def test_two_facets_of_the_long_instrument_are_summed_and_judged_by_no_norm(drawn: list[int], seed: int) -> None:
    made = given_to("ipip_neo_120", seed=seed)
    entry = asked_of(made, known(made))
    assert len(entry.details.items) == 8
    answers = {item.id: drawn[number] for number, item in enumerate(entry.details.items)}
    composed = assessment_of(made, known(made), answers)
    assert len(score(entry, answers).facets) == 2
    for total in score(entry, answers).facets.values():
        assert re.search(rf"\b{total}\b", said(composed))
    assert "No norm is given" in (composed.reasoning or "")


@pytest.mark.parametrize("seed", range(20))
def test_every_item_of_a_short_instrument_is_asked(seed: int) -> None:
    made = given_to("gad_7", seed=seed)
    text = said(assessment(made, known(made))).lower()
    assert all(item.text.lower() in text for item in asked_of(made, known(made)).details.items)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_an_answer_of_not_wanting_to_live_stops_the_questions_for_one_about_safety(level: int) -> None:
    for seed in range(20):
        made = given_to("phq_9", seed=seed, risk="voiced")
        answers = {**drawn_answers(made, known(made)), "phq_9_9": level}
        composed = assessment_of(made, known(made), answers)
        asked = next(
            n for n, turn in enumerate(composed.turns) if n > 2 and re.search(r"hurting yourself|harming yourself", turn.content)
        )
        assert composed.turns[asked].role == "assistant"
        assert PLAIN_QUESTION.search(composed.turns[asked + 2].content)
        assert "plan" in composed.turns[asked + 2].content
        assert "emergency" in said(composed)
        scored = next(n for n, turn in enumerate(composed.turns) if turn.stage == "formulation")
        assert scored > asked + 2


def test_without_risk_the_ninth_item_is_answered_not_at_all() -> None:
    for seed in range(60):
        made = given_to("phq_9", seed=seed)
        assert drawn_answers(made, known(made))["phq_9_9"] == 0
        assert not PLAIN_QUESTION.search(said(assessment(made, known(made))))


def test_danger_that_was_voiced_is_asked_about_before_any_item() -> None:
    for instrument in INSTRUMENTS:
        made = given_to(instrument, risk="voiced")
        assert PLAIN_QUESTION.search(assessment(made, known(made)).turns[1].content)


def test_imminent_danger_leads_to_emergency_help_and_ends_there() -> None:
    for instrument in ("phq_9", "gad_7"):
        made = given_to(instrument, risk="imminent")
        composed = assessment(made, known(made))
        assert "emergency number now" in said(composed)
        assert composed.turns[-1].stage == "closing"
        assert "formulation" not in {turn.stage for turn in composed.turns}


def test_danger_is_asked_about_where_the_instrument_does_not_ask() -> None:
    for seed in range(20):
        made = given_to("gad_2", risk="voiced", seed=seed)
        assert PLAIN_QUESTION.search(said(assessment(made, known(made))))


def test_an_answer_too_few_is_an_error_of_the_scoring() -> None:
    made = given_to("gad_2")
    with pytest.raises(KnowledgeError, match="has no answer"):
        assessment_of(made, known(made), {"gad_2_1": 1})


def test_only_known_entries_are_read() -> None:
    made = given_to("gad_2")
    with pytest.raises(KeyError):
        assessment(made, {})
