from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.speech.authenticity import authenticity, consistency, recited
from pixel_assets.speech.counting import Counts
from pixel_assets.speech.markers import MARKERS, Measured, measure_markers
from pixel_assets.speech.profile import Overall, overall, voice_profile

from .voices import SESSION, TALK, row, spoken, table

RAISING = ("contractions", "first_singular", "first_plural", "second_person", "fillers", "hedges", "affirmations")
LOWERING = ("boilerplate", "listing")

hits = st.dictionaries(st.sampled_from(RAISING + LOWERING), st.integers(0, 30))
parts = st.none() | st.floats(0, 1)


def measured(words: int, hits: dict[str, int], heard: float | None, melody: float | None) -> Measured:
    values = dict.fromkeys((marker.name for marker in MARKERS), 0.0) | {"confidence": heard}
    return Measured(words, 1.0, values, Counts(words, hits, (words,), 0, (), 0.8), melody)


def of(*said: tuple[str, str]) -> Measured:
    found = spoken(*said)
    return measure_markers(found, found.stretches)


def test_talk_sounds_more_like_talk_than_reading_and_lists() -> None:
    talk = authenticity(of(TALK[0]))
    read = authenticity(of(("a", "The construction of the northern railway was completed in the autumn of the following year.")))
    recital = authenticity(
        of(("a", "Number one, subscribe to my channel. Number two, click the link below. Number three, sign up."))
    )
    assert recital < 0.2 < read < 0.5 < talk


def test_the_formula_of_authenticity() -> None:
    found = measured(20, {"contractions": 1, "first_singular": 1, "hedges": 1}, 0.675, 1.5)
    parts = {"contractions": 1.0, "person": 0.5, "discourse": 1.0, "unevenness": 0.5}
    drawn = {name: (part + 0.5) / 2 for name, part in parts.items()}
    expected = 0.2 * drawn["contractions"] + 0.2 * drawn["person"] + 0.15 * (drawn["discourse"] + drawn["unevenness"] + 0.5 + 0.5)
    assert authenticity(found) == pytest.approx(expected, abs=6e-4)


@given(st.integers(1, 300), hits, st.sampled_from(RAISING), st.integers(1, 20), parts, parts)
def test_more_signs_of_talk_never_lower_it(
    words: int, found: dict[str, int], sign: str, more: int, heard: float | None, melody: float | None
) -> None:
    raised = found | {sign: found.get(sign, 0) + more}
    low, high = (authenticity(measured(words, counted, heard, melody)) for counted in (found, raised))
    assert 0 <= low <= high <= 1


@given(st.integers(1, 300), hits, st.sampled_from(LOWERING), st.integers(1, 20))
def test_more_recital_never_raises_it(words: int, found: dict[str, int], sign: str, more: int) -> None:
    recital = found | {sign: found.get(sign, 0) + more}
    assert authenticity(measured(words, recital, 0.9, 2.0)) <= authenticity(measured(words, found, 0.9, 2.0))


@given(hits, st.floats(0, 1), st.floats(0, 1), st.floats(0, 6), st.floats(0, 6))
def test_surer_words_and_a_livelier_voice_never_lower_it(
    found: dict[str, int], heard: float, surer: float, melody: float, livelier: float
) -> None:
    low = authenticity(measured(50, found, min(heard, surer), min(melody, livelier)))
    assert low <= authenticity(measured(50, found, max(heard, surer), max(melody, livelier)))


def test_uneven_sentences_raise_it() -> None:
    even = measured(30, {}, None, None)
    lengths = ((10, 10, 10), (8, 10, 12), (2, 6, 22))
    scores = [authenticity(replace(even, counts=replace(even.counts, sentences=each))) for each in lengths]
    assert scores == sorted(set(scores))


def test_boilerplate_alone_is_no_talk() -> None:
    assert recited(Counts(20, {"boilerplate": 1}, (20,), 0, (), 1.0)) == 1.0
    assert authenticity(measured(20, {"boilerplate": 1}, 1.0, 3.0)) == 0


def test_a_passage_like_the_profile_is_consistent() -> None:
    voice = overall(voice_profile(table(row("one", *TALK), row("two", *TALK))))
    assert consistency(of(*TALK), voice) > 0.95


def test_a_passage_far_from_the_profile_is_not_and_the_less_the_fewer_words() -> None:
    voice = overall(voice_profile(table(row("one", *TALK), row("two", *SESSION))))
    strange = "Must you? Must you ask? Must you ask yourself? You should! You must! You need to! "
    long, short = (consistency(of(("a", strange * times)), voice) for times in (12, 1))
    assert long < short < consistency(of(*TALK), voice)


def test_consistency_is_one_less_the_distance_in_spreads() -> None:
    none = dict.fromkeys((marker.name for marker in MARKERS), None)
    voice = Overall(none | {"first_person": 0.1}, none | {"first_person": 0.05})
    found = measured(50, {}, None, None)
    found = replace(found, values={**found.values, "first_person": 0.2})  # two spreads, halved for 50 words
    assert consistency(found, voice) == 1 - 1 / 2.5


def test_without_a_profile_everything_is_consistent() -> None:
    none = dict.fromkeys((marker.name for marker in MARKERS), None)
    assert consistency(of(*TALK), None) == consistency(of(*TALK), Overall(none, none)) == 1
