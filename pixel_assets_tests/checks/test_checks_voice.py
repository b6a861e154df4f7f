"""Checks of voice, each on tables that are right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path

from .tables import Rows, find, judge

FILES: Rows = [{"source": "talks", "file": name} for name in ("a.wav", "b.wav", "c.mp3")]
VERDICTS: Rows = [file | {"recording_id": file["file"], "accepted": file["file"] != "c.mp3"} for file in FILES]
WORDS = [{"start": float(i), "end": i + 0.5, "text": "word", "probability": 0.9, "pitch": None} for i in range(20)]
TRANSCRIPTS: Rows = [
    {"recording_id": "a.wav", "source": "talks", "file": "a.wav", "words": WORDS, "confidence": 0.9, "reason": None},
    {"recording_id": "b.wav", "source": "talks", "file": "b.wav", "words": [], "confidence": None, "reason": "no_words"},
]
PASSAGES: Rows = [{"recording_id": "a.wav", "conversation_id": "x", "file": "a.wav", "rows": [1], "words": 15}]
REJECTED: Rows = [{"recording_id": "a.wav", "passage": 2, "words": 5}]


def passes(folder: Path, asset: str, name: str, rows: Rows, **others: Rows) -> bool:
    return judge(folder, find(asset, name), {asset: rows, **others}).passed


def test_every_audio_file_has_a_verdict(tmp_path: Path) -> None:
    assert passes(tmp_path, "voice_recordings", "judged", VERDICTS, audio_files=FILES)
    assert passes(tmp_path / "none", "voice_recordings", "judged", [], audio_files=[])
    assert not passes(tmp_path / "lost", "voice_recordings", "judged", VERDICTS[:2], audio_files=FILES)
    other = [*VERDICTS[:2], VERDICTS[2] | {"file": "d.mp3"}]
    assert not passes(tmp_path / "other", "voice_recordings", "judged", other, audio_files=FILES)


def test_every_accepted_recording_has_a_transcript_or_a_reason(tmp_path: Path) -> None:
    assert passes(tmp_path, "voice_transcripts", "transcribed", TRANSCRIPTS, voice_recordings=VERDICTS)
    assert not passes(tmp_path / "lost", "voice_transcripts", "transcribed", TRANSCRIPTS[:1], voice_recordings=VERDICTS)
    surplus = [row | {"accepted": False} for row in VERDICTS]
    assert not passes(tmp_path / "surplus", "voice_transcripts", "transcribed", TRANSCRIPTS, voice_recordings=surplus)


def test_words_are_weighed_in_how_well_they_were_heard(tmp_path: Path) -> None:
    assert passes(tmp_path, "voice_transcripts", "heard_well", TRANSCRIPTS)
    assert passes(tmp_path / "none", "voice_transcripts", "heard_well", [])
    unsure = [TRANSCRIPTS[0] | {"confidence": 0.4}, TRANSCRIPTS[1] | {"words": WORDS[:2], "confidence": 0.99}]
    assert not passes(tmp_path / "unsure", "voice_transcripts", "heard_well", unsure)


def test_every_word_is_in_one_passage(tmp_path: Path) -> None:
    def accounted(folder: str, good: Rows, bad: Rows) -> bool:
        tables = {"voice_transcripts": TRANSCRIPTS, "rejected_passages": bad}
        return passes(tmp_path / folder, "voice_conversations", "passages_accounted", good, **tables)

    assert accounted("right", PASSAGES, REJECTED)
    assert not accounted("lost", PASSAGES, [])
    assert not accounted("twice", PASSAGES, [*REJECTED, REJECTED[0] | {"passage": 3}])
