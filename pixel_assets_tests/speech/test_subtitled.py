"""Subtitles beside a recording stand for its transcript where they fit it."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pixel_assets.speech.recordings import Candidate, Recording, find_candidates, measure
from pixel_assets.speech.subtitled import Subtitled, Unfit, language_of, read_subtitled
from pixel_assets.speech.vad import Span

from .sounds import buzz, write

NAMED = """WEBVTT

00:00.000 --> 00:02.000
<v Ada>How was your week?

00:02.500 --> 00:04.000
<v Ben>It was hard.
And long.

00:04.000 --> 00:05.000
What made it <i>hard</i>?
"""
PLAIN = """1
00:00:00,000 --> 00:00:02,000
How was your week?

2
00:00:02,500 --> 00:00:04,000
[sighs]

3
00:00:04,000 --> 00:00:05,000
It was hard.
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Six seconds of a buzz of 120 Hz, said to be speech."""
    found = measure(write(tmp_path_factory.mktemp("sound") / "talk.wav", buzz(120, 6)))
    assert isinstance(found, Recording)
    return dataclasses.replace(found, speech=(Span(0.0, 6.0),))


def read(folder: Path, text: str | bytes, recording: Recording, name: str = "talk.en.vtt") -> Subtitled | Unfit:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_subtitled(path, recording)


def fitting(folder: Path, text: str | bytes, recording: Recording, name: str = "talk.en.vtt") -> Subtitled:
    found = read(folder, text, recording, name)
    assert isinstance(found, Subtitled), found
    return found


def test_names_in_the_markup_are_the_speakers(tmp_path: Path, recording: Recording) -> None:
    found = fitting(tmp_path, NAMED, recording)
    assert [(turn.speaker, turn.start, turn.end, turn.text) for turn in found.turns] == [
        ("Ada", 0.0, 2.0, "How was your week?"),
        ("Ben", 2.5, 5.0, "It was hard. And long. What made it hard?"),
    ]
    assert found.diarization == "subtitles"
    assert (found.transcript.language, found.transcript.model, found.transcript.confidence) == ("en", "vtt", None)


def test_names_before_a_colon_are_the_speakers(tmp_path: Path, recording: Recording) -> None:
    text = PLAIN.replace("How", "ADA: How").replace("It was", "BEN: It was")
    found = fitting(tmp_path, text, recording, "talk.srt")
    assert [(turn.speaker, turn.text) for turn in found.turns] == [("ADA", "How was your week?"), ("BEN", "It was hard.")]


def test_words_share_the_time_of_their_cue_by_letters(tmp_path: Path, recording: Recording) -> None:
    found = fitting(tmp_path, PLAIN, recording, "talk.srt")
    assert [(word.text, word.start, word.end) for word in found.transcript.words] == [
        ("How", 0.0, 0.43),
        ("was", 0.43, 0.86),
        ("your", 0.86, 1.43),
        ("week?", 1.43, 2.0),
        ("It", 4.0, 4.22),
        ("was", 4.22, 4.56),
        ("hard.", 4.56, 5.0),
    ]
    assert {word.probability for word in found.transcript.words} == {None}


def test_words_have_the_pitch_that_is_heard(tmp_path: Path, recording: Recording) -> None:
    found = fitting(tmp_path, PLAIN, recording, "talk.srt")
    assert {round(word.pitch or 0) for word in found.transcript.words} <= {119, 120, 121}


def test_speakers_whom_nobody_names_are_told_apart_by_pauses_and_pitch(tmp_path: Path, recording: Recording) -> None:
    found = fitting(tmp_path, PLAIN, recording, "talk.srt")
    assert found.diarization == "pauses_and_pitch"
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("speaker_1", "How was your week?"),
        ("speaker_1", "It was hard."),
    ]


def test_a_cue_ends_where_the_next_one_starts(tmp_path: Path, recording: Recording) -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:04.000\none two\n\n00:02.000 --> 00:05.000\nthree\n"
    words = fitting(tmp_path, text, recording).transcript.words
    assert [(word.start, word.end) for word in words] == [(0.0, 1.0), (1.0, 2.0), (2.0, 5.0)]


@pytest.mark.parametrize(
    ("name", "language"),
    [("talk.en.vtt", "en"), ("talk.pt-BR.srt", "pt"), ("talk.vtt", "und"), ("talk.part2.vtt", "und"), ("v1.2.vtt", "und")],
)
def test_the_language_is_that_of_the_name(name: str, language: str) -> None:
    assert language_of(Path(name)) == language


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "the subtitles hold no cue"),
        ("no cue at all", "the subtitles hold no cue"),
        (b"\xff\xfe\x00", "the subtitles cannot be read"),
        ("WEBVTT\n\nNOTE nothing is said\n", "none of 0 cues has words"),
        ("WEBVTT\n\n00:00.000 --> 00:02.000\n[Music]\n", "none of 1 cues has words"),
        (NAMED.replace("00:02.500 -->", "00:xx -->"), "1 of 3 cues have no readable times"),
        (NAMED.replace("00:02.500 --> 00:04.000", "00:03.500 --> 00:02.600"), "end before they start"),
        (NAMED.replace("00:05.000", "00:09.000"), "the last cue ends at 9.00 s, the recording at 6.00 s"),
    ],
)
def test_broken_subtitles_are_unfit_and_say_why(tmp_path: Path, recording: Recording, text: str | bytes, detail: str) -> None:
    found = read(tmp_path, text, recording)
    assert isinstance(found, Unfit)
    assert detail in found.detail


def test_subtitles_of_another_recording_are_unfit(tmp_path: Path, recording: Recording) -> None:
    found = read(tmp_path, NAMED, dataclasses.replace(recording, speech=(Span(5.0, 6.0),)))
    assert found == Unfit("somebody speaks in 0.00 of the cues' time, at least 0.3")


def test_subtitles_that_are_gone_are_unfit_and_a_recording_that_is_gone_raises(tmp_path: Path, recording: Recording) -> None:
    assert read_subtitled(tmp_path / "gone.vtt", recording) == Unfit("the subtitles cannot be read (FileNotFoundError)")
    with pytest.raises(FileNotFoundError):
        read(tmp_path, NAMED, dataclasses.replace(recording, path=tmp_path / "gone.wav"))


def test_other_encodings_are_read(tmp_path: Path, recording: Recording) -> None:
    text = PLAIN.replace("hard", "schwül")
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        assert "schwül" in fitting(tmp_path, text.encode(encoding), recording, "talk.de.srt").transcript.text


@settings(deadline=None)
@example(lines=["", ":", ":"], starts=[0, 71, 215, 216, 217, 218])
@given(
    lines=st.lists(st.text("ab .,!:-'", max_size=12), min_size=1, max_size=6),
    starts=st.lists(st.integers(0, 5_000), min_size=6, max_size=6, unique=True),
)
def test_words_stay_within_the_recording_and_in_order(
    recording: Recording, tmp_path_factory: pytest.TempPathFactory, lines: list[str], starts: list[int]
) -> None:
    times = [f"00:00:0{start // 1000}.{start % 1000:03},00:00:06.000" for start in sorted(starts)]
    text = "\n\n".join(f"{time}\n{line}" for time, line in zip(times, lines, strict=False)) + "\n"
    found = read(tmp_path_factory.getbasetemp(), text, recording, "talk.sbv")
    if isinstance(found, Subtitled):
        words = found.transcript.words
        assert all(0 <= word.start <= word.end <= 6 for word in words)
        assert all(one.end <= other.start for one, other in pairwise(words))
        assert [word for turn in found.turns for word in turn.words] == list(words)


@pytest.mark.parametrize(
    ("beside", "chosen"),
    [
        (["talk.en.vtt"], "talk.en.vtt"),
        (["talk.de.vtt", "talk.en-US.vtt", "talk.fr.vtt"], "talk.en-US.vtt"),
        (["talk.en.vtt", "talk.srt"], "talk.srt"),
        (["talk.en.srt", "talk.en.vtt"], "talk.en.vtt"),
        (["talk.fr.vtt", "talk.de.vtt"], "talk.de.vtt"),
        (["talk.part2.vtt", "talking.vtt"], None),
    ],
)
def test_subtitles_may_have_a_language_in_their_name(tmp_path: Path, beside: list[str], chosen: str | None) -> None:
    (tmp_path / "talk.wav").write_bytes(b"")
    for name in beside:
        (tmp_path / name).write_text("WEBVTT")
    assert find_candidates(tmp_path) == [Candidate(tmp_path / "talk.wav", tmp_path / chosen if chosen else None)]


@pytest.mark.parametrize(("name", "speakers"), [("podcast_example.vtt", 2), ("podcast_example.srt", 3)])
def test_the_open_podcast_subtitles_have_their_speakers(
    shared_data: Path, recording: Recording, name: str, speakers: int
) -> None:
    lasting = dataclasses.replace(recording, seconds=10_000.0, speech=(Span(0.0, 10_000.0),))
    found = read_subtitled(shared_data / "subtitles" / name, lasting)
    assert isinstance(found, Subtitled), found
    assert found.diarization == "subtitles"
    assert len({turn.speaker for turn in found.turns}) == speakers
