"""What a person reads of a recording and of a generated conversation, and of sources of recordings among the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixel_assets.cli import app
from pixel_assets.shell.sources import source_states

from ..build import test_why_generated as generated
from ..build import test_why_recordings as recordings
from ..build.told import told_project

pytestmark = pytest.mark.usefixtures("no_settings")


def lines_of(word: str) -> list[str]:
    result = CliRunner().invoke(app, ["why", word])
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


@pytest.fixture
def talks(no_settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    recordings.talks(tmp_path, recordings.ROWS)
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("PIXEL_SOURCES_DIR", str(tmp_path / "sources"))
    monkeypatch.setenv("PIXEL_SOURCES_REGISTRY", str(tmp_path / "sources" / "sources.yaml"))
    return tmp_path


@pytest.mark.usefixtures("talks")
def test_a_recording_is_told_in_plain_words_first() -> None:
    assert lines_of("talks:good.wav")[:7] == [
        "accepted; 60 words; 2 of 3 passages gave a conversation",
        f"  recording_id {recordings.GOOD}",
        "  found in talks:talks/deep/good.wav",
        "  used instead of talks:talks/copy.mp3  sounds as talks/deep/good.wav",
        f"  passage 1  10.00–15.00 s, 20 words  {recordings.DROPPED}  dropped at length: words 3 < 8",
        "  passage 2  20.00–25.00 s, 20 words  rejected: too_short: words 4 < 12",
        f"  passage 3  30.00–35.00 s, 20 words  {recordings.KEPT}  kept; in the training set (train)",
    ]


@pytest.mark.usefixtures("talks")
def test_every_place_that_is_printed_can_be_asked_for() -> None:
    for word in (recordings.KEPT, recordings.COPY, "talks:good.wav:2"):
        (place,) = (line.split()[-1] for line in lines_of(word) if line.startswith("  found in "))
        assert lines_of(place)[0] == lines_of(word)[0]


def test_a_generated_conversation_says_that_nobody_said_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_project(tmp_path, generated.ROWS)
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(tmp_path / "warehouse"))
    lines = lines_of(generated.CONVERSATION)
    assert f"  scenario_id {generated.MADE}" in lines
    assert "  changed generated: nobody said this: it was generated from entries of the knowledge base" in lines


def test_a_source_of_recordings_is_listed_with_its_numbers(tmp_path: Path) -> None:
    (talks,) = source_states(recordings.talks(tmp_path, {**recordings.ROWS, "source_inventory": []}))
    assert (talks.name, talks.state, talks.files, talks.bytes) == ("talks", "built", 4, 40)
    assert (talks.records, talks.conversations, talks.rejected) == (5, 2, 4)


def test_a_conversation_of_many_records_names_them_as_a_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = generated.ROWS["knowledge_conversations"]
    told_project(tmp_path, {**generated.ROWS, "knowledge_conversations": [{**row, "rows": list(range(1, 31))}]})
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(tmp_path / "warehouse"))
    assert f"  found in {row['source']}:{row['file']}:1-30" in lines_of(generated.CONVERSATION)
