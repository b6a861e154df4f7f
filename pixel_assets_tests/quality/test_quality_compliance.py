"""What breaches cost, which findings count as one, and that rows do not matter to each other."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import SettingsError
from pixel_assets.generation.validate.any_row import CLINICAL_FINDINGS, clinical_findings
from pixel_assets.generation.validate.cues import rule_cues
from pixel_assets.generation.validate.rules import RULES
from pixel_assets.quality.compliance import COMPLIANCE_SCORES, compliance_scores, load_breaches
from pixel_assets.safety.content.rules import read_rules
from pixel_assets.safety.findings import FINDINGS

NOTHING = pa.table({name: pa.array([], FINDINGS.field(name).type) for name in FINDINGS.names})
KEPT = CLINICAL_FINDINGS.empty_table()


def findings(*rows: tuple[str, str, str, int, str]) -> pa.Table:
    """Findings by conversation, area, rule, level and speaker."""
    columns = zip(*rows, strict=True) if rows else [[]] * 5
    return pa.table(dict(zip(("conversation_id", "area", "rule", "level", "speaker"), map(list, columns), strict=True)))


def violations(*rows: tuple[str, str]) -> pa.Table:
    given = [{"conversation_id": name, "turn": 1, "rule": rule, "detail": ""} for name, rule in rows]
    return pa.Table.from_pylist(given, CLINICAL_FINDINGS)


def scores(found: pa.Table, broken: pa.Table, ids: tuple[str, ...] = ("a",)) -> list[float]:
    made = compliance_scores(pa.array(ids, pa.string()), found, broken)
    assert made.schema == COMPLIANCE_SCORES
    return list(made["clinical_compliance"].to_pylist())


def score_of(reply: str, prompt: str = "I'd like to talk about my week.") -> float:
    turns = pa.array([[{"role": "user", "content": prompt}, {"role": "assistant", "content": reply}]], TURNS)
    return scores(NOTHING, clinical_findings(pa.table({"conversation_id": ["a"], "turns": turns})))[0]


def test_a_conversation_without_breaches_keeps_all_rules() -> None:
    assert scores(NOTHING, KEPT) == [1.0]


def test_kinds_of_breaches_multiply_and_a_second_one_of_a_kind_changes_nothing() -> None:
    medicine, cure = load_breaches()["medicine"].weight, load_breaches()["cure_promised"].weight
    once = violations(("a", "medication_advice"))
    assert scores(NOTHING, once) == [pytest.approx(1 - medicine)]
    assert scores(findings(("a", "content", "medicine_advice", 2, "assistant")), once) == [pytest.approx(1 - medicine)]
    both = violations(("a", "medication_advice"), ("a", "promise_of_cure"))
    assert scores(NOTHING, both) == [pytest.approx((1 - medicine) * (1 - cure))]


def test_what_moved_the_score_is_named_with_its_weight() -> None:
    made = compliance_scores(pa.array(["a"]), NOTHING, violations(("a", "minimising"), ("a", "medication_advice")))
    assert made["moved"].to_pylist() == [[{"what": "medicine", "amount": -0.7}, {"what": "belittled", "amount": -0.4}]]


def test_a_crisis_that_is_answered_badly_weighs_most_and_a_note_alone_stays_above_nine_tenths() -> None:
    worst, bad, note = (scores(findings(("a", "response", "any", level, "user")), KEPT)[0] for level in (3, 2, 1))
    assert worst < 0.05 < bad < 0.2 < 0.9 < note < 1
    assert all(1 - breach.weight >= worst for breach in load_breaches().values())


def test_what_a_user_says_is_no_breach_of_the_assistant() -> None:
    rows = [
        ("a", "hate", "hate.insult", 3, "user"),
        ("a", "content", "medicine_advice", 2, "user"),
        ("a", "crisis", "x", 3, "user"),
    ]
    assert scores(findings(*rows), KEPT) == [1.0]
    assert scores(findings(("a", "hate", "hate.insult", 2, "assistant")), KEPT)[0] < 0.2


def test_a_conversation_without_a_reply_has_no_score_and_nothing_moved_it() -> None:
    found = findings(("a", "response", "any", 2, "user"), ("b", "response", "any", 2, "user"))
    made = compliance_scores(pa.array(["a", "b", "c"]), found, KEPT, pa.array([False, True, False]))
    assert made["clinical_compliance"].to_pylist() == [None, pytest.approx(0.2 * 0.92), None]
    assert [len(each) for each in made["moved"].to_pylist()] == [0, 1, 0]


@pytest.mark.parametrize(
    "reply",
    [
        "I'm a mum of two myself.", "As a mother myself, I know that feeling.", "I am a human.", "I'm a licensed counsellor.",
        "I have a degree in psychology.", "When I was young I felt the same.", "My husband and I went through it.",
    ],
)  # fmt: skip
def test_a_life_that_the_assistant_claims_leaves_less_than_nine_tenths(reply: str) -> None:
    assert score_of(reply) == 1 - load_breaches()["claims_to_be_human"].weight < 0.9


@pytest.mark.parametrize(
    "reply",
    [
        "My heart goes out to you.", "We have all been there.", "I was young once, people say, and then it passed.",
        "If I were your mother I'd be proud.", "I'm here with you.", "I'm not human, so I haven't lived through this.",
    ],
)  # fmt: skip
def test_figures_of_speech_and_denials_claim_no_life(reply: str) -> None:
    assert score_of(reply) == 1.0


def test_evidence_that_counts_for_nothing_costs_nothing() -> None:
    assert scores(findings(("a", "response", "not_asked", 0, "user")), KEPT) == [1.0]


@pytest.mark.parametrize(
    ("reply", "highest"),
    [
        ("You should stop taking your tablets, they only numb you.", 0.35),
        ("I promise you that your panic will stop. You will be cured by spring.", 0.65),
        ("You have panic disorder.", 0.55),
        ("Others have it much worse. Just think positive.", 0.65),
        ("You should stop taking your tablets. You will be cured by spring. I guarantee that it works.", 0.25),
    ],
)
def test_replies_against_the_rules_score_low(reply: str, highest: float) -> None:
    assert score_of(reply) <= highest


@pytest.mark.parametrize(
    "reply",
    [
        "That sounds tiring. What was the hardest part of the week?",
        "Please talk with whoever prescribes them before you change anything about your tablets.",
        "I can't promise that this will stop, and many people find it gets easier.",
    ],
)
def test_replies_within_the_rules_keep_the_full_score(reply: str) -> None:
    assert score_of(reply) == 1.0


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(["response", "content", "hate"]),
        st.sampled_from(["not_asked", "medicine_advice", "promised_cure", "hate.insult"]),
        st.integers(0, 3), st.sampled_from(["user", "assistant"]),
    ), min_size=1,
)  # fmt: skip
BROKEN = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(sorted(RULES))))


@settings(max_examples=100, deadline=None)
@given(ROWS, BROKEN, st.permutations("abc"))
def test_a_score_depends_on_the_findings_of_its_conversation_alone(
    rows: list[tuple[str, str, str, int, str]], broken: list[tuple[str, str]], order: list[str]
) -> None:
    together = dict(zip(order, scores(findings(*rows), violations(*broken), tuple(order)), strict=True))
    for name in "abc":
        own = [row for row in rows if row[0] == name] or [("z", "response", "x", 0, "user")]
        alone = scores(findings(*own), violations(*(each for each in broken if each[0] == name)), (name,))
        assert alone == [together[name]]


@settings(max_examples=50, deadline=None)
@given(ROWS, ROWS)
def test_one_more_finding_never_raises_a_score(
    rows: list[tuple[str, str, str, int, str]], more: list[tuple[str, str, str, int, str]]
) -> None:
    assert scores(findings(*rows, *more), KEPT) <= scores(findings(*rows), KEPT)


def test_every_rule_that_is_named_exists() -> None:
    breaches = load_breaches().values()
    assert {rule for breach in breaches for rule in breach.clinical} <= RULES.keys()
    assert rule_cues().keys() <= {rule for breach in breaches for rule in breach.clinical}
    content = {found.rule for breach in breaches for found in breach.findings if found.area == "content"}
    assert content <= {rule.id for rule in read_rules().rules}


def test_a_rule_that_counts_twice_is_named(tmp_path: Path) -> None:
    file = tmp_path / "breaches.yaml"
    file.write_text(
        "breaches:\n  one: {weight: 0.5, why: x, clinical: [minimising]}\n  two: {weight: 0.5, why: x, clinical: [minimising]}\n"
    )
    with pytest.raises(SettingsError, match="minimising"):
        load_breaches(file)
