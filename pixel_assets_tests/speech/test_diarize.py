from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.speech.diarize import Cues, turns
from pixel_assets.speech.transcript import Segment, Transcript, Word


def said(*parts: tuple[float, str, float | None]) -> Transcript:
    """Each part is the pause before it, its words (0.3 s each) and its pitch."""
    words, now = [], 0.0
    for pause, text, pitch in parts:
        now += pause
        for word in text.split():
            words.append(Word(round(now, 2), round(now + 0.3, 2), word, 0.9, pitch))
            now += 0.3
    return Transcript((Segment(tuple(words), -0.2, 0.1, 1.2),), (), "en", None, "model@1")


def spoken(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in turns(transcript)]


def test_a_high_and_a_low_voice_are_two_speakers() -> None:
    assert spoken(
        said(
            (0, "How did you sleep?", 210),
            (0.5, "Not well. I woke at four.", 105),
            (0.8, "What was on your mind?", 220),
            (0.4, "The move, mostly.", 100),
        )
    ) == [
        ("speaker_1", "How did you sleep?"),
        ("speaker_2", "Not well. I woke at four."),
        ("speaker_1", "What was on your mind?"),
        ("speaker_2", "The move, mostly."),
    ]


def test_voices_of_like_pitch_are_one_speaker() -> None:
    assert spoken(said((0, "How did you sleep?", 120), (0.5, "Not well.", 105), (1, "I see.", 118))) == [
        ("speaker_1", "How did you sleep? Not well. I see.")
    ]


def test_one_voice_that_moves_a_lot_is_one_speaker() -> None:
    parts = [(0.7, "It went on.", 100 * 2 ** (step / 12)) for step in (0, 7, 2, 5, 1, 6, 3, 4)]
    assert {turn.speaker for turn in turns(said(*parts))} == {"speaker_1"}


def test_a_long_pause_ends_a_turn_of_one_speaker() -> None:
    transcript = said((0, "It began in spring.", 110), (2.5, "Then it stopped.", 112), (1, "Quite.", 108))
    assert spoken(transcript) == [("speaker_1", "It began in spring."), ("speaker_1", "Then it stopped. Quite.")]
    assert [(turn.start, turn.end) for turn in turns(transcript)] == [(0.0, 1.2), (3.7, 5.9)]


def test_an_answer_without_a_pitch_is_the_other_speakers() -> None:
    transcript = said((0, "Shall we go on?", 210), (0.3, "Mm.", None), (0.7, "All right.", 105), (0.7, "Good.", 205))
    assert spoken(transcript) == [
        ("speaker_1", "Shall we go on?"),
        ("speaker_2", "Mm. All right."),
        ("speaker_1", "Good."),
    ]


def test_words_without_a_pause_stay_together() -> None:
    assert spoken(said((0, "Is it? It", 210), (0, "is so.", 100))) == [("speaker_1", "Is it? It is so.")]


def test_cues_can_be_changed() -> None:
    transcript = said((0, "One.", 100), (1, "Two.", 100))
    assert len(turns(transcript, Cues(anywhere=0.9))) == 2


def test_nothing_said_is_no_turn() -> None:
    assert turns(said()) == []


parts = st.tuples(st.floats(0, 3), st.sampled_from(["Yes.", "Why?", "and then", 'He said "no."']), st.none() | st.floats(70, 380))


@given(st.lists(parts, max_size=12))
def test_every_word_is_in_one_turn_and_in_order(given_parts: list[tuple[float, str, float | None]]) -> None:
    transcript = said(*given_parts)
    found = turns(transcript)
    assert tuple(word for turn in found for word in turn.words) == transcript.words
    assert {turn.speaker for turn in found[:1]} <= {"speaker_1"}
