"""The rules on what an assistant says, for conversations of any source: the quick pass misses nothing, and turns are right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.generation.validate import any_row
from pixel_assets.generation.validate.any_row import CLINICAL_FINDINGS, candidates, clinical_findings
from pixel_assets.generation.validate.cues import rule_cues
from pixel_assets.generation.validate.spoken import Spoken, plain

from .labelled import labelled

CASES = sorted(Path(__file__).parent.glob("validate*_cases.yaml"))
Said = Sequence[tuple[str, str]]
HARMLESS: Said = (("user", "It was a hard week."), ("assistant", "That sounds tiring. What was the hardest part?"))
PROMISE: Said = (
    ("system", "Be kind."), ("user", "Will it help?"), ("assistant", "It may."), ("user", "Sure?"),
    ("assistant", "I promise you that your panic will stop."),
)  # fmt: skip


def found(*conversations: Said) -> list[tuple[str, int, str]]:
    table = pa.table({"conversation_id": [str(number) for number in range(len(conversations))], "turns": turns(*conversations)})
    made = clinical_findings(table)
    assert made.schema == CLINICAL_FINDINGS
    return [(row["conversation_id"], row["turn"], row["rule"]) for row in made.to_pylist()]


def turns(*conversations: Said) -> pa.Array:
    return pa.array([[{"role": role, "content": text} for role, text in said] for said in conversations], TURNS)


def test_a_breach_is_told_with_its_turn_system_turns_counted() -> None:
    assert found(HARMLESS, PROMISE) == [("1", 4, "promise_of_cure")]


def test_what_the_user_says_breaks_no_rule() -> None:
    assert found((("user", "I promise you that my panic will stop."), ("assistant", "You sound sure."))) == []


def test_what_takes_a_match_back_holds_here_too() -> None:
    said = (("user", "I was diagnosed with bipolar disorder."), ("assistant", "You have bipolar disorder and a life around it."))
    assert found(said) == []
    assert found((("user", "I can't sleep."), said[1])) == [("0", 1, "early_diagnosis")]


def test_typographic_signs_and_double_blanks_hide_nothing() -> None:
    assert found((("user", "Hm."), ("assistant", "You’ll  never feel this way again."))) == [("0", 1, "promise_of_cure")]


def test_rows_do_not_matter_to_each_other() -> None:
    alone = [found(said) for said in (HARMLESS, PROMISE)]
    together = found(PROMISE, HARMLESS)
    assert [(turn, rule) for _, turn, rule in together] == [(turn, rule) for each in alone for _, turn, rule in each]


def test_no_conversations_are_no_findings() -> None:
    assert found() == []
    assert found(()) == []


def test_the_quick_pass_finds_every_reply_in_which_a_pattern_matches() -> None:
    cues = [cue for given in rule_cues().values() for cue in given.cues]
    texts = sorted(
        {turn.content for file in CASES for case in labelled(file) for turn in case.composed.turns if turn.role == "assistant"}
    )
    matching = {
        number for number, text in enumerate(texts)
        for sentence in Spoken(0, "assistant", plain(text)).sentences
        if any(cue.pattern.search(sentence.text) for cue in cues)
    }  # fmt: skip
    assert len(matching) > 100
    assert matching <= set(candidates(turns(*([("assistant", text)] for text in texts)))[:, 0].tolist())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\bno (?:way|hope)\b", r"\bno\ (?:way|hope)\b"),
        (r"(?:^|[.!?] )so it is(?! not)", r"(?:|[\x2e\x21\x3f]\ )so\ it\ is"),
        (r"you (?:\w+ ){0,3}will", r"you\ [^.!?\n]*will"),
        (r"will(?: be)? fine", r"will(?:\ be)?\ fine"),
        (r"é", r"[^.!?\n]*"),
    ],
)
def test_a_pattern_is_relaxed_to_what_any_match_holds(pattern: str, expected: str) -> None:
    assert any_row.relaxed(re.compile(pattern)) == expected
