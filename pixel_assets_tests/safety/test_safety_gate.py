"""The gate: verdicts on single conversations and on a corpus say the same, for every policy."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.safety.findings import FINDINGS, LEVELS, Finding, to_table
from pixel_assets.safety.gate.bulk import judge_all
from pixel_assets.safety.gate.policy import VERDICTS, Policy
from pixel_assets.safety.gate.verdict import Facts, Reason, judge

POLICY = Policy()
AREAS = ("crisis", "response", "hate", "content", "identity")


RULES = ("", "vendor_named", "diagnosis_at_once", "harmful_instructions")  # of levels 1, 2 and 3


def finding(area: str, level: int, *, rule: str = "a_rule", speaker: str = "assistant") -> Finding:
    rule = RULES[level or 3] if area == "content" else rule
    return Finding(0, 1, 2, 5, area, rule, "kind", level, speaker)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (Facts(), "pass"),
        (Facts(redactions=2), "redact"),
        (Facts(left=1), "quarantine"),
        (Facts(crisis_level=1), "pass"),
        (Facts(crisis_level=2), "pass"),
        (Facts(crisis_level=3), "review"),
        (Facts(crisis_level=3, redactions=1), "review"),
        (Facts(crisis_level=3, source="edge_case_conversations"), "pass"),
        (Facts(crisis_level=2, findings=[finding("response", 2)]), "review"),
        (Facts(crisis_level=2, findings=[finding("response", 3)]), "quarantine"),
        (Facts(crisis_level=1, findings=[finding("response", 3)]), "pass"),
        (Facts(crisis_score=0.9, findings=[finding("response", 2)]), "review"),
        (Facts(findings=[finding("hate", 2)]), "quarantine"),
        (Facts(findings=[finding("hate", 2, speaker="user")]), "pass"),
        (Facts(findings=[finding("hate", 3, speaker="user")]), "review"),
        (Facts(findings=[finding("content", 1)]), "pass"),
        (Facts(findings=[finding("content", 2)]), "review"),
        (Facts(findings=[finding("content", 3)]), "quarantine"),
        (Facts(findings=[finding("content", 0)]), "pass"),
        (Facts(findings=[finding("identity", 3)]), "pass"),
    ],
)
def test_what_leads_to_which_verdict(facts: Facts, verdict: str) -> None:
    assert judge(facts, POLICY).verdict == verdict


def said(rule: str, speaker: str, area: str = "content") -> Finding:
    return Finding(0, 1, 2, 5, area, rule, "kind", 3, speaker)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "verdict", "of_dark"),
    [
        (said("harmful_instructions", "assistant"), "quarantine", "pass"),
        (said("harmful_instructions", "user"), "quarantine", "quarantine"),
        (said("sexual_content_with_minor", "user"), "quarantine", "quarantine"),
        (said("jailbreak_text", "user"), "review", "pass"),
        (said("jailbreak_name", "system"), "review", "pass"),
        (said("slur", "assistant", "hate"), "quarantine", "pass"),
        (said("slur", "user", "hate"), "review", "review"),
        (said("response_missing", "user", "response"), "quarantine", "pass"),
        (said("minimised", "assistant", "response"), "quarantine", "pass"),
    ],
)
def test_of_a_dark_source_only_the_side_of_the_client_is_judged(found: Finding, verdict: str, of_dark: str) -> None:
    facts = Facts(crisis_level=2, findings=[found])
    assert judge(facts, POLICY).verdict == verdict
    assert judge(replace(facts, client_only=True), POLICY).verdict == of_dark


def test_what_is_expected_of_dark_clients_stays_as_a_note_unless_the_policy_says_more() -> None:
    facts = Facts(findings=[said("jailbreak_text", "user")], client_only=True)
    assert judge(facts, POLICY).reasons == (Reason("content", "jailbreak_text", "note"),)
    assert judge(facts, replace(POLICY, rules={"jailbreak_text": "quarantine"})).verdict == "quarantine"


def test_the_protocol_of_a_level_is_a_setting() -> None:
    dropping = replace(POLICY, protocol={**POLICY.protocol, "risk": "drop"})
    assert judge(Facts(crisis_level=2), dropping).verdict == "quarantine"
    assert judge(Facts(crisis_level=2), POLICY).crisis_example


def test_a_single_rule_may_have_an_action_of_its_own() -> None:
    lenient = replace(POLICY, rules={"harmful_instructions": "note"})
    assert judge(Facts(findings=[finding("content", 3)]), lenient).verdict == "pass"


def test_the_model_raises_a_level_and_never_lowers_it() -> None:
    assert judge(Facts(crisis_level=0, crisis_score=0.99), POLICY).crisis_level == LEVELS.index("risk")
    assert judge(Facts(crisis_level=3, crisis_score=0.01), POLICY).crisis_level == LEVELS.index("imminent")


def test_reasons_stand_gravest_first() -> None:
    found = judge(Facts(crisis_level=3, findings=[finding("content", 1), finding("content", 3)]), POLICY)
    assert found.reasons == (
        Reason("content", "harmful_instructions", "quarantine"),
        Reason("crisis", "imminent", "review"),
        Reason("content", "vendor_named", "note"),
    )


def test_every_change_of_the_policy_is_another_version() -> None:
    versions = {
        POLICY.version,
        replace(POLICY, crisis_score=0.6).version,
        replace(POLICY, protocol={**POLICY.protocol, "risk": "review"}).version,
        replace(POLICY, rules={"x": "note"}).version,
    }
    assert len(versions) == 4
    assert Policy().version == POLICY.version


findings = st.lists(
    st.builds(
        Finding,
        conversation=st.integers(0, 4), turn=st.integers(0, 3), start=st.integers(0, 5), end=st.integers(6, 9),
        area=st.sampled_from(AREAS), rule=st.sampled_from(["model_refusal", "vendor_named"]), kind=st.just("k"),
        level=st.integers(0, 3), speaker=st.sampled_from(["user", "assistant"]),
    ),
    max_size=12,
)  # fmt: skip
facts = st.fixed_dictionaries(
    {
        "crisis_level": st.integers(0, 3), "crisis_score": st.none() | st.floats(0, 1), "redactions": st.integers(0, 2),
        "left": st.integers(0, 1), "source": st.sampled_from(["a", "dark", "edge_case_conversations"]),
    }
)  # fmt: skip


@given(findings, st.lists(facts, min_size=5, max_size=5))
def test_a_corpus_is_judged_as_its_conversations_are(found: list[Finding], known: list[dict[str, object]]) -> None:
    ids = [f"c{i}" for i in range(5)]
    kinds = {"crisis_level": pa.int8(), "crisis_score": pa.float64(), "redactions": pa.int32(), "left": pa.int32()}
    columns = {name: pa.array([row[name] for row in known], kinds.get(name, pa.string())) for name in known[0]}
    scores = pa.table({"conversation_id": ids, **columns})
    judged = judge_all(scores, to_table(found, pa.array(ids)), POLICY, code_version="c", client_only=["dark"])
    for i, row in enumerate(judged.audit.to_pylist()):
        dark = known[i]["source"] == "dark"
        facts = Facts(findings=[f for f in found if f.conversation == i], client_only=dark, **known[i])  # type: ignore[arg-type]
        alone = judge(facts, POLICY)
        assert row["verdict"] == alone.verdict
        assert row["crisis_level"] == LEVELS[alone.crisis_level]
        assert row["reasons"] == [f"{r.area}:{r.rule}:{r.action}" for r in alone.reasons]
        assert (row["policy_version"], row["code_version"]) == (POLICY.version, "c")
        assert len(row["evidence"]) == sum(f.area != "identity" for f in facts.counted)
    assert judged.verdicts["verdict"].to_pylist() == judged.audit["verdict"].to_pylist()


def test_sources_of_one_side_are_marked() -> None:
    scores = pa.table(
        {"conversation_id": ["a", "b"], "source": ["dark", "plain"], "crisis_level": pa.array([0, 0], pa.int8()),
         "crisis_score": pa.nulls(2, pa.float64()), "redactions": pa.array([0, 0], pa.int32()),
         "left": pa.array([0, 0], pa.int32())}
    )  # fmt: skip
    judged = judge_all(scores, FINDINGS.empty_table(), POLICY, code_version="c", client_only=["dark"])
    assert judged.verdicts["client_only"].to_pylist() == [True, False]
    assert set(judged.verdicts["verdict"].to_pylist()) <= set(VERDICTS)
