"""What holds for every conversation."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import levels, turn_levels, undecided
from pixel_assets.safety.crisis.lexicon import lexicon
from pixel_assets.safety.crisis.lines import Lines
from pixel_assets.safety.labelled.hard_cases import read_hard_cases
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import fold_text

PHRASES = st.sampled_from(
    ["I want to die", "I'm not suicidal", "my sister", "ten years ago", "tonight", "he hits me", "hopeless", "lol", "if i ever",
     "aku pengen mati", "k1ll my5elf", "in my novel", "？", "😂", "want to", "die", ". ", "\n", "\x00", "ﬁ", "I feel worthless"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(PHRASES, max_size=8).map(" ".join))
TALKS = st.lists(st.lists(st.tuples(st.sampled_from(["user", "assistant", "system"]), TEXTS), max_size=4), min_size=1, max_size=3)


def _turns(talks: list[list[tuple[str, str]]]) -> Turns:
    return Turns.of([[{"role": role, "content": content} for role, content in talk] for talk in talks])


@given(TALKS)
@settings(deadline=None)
def test_findings_lie_in_their_turns_and_come_in_order(talks: list[list[tuple[str, str]]]) -> None:
    turns = _turns(talks)
    findings = detect(turns)
    for finding in findings:
        role, content = talks[finding.conversation][finding.turn]
        assert 0 <= finding.start < finding.end <= len(content)
        assert finding.speaker == role
        assert 0 <= finding.level <= 3
    assert findings == detect(turns)
    assert len(turn_levels(findings, turns)) == len(undecided(turns, findings)) == len(turns)


@given(TALKS)
@settings(deadline=None)
def test_a_conversation_is_judged_alone(talks: list[list[tuple[str, str]]]) -> None:
    together = _turns(talks)
    alone = [_turns([talk]) for talk in talks]
    assert detect(together) == [replace(found, conversation=at) for at, one in enumerate(alone) for found in detect(one)]


@given(TALKS)
@settings(deadline=None)
def test_a_neutral_turn_never_lowers_the_level(talks: list[list[tuple[str, str]]]) -> None:
    before = levels(detect(_turns(talks)), len(talks))
    longer = [[*talk, ("user", "The library opens at nine.")] for talk in talks]
    assert (levels(detect(_turns(longer)), len(talks)) >= before).all()


@given(
    st.sampled_from(
        [
            ("I want to die", "I don't want to die"),
            ("I want to kill myself", "I do not want to kill myself"),
            ("I am suicidal", "I am not suicidal"),
        ]
    ),
    st.sampled_from(["", " Good morning.", " Thank you!"]),
)
def test_a_denial_lowers_a_bare_statement(pair: tuple[str, str], following: str) -> None:
    plain, denied = (levels(detect(_turns([[("user", text + "." + following)]])), 1)[0] for text in pair)
    assert denied < plain


@given(st.lists(TEXTS, max_size=3))
@settings(deadline=None)
def test_looking_for_anchors_first_misses_nothing(contents: list[str]) -> None:
    _assert_anchored(contents)


def test_looking_for_anchors_first_misses_nothing_in_the_hard_cases() -> None:
    _assert_anchored([content for case in read_hard_cases() for _, content in case.turns])


def _assert_anchored(contents: list[str]) -> None:
    texts = Lines.of(fold_text(content).encode() for content in contents)
    for phrases in (lexicon().phrases, lexicon().covers):
        assert phrases.find(texts) == phrases.find(texts, range(len(phrases.regexes)))
