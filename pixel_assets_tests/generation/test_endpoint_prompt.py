"""Prompts come from the scenario and its entries alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pixel_assets.generation.endpoint.prompt import messages_for, rules_for
from pixel_assets.generation.endpoint.tasks import TASKS
from pixel_assets.generation.scenario import FORMS, Form
from pixel_assets.knowledge.model import DisorderEntry
from pixel_assets_tests.generation.scenarios import knowledge, known, scenario


@pytest.mark.parametrize("form", FORMS)
def test_equal_scenarios_have_equal_prompts(form: Form) -> None:
    made = scenario(form)
    assert messages_for(made, known(made)) == messages_for(replace(made), dict(reversed(known(made).items())))


@pytest.mark.parametrize("form", FORMS)
def test_a_prompt_holds_the_case_and_every_entry_and_no_id_of_the_scenario(form: Form) -> None:
    made = scenario(form)
    system, case = messages_for(made, known(made))
    assert (system.role, case.role) == ("system", "user")
    for text in (made.presenting, made.history, made.goal, made.culture, made.occupation, made.household):
        assert text in case.content
    assert all(known(made)[name].summary in case.content for _, name in made.entries)
    assert made.scenario_id not in system.content + case.content
    assert "{" not in case.content


@pytest.mark.parametrize("form", FORMS)
def test_rules_name_the_stages_and_lengths_that_the_answer_is_held_to(form: Form) -> None:
    task = TASKS[form]
    assert f"{task.fewest_turns} to {task.most_turns} turns, none longer than {task.most_words} words" in rules_for(form)
    assert ", ".join(task.stages) in rules_for(form)


@pytest.mark.parametrize("form", FORMS)
def test_rules_say_who_pixel_is_and_what_it_must_not_do(form: Form) -> None:
    for words in ("says so when asked", "Promise a cure", "for or against a medicine", "method or means", "Promise secrecy"):
        assert words in rules_for(form)


def test_an_entry_that_a_scenario_does_not_name_is_not_read() -> None:
    made = scenario("therapy_session")
    everything = {**knowledge().entries}
    assert messages_for(made, everything) == messages_for(made, known(made))
    with pytest.raises(KeyError):
        messages_for(made, {})


def test_a_changed_entry_changes_the_prompts_that_use_it_and_no_others() -> None:
    entries = dict(knowledge().entries)
    entries["panic_disorder"] = entries["panic_disorder"].model_copy(update={"summary": "Said in another way."})
    changed = {
        form for form in FORMS if messages_for(scenario(form), entries) != messages_for(scenario(form), knowledge().entries)
    }
    assert changed == {"therapy_session", "differential_diagnosis"}


def test_relations_are_told_between_the_entries_of_the_scenario_only() -> None:
    made = scenario("differential_diagnosis")
    (_, case) = messages_for(made, known(made))
    assert "- Panic disorder: differential Agoraphobia (Is avoidance of places" in case.content
    assert "Somatic symptom disorder" not in case.content


def test_the_presentations_of_a_disorder_stay_out_for_some_voice_danger() -> None:
    made = scenario("psychoeducation")
    entry = known(made)["insomnia_disorder"]
    assert isinstance(entry, DisorderEntry)
    (_, case) = messages_for(made, known(made))
    assert all(words not in case.content for words in entry.details.presentations)


@pytest.mark.parametrize("name", sorted({entry.kind for entry in knowledge().entries.values()}))
def test_entries_of_every_kind_can_be_told(name: str) -> None:
    entries = [entry for entry, content in knowledge().entries.items() if content.kind == name]
    made = scenario("psychoeducation", entries=tuple(("skill", entry) for entry in entries))
    (_, case) = messages_for(made, known(made))
    assert all(knowledge().entries[entry].summary in case.content for entry in entries)


def test_risk_decides_what_is_said_of_danger() -> None:
    made = [scenario("therapy_session", risk=risk) for risk in ("none", "voiced", "imminent")]
    lines = [next(line for line in messages_for(one, known(one))[1].content.splitlines() if "Danger" in line) for one in made]
    assert [line.split(": ")[1].split(";")[0] for line in lines] == ["none", "voiced", "imminent"]
