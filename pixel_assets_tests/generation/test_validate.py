"""The validator finds what breaks a rule and leaves near misses alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixel_assets.generation.composed import Composed, Turn
from pixel_assets.generation.validate.cues import Cue, intervention_cues, rule_cues, voiced_cues
from pixel_assets.generation.validate.guards import GUARDS, Match
from pixel_assets.generation.validate.judge import examine, judge
from pixel_assets.generation.validate.literals import literals
from pixel_assets.generation.validate.rules import RULES, rules_table
from pixel_assets.generation.validate.spoken import Spoken, plain

from .labelled import Labelled, counted, forbidden, found, labelled
from .scenarios import knowledge, known, scenario

FOLDER = Path(__file__).parent
CASES = list(labelled(FOLDER / "validate_cases.yaml"))
MORE = list(labelled(FOLDER / "validate_more_cases.yaml"))
FOUND = list(labelled(FOLDER / "validate_found_cases.yaml"))
FRESH = list(labelled(FOLDER / "validate_fresh_cases.yaml"))
THIRD = list(labelled(FOLDER / "validate_third_cases.yaml"))
CUES = [
    *(cue for given in rule_cues().values() for cue in given.cues),
    *voiced_cues().values(),
    *(cue for cues in intervention_cues().values() for cue in cues),
]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_all_its_breaches_and_no_near_miss(rule: str) -> None:
    examples = [example for example in CASES if example.rule == rule]
    assert (counted(examples).precision, counted(examples).recall) == (1.0, 1.0)
    assert [(example.breach, example.number) for example in examples if found(example) != example.breach] == []
    assert sum(example.breach for example in examples) >= 12
    assert sum(not example.breach for example in examples) >= 12


@pytest.mark.parametrize("examples", [MORE, FOUND], ids=["second", "found"])
def test_the_sets_that_the_rules_were_mended_by_hold(examples: list[Labelled]) -> None:
    assert [(example.rule, example.breach, example.number) for example in examples if found(example) != example.breach] == []


@pytest.mark.parametrize("examples", [FRESH, THIRD], ids=["fresh", "third"])
def test_words_that_were_new_once_are_judged_well(examples: list[Labelled]) -> None:
    counts = counted(examples)
    assert counts.precision >= 0.95
    assert counts.recall >= 0.9


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.says)
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_cue_is_tried_on_every_text_that_it_matches(cue: Cue, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(cue.pattern))
    assert any(string in text for string in literals(cue.pattern))


def test_rules_rest_on_entries_and_cues_belong_to_rules_and_entries() -> None:
    entries = knowledge().entries
    assert [(rule.id, entry) for rule in RULES.values() for entry in rule.rests_on if entry not in entries] == []
    assert set(rule_cues()) <= set(RULES)
    assert set(intervention_cues()) <= set(forbidden())


def test_every_rule_is_in_the_table() -> None:
    assert [line.split("`")[1] for line in rules_table().splitlines()[2:]] == list(RULES)


def test_guards_of_cues_exist() -> None:
    names = {guard for given in rule_cues().values() for cue in given.cues for guard in cue.guards}
    assert names <= {*GUARDS, "brought", "asked_enough", "said_back"}


def test_a_warning_does_not_reject() -> None:
    example = next(example for example in CASES if example.rule == "conditional_contraindication" and example.breach)
    findings = examine(example.scenario, known(example.scenario), example.composed, forbidden())
    judged = judge(example.scenario, known(example.scenario), example.composed, forbidden())
    assert "conditional_contraindication" in {finding.rule for finding in findings}
    assert "conditional_contraindication" not in {finding.rule for finding in judged}


def test_a_contraindication_on_a_protocol_holds_only_while_it_is_active() -> None:
    calm = scenario("therapy_session", entries=(("modality", "family_systemic"),), disorder=None, population=None)
    active = replace(calm, entries=(*calm.entries, ("protocol", "child_protection")))
    talk = Composed((), ())
    assert "contraindicated_intervention" not in {finding.rule for finding in judge(calm, known(calm), talk, forbidden())}
    assert "contraindicated_intervention" in {finding.rule for finding in judge(active, known(active), talk, forbidden())}


def test_a_finding_quotes_no_text() -> None:
    for example in CASES:
        for finding in examine(example.scenario, known(example.scenario), example.composed, forbidden()):
            assert not any(len(turn.content) > 12 and turn.content in finding.detail for turn in example.composed.turns)


def test_the_sentence_of_a_match_ends_with_its_mark() -> None:
    text = "so it is. you have it now! and then?"
    start = text.index("have")
    match = Match(text, start, start + 4)
    assert match.sentence == " you have it now!"
    assert match.before == " you "


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=80), max_size=6), st.sampled_from(["none", "voiced", "imminent"]))
def test_any_text_can_be_judged_and_always_the_same_way(texts: list[str], risk: str) -> None:
    made = scenario("therapy_session", risk=risk)
    turns = tuple(Turn("assistant" if number % 2 else "user", text, "exploration") for number, text in enumerate(texts))
    once = judge(made, known(made), Composed(turns, ()), forbidden())
    assert once == judge(made, known(made), Composed(turns, ()), forbidden())
    assert {finding.rule for finding in once} <= set(RULES)


@given(st.text())
def test_sentences_hold_every_word_of_a_turn(text: str) -> None:
    spoken = Spoken(0, "assistant", plain(text))
    assert all(spoken.text.startswith(sentence.text, sentence.start) for sentence in spoken.sentences)
    assert frozenset().union(*(Spoken(0, "user", sentence.text).words for sentence in spoken.sentences)) == spoken.words
