"""Sessions, difficult clients and tested boundaries: what holds for every conversation that the composer makes of a scenario."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.generation.composed import Composed, Known
from pixel_assets.generation.forms.boundary_testing import boundary_testing
from pixel_assets.generation.forms.cues import reply_symbol
from pixel_assets.generation.forms.dialogue import Dialogue, split_chain, without_question
from pixel_assets.generation.forms.difficult_client import difficult_client
from pixel_assets.generation.forms.session import GRAMMAR, therapy_session
from pixel_assets.generation.forms.work import GRAMMAR as WORK
from pixel_assets.generation.forms.work import fitting
from pixel_assets.generation.grammar import Speaker, load_grammar
from pixel_assets.generation.scenario import Form, Scenario
from pixel_assets.knowledge.model import DisorderEntry, InterventionEntry, ModalityEntry
from pixel_assets_tests.generation.scenarios import knowledge, known, scenario

STAGES = ["engagement", "exploration", "formulation", "intervention", "closing"]
FORMS: dict[Form, Callable[[Scenario, Known], Composed]] = {
    "therapy_session": therapy_session,
    "difficult_client": difficult_client,
    "boundary_testing": boundary_testing,
}  # fmt: skip
_WORDS_TWICE = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)


def compose(made: Scenario) -> Composed:
    return FORMS[made.form](made, known(made))


def _sound(made: Scenario, composed: Composed) -> None:
    turns = composed.turns
    assert 10 <= len(turns) <= 24, made
    assert [turn.role for turn in turns] == ["user", "assistant"] * (len(turns) // 2)
    stages = [STAGES.index(turn.stage) for turn in turns]
    assert stages == sorted(stages)
    for turn in turns:
        assert not re.search(r"[{}\[\]|]|=>|  |\.\.(?!\.)|,,", turn.content), turn.content
        assert turn.content[0].isupper() or not turn.content[0].isalpha(), turn.content
        twice = {found.lower() for found in _WORDS_TWICE.findall(turn.content)}
        assert twice <= {"had", "that", "you", "slowly"}, turn.content


def _indicated() -> Iterator[tuple[str, str]]:
    entries = knowledge()
    for modality in entries.of(ModalityEntry):
        for disorder in entries.related(modality, "indicated_for"):
            if isinstance(entries.entries[disorder], DisorderEntry):
                yield disorder, modality


@pytest.mark.parametrize(("disorder", "modality"), list(_indicated()))
def test_every_disorder_is_spoken_of_in_every_modality_that_is_indicated(disorder: str, modality: str) -> None:
    part_of = knowledge().related_from(modality, "part_of")
    for seed in range(3):
        made = scenario(
            "therapy_session", disorder=disorder, modality=modality, population=None, seed=seed,
            complexity=("low", "moderate", "high")[seed],
            entries=(("disorder", disorder), ("modality", modality), ("intervention", part_of[seed % len(part_of)])),
        )  # fmt: skip
        _sound(made, compose(made))


SCENARIOS = st.builds(
    scenario,
    st.sampled_from(list(FORMS)),
    seed=st.integers(0, 2**62),
    complexity=st.sampled_from(["low", "moderate", "high"]),
    outcome=st.sampled_from(["improved", "first_step", "unchanged", "referred"]),
)


@given(SCENARIOS)
@settings(max_examples=60, deadline=None)
def test_a_conversation_alternates_keeps_the_order_of_stages_and_is_filled(made: Scenario) -> None:
    _sound(made, compose(made))


@given(SCENARIOS)
@settings(max_examples=20, deadline=None)
def test_equal_scenarios_give_equal_conversations(made: Scenario) -> None:
    assert compose(made) == compose(made)


@pytest.mark.parametrize("form", FORMS)
def test_other_seeds_give_other_conversations(form: Form) -> None:
    texts = {tuple(turn.content for turn in compose(scenario(form, seed=seed)).turns) for seed in range(40)}
    assert len(texts) == 40


@pytest.mark.parametrize("form", FORMS)
def test_only_entries_that_the_scenario_names_are_read(form: Form) -> None:
    made = scenario(form)
    with pytest.raises(KeyError):
        FORMS[form](made, {})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("level", ["voiced", "imminent"])
def test_danger_is_asked_about_plainly_before_any_intervention(form: Form, level: str) -> None:
    for seed in range(20):
        plain = scenario(form, seed=seed)
        made = scenario(form, seed=seed, risk=level, entries=(*plain.entries, ("protocol", "suicide_risk_assessment")))
        composed = compose(made)
        _sound(made, composed)
        asked = [
            at for at, turn in enumerate(composed.turns)
            if turn.role == "assistant" and re.search(r"suicide|killing (?:themselves|yourself)|ending your life", turn.content)
        ]  # fmt: skip
        worked = [at for at, turn in enumerate(composed.turns) if turn.stage == "intervention"]
        assert asked
        assert not worked or asked[0] < worked[0]
        helped = " ".join(turn.content for turn in composed.turns if turn.role == "assistant")
        assert re.search(r"crisis (line|team)|emergency number", helped)


def test_in_acute_danger_nothing_follows_but_the_next_step() -> None:
    plain = scenario("therapy_session")
    made = scenario("therapy_session", risk="imminent", entries=(*plain.entries, ("protocol", "suicide_risk_assessment")))
    assert {turn.stage for turn in compose(made).turns} == {"engagement", "exploration", "closing"}


def test_an_intervention_that_an_active_protocol_speaks_against_is_not_used() -> None:
    entries = (
        ("disorder", "major_depressive_disorder"), ("modality", "cbt"), ("intervention", "thought_record"),
        ("intervention", "problem_solving"), ("protocol", "psychosis_response"),
    )  # fmt: skip
    made = scenario("therapy_session", disorder="major_depressive_disorder", population=None, risk="voiced", entries=entries)
    assert fitting(made, known(made)) == ("problem_solving",)
    assert "intervention/thought_record" not in compose(made).templates


def test_every_intervention_that_can_be_done_in_words_has_phrases_with_replies() -> None:
    without = {"bilateral_processing"}  # left to trained people in a room
    for name, entry in knowledge().of(InterventionEntry).items():
        fitted = [phrase for phrase in entry.details.phrases if reply_symbol(WORK, "reply", name, phrase)]
        assert len(fitted) >= (0 if name in without else 2), name


def test_every_disorder_has_a_theme_and_every_theme_all_that_is_told() -> None:
    grammar = load_grammar(*GRAMMAR)
    for disorder in knowledge().of(DisorderEntry):
        for theme in grammar[f"theme.{disorder}"]:
            for told in ("feeling", "body", "onset", "thought", "coping", "cost", "step", "exception"):
                assert len(grammar[f"{told}.{theme}"]) >= 1, (told, theme)


def test_every_ethics_entry_has_its_own_request_and_answer() -> None:
    grammar = load_grammar("boundary.yaml")
    ethics = [name for name, entry in knowledge().entries.items() if entry.kind == "ethics"]
    assert [name for name in ethics if f"limit.{name}.say" not in grammar or f"limit.{name}.hook" not in grammar] == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I see. And then?", "I see."),
        ("And then?", ""),
        ("I see.", "I see."),
        ('It says, "why?" I see.', 'It says, "why?" I see.'),
    ],
)
def test_a_question_that_nobody_answers_is_left_out(text: str, kept: str) -> None:
    assert without_question(text) == kept


def test_a_chain_gives_the_sides_by_turns() -> None:
    assert split_chain("why? => i don't know => take your time") == ("Why?", "I don't know", "Take your time")


def test_a_sentence_that_was_said_is_not_drawn_again_while_another_is_left() -> None:
    dialogue = Dialogue(Speaker({"tell": ("it was a very long day.", "it was a very cold day.")}, 1))
    dialogue.open("It was a very long day.", "")
    assert {dialogue.say("tell") for _ in range(3)} == {"It was a very cold day."}
