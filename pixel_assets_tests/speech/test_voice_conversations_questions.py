from __future__ import annotations

import pytest

from pixel_assets.speech.counting import count
from pixel_assets.speech.lexicon import form, prompts
from pixel_assets.speech.questions import made_question, speaks_of_inner_life, topic


def topic_of(text: str) -> str | None:
    return topic(text.split(), [form(word) for word in text.split()])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We sat in the garden, and the garden was quiet, and the house was far.", "the garden"),
        ("Ask what your country can do.", "my country"),
        ("I lost my old house.", "your old house"),
        ("They sold their house.", "the house"),
        ("Today we talk about shame.", "shame"),
        ("I had a dream.", "a dream"),
        ("The garden, then the house.", "the garden"),
        ("It was the first time in the Black Forest.", "the Black Forest"),
        ("It was the way that he did the thing.", None),
        ("The old dog barked loudly at us.", None),
        ("We went home.", None),
        ("the", None),
        ("", None),
    ],
)
def test_a_topic_is_a_noun_as_the_asker_would_call_it(text: str, expected: str | None) -> None:
    assert topic_of(text) == expected


def test_a_question_is_chosen_by_the_text_and_names_its_topic() -> None:
    texts = "We sat in the garden.".split()  # noqa: SIM905
    forms = [form(text) for text in texts]
    asked = made_question(texts, forms, "question")
    assert asked in {choice.replace("{topic}", "the garden") for choice in prompts()["question"]}
    assert asked == made_question(texts, forms, "question")
    assert made_question(texts, forms, "invitation") in {
        choice.replace("{topic}", "the garden") for choice in prompts()["invitation"]
    }


def test_without_a_topic_the_question_is_an_open_one() -> None:
    assert made_question(["Well."], [form("Well.")], "invitation") in prompts()["invitation_without_topic"]


def test_different_passages_are_asked_differently() -> None:
    asked = {made_question(words, [form(word) for word in words], "question") for words in ([f"word{n}"] for n in range(40))}
    assert asked == set(prompts()["question_without_topic"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I felt so ashamed, and I cried.", True),
        ("I felt the wall in the dark and found the switch beside the old door at last, which I pressed twice.", False),
        ("The train was late.", False),
        ("", False),
    ],
)
def test_inner_life_is_told_by_several_words_of_feeling(text: str, expected: bool) -> None:
    assert speaks_of_inner_life(count([form(word) for word in text.split()])) is expected
