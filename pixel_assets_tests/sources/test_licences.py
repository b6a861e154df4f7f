"""Licences: the verdict that constraints mean, and what a release of some purpose may hold."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.settings import LicenceSettings, LicenceVerdict
from pixel_assets.sources.licences import Constraint, judge, permitted, verdict_of
from pixel_assets.sources.registry import Source

CONSTRAINTS = get_args(Constraint)


def source(name: str, licence: str, *constraints: Constraint) -> Source:
    return Source(name=name, path=("a",), category="voice", title="A", licence=licence, constraints=constraints)


@pytest.mark.parametrize(
    ("constraints", "verdict"),
    [
        ((), "allow"),
        (("attribution", "share_alike", "gated"), "allow"),
        (("attribution", "non_commercial"), "research-only"),
        (("academic",), "research-only"),
        (("no_derivatives",), "research-only"),
        (("unstated",), "research-only"),
        (("no_redistribution",), "deny"),
        (("non_commercial", "no_redistribution"), "deny"),
    ],
)
def test_the_strictest_constraint_gives_the_verdict(constraints: tuple[str, ...], verdict: LicenceVerdict) -> None:
    assert verdict_of("X", constraints, {}) == verdict


@given(st.sets(st.sampled_from(CONSTRAINTS)), st.sampled_from(get_args(LicenceVerdict)))
def test_the_policy_of_the_settings_goes_before_any_constraint(constraints: set[str], verdict: LicenceVerdict) -> None:
    assert verdict_of("X", constraints, {"X": verdict, "Y": "allow"}) == verdict


@given(st.sets(st.sampled_from(CONSTRAINTS)), st.sampled_from(CONSTRAINTS))
def test_a_further_constraint_never_permits_more(constraints: set[str], further: str) -> None:
    order = ("allow", "research-only", "deny")
    before, after = (order.index(verdict_of("X", names, {})) for names in (constraints, {*constraints, further}))
    assert before <= after


def test_a_release_holds_what_its_use_permits() -> None:
    sources = {
        "free": source("free", "MIT"),
        "research": source("research", "CC-BY-NC-4.0", "non_commercial"),
        "secret": source("secret", "LicenseRef-internal", "no_redistribution"),
    }
    assert permitted(judge(sources, LicenceSettings())) == ["free", "research"]
    assert permitted(judge(sources, LicenceSettings(use="commercial"))) == ["free"]
    bought = LicenceSettings(use="commercial", policy={"CC-BY-NC-4.0": "allow", "MIT": "deny"})
    assert permitted(judge(sources, bought)) == ["research"]


def test_a_judgement_says_in_words_why() -> None:
    judged = judge({"a": source("a", "CC-BY-NC-4.0", "non_commercial")}, LicenceSettings(use="commercial"))
    assert judged["a"].detail == "CC-BY-NC-4.0 is research-only, the release is for commercial use"
