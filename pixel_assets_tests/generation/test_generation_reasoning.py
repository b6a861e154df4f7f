"""Forms that reason: case formulation, differential diagnosis, ethical dilemma. All scenarios are invented."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.composed import Composed, Known
from pixel_assets.generation.forms.case_formulation import STYLES, case_formulation
from pixel_assets.generation.forms.differential_diagnosis import differential_diagnosis
from pixel_assets.generation.forms.ethical_dilemma import ethical_dilemma
from pixel_assets.generation.forms.wording import clause, telling
from pixel_assets.generation.grammar import load_grammar
from pixel_assets.generation.scenario import Form, Role, Scenario
from pixel_assets.knowledge.model import DisorderEntry
from pixel_assets_tests.generation.scenarios import ENTRIES, knowledge, known, scenario

Compose = Callable[[Scenario, Known], Composed]

FORMS: dict[Form, Compose] = {
    "case_formulation": case_formulation,
    "differential_diagnosis": differential_diagnosis,
    "ethical_dilemma": ethical_dilemma,
}
UNFILLED = re.compile(r"[{}]|\[[^\]]*\||//|  | [,.;:?!]|\b(\w+) \1 \1\b")


def kinds(kind: str) -> list[str]:
    return [name for name, entry in knowledge().entries.items() if entry.kind == kind]


def assert_sound(made: Composed) -> None:
    assert [turn.role for turn in made.turns] == ["user", "assistant"] * (len(made.turns) // 2)
    assert {turn.stage for turn in made.turns} <= {"question", "answer"}
    for text in (*(turn.content for turn in made.turns), made.reasoning or ""):
        assert not UNFILLED.search(text)
    assert made.reasoning
    assert len(made.reasoning.split()) > 60


def differentials(name: str) -> tuple[str, ...]:
    found = dict.fromkeys(
        [*knowledge().related(name, "differential"), *knowledge().related_from(name, "differential")],
    )
    return tuple(other for other in found if isinstance(knowledge().entries[other], DisorderEntry))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("risk", ["none", "voiced", "imminent"])
@pytest.mark.parametrize("complexity", ["low", "moderate", "high"])
def test_turns_alternate_and_every_slot_is_filled(form: Form, risk: str, complexity: str) -> None:
    for seed in range(25):
        made = scenario(form, seed=seed, risk=risk, complexity=complexity)
        assert_sound(FORMS[form](made, known(made)))


@pytest.mark.parametrize("form", FORMS)
def test_one_seed_gives_one_conversation_and_others_give_others(form: Form) -> None:
    made = scenario(form)
    assert FORMS[form](made, known(made)) == FORMS[form](made, known(made))
    texts = {FORMS[form](made, known(made)).turns for made in (scenario(form, seed=seed) for seed in range(60))}
    assert len(texts) == 60


@pytest.mark.parametrize("form", FORMS)
def test_an_entry_that_the_scenario_names_and_nobody_knows_is_a_key_error(form: Form) -> None:
    made = scenario(form)
    with pytest.raises(KeyError):
        FORMS[form](made, {})


@pytest.mark.parametrize("form", FORMS)
def test_danger_that_was_voiced_is_asked_about_in_the_answer(form: Form) -> None:
    for seed in range(40):
        made = scenario(form, seed=seed, risk="voiced")
        composed = FORMS[form](made, known(made))
        said = " ".join(turn.content for turn in composed.turns if turn.role == "assistant")
        assert re.search(r"suicid|ending your life|kill yourself|killing yourself|not wanting to live", said)


@pytest.mark.parametrize("disorder", kinds("disorder"))
def test_every_disorder_has_a_formulation_and_a_differential(disorder: str) -> None:
    others = differentials(disorder)
    entries: tuple[tuple[Role, str], ...] = (("disorder", disorder), *((("differential", name)) for name in others[:3]))
    for seed in range(4):
        for form in ("case_formulation", "differential_diagnosis"):
            made = scenario(form, entries=entries, disorder=disorder, seed=seed)
            assert_sound(FORMS[form](made, known(made)))


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("modality", "modality"), ("intervention", "intervention"), ("attachment", "attachment_pattern"),
        ("organisation", "personality_organisation"), ("defence", "defence_mechanism"), ("profile", "profile"),
        ("population", "population"),
    ],
)  # fmt: skip
def test_every_entry_of_a_role_can_be_part_of_a_formulation(role: Role, kind: str) -> None:
    for number, name in enumerate(kinds(kind)):
        entries: tuple[tuple[Role, str], ...] = (("disorder", "panic_disorder"), (role, name))
        made = scenario("case_formulation", entries=entries, seed=number, **({role: name} if role == "modality" else {}))
        assert_sound(case_formulation(made, known(made)))


def test_a_modality_decides_the_style() -> None:
    def styles(modality: str) -> set[str]:
        entries: tuple[tuple[Role, str], ...] = (("disorder", "panic_disorder"), ("modality", modality))
        made = (scenario("case_formulation", entries=entries, modality=modality, seed=seed) for seed in range(30))
        return {case_formulation(one, known(one)).templates[0] for one in made}

    assert styles("cbt") == {"case_formulation/maintenance_cycle", "case_formulation/five_ps"}
    assert styles("psychodynamic") == {"case_formulation/psychodynamic", "case_formulation/five_ps"}
    assert styles("narrative") == {"case_formulation/narrative", "case_formulation/five_ps"}
    assert set(STYLES) == {"five_ps", "maintenance_cycle", "psychodynamic", "systemic", "narrative"}


def test_a_client_who_asks_about_themselves_gets_no_name_of_a_disorder() -> None:
    asked = 0
    for seed in range(120):
        made = scenario("case_formulation", seed=seed)
        composed = case_formulation(made, known(made))
        if composed.templates[1] == "case_formulation/client":
            asked += 1
            said = " ".join(turn.content.lower() for turn in composed.turns if turn.role == "assistant")
            assert "social anxiety disorder" not in said
            assert "avoidant personality disorder" not in said
    assert asked > 10


def test_every_differential_is_weighed_by_the_question_that_tells_it_apart() -> None:
    for disorder in kinds("disorder"):
        others = differentials(disorder)[:4]
        entries: tuple[tuple[Role, str], ...] = (("disorder", disorder), *((("differential", name)) for name in others))
        made = scenario("differential_diagnosis", entries=entries, disorder=disorder)
        composed = differential_diagnosis(made, known(made))
        reasoning = composed.reasoning or ""
        for other in others:
            forth = [r.note for r in knowledge().entries[disorder].relations if r.to == other and r.how == "differential"]
            back = [r.note for r in knowledge().entries[other].relations if r.to == disorder and r.how == "differential"]
            assert clause(knowledge().entries[other].name).lower() in reasoning.lower()
            assert str((forth or back)[0]) in reasoning


def test_the_conclusion_of_a_differential_is_graded_and_never_certain() -> None:
    for seed in range(60):
        made = scenario("differential_diagnosis", seed=seed)
        said = differential_diagnosis(made, known(made)).turns
        text = " ".join(turn.content for turn in said if turn.role == "assistant")
        assert not re.search(r"\b(?:definitely|certainly|clearly has|diagnosis is|suffers from)\b", text)
        assert re.search(r"hypothesis|most consistent|first|tentativ|explains m|would fit|for the time being", text, re.I)


def test_a_differential_may_begin_with_questions_back() -> None:
    shapes = set()
    for seed in range(40):
        made = scenario("differential_diagnosis", seed=seed)
        composed = differential_diagnosis(made, known(made))
        shapes.add(composed.templates[0])
        if composed.templates[0].endswith("asks_back"):
            assert len(composed.turns) >= 4
            assert "?" in composed.turns[1].content
    assert shapes == {"differential_diagnosis/asks_back", "differential_diagnosis/at_once"}


def test_duration_and_limits_tell_no_disorder_from_another() -> None:
    criteria = ("Fear in crowds", "It has lasted for several months", "No bodily illness explains it")
    assert telling(criteria) == ("Fear in crowds",)
    assert telling(criteria[1:]) == criteria[1:]


def test_every_entry_of_ethics_has_eight_situations_each_with_its_crux_and_words() -> None:
    grammar = load_grammar("ethics_situations.yaml")
    assert {f"situation.{name}" for name in kinds("ethics")} == set(grammar)
    for phrases in grammar.values():
        assert len(phrases) >= 8
        assert all(len(phrase.split(" // ")) == 3 for phrase in phrases)


def test_every_situation_is_told_and_answered_by_the_duties_of_its_entry() -> None:
    seen = set()
    for name in kinds("ethics"):
        for seed in range(40):
            made = scenario("ethical_dilemma", entries=(("ethics", name),), population=None, seed=seed)
            composed = ethical_dilemma(made, known(made))
            assert_sound(composed)
            seen.add(composed.templates[0])
            musts = [clause(text) for text in knowledge().entries[name].details.must]  # type: ignore[union-attr]
            assert all(must in composed.turns[1].content for must in musts)
    assert len(seen) >= 150


@pytest.mark.parametrize("protocol", kinds("safety_protocol"))
def test_a_protocol_among_the_entries_bears_on_the_answer(protocol: str) -> None:
    entries: tuple[tuple[Role, str], ...] = (("ethics", "record_keeping"), ("protocol", protocol))
    made = scenario("ethical_dilemma", entries=entries, population=None)
    composed = ethical_dilemma(made, known(made))
    musts = [clause(text) for text in knowledge().entries[protocol].details.must]  # type: ignore[union-attr]
    assert any(must in composed.turns[1].content for must in musts)
    assert "law" in composed.turns[1].content.lower() or "rules" in composed.turns[1].content.lower()


def test_a_dilemma_without_an_entry_of_ethics_is_an_error_that_names_the_scenario() -> None:
    made = scenario("ethical_dilemma", entries=(("population", "adolescents"),))
    with pytest.raises(KnowledgeError, match="no entry of ethics"):
        ethical_dilemma(made, known(made))


def test_conversations_about_one_cell_are_no_near_duplicates() -> None:
    def trigrams(composed: Composed) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", " ".join(turn.content for turn in composed.turns).lower())
        return {tuple(words[n : n + 3]) for n in range(len(words) - 2)}

    for form, compose in FORMS.items():
        made = [scenario(form, seed=seed) for seed in range(40)]
        grams = [trigrams(compose(one, known(one))) for one in made]
        closest = max(len(a & b) / len(a | b) for n, a in enumerate(grams) for b in grams[:n])
        assert closest < 0.8
    assert ENTRIES["ethical_dilemma"]
