"""The written sentences that the hate screen is fitted on, and what the prior of a mention does to long and to neutral turns."""

from __future__ import annotations

from collections import Counter

import pytest

from pixel_assets.safety.hate.detect import detect_hate, hate_scores
from pixel_assets.safety.hate.examples import FILLED, templates
from pixel_assets.safety.hate.lexicon import DATA, read_data
from pixel_assets.safety.turns import Turns

FILES = sorted((DATA / "written").glob("*.yaml"))
SENTENCES = [(path.stem, content, sentence) for path in FILES for content in [read_data(f"written/{path.name}")]
             for sentence in content["sentences"]]  # fmt: skip


def turns(*texts: str, role: str = "user") -> Turns:
    return Turns.of([[{"role": role, "content": text}] for text in texts])


def levels(*texts: str, role: str = "user") -> list[int]:
    found = [0] * len(texts)
    for each in detect_hate(turns(*texts, role=role)):
        found[each.conversation] = max(found[each.conversation], each.level)
    return found


def test_every_sentence_has_an_id_of_its_own_and_is_written_once() -> None:
    assert max(Counter(sentence["id"] for _, _, sentence in SENTENCES).values()) == 1
    assert max(Counter(sentence["text"] for _, _, sentence in SENTENCES).values()) == 1
    assert all(content["function"] == stem and sentence["id"].startswith(f"{stem}.") for stem, content, sentence in SENTENCES)


def test_there_are_many_sentences_and_a_good_part_of_them_is_clinical_talk() -> None:
    assert len(SENTENCES) >= 2100
    assert sum(stem.startswith("clinical_") for stem, _, _ in SENTENCES) >= 400
    assert not any(content["hateful"] for stem, content, _ in SENTENCES if stem.startswith("clinical_"))


def test_sentences_are_filled_alike_each_time_and_leave_no_slot() -> None:
    found = list(templates())
    assert found == list(templates())
    assert len(found) == FILLED * len(SENTENCES)
    assert not any("{" in text or "}" in text for text, _, _ in found)


@pytest.mark.parametrize(
    "text",
    [
        "Then I'll be straight with you.",
        "Agree with the young person and the parents what stays private.",
        "A crisis line for young people is open tonight. Would you try it?",
        "She lives with an old dog and grows tomatoes.",
        "You could talk with a helpline for young LGBTQ people.",
    ],
)
def test_what_a_helper_says_about_people_is_not_hate(text: str) -> None:
    assert levels(text, role="assistant") == [0]


def test_a_longer_turn_makes_one_sentence_less_certain_up_to_a_point() -> None:
    attack = "Immigrants are disgusting."
    filler = " The kettle is on the stove."
    scores = hate_scores(turns(attack, *(attack + filler * times for times in (5, 15, 40)))).tolist()
    assert scores[0] > scores[1] > scores[2] == scores[3] > 0


def test_what_the_next_sentence_says_of_them_counts() -> None:
    assert levels("Immigrants live next door. They are disgusting.")[0] >= 2
    assert levels("Immigrants live next door. They are kind.") == [0]
