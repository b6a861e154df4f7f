from __future__ import annotations

from typing import Any

import pyarrow as pa

from pixel_assets.speech.markers import MARKERS
from pixel_assets.speech.profile import VOICE_PROFILE, Overall, overall, voice_profile

from .voices import SESSION, TALK, row, table


def rows(transcripts: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = voice_profile(transcripts).to_pylist()
    return found


def test_each_recording_has_a_row_and_all_have_one() -> None:
    found = rows(table(row("two", *TALK), row("one", ("x", "We went home."))))
    assert [(each["scope"], each["recording_id"], each["words"], each["n"]) for each in found] == [
        ("recording", "one", 3, 1),
        ("recording", "two", 80, 1),
        ("overall", None, 83, 2),
    ]


def test_several_speakers_have_rows_of_their_own_and_no_names() -> None:
    found = rows(table(row("one", *((f"Name {speaker}", text) for speaker, text in SESSION))))
    assert [(each["scope"], each["speaker"]) for each in found] == [
        ("recording", None),
        ("speaker", "speaker_1"),
        ("speaker", "speaker_2"),
        ("overall", None),
    ]
    assert found[1]["words"] + found[2]["words"] == found[0]["words"]
    assert found[1]["empathy"] > found[2]["empathy"]


def test_the_overall_mean_and_spread_are_weighted_by_words() -> None:
    questions = row("one", ("x", "Is it? Is it? Is it? Is it? Is it?"))  # 10 words
    statements = row("two", ("x", "It is. " * 15))  # 30 words
    found = rows(table(questions, statements))[-1]
    assert found["question_share"] == 0.24  # 0.25 by the grain of 0.02
    assert found["spread"]["question_share"] == 0.44  # 0.433


def test_a_marker_that_no_recording_has_is_null_overall() -> None:
    found = rows(table(row("one", ("x", "It was late."))))[-1]
    assert (found["arousal"], found["spread"]["arousal"]) == (None, None)


def test_a_small_change_among_much_leaves_the_overall_as_it_is() -> None:
    many = [row(f"{n}", *TALK, *SESSION) for n in range(30)]
    assert overall(voice_profile(table(*many))) == overall(voice_profile(table(*many, row("new", ("x", "We went home.")))))


def test_many_short_recordings_say_as_much_of_traits_as_one_long_one() -> None:
    sad = "I feel so lonely and I am afraid that nothing helps me. "
    short = overall(voice_profile(table(*(row(f"{n}", ("x", sad)) for n in range(40)))))
    long = overall(voice_profile(table(row("one", ("x", sad * 40)))))
    assert short
    assert long
    assert short.mean["neuroticism"] == long.mean["neuroticism"]
    assert (short.mean["neuroticism"] or 0) > 0.7


def test_a_row_with_a_reason_and_a_table_without_words_give_nothing() -> None:
    silent = row("one", words=[], turns=[], reason="no_words")
    assert voice_profile(table(silent)).num_rows == 0
    assert voice_profile(table(silent)).schema == VOICE_PROFILE
    assert overall(voice_profile(table(silent))) is None


def test_the_order_and_the_layout_of_transcripts_do_not_matter() -> None:
    one, two = row("one", *TALK), row("two", *SESSION)
    chunked = pa.concat_tables([table(two), table(one), table(row("three", ("x", "Well.")))]).slice(0, 2)
    assert voice_profile(table(one, two)).equals(voice_profile(chunked))


def test_the_overall_profile_is_read_back() -> None:
    found = overall(voice_profile(table(row("one", *TALK))))
    assert isinstance(found, Overall)
    assert list(found.mean) == list(found.spread) == [marker.name for marker in MARKERS]


def test_every_column_is_described() -> None:
    assert all((field.metadata or {}).get(b"description") for field in VOICE_PROFILE)
