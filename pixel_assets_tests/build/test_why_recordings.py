"""A recording, told from its file to what became of each passage; and a conversation, back to where it was said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build.project import Project
from pixel_assets.build.why import Life, why
from pixel_assets.errors import UsageError

from .told import told_project

pytestmark = pytest.mark.usefixtures("no_settings")

SECRET = "SECRET"
GOOD, COPY, SHORT, SILENT = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)
KEPT, DROPPED = "e" * 32, "f" * 32
NAMES = {"deep/good.wav": GOOD, "copy.mp3": COPY, "short.wav": SHORT, "silent.wav": SILENT}
MEASURES = {"codec": "flac", "sample_rate": 16_000, "channels": 1, "seconds": 60.0, "loudness": -20.0, "clipped_share": 0.0}
REGISTRY = "talks:\n  recordings: talks/**/*.*\n  category: voice\n  title: T\n  licence: CC0-1.0\n"


def place(file: str) -> dict[str, Any]:
    return {"source": "talks", "file": f"talks/{file}"}


def judged(file: str, reason: str | None, detail: str | None, copy_of: str | None = None) -> dict[str, Any]:
    verdict = {"accepted": reason is None, "reason": reason, "detail": detail, "copy_of": copy_of}
    return {**place(file), "recording_id": NAMES[file], **MEASURES, **verdict}


def heard(file: str, words: int, reason: str | None = None) -> dict[str, Any]:
    listed = [{"start": n / 2, "end": n / 2 + 0.4, "text": SECRET, "probability": 0.9, "pitch": 100.0} for n in range(words)]
    turns = [{"speaker": "a", "start": 0.0, "end": 1.0, "text": SECRET}]
    plain = {"origin": "whisper", "model": "tiny.en@1", "language": "en", "confidence": 0.9, "diarization": "pauses_and_pitch"}
    lists = {"words": listed, "turns": turns, "segments": [], "dropped": []}
    return {**place(file), "recording_id": NAMES[file], "seconds": 60.0, "text": SECRET, "reason": reason, **plain, **lists}


def passage(number: int) -> dict[str, Any]:
    return {**place("deep/good.wav"), "recording_id": GOOD, "start": number * 10.0, "end": number * 10.0 + 5, "words": 20}


def conversation(name: str, number: int) -> dict[str, Any]:
    turns = [{"role": role, "content": SECRET} for role in ("user", "assistant")]
    plain = {"category": "voice", "format": "voice", "flags": [], "metadata": SECRET, "kind": "reflective"}
    return {
        "conversation_id": name,
        "rows": [number],
        "turns": turns,
        "authenticity": 0.6,
        "consistency": 0.8,
        **plain,
    } | passage(number)


def decision(name: str, *said: str) -> dict[str, Any]:
    stage, reason, detail = said
    return {"conversation_id": name, "keep": reason == "kept", "stage": stage, "reason": reason, "detail": detail}


ROWS: dict[str, list[dict[str, Any]]] = {
    "audio_files": [
        {**place(file), "sha256": name * 2, "bytes": 10, **MEASURES, "speech": [], "fingerprint": b"\1" * 8}
        for file, name in NAMES.items()
    ] + [{**place("item7"), "bytes": 0, "speech": [], "problem": "private", "problem_detail": "the site says so"}],
    "voice_recordings": [
        judged("deep/good.wav", None, None),
        judged("copy.mp3", "copy", "sounds as talks/deep/good.wav", GOOD),
        judged("short.wav", None, None),
        judged("silent.wav", "silent", "every sample is zero"),
        {**place("item7"), "accepted": False, "reason": "private", "detail": "the site says so"},
    ],
    "voice_transcripts": [heard("deep/good.wav", 60), heard("short.wav", 0, "no_words")],
    "voice_conversations": [conversation(KEPT, 3), conversation(DROPPED, 1)],
    "rejected_passages": [
        {**passage(2), "passage": 2, "reason": "too_short", "value": 4.0, "bound": 12.0, "detail": "words 4 < 12"}
    ],
    "decisions": [decision(KEPT, "selected", "kept", ""), decision(DROPPED, "length", "too_short", "words 3 < 8")],
    "training_mix": [{"conversation_id": KEPT, "category": "voice", "source": "talks", "position": 1, "gain": 0.0, "round": 0}],
    "dataset_splits": [{"conversation_id": KEPT, "split": "train", "group_key": "g", "cluster_key": KEPT}],
}  # fmt: skip


def talks(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> Project:
    (folder / "sources" / "talks").mkdir(parents=True)
    (folder / "sources" / "talks" / "any.wav").write_bytes(b"")
    return told_project(folder, rows, REGISTRY)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return talks(tmp_path_factory.mktemp("recordings"), ROWS)


def assets_of(life: Life) -> list[str]:
    return [chapter.asset for chapter in life.chapters]


def rows_of(life: Life, asset: str) -> list[dict[str, Any]]:
    return [dict(row) for chapter in life.chapters if chapter.asset == asset for row in chapter.rows]


def test_a_conversation_is_told_with_the_file_the_verdict_and_the_transcript_that_it_comes_from(project: Project) -> None:
    life = why(project, KEPT)
    assert life.summary == "kept; in the training set (train)"
    assert life.recording_id == GOOD
    assert assets_of(life) == [
        "audio_files", "voice_recordings", "voice_transcripts", "voice_conversations", "decisions", "training_mix",
        "dataset_splits",
    ]  # fmt: skip
    assert [row["file"] for row in rows_of(life, "audio_files")] == ["talks/deep/good.wav"]
    (transcript,) = rows_of(life, "voice_transcripts")
    assert (transcript["words"], transcript["turns"], transcript["confidence"]) == (60, 1, 0.9)
    assert life.places == ({"source": "talks", "file": "talks/deep/good.wav", "rows": [3]},)


def test_a_recording_says_what_became_of_each_of_its_passages(project: Project) -> None:
    life = why(project, "talks:talks/deep/good.wav")
    assert life.summary == "accepted; 60 words; 2 of 3 passages gave a conversation"
    assert (life.conversation_id, life.recording_id, life.winner) == (None, GOOD, None)
    assert [(row["passage"], row["start"], row["conversation_id"], row["fate"]) for row in life.passages] == [
        (1, 10.0, DROPPED, "dropped at length: words 3 < 8"),
        (2, 20.0, None, "rejected: too_short: words 4 < 12"),
        (3, 30.0, KEPT, "kept; in the training set (train)"),
    ]
    assert [row["file"] for row in life.losers] == ["talks/copy.mp3"]
    assert assets_of(life) == [
        "audio_files", "voice_recordings", "voice_transcripts", "voice_conversations", "rejected_passages",
    ]  # fmt: skip


@pytest.mark.parametrize("word", [GOOD, GOOD[:6], "talks:good.wav", "talks:deep/good.wav"])
def test_a_recording_is_found_by_its_id_and_by_the_end_of_its_path(project: Project, word: str) -> None:
    assert why(project, word).to_json() | {"word": ""} == why(project, "talks:talks/deep/good.wav").to_json() | {"word": ""}


def test_a_copy_names_the_recording_that_stands_for_it(project: Project) -> None:
    life = why(project, "talks:copy.mp3")
    assert life.summary == f"rejected: copy: sounds as talks/deep/good.wav; {GOOD} is used instead"
    assert (life.recording_id, life.winner, life.passages) == (COPY, GOOD, ())


@pytest.mark.parametrize(
    ("word", "summary"),
    [
        ("talks:silent.wav", "rejected: silent: every sample is zero"),
        ("talks:short.wav", "accepted; no transcript: no_words"),
        ("talks:good.wav:2", "rejected: too_short: words 4 < 12"),
        ("talks:talks/item7", "rejected: private: the site says so"),
    ],
)
def test_what_gave_no_conversation_says_why(project: Project, word: str, summary: str) -> None:
    life = why(project, word)
    assert (life.summary, life.conversation_id) == (summary, None)


def test_a_passage_that_gave_a_conversation_is_that_conversation(project: Project) -> None:
    assert why(project, "talks:good.wav:3").conversation_id == KEPT


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("talks:", r"has 5 such files \(expected source:file with one of"),
        ("talks:none.wav", r"no file 'none\.wav' .*talks/"),
        ("talks:good.wav:9", r"there is no passage 9\. `pixel why talks:talks/deep/good\.wav` lists"),
        ("talk:good.wav", "no source is called 'talk'"),
    ],
)
def test_a_place_that_is_not_there_says_what_is(project: Project, word: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        why(project, word)


@pytest.mark.parametrize(
    ("built", "summary"),
    [
        (("audio_files",), "read, and nothing made of it yet: `pixel plan` says what is to be built"),
        (("audio_files", "voice_recordings"), "accepted, and not transcribed yet: `pixel plan` says what is to be built"),
        (("audio_files", "voice_recordings", "voice_transcripts"), "accepted; 60 words; 0 of 0 passages gave a conversation"),
    ],
)
def test_a_recording_is_told_as_far_as_it_is_built(tmp_path: Path, built: tuple[str, ...], summary: str) -> None:
    project = talks(tmp_path, {name: ROWS[name] for name in built})
    assert why(project, "talks:good.wav").summary == summary


def test_of_equal_files_the_one_that_is_named_is_judged(tmp_path: Path) -> None:
    twin = judged("deep/good.wav", "copy", "sounds as talks/deep/good.wav", GOOD) | place("twin.wav")
    project = talks(tmp_path, {**ROWS, "voice_recordings": [*ROWS["voice_recordings"], twin]})
    assert why(project, "talks:twin.wav").summary.startswith("rejected: copy")
    assert why(project, GOOD).summary.startswith("accepted")
    assert len(why(project, GOOD).places) == 2


def test_nothing_that_was_said_is_shown(project: Project) -> None:
    for word in (KEPT, GOOD, SHORT, "talks:good.wav:2"):
        assert SECRET not in json.dumps(why(project, word).to_json())
