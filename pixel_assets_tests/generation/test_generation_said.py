"""What a client says of themselves is given back in the second person, and the other way round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.generation.forms.said import first_person, second_person, speaks_of_speaker, speaks_to_listener

PAIRS = [
    ("I keep thinking my mind will go.", "You keep thinking your mind will go."),
    ("I was late and was sick, and she was cross with me.", "You were late and were sick, and she was cross with you."),
    ("Am I mad? Was I?", "Are you mad? Were you?"),
    ("That's mine. I'm tired of myself.", "That's yours. You're tired of yourself."),
    ("I never was good at it, and I wasn't asked.", "You never were good at it, and you weren't asked."),
    ("I can't hear my own thoughts.", "You can't hear your own thoughts."),
    ("I said I'd go, and the room was dark.", "You said you'd go, and the room was dark."),
    ("I've told nobody, and I'll not start now.", "You've told nobody, and you'll not start now."),
    ("nobody believes me", "nobody believes you"),
    ("my chest goes tight", "your chest goes tight"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_what_is_said_in_the_first_person_is_said_back_in_the_second_and_returns(first: str, second: str) -> None:
    assert second_person(first) == second
    assert first_person(second) == first


def test_people_who_are_spoken_of_together_become_the_listener() -> None:
    assert (
        second_person("We moved here and we're lost in our own street.") == "You moved here and you're lost in your own street."
    )


def test_words_for_others_stay() -> None:
    text = "He was late, and the bus was full."
    assert second_person(text) == text
    assert not speaks_of_speaker(text)


@pytest.mark.parametrize("text", ["I told you.", "It's your fault, not mine.", "Are you there?"])
def test_a_text_with_words_for_its_listener_is_noticed(text: str) -> None:
    assert speaks_to_listener(text)


WORDS = [
    "I",
    "me",
    "my",
    "mine",
    "myself",
    "I'm",
    "I've",
    "we",
    "our",
    "was",
    "am",
    "and",
    "lost",
    "the bus",
    "he",
    ".",
    ",",
    "?",
]


@given(st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_no_word_for_the_speaker_is_left_after_turning(text: str) -> None:
    assert not speaks_of_speaker(second_person(text))


@given(st.lists(st.sampled_from(["my sister", "the rain", "a late bus", "nothing", "the old house"]), max_size=6))
def test_text_without_pronouns_only_loses_my(words: list[str]) -> None:
    text = " and ".join(words)
    assert second_person(text) == text.replace("my ", "your ")
