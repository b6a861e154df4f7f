from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.safety.identifiers.doubts import doubtful
from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.turns import Turns


def turns(*texts: str) -> Turns:
    return Turns.of([[{"role": "user", "content": text} for text in texts]])


def found(text: str) -> list[tuple[str, str]]:
    """Type and text of what is found."""
    return [(span.type, text[span.start : span.end]) for span in find_fast(turns(text))]


ORDINARY = (
    "I feel like nothing helps. Will it ever stop? May I ask you something?",
    "Hope is all I have. Mark my words, I will be fine by the end of the week.",
    "On a scale from 1 to 10 it is a 7. Breathe in for 4, hold for 7, out for 8.",
    "I was born to worry, and I am at 80 percent. It happened 3 times in 2 weeks.",
    "That'd be great. They'll see. Mm-hmm. Thanks!",
    "My Mom and Dad fight. I have ADHD. On Monday I cried, and Christmas was bad.",
    "1. Notice five things. 2. Name four sounds. 3. Touch three things.",
    "Five four three two one. One two three four five six seven eight nine.",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_talk_holds_no_identifier(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", [text for text in ORDINARY if "Hope" not in text])
def test_ordinary_talk_is_not_left_in_doubt(text: str) -> None:
    assert not doubtful(turns(text), []).any()


def test_one_text_may_hold_many_kinds() -> None:
    text = (
        "I'm Sarah Miller, call me on (212) 555-0100 or write to sarah.m@example.org. "
        "I live at 12 Rose St, Springfield, IL 62704."
    )
    assert found(text) == [
        ("name", "Sarah Miller"),
        ("phone", "(212) 555-0100"),
        ("email", "sarah.m@example.org"),
        ("address", "12 Rose St, Springfield, IL 62704"),
    ]


def test_offsets_are_characters_of_the_original() -> None:
    text = "ça va? 😀 j’écris: zoé​@example.org"
    assert found(text) == [("email", "zoé​@example.org")]


def test_spans_are_disjoint_and_in_order() -> None:
    texts = ["Sarah Miller, 12 Rose Street, sarah@example.org, 212-555-0100", "Hi Tom, it's Anna."]
    spans = find_fast(turns(*texts))
    assert spans == sorted(spans)
    for one, two in pairwise(spans):
        assert one.row < two.row or one.end <= two.start


def test_a_row_does_not_depend_on_the_others() -> None:
    texts = ["My name is Sarah.", "Call 212-555-0100", "and so on", "Virginia said no."]
    together = find_fast(turns(*texts))
    alone = [span for row, text in enumerate(texts) for span in find_fast(turns(*[""] * row, text))]
    assert together == alone


def test_no_turns_have_no_identifiers() -> None:
    assert find_fast(Turns.of([])) == []
    assert doubtful(Turns.of([]), []).shape == (0,)


def test_an_unknown_word_in_small_letters_after_an_introduction_is_doubtful() -> None:
    asked = turns("i'm xaqiro from far away", "i'm tired of it all")
    assert doubtful(asked, find_fast(asked)).tolist() == [True, False]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_gives_spans_inside_of_it(texts: list[str]) -> None:
    for span in find_fast(turns(*texts)):
        assert 0 <= span.start < span.end <= len(texts[span.row])
        assert 0 < span.score <= 1


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="09 .-/()+\n@aB,#", max_size=80))
def test_numbers_in_any_form_give_the_same_answer_twice(text: str) -> None:
    first, second = find_fast(turns(text)), find_fast(turns(text))
    assert first == second
    assert np.array_equal(doubtful(turns(text), first), doubtful(turns(text), second))
