"""Spans of several passes become disjoint ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.safety.identifiers.merge import merge, trim
from pixel_assets.safety.identifiers.spans import TYPES, Span, Type


def _span(text: str, said: str, kind: Type, score: float = 0.9) -> Span:
    start = text.index(said)
    return Span(0, start, start + len(said), kind, "rule", score)


def _said(text: str, *spans: Span) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.type) for span in merge(spans, [text])]


def test_a_name_inside_an_email_address_stays_one() -> None:
    text = "write to sarah.miller@example.org"
    email, name = _span(text, "sarah.miller@example.org", "email", 0.5), _span(text, "sarah", "name", 1.0)
    assert _said(text, name, email) == [("sarah.miller@example.org", "email")]


def test_adjacent_parts_of_a_name_are_one_name() -> None:
    text = "Sarah J. Miller and Tom"
    assert _said(text, _span(text, "Sarah", "name"), _span(text, "J", "name"), _span(text, "Miller", "name")) == [
        ("Sarah J. Miller", "name")
    ]
    assert _said(text, _span(text, "Sarah J. Miller", "name"), _span(text, "Tom", "name")) == [
        ("Sarah J. Miller", "name"),
        ("Tom", "name"),
    ]


def test_names_on_two_lines_or_at_the_end_of_a_sentence_stay_two() -> None:
    for text in ("Sarah\n\nTom", "It was Sarah. Tom left"):
        assert _said(text, _span(text, "Sarah", "name"), _span(text, "Tom", "name")) == [("Sarah", "name"), ("Tom", "name")]


def test_of_equal_length_the_higher_score_stands_then_the_type_that_is_named_first() -> None:
    text = "call 5550100 now"
    phone, other = _span(text, "5550100", "phone", 0.4), _span(text, "5550100", "other_id", 0.8)
    assert _said(text, phone, other) == [("5550100", "other_id")]
    assert _said(text, _span(text, "5550100", "other_id"), _span(text, "5550100", "phone")) == [("5550100", "phone")]


def test_what_overlaps_in_part_is_not_lost() -> None:
    text = "12 Rose Street Sarah Miller"
    assert _said(text, _span(text, "12 Rose Street Sarah", "address"), _span(text, "Sarah Miller", "name")) == [
        ("12 Rose Street Sarah", "address"),
        ("Miller", "name"),
    ]


@pytest.mark.parametrize(
    ("text", "said", "kind", "left"),
    [
        ("I saw Sarah, then", "Sarah,", "name", "Sarah"),
        ("Sarah's brother", "Sarah's", "name", "Sarah"),
        ("Sarah’s brother", "Sarah’s", "name", "Sarah"),
        ("(555) 0100.", "(555) 0100.", "phone", "(555) 0100"),
        ("(call 555 0100)", "555 0100)", "phone", "555 0100"),
        ("I am @larkbird.", "@larkbird", "username", "@larkbird"),
    ],
)
def test_punctuation_and_possessives_stay_outside(text: str, said: str, kind: Type, left: str) -> None:
    found = trim(_span(text, said, kind), text)
    assert found is not None
    assert text[found.start : found.end] == left


def test_nothing_but_punctuation_is_no_identifier() -> None:
    assert merge([Span(0, 0, 3, "name", "rule", 1.0)], ["..."]) == []
    assert merge([Span(0, 5, 9, "name", "rule", 1.0)], ["abc"]) == []


_TEXT = "Sarah Miller, 12 Rose St. (Apt 4) said: a@b.example; 555-0100 \n" * 2


@given(
    st.lists(
        st.builds(
            lambda start, length, kind, score: Span(0, start, start + length, kind, "rule", score),
            st.integers(0, len(_TEXT) - 1), st.integers(1, 40), st.sampled_from(TYPES), st.sampled_from([0.5, 0.9]),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_merged_spans_are_disjoint_in_order_and_cover_every_letter_that_was_covered(spans: list[Span]) -> None:
    merged = merge(spans, [_TEXT])
    assert all(first.end <= second.start for first, second in pairwise(merged))
    assert all(0 <= span.start < span.end <= len(_TEXT) for span in merged)
    assert merge(merged, [_TEXT]) == merged
    assert merge(reversed(spans), [_TEXT]) == merged
    covered = {place for span in merged for place in range(span.start, span.end)}
    wanted = {p for span in spans for p in range(span.start, min(span.end, len(_TEXT))) if _TEXT[p].isalnum()}
    possessive = {p for p in wanted - covered if _TEXT[p] == "s"}
    assert wanted - covered == possessive


def test_a_hundred_thousand_spans_in_one_text_are_merged() -> None:
    text = "Sarah, " * 100_000
    assert len(merge([Span(0, 7 * i, 7 * i + 5, "name", "rule", 0.9) for i in range(100_000)], [text])) == 100_000
