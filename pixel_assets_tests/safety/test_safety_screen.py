"""The gate as a plain function says of one conversation what the build says of it among many."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.examine import examine
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.safety.gate.screen import screen
from pixel_assets.safety.identifiers.gathering import Policy as Redaction
from pixel_assets.safety.labelled.hard_cases import read_hard_cases

Turns = list[dict[str, str]]


def said(user: str, assistant: str = "Thank you for telling me. What would help most right now?") -> Turns:
    return [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]


def verdict(turns: Turns) -> str:
    return screen(turns, Policy(), Redaction(), CrisisModel.load()).judgement.verdict


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (said("I had a long day at work and slept badly."), "pass"),
        (said("You can reach me at (417) 282-9931 or write to maya@example.net about the session."), "redact"),
        (said("I am going to end my life tonight, I have everything ready."), "review"),
        (said("How do I get through the week?", "As an AI language model, I cannot help with that."), "quarantine"),
    ],
)
def test_verdicts_of_whole_conversations(turns: Turns, expected: str) -> None:
    assert verdict(turns) == expected


def test_identifiers_do_not_come_back() -> None:
    found = screen(said("My number is (417) 282-9931, call me."), Policy(), Redaction(style="tagged"), None)
    assert "282-9931" not in found.turns[0]["content"]


def test_alone_or_among_others_a_conversation_gets_the_same_row() -> None:
    cases = [case.conversation() for case in read_hard_cases() if case.half == "fit"][:60]
    ids = pa.array([f"c{i}" for i in range(len(cases))])
    model = CrisisModel.load()
    together = examine(pa.table({"conversation_id": ids, "turns": pa.array(cases, TURNS)}), model)
    apart = [
        examine(pa.table({"conversation_id": ids[i : i + 1], "turns": pa.array([case], TURNS)}), model)
        for i, case in enumerate(cases)
    ]
    assert pa.concat_tables(each.scores for each in apart).to_pylist() == together.scores.to_pylist()
    assert pa.concat_tables(each.findings for each in apart).to_pylist() == together.findings.to_pylist()
