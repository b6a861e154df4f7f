from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.flags import MEANINGS
from pixel_assets.conversation.standard import CONVERSATIONS, conversation_id
from pixel_assets.speech.diarize import turns
from pixel_assets.speech.model import find_model
from pixel_assets.speech.profile import voice_profile
from pixel_assets.speech.recordings import Recording, measure
from pixel_assets.speech.tables import Item, transcript_row
from pixel_assets.speech.transcribe import transcribe
from pixel_assets.speech.voice_pairs import (
    QUESTION_MADE,
    REJECTED_PASSAGES,
    VOICE_CONVERSATIONS,
    PairRules,
    VoiceConversations,
    voice_conversations,
)

from .voices import SESSION, TALK, Row, changed, row, table

ANY = PairRules(min_words=1, min_reply_words=1, min_confidence=0, min_authenticity=0, min_consistency=0)


def made(*rows: Row, rules: PairRules | None = None) -> VoiceConversations:
    transcripts = table(*rows)
    return voice_conversations(transcripts, voice_profile(transcripts), rules or PairRules())


def said(found: VoiceConversations) -> list[tuple[str, str, str]]:
    """The kind, question and reply of each conversation."""
    return [(each["kind"], *(turn["content"] for turn in each["turns"])) for each in found.conversations.to_pylist()]


def reasons(found: VoiceConversations) -> list[tuple[str, str]]:
    return [(each["reason"], each["detail"]) for each in found.rejected.to_pylist()]


def test_a_session_gives_reflective_pairs_and_an_answered_question() -> None:
    found = made(row("one", *SESSION))
    assert said(found) == [
        ("reflective", SESSION[1][1], SESSION[2][1]),
        ("reflective", SESSION[3][1], SESSION[4][1]),
        ("question_answer", SESSION[5][1], SESSION[6][1]),
    ]
    assert reasons(found) == [("no_reply", "a question that nobody answers, or whose answer belongs to another passage")]
    assert found.conversations["rows"].to_pylist() == [[2], [3], [4]]
    assert found.rejected["passage"].to_pylist() == [1]


def test_a_talk_gives_made_questions_that_are_flagged_and_its_own_that_are_not() -> None:
    found = made(row("one", *TALK))
    (_, made_one, first), (_, own, second) = said(found)
    assert "shame" in made_one
    assert own == "What is shame?"
    assert f"{first} {own} {second}" == " ".join(text for _, text in TALK)
    assert found.conversations["flags"].to_pylist() == [[QUESTION_MADE], []]
    assert QUESTION_MADE in MEANINGS


def test_talk_of_inner_life_is_invited() -> None:
    found = made(
        row("one", ("x", "I felt so ashamed that night. I sat in the kitchen and I cried, and it hurt for a long while."))
    )
    assert [kind for kind, _, _ in said(found)] == ["reflective"]
    assert found.conversations["flags"].to_pylist() == [[QUESTION_MADE]]


def test_a_conversation_is_a_row_of_the_standard_form_with_its_place_and_scores() -> None:
    found = made(row("one", *SESSION))
    assert found.conversations.schema == VOICE_CONVERSATIONS
    assert found.rejected.schema == REJECTED_PASSAGES
    assert found.conversations.select(CONVERSATIONS.names).schema == CONVERSATIONS
    first = found.conversations.to_pylist()[0]
    assert first["conversation_id"] == conversation_id(first["turns"])
    assert (first["source"], first["file"], first["category"], first["format"]) == ("talks", "one.wav", "voice", "voice")
    assert (first["recording_id"], first["start"], first["end"]) == ("one", 7.05, 23.85)
    labels = orjson.loads(first["metadata"])
    assert list(labels) == sorted(labels)
    assert {name: labels[name] for name in ("authenticity", "consistency", "kind", "asked_by", "speaker")} == {
        "authenticity": first["authenticity"],
        "consistency": first["consistency"],
        "kind": "reflective",
        "asked_by": "other",
        "speaker": "speaker_1",
    }


@pytest.mark.parametrize(
    ("changes", "rules", "expected"),
    [
        ({}, {"min_words": 30}, ("too_short", "words 21 < 30")),
        ({}, {"max_words": 20}, ("too_long", "words 21 > 20, without a place to cut")),
        ({}, {"min_reply_words": 22}, ("short_reply", "words of the reply 21 < 22")),
        ({}, {"min_confidence": 0.95}, ("low_confidence", "mean probability of the words 0.9 < 0.95")),
        ({}, {"min_authenticity": 1.0}, ("low_authenticity", "authenticity 0.5 < 1.0")),
        ({}, {"min_consistency": 1.0}, ("inconsistent_with_profile", "consistency 0.994 < 1.0")),
        ({"language": "de"}, {}, ("not_the_language", "language de, expected en")),
    ],
)
def test_a_passage_that_misses_a_rule_is_rejected_with_both_numbers(
    changes: dict[str, Any], rules: dict[str, Any], expected: tuple[str, str]
) -> None:
    text = "And so I told them that I would go home and sit in the garden until the rain came down again."
    found = made(row("one", ("x", text), **changes), rules=dataclasses.replace(PairRules(), **rules))
    assert (said(found), reasons(found)) == ([], [expected])


def test_an_unknown_language_is_told_by_function_words() -> None:
    english = row("one", ("x", "I went to see them, and then we sat down for a while in the kitchen."), language="und")
    german = row("two", ("x", "Ich ging dann nach Hause, und wir setzten uns eine Weile in die Küche."), language="und")
    found = made(english, german, rules=ANY)
    assert found.conversations["recording_id"].to_pylist() == ["one"]
    assert reasons(found) == [("not_the_language", "unknown language, 7.1 English function words in 100 words")]


def test_subtitles_have_no_confidence_to_miss() -> None:
    words = changed(row("one", *TALK)["words"], probability=None, pitch=None)
    found = made(row("one", *TALK, words=words, origin="subtitles", confidence=None))
    assert len(said(found)) == 2


def test_equal_words_in_two_recordings_are_one_conversation() -> None:
    found = made(row("one", *TALK), row("two", *TALK)).conversations
    ids = found["conversation_id"].to_pylist()
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2


def test_names_of_speakers_stay_out_of_labels() -> None:
    found = made(row("one", *((f"Name {speaker}", text) for speaker, text in SESSION)))
    assert "Name" not in " ".join(found.conversations["metadata"].to_pylist())


def test_a_row_without_words_gives_no_passage() -> None:
    found = made(row("one", words=[], turns=[], text="", reason="no_words"))
    assert (found.conversations.num_rows, found.rejected.num_rows) == (0, 0)


def test_a_transcript_gives_the_same_alone_and_among_others() -> None:
    transcripts = table(row("one", *SESSION), row("two", *TALK), row("three", ("x", "Well.")))
    profile = voice_profile(transcripts)
    together = voice_conversations(transcripts, profile, PairRules())
    alone = [voice_conversations(transcripts.slice(at, 1), profile, PairRules()) for at in range(3)]
    assert pa.concat_tables([each.conversations for each in alone]).equals(together.conversations)
    assert pa.concat_tables([each.rejected for each in alone]).equals(together.rejected)


texts = st.lists(
    st.sampled_from(["Yes.", "why?", "I feel lost.", "it sounds hard.", "and", "What is it?"]), min_size=1, max_size=9
)
dialogues = st.lists(st.tuples(st.sampled_from("ab"), texts.map(" ".join)), min_size=1, max_size=7)
rule_sets = st.builds(
    PairRules,
    min_words=st.integers(1, 20),
    max_words=st.integers(20, 60),
    min_reply_words=st.integers(1, 6),
    min_authenticity=st.sampled_from([0, 0.5]),
    min_consistency=st.sampled_from([0, 0.9]),
)


@given(dialogues, rule_sets)
@settings(max_examples=60)
def test_every_word_ends_in_one_conversation_or_rejected_passage(dialogue: list[tuple[str, str]], rules: PairRules) -> None:
    found = made(row("one", *dialogue), rules=rules)
    conversations, rejected = found.conversations.to_pylist(), found.rejected.to_pylist()
    numbers = sorted([each["rows"][0] for each in conversations] + [each["passage"] for each in rejected])
    assert numbers == list(range(1, len(numbers) + 1))
    spoken_words = sum(
        len(turn["content"].split())
        for each in conversations
        for turn in each["turns"]
        if not (turn["role"] == "user" and QUESTION_MADE in each["flags"])
    )
    assert spoken_words + sum(each["words"] for each in rejected) == sum(len(text.split()) for _, text in dialogue)
    places = sorted((each["start"], each["end"]) for each in (*conversations, *rejected))
    assert all(one[1] <= other[0] for one, other in pairwise(places))


def transcribed(path: Path) -> Row:
    recording = measure(path)
    assert isinstance(recording, Recording)
    transcript = transcribe(recording, find_model())
    found: Row = transcript_row(Item(path.stem, "voice", path.name, recording), transcript, turns(transcript))
    return found


def test_a_historic_speech_gives_one_conversation(shared_data: Path) -> None:
    found = made(transcribed(shared_data / "voice" / "jfk" / "jfk.wav"))
    ((kind, question, reply),) = said(found)
    assert (kind, "country" in question) == ("question_answer", True)
    assert reply.startswith("And so, my fellow Americans")
    assert found.rejected.num_rows == 0


def test_read_speech_gives_a_conversation_and_a_heading_none(shared_data: Path) -> None:
    voice = shared_data / "voice"
    files = (voice / "libri" / "2412-153948-0000.flac", voice / "ljspeech" / "LJ002-0035.wav")
    found = made(*(transcribed(file) for file in files))
    assert [reply.split(",")[0] for _, _, reply in said(found)] == ["If the reader will excuse me"]
    assert reasons(found) == [("too_short", "words 4 < 12")]
