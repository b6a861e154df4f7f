"""Playlists as sources: fetched by the first build, asked for again only when told, and never lost in silence."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.assets.voice import AUDIO_FILES_STEP, VOICE_RECORDINGS_STEP
from pixel_assets.build.plan import make_plan
from pixel_assets.build.playlists import is_acquired
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.step import run_step
from pixel_assets.errors import SourceError, UsageError
from pixel_assets.orchestration.waves import Summary
from pixel_assets.shell.fetching import fetch_playlists
from pixel_assets.sources.playlists.items import folder_of
from pixel_assets_tests.end_to_end.tiny import Tiny
from pixel_assets_tests.sources.playlists.site_server import Resource, Site, running
from pixel_assets_tests.speech.sounds import babble, encoded

SOUND = {seed: encoded(babble(seed, 2), "wav") for seed in range(3)}
QUICK = {"bytes_per_second": 0, "sleep": 0.0, "attempts": 2, "max_wait": 0.05, "timeout": 5.0}
STEPS = [AUDIO_FILES_STEP, VOICE_RECORDINGS_STEP]
ENTRY = "{name}:\n  playlist: {{url: '{url}'}}\n  category: voice\n  title: Talks\n  licence: CC-BY-4.0\n"
JUDGED = "SELECT file, accepted, reason, detail FROM voice_recordings ORDER BY file"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        found.resources |= {f"/{name}.wav": Resource(SOUND[seed]) for seed, name in enumerate("abc")}
        yield found


class Talks(Tiny):
    """A tiny project whose registry has playlists by name, beside sources of files."""

    def with_playlists(self, **urls: str) -> Talks:
        self.write()
        entries = "".join(ENTRY.format(name=name, url=url) for name, url in urls.items())
        (self.sources / "sources.yaml").write_text((self.sources / "sources.yaml").read_text() + entries)
        return self

    def acquired(self, name: str = "talks") -> Path:
        project = self.project()
        playlist = project.registry.sources[name].playlist
        assert playlist
        return folder_of(playlist, project.playlists)

    def judged(self) -> list[tuple[Any, ...]]:
        """File, verdict, reason and detail of every recording."""
        rows = self.project().table("voice_recordings").read(["file", "accepted", "reason", "detail"]).to_pylist()
        return sorted((row["file"], row["accepted"], row["reason"], row["detail"]) for row in rows)


@pytest.fixture
def talks(tmp_path: Path, site: Site) -> Iterator[Talks]:
    """A project with one playlist of two items, and nothing else."""
    settings = {"playlists": dict(QUICK), "recordings": {"least_speech": 0.0, "least_speech_share": 0.0}}
    project = Talks(tmp_path / "project", rows={}, settings=settings).with_playlists(talks=site.feed("/a.wav", "/b.wav"))
    with project.active():
        yield project


def rows_of(summary: Summary) -> dict[tuple[str, str | None], tuple[int, int]]:
    """Rows, and those that were computed, of what was built."""
    return {(asset.asset, asset.partition): (asset.rows, asset.rows_computed) for asset in summary.built}


def stale(project: Project) -> dict[str, list[tuple[str, str]]]:
    plan = make_plan(project, STEPS)
    return {item.step.name: [(reason.kind, reason.detail) for reason in item.reasons] for item in plan.stale}


def test_a_plan_asks_nobody_and_shows_a_playlist_that_was_never_fetched_as_new(talks: Talks, site: Site) -> None:
    assert stale(talks.project())["audio_files"] == [("new", "never built")]
    assert site.asked == []


def test_the_first_build_fetches_and_the_second_computes_and_asks_nothing(talks: Talks, site: Site) -> None:
    first = talks.build(steps=STEPS)
    assert (first.exit_code, first.failed) == (0, [])
    assert rows_of(first) == {("audio_files", "talks"): (2, 2), ("voice_recordings", None): (2, 2)}
    asked = len(site.asked)
    second = talks.build(steps=STEPS)
    assert (second.built, second.reused, len(site.asked)) == ([], [], asked)
    assert stale(talks.project()) == {}


def test_new_items_come_only_when_asked_for_and_only_they_are_measured(talks: Talks, site: Site) -> None:
    talks.build(steps=STEPS)
    site.feed("/a.wav", "/b.wav", "/c.wav")
    before = site.times("/a.wav")
    assert talks.build(steps=STEPS).built == []
    (found,) = fetch_playlists(talks.project(), ["talks"])
    assert (found.items, found.new, found.failed, found.error) == (3, ("c",), {}, None)
    assert site.times("/a.wav") == before
    ((kind, detail),) = stale(talks.project())["audio_files"]
    assert kind == "input"
    assert detail.startswith("source_files")
    asked = len(site.asked)
    assert rows_of(talks.build(steps=STEPS)) == {("audio_files", "talks"): (3, 1), ("voice_recordings", None): (3, 3)}
    assert len(site.asked) == asked


def test_a_fetch_that_brings_nothing_makes_nothing_stale(talks: Talks) -> None:
    talks.build(steps=STEPS)
    (found,) = fetch_playlists(talks.project(), [])
    assert (found.items, found.new) == (2, ())
    assert stale(talks.project()) == {}


def test_an_item_that_cannot_be_had_is_a_rejected_recording_with_its_reason(talks: Talks, site: Site) -> None:
    site.feed("/a.wav", "/gone.wav")
    assert talks.build(steps=STEPS).exit_code == 0
    assert talks.judged() == [("a.wav", True, None, None), ("gone", False, "unavailable", "HTTP 404")]
    (row,) = [row for row in talks.project().table("voice_recordings").read().to_pylist() if row["file"] == "gone"]
    assert row["recording_id"] is None
    site.resources["/gone.wav"] = Resource(SOUND[1])
    (found,) = fetch_playlists(talks.project(), [])
    assert found.new == ("gone",)
    assert rows_of(talks.build(steps=STEPS))["audio_files", "talks"] == (2, 1)
    assert talks.judged() == [("a.wav", True, None, None), ("gone.wav", True, None, None)]


def test_a_playlist_of_which_nothing_can_be_had_has_rows_too(talks: Talks, site: Site) -> None:
    site.feed("/gone.wav", "/lost.wav")
    assert talks.build(steps=STEPS).exit_code == 0
    assert [reason for _, _, reason, _ in talks.judged()] == ["unavailable", "unavailable"]


def test_an_empty_playlist_gives_no_rows(talks: Talks, site: Site) -> None:
    site.feed()
    assert rows_of(talks.build(steps=STEPS))["audio_files", "talks"] == (0, 0)


def test_subtitles_of_a_playlist_lie_beside_their_audio(talks: Talks, site: Site) -> None:
    site.resources["/en.vtt"] = Resource(b"WEBVTT\n\n00:00.000 --> 00:02.000\nIt was hard.\n", "text/vtt")
    site.page("/talk", "/a.wav", en="/en.vtt")
    site.feed("/talk")
    talks.build(steps=STEPS)
    (row,) = talks.project().table("audio_files").read(["file", "subtitles"]).to_pylist()
    assert row == {"file": "talk.wav", "subtitles": "talk.en.vtt"}


def test_a_playlist_that_cannot_be_read_fails_alone_and_a_later_build_makes_good(tmp_path: Path, site: Site) -> None:
    rows = {"alpha": tuple(range(1, 25))}
    project = Talks(tmp_path / "project", rows=rows, settings={"playlists": dict(QUICK)})
    project.with_playlists(good=site.feed("/a.wav"), lost=f"{site.url}/lost.xml")
    done = project.pixel_here("build", "raw_records", "audio_files", "--json")
    assert done.returncode == 3, done.stderr
    summary = json.loads(done.stdout)
    assert [(failure["asset"], failure["partition"]) for failure in summary["failed"]] == [("audio_files", "lost")]
    assert "the playlist cannot be read: unavailable (HTTP 404)" in summary["failed"][0]["error"]
    assert {(built["asset"], built["partition"]) for built in summary["built"]} == {
        ("raw_records", "alpha"),
        ("audio_files", "good"),
    }
    assert site.times("/lost.xml") == 1
    with project.active():
        assert "the playlist cannot be read" in stale(project.project())["audio_files"][0][1]

    site.feed("/b.wav", name="/lost.xml")
    assert rows_of(project.build(steps=STEPS))["audio_files", "lost"] == (1, 1)


def test_a_step_that_runs_alone_fetches_before_it_looks_at_its_inputs(talks: Talks, site: Site) -> None:
    said: list[str] = []
    result = run_step(open_project(GRAPH), AUDIO_FILES_STEP, "talks", progress=said.append)
    assert [asset.rows for asset in result.assets] == [2]
    assert "2 of 2 items are here" in said
    assert stale(talks.project()).keys() == {"voice_recordings"}
    asked = len(site.asked)
    assert run_step(open_project(GRAPH), AUDIO_FILES_STEP, "talks").assets[0].reused
    assert len(site.asked) == asked


def test_a_step_that_runs_alone_fails_with_its_playlist(talks: Talks, site: Site) -> None:
    site.resources["/feed.xml"] = Resource(status=404)
    with pytest.raises(SourceError, match="the playlist cannot be read"):
        run_step(open_project(GRAPH), AUDIO_FILES_STEP, "talks")


def test_a_pinned_playlist_is_held_to_its_version(talks: Talks, site: Site) -> None:
    talks.build(steps=STEPS)
    version = talks.project().observe("talks").version
    registry = talks.sources / "sources.yaml"
    plain = registry.read_text()
    asked = len(site.asked)
    registry.write_text(plain.replace("playlist: {", f"playlist: {{pinned: '{version}', "))
    assert talks.build(steps=STEPS).exit_code == 0
    assert len(site.asked) == asked
    registry.write_text(plain.replace("playlist: {", f"playlist: {{pinned: '{'0' * 32}', "))
    failed = talks.build(steps=STEPS)
    assert failed.exit_code == 3
    assert [failure.partition for failure in failed.failed] == ["talks"]
    assert "which it is pinned to" in failed.failed[0].error
    registry.write_text(plain)
    again = talks.build(steps=STEPS)
    assert (again.exit_code, again.built) == (0, [])


def test_a_lost_file_is_fetched_anew_and_nothing_is_computed(talks: Talks, site: Site) -> None:
    talks.build(steps=STEPS)
    (talks.acquired() / "a.wav").unlink()
    assert set(stale(talks.project())) == {"audio_files", "voice_recordings"}
    before = site.times("/b.wav")
    again = talks.build(steps=STEPS)
    assert (again.exit_code, again.built) == (0, [])
    assert (talks.acquired() / "a.wav").read_bytes() == SOUND[0]
    assert site.times("/b.wav") == before


def test_a_file_that_was_changed_by_hand_fails_its_source(talks: Talks) -> None:
    talks.build(steps=STEPS)
    (talks.acquired() / "a.wav").write_bytes(SOUND[0][:-1] + b"\x01")
    failed = talks.build(steps=STEPS)
    assert failed.exit_code == 3
    assert "the file is not what was acquired" in failed.failed[0].error


def test_warehouses_may_share_what_was_fetched(talks: Talks, site: Site, tmp_path: Path) -> None:
    talks.settings["playlists"]["cache"] = str(tmp_path / "shared")
    talks.with_playlists(talks=f"{site.url}/feed.xml")
    talks.build(steps=STEPS)
    asked = len(site.asked)
    other = Talks(tmp_path / "other", rows={}, settings=talks.settings).with_playlists(talks=f"{site.url}/feed.xml")
    assert other.build(steps=STEPS).exit_code == 0
    assert len(site.asked) == asked
    assert other.state()["audio_files[talks]"] == talks.state()["audio_files[talks]"]


def test_playlists_can_be_chosen_and_left_out(tmp_path: Path, site: Site) -> None:
    settings: dict[str, dict[str, Any]] = {"playlists": dict(QUICK), "sources": {"only": ["playlist"]}}
    project = Talks(tmp_path / "project", rows={"alpha": (1, 2)}, settings=settings)
    project.with_playlists(one=site.feed("/a.wav", name="/one.xml"), two=site.feed("/b.wav", name="/two.xml"))
    assert project.project().sources == ("one", "two")
    assert set(rows_of(project.build(steps=STEPS[:1], sources=["two"]))) == {("audio_files", "two")}
    assert site.times("/one.xml") == 0
    with project.active(), pytest.raises(UsageError, match="source 'alpha' is left out"):
        fetch_playlists(project.project(), ["alpha"])


def test_fetch_tells_what_came_and_fails_with_a_playlist_that_cannot_be_read(tmp_path: Path, site: Site) -> None:
    project = Talks(tmp_path / "project", rows={"alpha": (1, 2)}, settings={"playlists": dict(QUICK)})
    project.with_playlists(good=site.feed("/a.wav", "/gone.wav"), lost=f"{site.url}/lost.xml")
    done = project.pixel_here("sources", "fetch", "--json")
    assert done.returncode == 3, done.stderr
    good, lost = json.loads(done.stdout)
    assert good["version"] == project.project().observe("good").version
    assert good | {"version": ""} == {
        "source": "good", "items": 2, "new": ["a"], "failed": {"gone": "unavailable"}, "version": "", "error": None,
    }  # fmt: skip
    assert (lost["source"], "cannot be read" in lost["error"]) == ("lost", True)
    shown = project.pixel_here("sources", "fetch", "good")
    assert shown.returncode == 0
    assert "good  0 new of 2 items" in shown.stdout
    wrong = project.pixel_here("sources", "fetch", "alpha")
    assert wrong.returncode == 2
    assert "source 'alpha' is no playlist" in wrong.stderr


def test_an_interrupted_build_keeps_what_came(talks: Talks, site: Site) -> None:
    released = threading.Event()

    def hold() -> None:
        released.wait(60)

    site.resources["/b.wav"].when_asked = [hold, hold]
    process = subprocess.Popen(
        talks.command("build", "audio_files"), cwd=talks.root, env=talks.environment() | {"PIXEL_PLAYLISTS_TIMEOUT": "60"}
    )
    with process:
        until = time.monotonic() + 60
        while site.times("/b.wav") == 0 and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=240) not in (0, 3)
    released.set()
    site.resources["/b.wav"].when_asked.clear()
    playlist = talks.project().registry.sources["talks"].playlist
    assert playlist
    assert not is_acquired(talks.project(), playlist)
    before = site.times("/a.wav")
    assert rows_of(talks.build(steps=STEPS))["audio_files", "talks"] == (2, 2)
    assert site.times("/a.wav") == before


def test_what_is_said_in_a_playlist_is_transcribed_once(talks: Talks, site: Site, shared_data: Path) -> None:
    spoken = shared_data / "voice" / "libri"
    for number in (0, 1):
        data = (spoken / f"2412-153948-000{number}.flac").read_bytes()
        site.resources[f"/talk{number}.flac"] = Resource(data, "audio/flac")
    transcribed = [*STEPS, *(step for step in GRAPH.steps if step.name == "voice_transcripts")]
    site.feed("/talk0.flac")
    assert rows_of(talks.build(steps=transcribed))["voice_transcripts", None] == (1, 1)
    site.feed("/talk0.flac", "/talk1.flac")
    fetch_playlists(talks.project(), [])
    assert rows_of(talks.build(steps=transcribed))["voice_transcripts", None] == (2, 1)
    texts = talks.project().table("voice_transcripts").read(["source", "file", "text"]).sort_by("file").to_pylist()
    assert [(row["source"], row["file"]) for row in texts] == [("talks", "talk0.flac"), ("talks", "talk1.flac")]
    assert all(len(row["text"].split()) > 15 for row in texts)
    assert talks.build(steps=transcribed).built == []
