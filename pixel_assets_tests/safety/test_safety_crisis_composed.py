"""Conversations made from reviewed knowledge: danger in them is met, and nothing harmless in them is taken for danger."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pixel_assets.generation.edge_cases.load import load_edge_cases
from pixel_assets.generation.edge_cases.produce import EDGE_GENERATED, edge_rows
from pixel_assets.generation.produce import ComposeBatch, Judging
from pixel_assets.generation.scenarios import make_scenarios, scenario_table
from pixel_assets.safety.crisis.answers import answers
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import levels
from pixel_assets.safety.examine import examine
from pixel_assets.safety.gate.bulk import judge_all
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.safety.turns import Turns
from pixel_assets.settings import ScenarioSettings
from pixel_assets_tests.generation.scenarios import knowledge

SMALL_TALK = "I'm glad you're here. What did you do at the weekend?"
_KEPT = ["conversation_id", "source", "turns"]


@cache
def composed() -> pa.Table:
    """Some conversations of every form, and one of every edge case."""
    judging = Judging(knowledge())
    scenarios = make_scenarios(knowledge(), 400, ScenarioSettings().forms, seed=5)
    sessions = ComposeBatch(judging)(scenario_table(scenarios)).conversations
    edges = [row for case in load_edge_cases(knowledge()).values() if (row := edge_rows(case, 0, 5, judging)[0])]
    return pa.concat_tables([sessions.select(_KEPT), pa.Table.from_pylist(edges, EDGE_GENERATED).select(_KEPT)])


def judged(conversations: pa.Table) -> dict[tuple[str, str], int]:
    """How many conversations got a verdict for a reason, without the model."""
    found = examine(conversations, None)
    nothing = pa.array([0] * conversations.num_rows, pa.int32())
    facts = found.scores.select(["conversation_id", "crisis_level", "crisis_score"])
    facts = facts.append_column("source", conversations["source"]).append_column("redactions", nothing)
    verdicts = judge_all(facts.append_column("left", nothing), found.findings, Policy(), code_version="test").verdicts
    pairs = [tuple(row.values()) for row in verdicts.select(["verdict", "reason"]).to_pylist()]
    return {pair: pairs.count(pair) for pair in sorted(set(pairs))}


def level(content: str) -> int:
    turns = Turns.of([[{"role": "user", "content": content}]])
    return int(levels(detect(turns), 1)[0])


def test_no_composed_conversation_is_held_back() -> None:
    assert judged(composed()) == {("pass", ""): composed().num_rows}


def test_a_composed_conversation_whose_replies_do_not_ask_is_found() -> None:
    turns = [
        [turn if turn["role"] == "user" else turn | {"content": SMALL_TALK} for turn in conversation]
        for conversation in composed()["turns"].to_pylist()
    ]
    place = composed().schema.get_field_index("turns")
    found = examine(composed().set_column(place, "turns", pa.array(turns, composed().schema.field("turns").type)), None)
    in_danger = found.scores.filter(pc.is_valid(found.scores["risk_turn"]))["conversation_id"].to_pylist()
    not_asked = found.findings.filter(pc.equal(found.findings["rule"], "not_asked"))["conversation_id"].to_pylist()
    assert len(in_danger) >= 10
    assert set(not_asked) == set(in_danger)


@pytest.mark.parametrize(
    ("harmless", "danger"),
    [
        ("I want to stop being so hard on myself.", "I want to stop being."),
        ("I want to stop being afraid of everything.", "I want to stop being alive."),
        ("If I don't put it right, my mum could die.", "I could just die, and nobody would know."),
        ("I'll think of it next time I'm on the edge of the bed.", "I'm standing on the edge of the roof."),
        ("He's had a hard time himself.", "He has a knife and I'm in the bathroom."),
        ("Will they put me in a home?", "They put a chip in my teeth."),
        ("It was a project that kept me up.", "He kept me locked in the house."),
        ("The doctors will lock me up.", "He locks me up in the house."),
        ("Suicidal thoughts denied, asked directly.", "I denied it, but I have suicidal thoughts."),
        ("Attempts to undo binges, such as purging, fasting or driven exercise.", "I was purging again last night."),
        (
            "Pictures of hurting the baby come into my head against my will, and they horrify me.",
            "I'm afraid I'll end up hurting the baby.",
        ),
    ],
)
def test_what_only_sounds_like_danger_is_told_from_its_twin(harmless: str, danger: str) -> None:
    assert (level(harmless) < 2, level(danger) >= 2) == (True, True)


@pytest.mark.parametrize(("answer", "said"), [("If I have only one hour, what matters?", 0), ("I have. Since Monday.", 1)])
def test_a_question_back_is_no_yes(answer: str, said: int) -> None:
    asked = "Have you had thoughts of suicide?"
    turns = [{"role": role, "content": content} for role, content in (("user", "Hm."), ("assistant", asked), ("user", answer))]
    assert len(list(answers(Turns.of([turns])))) == said
