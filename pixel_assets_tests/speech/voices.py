"""Invented transcripts, as rows and tables of ``TRANSCRIPTS``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from pixel_assets.speech.spoken import Spoken, read_spoken
from pixel_assets.speech.tables import TRANSCRIPTS

Row = dict[str, Any]
WORD, GAP, TURN_GAP = 0.3, 0.05, 2.5  # seconds


def row(name: str, *said: tuple[str, str], **other: object) -> Row:
    """What speakers say in turn, as (speaker, text); each word takes 0.3 s, a turn follows after 2.5 s."""
    words: list[Row] = []
    turns: list[Row] = []
    now = 0.0
    for speaker, text in said:
        first = len(words)
        for at, word in enumerate(text.split()):
            pitch = 110.0 + 4 * (at % 7)
            words.append({"start": round(now, 2), "end": round(now + WORD, 2), "text": word, "probability": 0.9, "pitch": pitch})
            now += WORD + GAP
        turns.append({"speaker": speaker, "start": words[first]["start"], "end": words[-1]["end"], "text": text})
        now += TURN_GAP
    text = " ".join(text for _, text in said)
    found: Row = {name: None for name in TRANSCRIPTS.names} | {"recording_id": name, "source": "talks", "file": f"{name}.wav"}
    found |= {"origin": "whisper", "model": "tiny.en@1", "language": "en", "confidence": 0.9, "seconds": round(now, 2)}
    found |= {"text": text, "words": words, "turns": turns, "segments": [], "dropped": [], "diarization": "pauses_and_pitch"}
    return found | other


def table(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist(list(rows), TRANSCRIPTS)


def spoken(*said: tuple[str, str], **other: object) -> Spoken:
    return next(read_spoken(table(row("one", *said, **other))))


def changed(words: Iterable[Row], **values: object) -> list[Row]:
    """The words with other probabilities, pitches or times."""
    return [word | values for word in words]


SESSION = (
    ("a", "Thank you for coming in. How have you been sleeping since the move?"),
    ("b", "Not well. I wake up at four and then I lie there, and I just worry about everything until it's light."),
    ("a", "It sounds like the nights have become really lonely for you. What goes through your mind when you lie awake?"),
    ("b", "Mostly that I made a mistake. I mean, I left my friends and I don't know anybody here, so I feel kind of lost."),
    ("a", "Of course you feel lost. You left people who know you, and that must hurt."),
    ("b", "Do you think it gets better?"),
    ("a", "I think it often does. Maybe slowly, and you don't have to do it alone."),
)
TALK = (
    (
        "x",
        "So I want to talk about shame today. It's something that we don't like to look at. What is shame? Well, I think it's "
        "the feeling that I'm not good enough, you know, that there's something wrong with me. And we carry it around for years.",
    ),
    (
        "x",
        "I remember the garden of my grandmother. We sat there, and she'd listen. She never told me what to do, and I think "
        "that's what helped. The garden was quiet. That's all I needed.",
    ),
)
