"""Sessions in which risk comes up: every protocol with every disorder, asked about plainly and answered by help."""

from __future__ import annotations

import itertools
import re

import pytest

from pixel_assets.generation.composed import Composed
from pixel_assets.generation.forms.safety_protocol import safety_protocol
from pixel_assets.generation.scenario import Risk, Role, Scenario
from pixel_assets.knowledge.model import DisorderEntry
from pixel_assets_tests.generation.scenarios import knowledge, known, scenario

STAGES = ["engagement", "exploration", "formulation", "intervention", "closing"]
DISORDERS = knowledge().of(DisorderEntry)
PROTOCOLS = [name for name, entry in knowledge().entries.items() if entry.kind == "safety_protocol"]
RISKS: tuple[Risk, ...] = ("voiced", "imminent")


def session(protocol: str, risk: Risk, seed: int, disorder: str = "major_depressive_disorder") -> tuple[Scenario, Composed]:
    second = "safety_planning" if protocol == "suicide_risk_assessment" else "suicide_risk_assessment"
    entries: tuple[tuple[Role, str], ...] = (
        ("disorder", disorder), ("protocol", protocol), ("protocol", second), ("skill", "asking_about_risk"),
    )  # fmt: skip
    presentations = DISORDERS[disorder].details.presentations
    made = scenario(
        "safety_protocol", entries=entries, disorder=disorder, population=None, risk=risk, seed=seed,
        presenting=presentations[seed % len(presentations)], complexity=("low", "moderate", "high")[seed % 3],
    )  # fmt: skip
    return made, safety_protocol(made, known(made))


def spoken(made: Composed) -> str:
    return "\n".join(turn.content for turn in made.turns if turn.role == "assistant")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_disorder_composes_with_a_protocol(protocol: str) -> None:
    for number, (disorder, risk) in enumerate(itertools.product(DISORDERS, RISKS)):
        _, made = session(protocol, risk, number, disorder)
        assert 8 <= len(made.turns) <= 18
        assert [turn.role for turn in made.turns] == ["user", "assistant"] * (len(made.turns) // 2)
        order = [STAGES.index(turn.stage) for turn in made.turns]
        assert order == sorted(order)
        assert not re.search(r"[{}\[\]|]|//|  ", "\n".join(turn.content for turn in made.turns))
        assert made.templates == (f"safety_protocol/{protocol}", f"safety_protocol/{risk}")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("risk", RISKS)
def test_suicide_is_named_and_emergency_help_is_in_reach(protocol: str, risk: Risk) -> None:
    for seed in range(12):
        _, made = session(protocol, risk, seed)
        assert re.search(r"suicid|kill(ing)? yourself|(ending|taking) (your|their) (own )?life", spoken(made), re.IGNORECASE)
        assert re.search(r"emergency (number|services|department)|police", spoken(made))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_where_danger_is_imminent_help_now_takes_the_place_of_a_formulation(protocol: str) -> None:
    _, voiced = session(protocol, "voiced", 4)
    _, imminent = session(protocol, "imminent", 4)
    assert "formulation" in {turn.stage for turn in voiced.turns}
    assert "formulation" not in {turn.stage for turn in imminent.turns}
    assert len(imminent.turns) < len(voiced.turns)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_reply_promises_secrecy_or_a_cure(protocol: str) -> None:
    for seed, risk in itertools.product(range(10), RISKS):
        _, made = session(protocol, risk, seed)
        assert not re.search(r"(?<!don't )(?<!won't )\bI promise\b|everything will be|stays? between us\b", spoken(made))


def test_protocols_have_words_of_their_own() -> None:
    threat, flashback = (set(session(name, "voiced", 1)[1].turns) for name in ("threat_to_others", "dissociation_response"))
    assert {turn.content for turn in threat if turn.stage == "intervention"}.isdisjoint(turn.content for turn in flashback)


def test_equal_scenarios_give_equal_sessions() -> None:
    assert session("self_harm_response", "voiced", 9)[1] == session("self_harm_response", "voiced", 9)[1]


def test_forty_sessions_of_one_protocol_are_unlike() -> None:
    texts = ["\n".join(turn.content for turn in session("safety_planning", "voiced", seed)[1].turns) for seed in range(40)]
    words = [re.findall(r"\w+", text.lower()) for text in texts]
    grams = [set(zip(w, w[1:], w[2:], strict=False)) for w in words]
    assert max(len(a & b) / len(a | b) for a, b in itertools.combinations(grams, 2)) < 0.8


def test_only_the_entries_of_the_scenario_are_read() -> None:
    made, _ = session("self_harm_response", "voiced", 1)
    with pytest.raises(KeyError):
        safety_protocol(made, {})


def test_a_scenario_without_a_protocol_is_an_error() -> None:
    made = scenario("safety_protocol", entries=(("disorder", "adhd"),))
    with pytest.raises(ValueError, match="names no protocol"):
        safety_protocol(made, known(made))
