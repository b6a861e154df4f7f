from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.speech.counting import Counts
from pixel_assets.speech.lexicon import trait_cues
from pixel_assets.speech.markers import MARKERS, Measured, measure_markers
from pixel_assets.speech.prosody import prosody
from pixel_assets.speech.traits import trait_estimates

from .voices import changed, row, spoken


def measured(*said: tuple[str, str], **other: object) -> Measured:
    found = spoken(*said, **other)
    return measure_markers(found, found.stretches)


def counts(words: int, **hits: int) -> Counts:
    return Counts(words, hits, (words,), 0, (), 0.8)


def test_style_is_measured_in_shares_and_in_100_words() -> None:
    values = measured(("a", "I think you should rest. Maybe we could talk? Yes, exactly.")).values
    assert values["question_share"] == 0.3333
    assert values["sentence_words"] == 3.6667
    assert values["first_person"] == round(2 / 11, 4)
    assert values["second_person"] == round(1 / 11, 4)
    assert values["hedges"] == round(100 * 2 / 11, 4)
    assert values["directives"] == round(100 / 11, 4)
    assert values["affirmations"] == round(100 * 2 / 11, 4)


def test_listening_is_more_empathic_than_telling() -> None:
    listening = measured(("a", "It sounds like you feel alone with this. That makes sense. What is that like for you?"))
    telling = measured(("a", "The report was late again this week, and the second page of it was missing as well."))
    assert (listening.values["empathy"] or 0) > (telling.values["empathy"] or 0)
    assert listening.values["reflections"] == pytest.approx(200 / 17, abs=1e-3)


def test_named_feelings_have_a_mean_and_a_spread() -> None:
    values = measured(("a", "I was happy and then sad")).values
    assert values["valence"] == 0.025  # drawn to 0, for two words of feeling are few
    assert values["arousal"] == 0.45
    assert values["valence_spread"] == 0.75
    assert values["arousal_spread"] == 0.15


def test_what_cannot_be_told_is_null() -> None:
    values = measured(("a", "It was late"), words=changed(spoken_words("It was late"), probability=None, pitch=None)).values
    names = ("arousal", "valence_spread", "arousal_spread", "pitch_range", "confidence")
    assert {name: values[name] for name in names} == dict.fromkeys(names)


def spoken_words(text: str) -> list[dict[str, object]]:
    return list(row("one", ("a", text))["words"])


def test_pace_and_pauses_come_from_the_times_of_words() -> None:
    found = spoken(
        ("a", "one two three"),
        words=[
            {"start": 0.0, "end": 0.5, "text": "one", "probability": 1.0, "pitch": None},
            {"start": 0.5, "end": 1.0, "text": "two", "probability": 1.0, "pitch": None},
            {"start": 2.0, "end": 2.5, "text": "three", "probability": 1.0, "pitch": None},
        ],
    )
    how = prosody(found, found.stretches)
    assert (how.seconds, how.pace, how.articulation, how.pause_share, how.mean_pause) == (2.5, 72.0, 120.0, 0.4, 1.0)
    assert how.pitch_range is None


def test_silence_between_turns_is_no_pause() -> None:
    found = spoken(("a", "one two"), ("a", "three four"))
    assert prosody(found, found.stretches).mean_pause == 0


def test_the_times_of_subtitles_tell_no_pauses() -> None:
    values = measured(("a", "one two three"), origin="subtitles").values
    assert values["words_per_minute"] == 180.0
    assert (values["articulation"], values["pause_share"], values["mean_pause"]) == (None, None, None)


def test_two_steady_voices_have_no_range_together() -> None:
    words = row("one", ("a", "so it is and was"), ("b", "so it is and was"))["words"]
    words = changed(words[:5], pitch=100.0) + changed(words[5:], pitch=200.0)
    assert measured(("a", "so it is and was"), ("b", "so it is and was"), words=words).values["pitch_range"] == 0


def test_an_octave_is_twelve_semitones() -> None:
    words = row("one", ("a", " ".join(["so"] * 10)))["words"]
    words = changed(words[:5], pitch=100.0) + changed(words[5:], pitch=200.0)
    found = measured(("a", " ".join(["so"] * 10)), words=words)
    assert (found.values["pitch_range"], found.pitch_spread) == (12.0, 6.0)


def test_no_words_say_nothing_of_traits() -> None:
    assert set(trait_estimates(counts(0)).values()) == {0.5}


@given(st.integers(1, 5000), st.sampled_from(sorted(trait_cues().measures)), st.integers(0, 500), st.integers(0, 500))
def test_a_measure_moves_each_trait_by_its_sign_and_within_0_and_1(words: int, measure: str, few: int, more: int) -> None:
    few, more = sorted((few, more))
    low, high = trait_estimates(counts(words, **{measure: few})), trait_estimates(counts(words, **{measure: more}))
    for trait, weights in trait_cues().traits.items():
        assert 0 <= low[trait] <= 1
        assert (high[trait] - low[trait]) * weights.get(measure, 0) >= 0
        assert measure in weights or high[trait] == low[trait]


def test_few_words_say_less_than_many_of_the_same_kind() -> None:
    few, many = (trait_estimates(counts(words, achievement=words // 10))["conscientiousness"] for words in (20, 2000))
    assert 0.5 < few < many


def test_every_marker_is_measured() -> None:
    assert list(measured(("a", "so")).values) == [marker.name for marker in MARKERS]
