"""Language identification: right where it is sure, unsure where the text is short, and offline."""

from __future__ import annotations

import socket

import pytest

from pixel_assets.quality import language
from pixel_assets.quality.language import Language, identify

ENGLISH = "I have been feeling anxious about my work and I cannot sleep at night because of it."
SPANISH = "Me siento muy ansioso por mi trabajo y no puedo dormir por la noche desde hace semanas."
CHINESE = "我最近因为工作的事情感到非常焦虑，晚上总是睡不着觉，不知道该怎么办才好。"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (ENGLISH.upper(), "en"),
        (ENGLISH.replace(" ", "\n"), "en"),
        (SPANISH, "es"),
        (CHINESE, "zh"),
    ],
)
def test_a_sentence_is_identified_with_confidence(text: str, code: str) -> None:
    found = identify([[text], []])
    assert found.code == code
    assert found.confidence >= 0.8


@pytest.mark.parametrize("text", ["So--", "No?", "Therapist 088", "im thinking about it", "Sure."])
def test_short_texts_are_never_surely_another_language(text: str) -> None:
    assert identify([[text], []]).confidence < 0.5


@pytest.mark.parametrize("sides", [[], [[], []], [[""], [""]], [["🙂 123"], ["... 45 %"]]])
def test_without_letters_the_language_is_undetermined(sides: list[list[str]]) -> None:
    assert identify(sides) == Language("und", 0.0)


def test_the_longest_text_of_a_side_decides_and_not_the_greeting() -> None:
    assert identify([["Hello!", SPANISH], ["Hi there!", SPANISH * 3]]).code == "es"


def test_confidence_is_rounded_and_at_most_one() -> None:
    confidence = identify([[ENGLISH], [ENGLISH]]).confidence
    assert confidence == round(confidence, 3) <= 1.0


def test_it_works_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    language._detector.cache_clear()
    assert identify([[ENGLISH]]).code == "en"
