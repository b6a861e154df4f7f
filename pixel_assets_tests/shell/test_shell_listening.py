"""A source of recordings is looked into by measuring its files, before anything is built or transcribed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pixel_assets.assets import GRAPH
from pixel_assets.build.project import Project, open_project
from pixel_assets.cli import app
from pixel_assets.errors import SourceError
from pixel_assets.settings import load_settings
from pixel_assets.shell.listening import FileHeard, hear_source

from ..speech.sounds import babble, write

pytestmark = pytest.mark.usefixtures("no_settings")

ENTRY = "  category: voice\n  title: T\n  licence: CC0-1.0\n"
REGISTRY = f"talks:\n  recordings: talks/*\n{ENTRY}feed:\n  playlist:\n    url: https://example.org/feed\n{ENTRY}"
ANY_SOUND = {"least_speech": 0.0, "least_speech_share": 0.0, "quietest": -70.0}  # what is made for tests is no speech


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A playlist that is not here, and a folder of sounds: one twice, one with subtitles, one silent, and a text."""
    talks = tmp_path / "sources" / "talks"
    talks.mkdir(parents=True)
    first, second = babble(1, 4), babble(2, 3)
    write(talks / "one.flac", first, "flac")
    write(talks / "one.mp3", first, "mp3")
    write(talks / "two.wav", second)
    (talks / "two.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nWords.\n")
    write(talks / "still.wav", np.zeros(32_000, np.float32))
    (talks / "letter.wav").write_text("no sound at all")
    (tmp_path / "sources" / "sources.yaml").write_text(REGISTRY)
    monkeypatch.setenv("PIXEL_SOURCES_DIR", str(tmp_path / "sources"))
    monkeypatch.setenv("PIXEL_SOURCES_REGISTRY", str(tmp_path / "sources" / "sources.yaml"))
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(tmp_path / "warehouse"))
    return open_project(GRAPH, load_settings(recordings=ANY_SOUND))


def heard(project: Project) -> dict[str, FileHeard]:
    return {Path(file.file).name: file for file in hear_source(project, project.registry.select("talks"))}


def test_every_file_is_accepted_or_says_why_not(project: Project) -> None:
    assert {name: (file.accepted, file.reason) for name, file in heard(project).items()} == {
        "letter.wav": (False, "not_audio"),
        "one.flac": (True, None),
        "one.mp3": (False, "copy"),
        "still.wav": (False, "silent"),
        "two.wav": (True, None),
    }


def test_files_are_measured_and_named_with_their_subtitles(project: Project) -> None:
    found = heard(project)
    assert (found["two.wav"].codec, found["two.wav"].seconds) == ("pcm_s16le", 3.0)
    assert (found["two.wav"].subtitles, found["one.flac"].subtitles) == ("talks/two.en.vtt", None)
    assert (found["letter.wav"].bytes, found["letter.wav"].seconds) == (15, None)


def test_nothing_is_written(project: Project) -> None:
    heard(project)
    assert not project.warehouse.root.exists()


def test_a_playlist_that_was_never_acquired_says_what_to_do(project: Project) -> None:
    with pytest.raises(SourceError, match=r"source feed.*has not been acquired.*pixel"):
        hear_source(project, project.registry.select("feed"))


def test_the_command_prints_verdicts_and_the_sum(project: Project) -> None:
    text = CliRunner().invoke(app, ["sources", "check", "talks"]).stdout
    assert "talks/letter.wav  rejected not_audio" in text
    assert "talks/two.wav  rejected no_speech: 0.00 s of speech, at least 0.50" in text
    assert "0 of 5 files would be transcribed" in text
    printed = json.loads(CliRunner().invoke(app, ["sources", "check", "talks", "--json"]).stdout)
    assert [Path(file["file"]).name for file in printed] == ["letter.wav", "one.flac", "one.mp3", "still.wav", "two.wav"]
    assert set(printed[0]) == set(FileHeard.__dataclass_fields__)
