"""Subtitles and timed transcripts: what a cue says, who speaks, what is damaged, and every shared file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.detect import detect, sample_records
from pixel_assets.conversation.formats.base import GroupDraft, GroupRejection, NumberedRecord
from pixel_assets.conversation.formats.cues import parse_cues
from pixel_assets.conversation.formats.timed_segments import TIMED_ROWS
from pixel_assets.conversation.hints import Options, SourceHints
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.sources.readers import read_file

from .converting import assert_sound, converted, draft, rejection

U, A = "user", "assistant"
ROLES = Options(user_roles=("Gillian", "Jonas"), assistant_roles=("Sarah", "Mara"))
SRT = "1\n00:00:01,000 --> 00:00:02,500\nMara: You came\nback.\n\n2\n00:00:03,000 --> 00:00:04,000\nJonas: I did.\n"

# File: format or reader's reason, records, reason of rejection
SHARED = {
    "podcast_example.html": ("subtitles", 1, "ambiguous_speakers"),
    "podcast_example.json": ("timed_rows", 5, "ambiguous_speakers"),
    "podcast_example.srt": ("subtitles", 1, "ambiguous_speakers"),
    "podcast_example.vtt": ("subtitles", 1, "ambiguous_speakers"),
    "pysrt_bom-utf-16-be.srt": ("subtitles", 1, "one_speaker"),
    "pysrt_bom-utf-16-le.srt": ("subtitles", 1, "one_speaker"),
    "pysrt_bom-utf-32-le.srt": ("subtitles", 1, "one_speaker"),
    "pysrt_bom-utf-8.srt": ("subtitles", 1, "one_speaker"),
    "pysrt_capability_tester.srt": ("subtitles", 1, "one_speaker"),
    "pysrt_empty.srt": ("subtitles", 1, "one_speaker"),
    "pysrt_no-indexes.srt": ("subtitles", 1, "one_speaker"),
    "webvtt_captions_with_bom.vtt": ("subtitles", 1, "one_speaker"),
    "webvtt_comments.vtt": ("subtitles", 1, "ambiguous_speakers"),
    "webvtt_cue_tags.vtt": ("subtitles", 1, "one_speaker"),
    "webvtt_empty.vtt": ("unknown_format", 1, "empty_file"),
    "webvtt_invalid.vtt": ("subtitles", 1, "malformed_subtitles"),
    "webvtt_invalid_format4.srt": ("subtitles", 1, "malformed_subtitles"),
    "webvtt_invalid_timeframe.vtt": ("subtitles", 1, "malformed_subtitles"),
    "webvtt_missing_caption_text.vtt": ("subtitles", 1, "one_speaker"),
    "webvtt_missing_timeframe.srt": ("subtitles", 1, "malformed_subtitles"),
    "webvtt_missing_timeframe.vtt": ("subtitles", 1, "malformed_subtitles"),
    "webvtt_sample.sbv": ("subtitles", 1, "one_speaker"),
    "webvtt_sample.srt": ("subtitles", 1, "one_speaker"),
    "webvtt_sample.vtt": ("subtitles", 1, "one_speaker"),
    "webvtt_styles.vtt": ("subtitles", 1, "one_speaker"),
    "webvtt_using_identifiers.vtt": ("subtitles", 1, "one_speaker"),
    "webvtt_youtube_dl.vtt": ("subtitles", 1, "one_speaker"),
}


def words(text: str) -> list[str]:
    """What each cue says."""
    return [" / ".join(line for _, line in cue.lines) for cue in parse_cues(text).cues]


def read(folder: Path, name: str) -> str:
    """The text of a shared subtitle file, through the readers."""
    (record,) = sample_records(read_file(folder / "subtitles" / name, name, "subtitles"))
    text = record["text"]
    assert isinstance(text, str)
    return text


def test_every_shared_subtitle_file_has_its_outcome(shared_data: Path) -> None:
    outcomes = {}
    for file in sorted((shared_data / "subtitles").iterdir()):
        batches = list(read_file(file, file.name, "subtitles"))
        parts = list(standardize_file(iter(batches), SourceHints("subtitles", "voice")))
        assert sum(part.conversations.num_rows for part in parts) == 0
        (reason,) = {reason for part in parts for reason in part.rejected["reason"].to_pylist()}
        outcomes[file.name] = (detect(sample_records(batches)).name, sum(part.rejected.num_rows for part in parts), reason)
    assert outcomes == SHARED


def test_the_registry_makes_a_dialogue_of_the_shared_podcast(shared_data: Path) -> None:
    result = draft("subtitles", {"text": read(shared_data, "podcast_example.vtt")}, ROLES)
    assert [role for role, _ in result.turns] == [A, U]
    assert result.turns[1][1] == (
        "Hi Buzzsprout, Gillian here from breaking through careers podcast. My question is, do we need a podcast trailer?"
    )
    assert "Welcome to Podcasting Q&A, where you learn the best tips" in result.turns[0][1]
    assert result.metadata == {"start": 0.0, "end": 25.35, "cues": 7}


def test_the_shared_html_and_srt_say_the_same(shared_data: Path) -> None:
    options = Options(user_roles=("Travis",), assistant_roles=("Sarah", "Gilon"))
    html = draft("subtitles", {"text": read(shared_data, "podcast_example.html")}, options).turns
    srt = draft("subtitles", {"text": read(shared_data, "podcast_example.srt")}, options).turns
    assert [role for role, _ in html] == [role for role, _ in srt]
    assert [text.split() for _, text in html] == [text.split() for _, text in srt]


def test_cues_in_any_encoding_say_the_same(shared_data: Path) -> None:
    names = ("bom-utf-8", "bom-utf-16-be", "bom-utf-16-le", "bom-utf-32-le", "no-indexes")
    said = [words(read(shared_data, f"pysrt_{name}.srt")) for name in names]
    assert len(said[0]) == 7
    assert all(other == said[0] for other in said)


def test_rolling_captions_are_said_once(shared_data: Path) -> None:
    parsed = parse_cues(read(shared_data, "webvtt_youtube_dl.vtt"))
    assert parsed.rolled
    said = " ".join(line for cue in parsed.cues for _, line in cue.lines)
    assert said == "yeah what this will happen is I'm telling"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SRT, ["Mara: You came / back.", "Jonas: I did."]),
        (SRT.replace("\n", "\r\n"), ["Mara: You came / back.", "Jonas: I did."]),
        ("WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE nothing\n\nintro\n00:01.000 --> 00:02.000 align:start\nHi.", ["Hi."]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<c.red>One</c> <00:01.500><i>two</i> &amp; 1 < 2", ["One two & 1 < 2"]),
        ("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color=red>Top</font>", ["Top"]),
        ("0:00:01.000,0:00:02.000\nOne\nmore\n\n0:00:03.000,0:00:04.000\nTwo", ["One / more", "Two"]),
        ("1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo", ["One", "Two"]),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo", ["", "Two"]),
    ],
)
def test_a_cue_is_its_words(text: str, said: list[str]) -> None:
    assert words(text) == said


def test_words_whose_times_cannot_be_read_are_kept_and_counted() -> None:
    parsed = parse_cues("1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\nTwo\n\n3\n00:00:0x,000 --> 00:00:06,000\nThree")
    assert [[line for _, line in cue.lines] for cue in parsed.cues] == [["One"], ["Two"], ["Three"]]
    assert parsed.untimed == 2


def test_a_damaged_dialogue_with_known_roles_is_kept_with_a_flag() -> None:
    result = draft("subtitles", {"text": SRT + "\n3\nMara: Sit."}, ROLES)
    assert result.turns == [(A, "You came back."), (U, "I did."), (A, "Sit.")]
    assert result.flags == ("cues_untimed",)
    assert rejection("subtitles", {"text": SRT + "\n3\nMara: Sit."}) == (
        "malformed_subtitles",
        "1 of 3 cues have no readable times",
    )


def test_names_that_are_roles_need_no_registry() -> None:
    text = SRT.replace("Mara", "Therapist").replace("Jonas", "Client")
    assert draft("subtitles", {"text": text}).turns == [(A, "You came back."), (U, "I did.")]


def test_a_third_speaker_is_never_given_to_one_of_the_two() -> None:
    text = SRT + "\n3\n00:00:05,000 --> 00:00:06,000\nNoor: Me too.\n\n4\n00:00:07,000 --> 00:00:08,000\nNoor: Really."
    assert rejection("subtitles", {"text": text}, ROLES).reason == "ambiguous_speakers"


@pytest.mark.parametrize("second", ["- I did.", ">> I did.", "– I did."])
def test_changes_between_speakers_without_names_are_ambiguous(second: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\nYou came.\n\n2\n00:00:03,000 --> 00:00:04,000\n{second}"
    assert rejection("subtitles", {"text": text}).reason == "ambiguous_speakers"


def test_a_colon_within_speech_names_nobody() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne thing matters\n\n2\n00:00:03,000 --> 00:00:04,000\nHonesty: always."
    assert rejection("subtitles", {"text": text}).reason == "one_speaker"


SEGMENTS = [
    {"speaker": "Therapist", "startTime": 0.5, "endTime": 0.75, "body": "You"},
    {"speaker": "Therapist", "startTime": 1, "endTime": 1.25, "body": "came."},
    {"speaker": "Client", "startTime": 2.25, "endTime": 2.5, "body": "I did."},
]


def test_a_list_of_segments_is_a_dialogue() -> None:
    result = draft("timed_segments", {"version": "1.0.0", "segments": SEGMENTS})
    assert result.turns == [(A, "You came."), (U, "I did.")]
    assert result.metadata == {"version": "1.0.0", "start": 0.5, "end": 2.5, "cues": 3}
    assert detect([{"version": "1.0.0", "segments": SEGMENTS}]).name == "timed_segments"
    whisper = {"text": "You came.", "segments": [{"id": 0, "start": 0.0, "end": 2.0, "text": "You came."}]}
    assert rejection("timed_segments", whisper).reason == "one_speaker"


def rows(records: list[dict[str, Any]], options: Options | None = None) -> list[GroupDraft | GroupRejection]:
    assert TIMED_ROWS.convert_all is not None
    numbered = [NumberedRecord(place, record) for place, record in enumerate(records)]
    return list(TIMED_ROWS.convert_all(numbered, options or Options()))


def test_rows_of_one_recording_are_ordered_by_time() -> None:
    table = [
        {"recording_id": "r1", "start": 5.0, "duration": 1.0, "speaker": "Client", "text": "I did."},
        {"recording_id": "r1", "start": 1.0, "duration": 2.5, "speaker": "Therapist", "text": "You came."},
        {"recording_id": "r2", "start": 0.0, "duration": 1.0, "speaker": "Client", "text": "Alone."},
    ]
    (dialogue, monologue) = rows(table)
    assert isinstance(dialogue, GroupDraft)
    assert dialogue.draft.turns == [(A, "You came."), (U, "I did.")]
    assert dialogue.draft.metadata == {"recording_id": "r1", "start": 1.0, "end": 6.0, "cues": 2}
    assert dialogue.indices == (0, 1)
    assert isinstance(monologue, GroupRejection)
    assert (monologue.rejection.reason, monologue.indices) == ("one_speaker", (2,))


def test_a_row_without_words_or_times_is_rejected_alone() -> None:
    (result,) = rows([{"start": 1, "text": "no end"}])
    assert isinstance(result, GroupRejection)
    assert result.rejection.reason == "malformed_subtitles"


PIECES = ["WEBVTT", "\n", "\n\n", "00:00:01,000", " --> ", "00:00:02.000", "<v Mara>", "</v>", "Mara: ", ">> ", "- ", "1\n",
          "NOTE ", "<cite>", "<time>0:01</time>", "<p>", "0:00:01.000,0:00:02.000", "&amp;", "{\\an8}"]  # fmt: skip


@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=25).map("".join),
    st.sampled_from([Options(), ROLES]),
)
def test_any_text_gives_drafts_or_a_reason(text: str, options: Options) -> None:
    assert_sound(converted("subtitles", {"text": text}, options), text)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2))
KEYS = st.sampled_from(["start", "end", "duration", "text", "body", "speaker", "recording_id", "startTime", "x"])


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=6))
def test_any_rows_are_all_accounted_for(records: list[dict[str, Any]]) -> None:
    assert sorted(place for result in rows(records) for place in result.indices) == list(range(len(records)))
    assert_sound(converted("timed_segments", {"segments": records}), "")


@pytest.mark.parametrize("piece", ["1:", "00:", "<v ", "<", "{\\", "- ", ">>", "\n", " ", "--> ", "Mara:\n", "<time>", "\n1\n"])
def test_long_runs_come_to_an_end(piece: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n" + piece * (200_000 // len(piece))
    assert_sound(converted("subtitles", {"text": text}), text)
