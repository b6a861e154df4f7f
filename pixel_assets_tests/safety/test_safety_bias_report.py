"""The bias report, its intervals, its drift and the hints for the mix."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.bias.drift import drift
from pixel_assets.safety.bias.intervals import adjusted, log_odds, wilson
from pixel_assets.safety.bias.report import BIAS_REPORT, BiasLimits, bias_report
from pixel_assets.safety.bias.weights import weights
from pixel_assets.safety.findings import FINDINGS, Finding, to_table

Row = dict[str, object]


def corpus(groups: list[str], crisis: list[int], sources: list[str] | None = None) -> tuple[pa.Table, pa.Table]:
    """Conversations that each speak of some groups of gender, such as "female male", with their crisis levels."""
    ids = [f"c{number:04}" for number in range(len(groups))]
    found = [
        Finding(number, 0, 0, 1, "identity", group, "gender", 1, "user")
        for number, each in enumerate(groups) for group in each.split() for _ in range(2)
    ]  # fmt: skip
    return to_table(found, pa.array(ids)), pa.table(
        {
            "conversation_id": ids,
            "category": ["voice"] * len(ids),
            "source": sources or ["one"] * len(ids),
            "crisis_level": pa.array(crisis, pa.int8()),
            "verdict": ["pass"] * len(ids),
            "sentiment": pa.array([0.1 * (number % 3) for number in range(len(ids))], pa.float64()),
            "diagnosis": pa.array([["a"] if number % 2 else ["b"] for number in range(len(ids))], pa.list_(pa.string())),
        }
    )


def row(report: pa.Table, group: str, measure: str, outcome: str = "", scope: str = "all") -> Row:
    key = (group, measure, outcome, scope)
    (found,) = [
        each for each in report.to_pylist() if tuple(each[name] for name in ("group", "measure", "outcome", "scope")) == key
    ]
    return dict(found)


def test_rates_count_a_conversation_once_and_are_flagged_out_of_their_bounds() -> None:
    report = bias_report(*corpus(["female"] * 80 + ["male"] * 20 + [""] * 100, [0] * 200), BiasLimits())
    assert report.schema == BIAS_REPORT
    rate, share = row(report, "female", "rate"), row(report, "female", "share")
    assert (rate["count"], rate["of"], rate["value"], rate["reference"]) == (80, 200, 0.4, 0.25)
    assert (share["count"], share["of"], share["value"], share["flagged"], share["action"]) == (80, 100, 0.8, True, "reweight")
    assert row(report, "male", "share")["action"] == "collect"


def test_rates_and_shares_are_told_by_category_and_source_beside_those_of_all_and_never_flagged() -> None:
    groups, sources = ["female"] * 60 + ["male"] * 20 + [""] * 20 + ["male"] * 40, ["one"] * 100 + ["two"] * 40
    report = bias_report(*corpus(groups, [0] * 140, sources), BiasLimits())
    told = {
        (each["group"], each["measure"], each["scope"]): (each["count"], each["of"], each["reference"])
        for each in report.to_pylist() if not each["outcome"] and each["scope"] != "all"
    }  # fmt: skip
    rates, shares = {"female": 0.428571, "male": 0.428571}, {"female": 0.5, "male": 0.5}
    assert told == {
        ("female", "rate", "category:voice"): (60, 140, rates["female"]),
        ("female", "rate", "source:one"): (60, 100, rates["female"]),
        ("female", "share", "category:voice"): (60, 120, shares["female"]),
        ("female", "share", "source:one"): (60, 80, shares["female"]),
        ("male", "rate", "category:voice"): (60, 140, rates["male"]),
        ("male", "rate", "source:one"): (20, 100, rates["male"]),
        ("male", "rate", "source:two"): (40, 40, rates["male"]),
        ("male", "share", "category:voice"): (60, 120, shares["male"]),
        ("male", "share", "source:one"): (20, 80, shares["male"]),
        ("male", "share", "source:two"): (40, 40, shares["male"]),
    }
    only = row(report, "male", "share", scope="source:two")
    assert (only["value"], only["flagged"], only["action"]) == (1.0, False, "")
    assert row(report, "female", "share")["reference"] == 0.5


def test_counts_by_source_add_up_to_those_of_all() -> None:
    report = bias_report(*corpus(["female", "male", "female male", ""] * 9, [0] * 36, ["a", "b", "c"] * 12), BiasLimits())
    for group in ("female", "male"):
        of_sources = [
            each for each in report.to_pylist()
            if (each["group"], each["measure"]) == (group, "rate") and each["scope"].startswith("source:")
        ]  # fmt: skip
        assert sum(each["count"] for each in of_sources) == row(report, group, "rate")["count"]
        assert sum(each["of"] for each in of_sources) == row(report, group, "rate")["of"]


def test_an_association_is_flagged_and_one_by_chance_is_not() -> None:
    groups = ["female"] * 200 + ["male"] * 200
    strong = bias_report(*corpus(groups, [2] * 100 + [0] * 100 + [2] * 20 + [0] * 180), BiasLimits())
    found = row(strong, "female", "log_odds", "crisis")
    assert found["flagged"]
    assert found["action"] == "review"
    assert found["value"] == pytest.approx(math.log(100.5 / 100.5) - math.log(20.5 / 180.5), abs=1e-6)
    assert found["reference"] == 0.1
    alike = bias_report(*corpus(groups, [2] * 50 + [0] * 150 + [2] * 50 + [0] * 150), BiasLimits())
    assert not any(each["flagged"] for each in alike.to_pylist())


def test_few_conversations_are_never_flagged() -> None:
    report = bias_report(*corpus(["female"] * 10 + ["male"] * 10, [2] * 10 + [0] * 10), BiasLimits())
    assert not any(each["flagged"] for each in report.to_pylist())


def test_the_report_does_not_depend_on_the_order_of_rows() -> None:
    findings, conversations = corpus(["female", "male", "female male", ""] * 20, [0, 1, 2, 3] * 20)
    order = np.random.default_rng(1)
    mixed = bias_report(
        findings.take(order.permutation(len(findings))), conversations.take(order.permutation(len(conversations))), BiasLimits()
    )
    assert mixed.equals(bias_report(findings, conversations, BiasLimits()))


def test_nothing_spoken_of_gives_an_empty_report() -> None:
    _, conversations = corpus(["", ""], [0, 0])
    report = bias_report(FINDINGS.empty_table(), conversations, BiasLimits())
    assert report.num_rows == 0
    assert report.schema == BIAS_REPORT


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(20261122)
    one, other = random.binomial(400, 0.3, 2000), random.binomial(300, 0.2, 2000)
    truth = math.log(0.3 / 0.7) - math.log(0.2 / 0.8)
    estimates = [log_odds(int(a), 400, int(b), 300) for a, b in zip(one, other, strict=True)]
    assert 0.93 < np.mean([each.low <= truth <= each.high for each in estimates]) < 0.97
    assert 0.93 < np.mean([low <= 0.3 <= high for low, high in (wilson(int(a), 400) for a in one)]) < 0.97


def test_probabilities_are_adjusted_as_benjamini_and_hochberg_do() -> None:
    assert adjusted([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert adjusted([]) == []


def test_drift_is_an_alert_where_shares_move_beyond_the_bound() -> None:
    before = bias_report(*corpus(["female"] * 100 + ["male"] * 100, [0] * 200), BiasLimits())
    after = bias_report(*corpus(["female"] * 160 + ["male"] * 40, [0] * 200), BiasLimits())
    assert [each for each in drift(before, before) if each.disjoint or each.alert] == []
    moved = drift(before, after)
    (axis,) = [each for each in moved if not each.group]
    assert axis.after == pytest.approx(0.3)
    assert axis.alert
    assert {(each.group, each.measure) for each in moved if each.disjoint} == {
        (group, measure) for group in ("female", "male") for measure in ("rate", "share")
    }


def test_hints_reach_the_rates_that_are_wanted() -> None:
    findings, conversations = corpus(["female"] * 60 + ["male"] * 20 + [""] * 20, [0] * 100)
    hints = weights(findings, conversations, {"gender:female": 0.4, "gender:male": 0.4}).to_pylist()
    by_group = {each["group"]: each["weight"] for each in hints}
    assert by_group["female"] == pytest.approx(0.4 / 0.6, abs=1e-4)
    assert by_group["male"] == pytest.approx(2.0, abs=1e-4)
    assert hints[1]["why"] == "rate 0.2000, wanted 0.4000, with the weights 0.4000"


def test_hints_are_clipped_and_a_target_must_be_a_share() -> None:
    findings, conversations = corpus(["female"] * 99 + ["male"], [0] * 100)
    (hint,) = weights(findings, conversations, {"gender:male": 0.5}).to_pylist()
    assert hint["weight"] == 4.0
    with pytest.raises(SettingsError, match="gender:male"):
        weights(findings, conversations, {"gender:male": 1.5})
