"""Batches of recordings: rows in order, whatever breaks; nothing is left running."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PosixPath
from typing import Any

import psutil
import pytest

from pixel_assets.speech.batch import transcribe_all
from pixel_assets.speech.hallucination import Limits
from pixel_assets.speech.model import find_model
from pixel_assets.speech.recordings import Recording, measure
from pixel_assets.speech.tables import Item, Row
from pixel_assets.speech.vad import Span

from .sounds import buzz, tone, write

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada>It was hard.\n"


ENDLESS = """
import signal, sys
from pathlib import Path, PosixPath
from pixel_assets.speech.batch import transcribe_all
from pixel_assets.speech.hallucination import Limits
from pixel_assets.speech.model import find_model
from pixel_assets.speech.recordings import Recording
from pixel_assets.speech.tables import Item
from pixel_assets.speech.vad import Span

class Endless(PosixPath):
    def open(self, *args, **kwargs):
        signal.pause()

def item(name, path, subtitles=None):
    return Item(name, "talks", name, Recording(path, "", 1, 1, 2.0, 1.0, 0.0, 0.0, None, (Span(0.0, 2.0),), b""), subtitles)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    items = [item("said", folder / "said.wav", folder / "said.en.vtt"), *[item("endless", Endless("endless.wav"))] * 9]
    for row in transcribe_all(items, find_model(), Limits(), 2):
        print(row["recording_id"], flush=True)
"""


class Deadly(PosixPath):
    """A file that kills the process that opens it, as a decoder's fault would."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Endless(PosixPath):
    """A file whose reading never ends."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        signal.pause()


def item(name: str, path: Path, subtitles: Path | None = None) -> Item:
    found = measure(path)
    assert isinstance(found, Recording), found
    return Item(name, "talks", f"{name}.wav", found, subtitles)


def with_path(name: str, path: Path, of: Item) -> Item:
    measures = {**vars(of.recording), "path": path}
    return Item(name, "talks", f"{name}.wav", Recording(**measures))


def rows(items: list[Item], parallel: int) -> list[Row]:
    return list(transcribe_all(items, find_model(), Limits(), parallel))


@pytest.fixture
def hum(tmp_path: Path) -> Item:
    """A second and a half of sound in which nobody speaks."""
    return item("hum", write(tmp_path / "hum.wav", tone(440, 1.5)))


@pytest.fixture
def subtitled(tmp_path: Path) -> Item:
    """Two seconds that have subtitles, so that no model is needed."""
    path = write(tmp_path / "said.wav", buzz(120, 2))
    subtitles = tmp_path / "said.en.vtt"
    subtitles.write_text(VTT)
    found = item("said", path, subtitles)
    spoken = Recording(**{**vars(found.recording), "speech": (Span(0.0, 2.0),)})
    return Item("said", "talks", "said.wav", spoken, subtitles)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = set(psutil.Process().children())
    yield
    left = [child for child in set(psutil.Process().children()) - before if "spawn_main" in " ".join(child.cmdline())]
    assert left == []


def test_subtitles_beside_the_audio_are_used(subtitled: Item) -> None:
    (row,) = rows([subtitled], 1)
    assert (row["origin"], row["model"], row["text"], row["reason"]) == ("subtitles", "vtt", "It was hard.", None)
    assert [(turn["speaker"], turn["text"]) for turn in row["turns"]] == [("Ada", "It was hard.")]


def test_broken_subtitles_are_said_and_the_recording_is_transcribed(hum: Item, tmp_path: Path) -> None:
    broken = tmp_path / "hum.vtt"
    broken.write_text("no cues")
    (row,) = rows([Item("hum", "talks", "hum.wav", hum.recording, broken)], 1)
    assert (row["origin"], row["reason"]) == ("whisper", "no_words")
    assert row["detail"] == "subtitles are not used: the subtitles hold no cue"


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_broken_file_costs_itself_alone(hum: Item, subtitled: Item, tmp_path: Path, parallel: int) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(hum.recording.path.read_bytes()[:20_000])
    items = [with_path("gone", tmp_path / "gone.wav", hum), subtitled, with_path("cut", cut, hum), hum]
    assert [(row["recording_id"], row["reason"], row["detail"]) for row in rows(items, parallel)] == [
        ("gone", "unreadable", "No such file or directory"),
        ("said", None, None),
        ("cut", "not_decodable", "the recording is cut_off now"),
        ("hum", "no_words", None),
    ]


def test_a_helper_that_dies_costs_the_recording_alone_at_which_it_died(hum: Item, subtitled: Item) -> None:
    deadly = with_path("deadly", Deadly("deadly.wav"), hum)
    found = rows([subtitled, deadly, hum, subtitled, hum, subtitled], 2)
    assert [(row["recording_id"], row["reason"]) for row in found] == [
        ("said", None),
        ("deadly", "crashed"),
        ("hum", "no_words"),
        ("said", None),
        ("hum", "no_words"),
        ("said", None),
    ]
    assert found[1]["detail"] == "a helper process ended while it was transcribed"


def test_more_recordings_than_are_given_out_at_once_come_in_order(subtitled: Item) -> None:
    items = [Item(str(at), "talks", f"{at}.wav", subtitled.recording, subtitled.subtitles) for at in range(30)]
    assert [row["recording_id"] for row in rows(items, 2)] == [str(at) for at in range(30)]


def test_helpers_end_at_once_when_the_rest_is_not_wanted(subtitled: Item, hum: Item) -> None:
    endless = with_path("endless", Endless("endless.wav"), hum)
    found = transcribe_all([subtitled, endless, endless, endless], find_model(), Limits(), 2)
    assert next(found)["recording_id"] == "said"
    found.close()  # type: ignore[attr-defined]  # it is a generator


def test_an_interrupt_ends_the_helpers_and_is_heard(subtitled: Item, hum: Item) -> None:
    endless = with_path("endless", Endless("endless.wav"), hum)

    def interrupted() -> Iterator[Item]:
        yield from (subtitled, endless, endless)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(transcribe_all(interrupted(), find_model(), Limits(), 2))


def test_helpers_end_when_the_process_that_started_them_is_killed(subtitled: Item, tmp_path: Path) -> None:
    script = tmp_path / "batch.py"
    script.write_text(ENDLESS)
    process = subprocess.Popen([sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "said\n"
    helpers = [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    assert helpers
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(helpers, timeout=30)
    assert alive == []


def test_helpers_give_the_rows_of_one_process(shared_data: Path, tmp_path: Path) -> None:
    voice = shared_data / "voice"
    spoken = item("jfk", voice / "jfk" / "jfk.flac")
    copy = tmp_path / "read.wav"
    shutil.copyfile(voice / "ljspeech" / "LJ002-0035.wav", copy)
    items = [spoken, item("read", copy)]
    alone = rows(items, 1)
    assert rows(items, 2) == alone
    assert alone[1]["text"] == "8. The Press Yard."
    assert [turn["speaker"] for turn in alone[1]["turns"]] == ["speaker_1"]
