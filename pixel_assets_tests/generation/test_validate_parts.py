"""The parts that the validator's rules are made of: strings that a pattern needs, sentences said back, remembered hits."""

from __future__ import annotations

import re

import pytest

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.validate.cues import Cue
from pixel_assets.generation.validate.guards import GUARDS, Match
from pixel_assets.generation.validate.literals import literals
from pixel_assets.generation.validate.said_back import says_back
from pixel_assets.generation.validate.spoken import Spoken
from pixel_assets.generation.validate.spotter import Spotter


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bguarantee\b", {"guarantee"}),
        (r"\b(?:cures?|heal) you\b", {"cure you", "cures you", "heal you"}),
        (r"\w+ (?:forever|for good)", {" forever", " for good"}),
        (r"(?:very )*painless (?:\w+ ){0,3}way", {"painless "}),
        (r"organi[sz]e(?! it)", {"organise", "organize"}),
        (r"\byou (?P<named>should|must)(?=\?)", {"you should", "you must"}),
        (r"(?:tell|never tell) anyone", {"tell anyone"}),
    ],
)
def test_the_strings_that_a_pattern_needs_are_those_of_its_rarest_part(pattern: str, needed: set[str]) -> None:
    assert literals(re.compile(pattern)) == needed


@pytest.mark.parametrize("pattern", [r"\w+", r"[^.?!]*", r"(?:you )?", r"word|\d+", r"a"])
def test_a_pattern_that_needs_no_string_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="two characters"):
        literals(re.compile(pattern))
    with pytest.raises(KnowledgeError, match="could match anywhere"):
        Spotter.of([Cue("anything", re.compile(pattern))])


def test_cues_are_spotted_in_the_order_of_the_text_and_by_their_number() -> None:
    spotter = Spotter.of([Cue("cure", re.compile(r"\bcures?\b")), Cue("start", re.compile(r"(?:^|, )stop it\b"))])
    turns = [Spoken(1, "assistant", "stop it. it cures you, a cure"), Spoken(3, "assistant", "well. stop it")]
    spotted = spotter.spot(turns)
    assert {cue: [(turn.number, match.start, match.end) for turn, match in places] for cue, places in spotted.items()} == {
        0: [(1, 12, 17), (1, 25, 29)],
        1: [(1, 0, 7), (3, 6, 13)],
    }


def test_what_a_cue_is_unless_takes_back_all_of_its_sentence_and_no_other() -> None:
    spotter = Spotter.of([Cue("cure", re.compile(r"\bcure\b"), unless=re.compile(r"\bno\b"))])
    spotted = spotter.spot([Spoken(0, "assistant", "no cure, a cure. the cure")])
    assert [match.start for _, match in spotted[0]] == [21]


@pytest.mark.parametrize(
    ("clause", "said", "expected"),
    [
        ("you should be grateful", "i should be grateful. i have a job.", True),
        ("you're a burden to everyone", "in my own voice: i'm a burden to everyone", True),
        ("you don't look ill", "i don't look ill, so i waited", True),
        ("your own fault that you stayed", "it is my own fault that i stayed", True),
        ("you were so stupid", "i was so stupid", True),
        ("you should be grateful for it", "i should be grateful", False),
        ("you're lazy and mean", "i'm lazy", False),
        ("your fault", "it is my fault", False),
    ],
)
def test_a_clause_is_said_back_when_it_stands_in_what_was_said_persons_turned(clause: str, said: str, expected: bool) -> None:
    assert says_back(clause, [said]) is expected


@pytest.mark.parametrize(
    ("guard", "text", "expected"),
    [
        ("quoted", "avoid 'cheer up' here", True),
        ("quoted", 'she wrote "cheer up" to you', True),
        ("quoted", "don't you worry, cheer up, it's fine", False),
        ("ruled_out", "avoid getting over it and cheer up", True),
        ("ruled_out", "what must not happen is to rely on cheer up", True),
        ("ruled_out", "you avoid people. cheer up", False),
    ],
)
def test_a_mention_is_no_use(guard: str, text: str, expected: bool) -> None:
    start = text.index("cheer up")
    assert GUARDS[guard](Match(text, start, start + 8)) is expected
