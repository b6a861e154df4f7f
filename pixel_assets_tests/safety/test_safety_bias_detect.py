"""Identity terms: which words name a group, which only look like it, and whom they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError
from pixel_assets.safety.bias.detect import detect_identity
from pixel_assets.safety.bias.outcomes import diagnoses, sentiment
from pixel_assets.safety.bias.terms import terms
from pixel_assets.safety.turns import Turns


def found(text: str) -> list[tuple[str, str, str, str]]:
    turns = Turns.of([[{"role": "user", "content": text}]])
    return [(text[each.start : each.end], each.kind, each.rule, each.subject) for each in detect_identity(turns)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am a Muslim.", ("Muslim", "religion", "muslim", "self")),
        ("My husband snores.", ("husband", "gender", "male", "other")),
        ("As a deaf person I read lips.", ("deaf person", "disability", "deaf", "self")),
        ("I'm black.", ("I'm black.", "race", "black", "self")),
        ("He sat beside a black man.", ("black man", "race", "black", "unknown")),
        ("a Polish neighbour", ("Polish", "nationality", "polish", "unknown")),
        ("an elderly lady", ("elderly lady", "age", "old", "unknown")),
        ("My fiancée left.", ("fiancée", "gender", "female", "other")),
        ("I am a mother of two", ("mother", "gender", "female", "self")),
        ("the ｍｏｔｈｅｒ of the boy", ("ｍｏｔｈｅｒ", "gender", "female", "other")),
        ("my brother-in-law", ("brother", "gender", "male", "other")),
    ],
)
def test_a_word_of_a_group_is_found_with_its_subject(text: str, expected: tuple[str, str, str, str]) -> None:
    assert expected in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I like black coffee and white noise.",
        "Walk in a straight line.",
        "I went straight home.",
        "Polish the table.",
        "polish people's shoes",
        "I am 30 years old.",
        "We watched a short film.",
        "Poor sleep again.",
        "Oh man, that hurts.",
        "Thanks, you guys!",
        "a blind date",
        "French fries and a German shepherd",
        "It fell on deaf ears.",
        "She told him about it.",
        "The fat in the pan is hot.",
    ],
)
def test_words_that_name_no_group_are_not_found(text: str) -> None:
    assert found(text) == []


def test_of_one_group_in_one_turn_there_is_one_finding_and_what_is_said_of_oneself_counts_most() -> None:
    assert found("My mother and my sister say that I am a woman.") == [("woman", "gender", "female", "self")]


def test_a_turn_is_judged_by_itself() -> None:
    texts = ["I am a Muslim.", "My husband snores.", "Nothing.", "I'm black."]
    together = detect_identity(Turns.of([[{"role": "user", "content": text}] for text in texts]))
    alone = [each for text in texts for each in detect_identity(Turns.of([[{"role": "user", "content": text}]]))]
    assert [(each.start, each.end, each.rule, each.subject) for each in together] == [
        (each.start, each.end, each.rule, each.subject) for each in alone
    ]
    assert [each.conversation for each in together] == [0, 1, 3]


@pytest.mark.parametrize(
    "said", ["I'm black.", "my brother", "as a black man", "I am a proud Polish person", "being poor and old."]
)
@pytest.mark.parametrize("padding", [0, 1, 7, 30, 1000])
def test_a_word_is_found_wherever_in_a_text_it_stands(said: str, padding: int) -> None:
    assert [each[1:] for each in found("xx " * padding + said)] == [each[1:] for each in found(said)]


@given(st.text(alphabet="ab cdx.,'-()[]é", max_size=200))
def test_text_without_terms_has_no_finding(text: str) -> None:
    assert found(text) == []


def test_a_megabyte_of_one_letter_or_of_brackets_has_no_finding() -> None:
    assert found("a" * 1_000_000) == []
    assert found("[" * 500_000 + "]" * 500_000) == []


def test_every_counterpart_is_of_a_group_of_its_axis() -> None:
    for axis in terms().axes.values():
        assert {term.group for term in axis.terms} <= set(axis.groups)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (
            "people: []\nmodifiers: []\naxes: {size: {groups: [big], rows: [{form: adjective, terms: {small: small}}]}}",
            "rows.0.terms.small",
        ),
        (
            "people: []\nmodifiers: []\naxes: {size: {groups: [big], rows: [{form: colour, terms: {big: big}}]}}",
            "axes.size.rows.0.form",
        ),
        ("people: []\nmodifiers: []\naxes: {size: {groups: [big], never: ['('], rows: []}}", "never.0"),
        (
            "people: []\nmodifiers: []\naxes: {size: {groups: [big], rows: [{form: noun, terms: {big: a/b/c}}]}}",
            "rows.0.terms.big",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(tmp_path: Path, content: str, where: str) -> None:
    file = tmp_path / "terms.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError) as error:
        terms(file)
    assert where in str(error.value)
    assert "terms.yaml" in str(error.value)


def test_sentiment_turns_with_a_negation_and_leaves_system_turns_out() -> None:
    turns = Turns.of(
        [
            [{"role": "user", "content": "I am happy."}],
            [{"role": "user", "content": "I am not happy."}],
            [{"role": "system", "content": "terrible"}, {"role": "user", "content": "Table."}],
            [],
        ]
    )
    glad, not_glad, neither, silent = sentiment(turns)
    assert glad > 0 > not_glad
    assert neither == silent == 0


def test_diagnoses_are_named_by_their_ids() -> None:
    turns = Turns.of([[{"role": "user", "content": "Is it Panic Disorder or depression?"}], [{"role": "user", "content": "No."}]])
    names = {"panic": ["panic disorder"], "depression": ["depression", "depressive disorder"]}
    assert diagnoses(turns, names).to_pylist() == [["depression", "panic"], []]
    assert diagnoses(turns, {}).to_pylist() == [[], []]
