"""Questions and plain answers about any entry of the knowledge base."""

from __future__ import annotations

import re

import pytest

from pixel_assets.generation.composed import Composed
from pixel_assets.generation.forms.psychoeducation import psychoeducation
from pixel_assets.generation.forms.topic_facts import differences, facts_of, grades
from pixel_assets.generation.scenario import Role, Scenario
from pixel_assets_tests.generation.scenarios import knowledge, known, scenario

ROLES: dict[str, Role] = {
    "disorder": "disorder", "modality": "modality", "population": "population", "intervention": "intervention",
    "safety_protocol": "protocol", "ethics": "ethics", "alliance": "alliance", "interview_skill": "skill",
    "defence_mechanism": "defence", "attachment_pattern": "attachment", "personality_organisation": "organisation",
    "profile": "profile", "instrument": "instrument",
}  # fmt: skip
UNFILLED = re.compile(r"[{}]|\[[^\]]*\||  | [,.;:?!]| \n")
PROMISE = re.compile(r"\b(?:will (?:cure|heal)|you'll be fine|always works|never comes? back)\b", re.I)


def about(name: str, seed: int, complexity: str = "moderate", risk: str = "none") -> Scenario:
    role = ROLES.get(knowledge().entries[name].kind, "skill")
    return scenario("psychoeducation", entries=((role, name),), disorder=None, seed=seed, complexity=complexity, risk=risk)


def composed_about(name: str, seed: int, complexity: str = "moderate", risk: str = "none") -> Composed:
    made = about(name, seed, complexity, risk)
    return psychoeducation(made, known(made))


@pytest.mark.parametrize("kind", sorted({entry.kind for entry in knowledge().entries.values()} - {"assessment"}))
def test_every_entry_of_a_kind_is_explained(kind: str) -> None:
    for name in [name for name, entry in knowledge().entries.items() if entry.kind == kind]:
        for seed, complexity in enumerate(("low", "moderate", "high")):
            composed = composed_about(name, seed, complexity)
            assert [turn.role for turn in composed.turns] == ["user", "assistant"] * (len(composed.turns) // 2)
            assert [turn.stage for turn in composed.turns] == ["question", "answer"] * (len(composed.turns) // 2)
            for turn in composed.turns:
                assert turn.content
                assert not UNFILLED.search(turn.content)
                assert turn.role == "user" or not PROMISE.search(turn.content)


def test_one_seed_gives_one_conversation_and_others_give_others() -> None:
    assert composed_about("cbt", 3) == composed_about("cbt", 3)
    assert len({composed_about("cbt", seed).turns for seed in range(60)}) == 60


def test_sixty_conversations_about_one_entry_are_no_near_duplicates() -> None:
    def trigrams(composed: Composed) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", " ".join(turn.content for turn in composed.turns).lower())
        return {tuple(words[n : n + 3]) for n in range(len(words) - 2)}

    for name in ("panic_disorder", "cbt", "humour", "phq_2", "secure_attachment", "holding_silence", "record_keeping"):
        grams = [trigrams(composed_about(name, seed, ("low", "moderate", "high")[seed % 3])) for seed in range(60)]
        alike = [1 for n, a in enumerate(grams) for b in grams[:n] if len(a & b) / len(a | b) >= 0.8]
        assert not alike


def test_somebody_who_asks_whether_they_have_it_is_given_no_diagnosis() -> None:
    found = 0
    for seed in range(200):
        composed = composed_about("panic_disorder", seed, "high")
        asked = composed.templates[1:]
        if "psychoeducation/self_check" in asked:
            found += 1
            answer = composed.turns[2 * asked.index("psychoeducation/self_check") + 1].content
            assert re.search(r"can't|assess|diagnosis|Tell me rather", answer)
    assert found > 5


def test_danger_in_the_scenario_is_asked_about_first() -> None:
    for seed in range(20):
        assert re.search(r"emergency|crisis line", composed_about("insomnia_disorder", seed, risk="voiced").turns[1].content)


def test_only_known_entries_are_read() -> None:
    with pytest.raises(KeyError):
        psychoeducation(about("cbt", 1), {})


def test_facts_of_a_disorder_are_by_aspect() -> None:
    entry = knowledge().entries["panic_disorder"]
    facts = facts_of(entry)
    assert facts["what"] == (entry.summary,)
    assert set(facts) == {"what", "signs", "self_check", "why", "fault", "course", "danger", "voices", "support", "differ"}
    assert differences(entry)[0][0] == "agoraphobia"


def test_a_grade_of_evidence_is_read_from_the_relation_alone() -> None:
    assert grades(knowledge().entries["dbt"])[0] == "strong evidence (self-harm in borderline personality disorder)"
