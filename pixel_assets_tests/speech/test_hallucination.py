from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.speech.hallucination import Limits, repeats, sift
from pixel_assets.speech.transcript import Segment, Word
from pixel_assets.speech.vad import Span

SPOKEN = (Span(0, 100),)
SILENT = ()


def segment(text: str, log: float = -0.3, no_speech: float = 0.05, compression: float = 1.2, start: float = 0.0) -> Segment:
    words = tuple(Word(start + at * 0.5, start + at * 0.5 + 0.4, word, 0.9, None) for at, word in enumerate(text.split()))
    return Segment(words, log, no_speech, compression)


def reasons(*segments: Segment, speech: tuple[Span, ...] = SPOKEN) -> list[tuple[str, float, float]]:
    return [(found.reason, found.value, found.bound) for found in sift(segments, speech, Limits()).dropped]


def test_what_is_said_is_kept_in_order() -> None:
    said = [segment("I felt calmer today."), segment("What helped?"), segment("The walk, I think.")]
    assert sift(said, SPOKEN, Limits()).kept == tuple(said)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (segment("... ♪"), ("no_words", 0, 1)),
        (segment("and over and over and over and over and over and over"), ("repetition", 6, 4)),
        (segment("so on it goes", compression=3.1), ("repetition", 3.1, 2.4)),
        (segment("a word or two", log=-1.4), ("low_log_probability", -1.4, -1.0)),
        (segment("a word or two", log=-1.4, no_speech=0.9), ("no_speech", 0.9, 0.6)),
    ],
)
def test_each_measure_has_its_reason(found: Segment, expected: tuple[str, float, float]) -> None:
    assert reasons(found) == [expected]


def test_the_models_doubt_alone_is_no_reason() -> None:
    assert reasons(segment("It was quiet in there.", no_speech=0.9)) == []


def test_words_where_nobody_speaks_are_dropped() -> None:
    assert reasons(segment("It was quiet in there."), speech=SILENT) == [("silence", 0, 0.1)]
    assert reasons(segment("It was quiet in there."), speech=(Span(0, 0.3),)) == []


def test_silence_between_words_does_not_count() -> None:
    before, after = segment("One. Two."), segment("Three. Four.", start=60)
    assert reasons(Segment(before.words + after.words, -0.3, 0.05, 1.2), speech=(Span(0, 1), Span(60, 61))) == []


@pytest.mark.parametrize(
    "text", ["Thanks for watching!", "Thank you.", "Please subscribe to my channel.", "Subtitles by nobody", "You"]
)
def test_stock_phrases_are_dropped_only_over_silence(text: str) -> None:
    assert reasons(segment(text), speech=SILENT)[0][0] == "boilerplate"
    assert reasons(segment(text)) == []


def test_a_sentence_that_begins_like_a_stock_phrase_is_none() -> None:
    assert reasons(segment("Thank you for coming in today."), speech=SILENT)[0][0] == "silence"


def test_a_row_of_equal_segments_keeps_its_beginning() -> None:
    row = [segment("Yes.", start=float(at)) for at in range(6)]
    sifted = sift([*row, segment("Go on."), segment("Yes.")], SPOKEN, Limits())
    assert [kept.text for kept in sifted.kept] == ["Yes."] * 4 + ["Go on.", "Yes."]
    assert [(found.reason, found.value) for found in sifted.dropped] == [("repetition", 5), ("repetition", 6)]


def test_limits_can_be_changed() -> None:
    found = segment("a word or two", log=-1.4)
    assert sift([found], SPOKEN, Limits(least_log_probability=-2.0)).kept == (found,)


@pytest.mark.parametrize(
    ("form", "times"),
    [("", 0), ("no", 1), ("no no", 2), ("I know I know what", 2), ("one two three", 1), ("a b c a b c a b c a", 3)],
)
def test_repeats_counts_phrases_that_follow_each_other(form: str, times: int) -> None:
    assert repeats(form) == times


@given(st.lists(st.sampled_from(["you", "Thank you.", "fine today", "...", "so so so so so so"]), max_size=12), st.booleans())
def test_every_segment_is_kept_or_dropped(texts: list[str], spoken: bool) -> None:
    segments = [segment(text) for text in texts]
    sifted = sift(segments, SPOKEN if spoken else SILENT, Limits())
    assert len(sifted.kept) + len(sifted.dropped) == len(segments)
