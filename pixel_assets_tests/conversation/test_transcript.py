"""Transcripts: how speakers are announced, and which colons announce nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.formats.transcript import split_transcript
from pixel_assets.conversation.hints import Options
from pixel_assets.sources.readers import read_file

from .converting import assert_sound, converted

S, U, A = "system", "user", "assistant"


def split(text: str, options: Options | None = None) -> list[tuple[str, str]] | None:
    turns = split_transcript(text, options or Options())
    return [(role, words.strip()) for role, words in turns] if turns else None


TALK = [(U, "I can't sleep."), (A, "Since when?")]


@pytest.mark.parametrize(
    "text",
    [
        "\n\nHuman: I can't sleep.\n\nAssistant: Since when?",
        "Client: I can't sleep.\nCounselor: Since when?",
        "PATIENT: I can't sleep.\nTHERAPIST: Since when?",
        "**Client:** I can't sleep.\n**Therapist:** Since when?",
        "**Client**: I can't sleep.\n\n**Therapist**: Since when?",
        "__Client__: I can't sleep.\n__Therapist__: Since when?",
        "### Client: I can't sleep.\n### Therapist: Since when?",
        "[00:12] Client: I can't sleep.\n[00:15] Therapist: Since when?",
        "(0:00:12) Client: I can't sleep.\n(0:00:15) Therapist: Since when?",
        "00:12 - Client: I can't sleep.\n00:15 - Therapist: Since when?",
        "Client [00:12]: I can't sleep.\nTherapist [00:15]: Since when?",
        "C: I can't sleep.\nT: Since when?",
        "C1: I can't sleep.\nT1: Since when?",
        "Q: I can't sleep.\nA: Since when?",
        "Pt: I can't sleep.\nDr: Since when?",
    ],
)
def test_a_speaker_may_be_announced_in_many_ways(text: str) -> None:
    assert split(text) == TALK


def test_paragraphs_of_a_turn_stay_in_it() -> None:
    assert split("user: one\n\ntwo\n\nagent: three\n\n- four\n\nuser: five\n\nagent: six") == [
        (U, "one\n\ntwo"), (A, "three\n\n- four"), (U, "five"), (A, "six"),
    ]  # fmt: skip


def test_what_stands_before_the_first_speaker_is_a_system_turn() -> None:
    assert split("Second session.\nTherapist: Welcome.\nClient: Hi.") == [(S, "Second session."), (A, "Welcome."), (U, "Hi.")]


def test_a_line_that_is_announced_in_another_way_is_no_turn() -> None:
    text = "user: What do they do?\nagent: Here is who is who.\nTherapist: listens.\n**Client:** speaks."
    assert split(text) == [(U, "What do they do?"), (A, "Here is who is who.\nTherapist: listens.\n**Client:** speaks.")]


@pytest.mark.parametrize(
    "text",
    [
        "I told the therapist: no. And to the client: yes.",
        "Patient: a person who waits.",
        "table: 1\nQ: x\nA: y",
        "A: one thing\nB: another",
        "Time: 12:30\nPlace: here",
        "",
    ],
)
def test_a_colon_in_prose_announces_nobody(text: str) -> None:
    assert split(text) is None


def test_the_registry_names_speakers_that_nobody_knows() -> None:
    options = Options(user_roles=("Jonas",), assistant_roles=("Dr. Vale",))
    assert split("Jonas: I can't sleep.\nDr. Vale: Since when?", options) == TALK


def test_every_shared_transcript_is_whole_with_thirty_turns(shared_data: Path) -> None:
    files = sorted((shared_data / "vera_mh/transcripts").glob("*.txt"))
    assert len(files) == 21
    for file in files:
        (batch,) = read_file(file, file.name, "vera")
        assert batch.num_rows == 1
        text = file.read_text(encoding="utf-8")
        turns = split(text)
        assert turns is not None
        assert [role for role, _ in turns] == [U, A] * 15
        assert " ".join(words for _, words in turns).split() == text.replace("user:", " ").replace("agent:", " ").split()


@given(
    st.lists(st.one_of(st.sampled_from(["\n", "Human:", "Assistant:", "T:", "C:", "[00:12] ", "**", " "]), st.text(max_size=4)))
)
def test_any_text_gives_drafts_or_a_reason(parts: list[str]) -> None:
    text = "".join(parts)
    assert_sound(converted("transcript", {"text": text}), text)


@pytest.mark.parametrize("piece", ["\n", " ", "\n ", "Human:", "\n\nHuman:", "\nT:", "1:11", "**", "[", "# "])
def test_long_runs_come_to_an_end(piece: str) -> None:
    text = "Client: a\nTherapist:" + piece * (200_000 // len(piece))
    assert_sound(converted("transcript", {"text": text}), text)
