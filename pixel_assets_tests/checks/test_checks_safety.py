"""Checks of the group safety, each on tables that are right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pixel_assets.safety.crisis.classifier import PACKAGED, read_model
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.settings import BoundSettings, SafetySettings, load_settings

from .tables import Rows, find, judge

CORPUS: Rows = [{"conversation_id": name, "source": "s"} for name in "ab"]
TURNS = [{"role": "user", "content": "I am Maja"}]
REDACTED: Rows = [row | {"turns": TURNS, "redactions": 1, "identifiers_left": 0} for row in CORPUS]
VERDICTS: Rows = [{"conversation_id": name, "verdict": "pass"} for name in "ab"]


def verdict(folder: Path, asset: str, name: str, tables: dict[str, Rows], **stages: Any) -> Any:
    return judge(folder, find(asset, name), tables, settings=load_settings().model_copy(update=stages))


def test_redaction_complete(tmp_path: Path) -> None:
    for number, (rows, passed) in enumerate([(REDACTED, True), (REDACTED[:1], False), ([*REDACTED, REDACTED[0]], False)]):
        found = verdict(
            tmp_path / str(number), "redacted_corpus", "redaction_complete", {"redacted_corpus": rows, "corpus": CORPUS}
        )
        assert found.passed is passed


def test_what_is_left_is_stated_with_its_bound(tmp_path: Path) -> None:
    left = [REDACTED[0] | {"identifiers_left": 2}, REDACTED[1]]
    for number, (rows, bound, passed) in enumerate([(REDACTED, 0.0, True), (left, 0.0, False), (left, 0.5, True)]):
        found = verdict(
            tmp_path / str(number), "redacted_corpus", "identifiers_left", {"redacted_corpus": rows},
            bounds=BoundSettings(most_left=bound),
        )  # fmt: skip
        assert found.passed is passed
        assert found.measured["left"] == sum(row["identifiers_left"] for row in rows)


def test_what_is_left_never_passes_the_gate(tmp_path: Path) -> None:
    left = [REDACTED[0] | {"identifiers_left": 2}, REDACTED[1]]
    kept = [VERDICTS[0] | {"verdict": "quarantine"}, VERDICTS[1]]
    for number, (verdicts, passed) in enumerate([(kept, True), (VERDICTS, False)]):
        tables = {"safety_verdicts": verdicts, "redacted_corpus": left}
        assert verdict(tmp_path / str(number), "safety_verdicts", "left_kept_back", tables).passed is passed


def test_places_lie_inside_of_their_turns(tmp_path: Path) -> None:
    place = {"conversation_id": "a", "part": "turn", "turn": 0, "start": 5, "end": 9, "replaced": True}
    for number, (start, end, turn, passed) in enumerate(
        [(5, 9, 0, True), (5, 10, 0, False), (-1, 9, 0, False), (5, 9, 1, False)]
    ):
        rows = [place | {"new_start": start, "new_end": end, "turn": turn}]
        tables = {"pii_findings": rows, "redacted_corpus": REDACTED}
        assert verdict(tmp_path / str(number), "pii_findings", "offsets_hold", tables).passed is passed


def test_examined(tmp_path: Path) -> None:
    scores: Rows = [{"conversation_id": name} for name in "ab"]
    cases = [(scores, [], True), (scores[:1], [], False), (scores, [{"conversation_id": "z"}], False)]
    for number, (rows, findings, passed) in enumerate(cases):
        tables = {"safety_scores": rows, "safety_findings": findings, "redacted_corpus": REDACTED}
        assert verdict(tmp_path / str(number), "safety_scores", "examined", tables).passed is passed


def test_crisis_recall_measures_the_model_that_it_judges(tmp_path: Path) -> None:
    table = read_model(PACKAGED)
    shipped = table.to_pylist()
    mute = [row | {"coefficient": -50.0} if row["name"] == "intercept" else row for row in shipped]
    found = [
        verdict(
            tmp_path / str(number), "crisis_model", "crisis_recall", {"crisis_model": rows},
            bounds=BoundSettings(least_recall=0, most_false_alarms=1), safety=SafetySettings(),
        )
        for number, rows in enumerate([shipped, mute])
    ]  # fmt: skip
    assert all(each.passed for each in found)
    assert found[0].measured["recall"] > found[1].measured["recall"]
    strict = verdict(
        tmp_path / "strict", "crisis_model", "crisis_recall", {"crisis_model": mute},
        bounds=BoundSettings(least_recall=1), safety=SafetySettings(),
    )  # fmt: skip
    assert not strict.passed
    assert "missed" in strict.description


def test_hate_rate(tmp_path: Path) -> None:
    rows: Rows = [{"conversation_id": str(n), "hate_level": 2 if n < 1 else 0} for n in range(10)]
    for bound, passed in ((0.1, True), (0.05, False)):
        found = verdict(
            tmp_path / str(bound), "safety_scores", "hate_rate", {"safety_scores": rows}, bounds=BoundSettings(most_hate=bound)
        )
        assert found.passed is passed
        assert found.measured["share"] == 0.1


def test_one_verdict_each(tmp_path: Path) -> None:
    other = [VERDICTS[0] | {"verdict": "review"}, VERDICTS[1]]
    for number, (verdicts, audit, passed) in enumerate(
        [
            (VERDICTS, VERDICTS, True),
            (VERDICTS[:1], VERDICTS[:1], False),
            (VERDICTS, other, False),
            (VERDICTS, VERDICTS[:1], False),
        ]
    ):
        tables = {"safety_verdicts": verdicts, "safety_audit": audit, "redacted_corpus": REDACTED}
        assert verdict(tmp_path / str(number), "safety_verdicts", "one_verdict_each", tables).passed is passed


def test_quarantine_share_names_the_source(tmp_path: Path) -> None:
    verdicts: Rows = [{"conversation_id": str(n), "verdict": "quarantine" if n < 3 else "pass"} for n in range(10)]
    corpus: Rows = [{"conversation_id": str(n), "source": "dark"} for n in range(10)]
    tables = {"safety_verdicts": verdicts, "redacted_corpus": corpus}
    for number, (most, least, passed) in enumerate([(0.3, 1, True), (0.2, 1, False), (0.2, 11, True)]):
        found = verdict(
            tmp_path / str(number), "safety_verdicts", "quarantine_share", tables,
            bounds=BoundSettings(most_quarantined=most, least_conversations=least),
        )  # fmt: skip
        assert found.passed is passed
        assert ("dark" in found.description) is (least == 1)


def test_decisions_under_another_policy_are_counted(tmp_path: Path) -> None:
    current = Policy.of(SafetySettings()).version
    for number, (version, passed) in enumerate([(current, True), ("another", False)]):
        rows: Rows = [{"conversation_id": "a", "policy_version": version}]
        found = verdict(tmp_path / str(number), "safety_audit", "policy_current", {"safety_audit": rows}, safety=SafetySettings())
        assert found.passed is passed
        assert found.measured == {"policy": current, "old": 0 if passed else 1}
