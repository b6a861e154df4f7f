"""The two stages of the hate model: which mentions the second one is asked about, and that both screens share a scan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.safety.hate.detect import detect_hate, group_mentions, hate_scores
from pixel_assets.safety.hate.model import OPEN, contextual, is_open, model, static
from pixel_assets.safety.hate.screen import screen_hate
from pixel_assets.safety.hate.stereotypes import stereotype_findings
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import fold

TEXTS = (
    "Immigrants live next door.",
    "I hate immigrants.",
    "How dare you say that immigrants are lazy?",
    "What would you expect from a Muslim?",
    "Nobody here ever trusted women with money.",
    "Gay people came to the meeting and left early, as everyone did.",
    "Wherever disabled people go, trouble comes with them.",
)


def turns(*texts: str) -> Turns:
    return Turns.of([[{"role": "user", "content": text}] for text in texts])


def test_the_second_stage_decides_what_the_first_leaves_open_and_nothing_else() -> None:
    found = [mention for _, mention in group_mentions(fold(TEXTS))]
    wordings = [mention.wording for mention in found]
    first = model().first.probabilities(found, static(wordings))
    second = model().second.probabilities(found, contextual(wordings))
    asked = is_open(np.array(first))
    assert 0 < asked.sum() < len(found)
    assert model().probabilities(found) == np.where(asked, second, first).tolist()


def test_the_bounds_lie_on_both_sides_of_what_is_likely() -> None:
    lowest, highest = OPEN
    assert is_open(np.array([0.0, lowest, 0.5, highest, 1.0])).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("other", ["women", "Muslims", "gay people", "trans people"])
def test_the_second_stage_does_not_see_which_group_is_named(other: str) -> None:
    texts = [text.replace("immigrants", other) for text in TEXTS if "immigrants" in text]
    assert hate_scores(turns(*texts)).tolist() == hate_scores(turns(*(text for text in TEXTS if "immigrants" in text))).tolist()


@settings(max_examples=15, deadline=None)
@given(st.permutations(TEXTS))
def test_the_order_of_turns_makes_no_difference_to_any(texts: list[str]) -> None:
    alone = dict(zip(TEXTS, hate_scores(turns(*TEXTS)).tolist(), strict=True))
    assert hate_scores(turns(*texts)).tolist() == [alone[text] for text in texts]


def test_a_stereotype_is_kept_as_evidence_and_raises_no_alarm() -> None:
    said = turns("Old people are forgetful.", "Stones are grey.")
    found = [each for each in screen_hate(said) if each.rule.startswith("stereotype.")]
    assert [(each.conversation, each.area, each.kind, each.level) for each in found] == [(0, "hate", "age", 0)]


def test_the_screen_finds_what_its_two_parts_find() -> None:
    said = turns(*TEXTS, "Women are too emotional.")
    apart = [(each.start, each.end, each.rule) for each in (*detect_hate(said), *stereotype_findings(said))]
    assert [(each.start, each.end, each.rule) for each in screen_hate(said)] == apart
