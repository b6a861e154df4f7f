"""Several playlists at once: one that fails leaves the others alone, and all of them can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixel_assets.errors import SourceError
from pixel_assets.sources.playlists.items import Acquired, folder_of
from pixel_assets.sources.playlists.limits import PlaylistLimits
from pixel_assets.sources.playlists.together import Outcome, acquire_all
from pixel_assets.sources.source import Playlist
from pixel_assets_tests.sources.playlists.site_server import Resource, Site, running
from pixel_assets_tests.speech.sounds import babble, encoded

QUICK = PlaylistLimits(bytes_per_second=None, sleep=0.0, attempts=2, max_wait=0.05, timeout=5.0)
SOUND = encoded(babble(0, 1), "wav")


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        found.resources |= {f"/{name}.wav": Resource(SOUND) for name in "abc"}
        yield found


def acquire(
    playlists: dict[str, Playlist], cache: Path, parallel: int, stop: threading.Event | None = None
) -> dict[str, Outcome]:
    return acquire_all(playlists, cache, QUICK, parallel, lambda source, message: None, stop or threading.Event())


@pytest.mark.parametrize("parallel", [1, 4])
def test_each_playlist_has_an_outcome_of_its_own(site: Site, tmp_path: Path, parallel: int) -> None:
    playlists = {name: Playlist(url=site.feed(f"/{name}.wav", name=f"/{name}.xml")) for name in "abc"}
    site.resources["/b.xml"] = Resource(status=404)
    found = acquire(playlists, tmp_path, parallel)
    assert list(found) == ["a", "b", "c"]
    assert isinstance(found["b"], SourceError)
    for name in "ac":
        there = found[name]
        assert isinstance(there, Acquired)
        assert there.files == (folder_of(playlists[name], tmp_path) / f"{name}.wav",)


def test_two_sources_may_share_a_playlist(site: Site, tmp_path: Path) -> None:
    playlist = Playlist(url=site.feed("/a.wav", "/b.wav"))
    found = acquire({"one": playlist, "two": playlist}, tmp_path, 2)
    assert found["one"] == found["two"]
    assert site.times("/a.wav") == 2  # a look at its kind, and the file, once


def test_a_stop_ends_those_that_wait_as_well(site: Site, tmp_path: Path) -> None:
    stop = threading.Event()
    playlists = {name: Playlist(url=site.feed(f"/{name}.wav", name=f"/{name}.xml")) for name in "abc"}
    site.resources["/a.wav"].when_asked = [stop.set]
    found = acquire(playlists, tmp_path, 1, stop)
    assert [isinstance(there, SourceError) and "was stopped" in there.what for there in found.values()] == [True] * 3
    assert site.times("/c.xml") == 0
