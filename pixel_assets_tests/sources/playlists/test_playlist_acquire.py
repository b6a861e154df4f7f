"""Playlists through yt-dlp, from a site on this machine: what comes in, what is asked for again, and what is said of the rest."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from pixel_assets.errors import SourceError, WarehouseError
from pixel_assets.sources.playlists import (
    Acquired,
    Playlist,
    PlaylistLimits,
    acquire_playlist,
    folder_of,
    look_up,
    playlist_version,
)
from pixel_assets.speech.recordings import Candidate, Recording, find_candidates, measure
from pixel_assets_tests.sources.playlists.site_server import Resource, Site, running
from pixel_assets_tests.speech.sounds import babble, encoded

QUICK = PlaylistLimits(bytes_per_second=None, sleep=0.0, attempts=3, max_wait=0.05, timeout=5.0)
SOUND = {seed: encoded(babble(seed, 2), "wav") for seed in range(3)}
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada>It was hard.\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        found.resources |= {"/a.wav": Resource(SOUND[0]), "/b.wav": Resource(SOUND[1])}
        yield found


def acquire(url: str, folder: Path, limits: PlaylistLimits = QUICK, **chosen: Any) -> Acquired:
    return acquire_playlist(Playlist(url=url, **chosen), folder, limits, lambda done, total: None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_feed_becomes_a_folder_of_audio(site: Site, tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    playlist = Playlist(url=site.feed("/b.wav", "/a.wav"))
    found = acquire_playlist(playlist, tmp_path, QUICK, lambda done, total: said.append((done, total)))
    assert names(tmp_path) == ["a.wav", "b.wav", "items.json"]
    assert (tmp_path / "a.wav").read_bytes() == SOUND[0]
    assert [(item.id, item.file, item.sha256, item.bytes, item.reason) for item in found.items] == [
        ("a", "a.wav", hashlib.sha256(SOUND[0]).hexdigest(), len(SOUND[0]), None),
        ("b", "b.wav", hashlib.sha256(SOUND[1]).hexdigest(), len(SOUND[1]), None),
    ]
    assert said == [(0, 2), (1, 2), (2, 2)]
    assert look_up(tmp_path) == found
    assert isinstance(measure(found.files[0]), Recording)


def test_an_item_that_cannot_be_had_is_a_row_and_stops_nothing(site: Site, tmp_path: Path) -> None:
    site.resources |= {
        "/private.wav": Resource(status=403),
        "/blocked.wav": Resource(status=451),
        "/broken.wav": Resource(status=503),
        "/text.wav": Resource(b"<html><body>nothing to hear</body></html>", "text/html"),
    }
    found = acquire(site.feed("/gone.wav", "/private.wav", "/blocked.wav", "/broken.wav", "/text.wav", "/a.wav"), tmp_path)
    assert [(item.id, item.reason, item.detail) for item in found.items] == [
        ("a", None, None),
        ("blocked", "geo_blocked", "HTTP 451"),
        ("broken", "network", "HTTP 503"),
        ("gone", "unavailable", "HTTP 404"),
        ("private", "private", "HTTP 403"),
        ("text", "unsupported", "yt-dlp finds no media at the address"),
    ]
    assert [item.id for item in found.failed] == ["blocked", "broken", "gone", "private", "text"]
    assert site.times("/broken.wav") >= QUICK.attempts
    assert names(tmp_path) == ["a.wav", "items.json"]


def test_notes_hold_no_address_and_no_title(site: Site, tmp_path: Path) -> None:
    acquire(site.feed("/a.wav", "/gone.wav"), tmp_path)
    text = (tmp_path / "items.json").read_text()
    assert "127.0.0.1" not in text
    assert "Episode" not in text
    assert orjson.loads(text)["items"][0].keys() == {
        *("id", "file", "sha256", "bytes", "seconds", "licence", "subtitles", "reason", "detail")
    }


def test_a_rerun_asks_for_new_items_alone(site: Site, tmp_path: Path) -> None:
    acquire(site.feed("/a.wav"), tmp_path)
    before = site.times("/a.wav")
    found = acquire(site.feed("/a.wav", "/b.wav"), tmp_path)
    assert [item.id for item in found.items] == ["a", "b"]
    assert site.times("/a.wav") == before


def test_a_rerun_asks_again_for_what_failed(site: Site, tmp_path: Path) -> None:
    url = site.feed("/a.wav", "/late.wav")
    first = acquire(url, tmp_path)
    site.resources["/late.wav"] = Resource(SOUND[2])
    second = acquire(url, tmp_path)
    assert [item.reason for item in first.items] == [None, "unavailable"]
    assert [item.reason for item in second.items] == [None, None]


def test_what_the_site_no_longer_lists_stays(site: Site, tmp_path: Path) -> None:
    acquire(site.feed("/a.wav", "/b.wav"), tmp_path)
    assert [item.id for item in acquire(site.feed("/b.wav"), tmp_path).items] == ["a", "b"]


def test_a_lost_file_is_acquired_anew(site: Site, tmp_path: Path) -> None:
    first = acquire(site.feed("/a.wav", "/b.wav"), tmp_path)
    (tmp_path / "a.wav").unlink()
    assert look_up(tmp_path) is None
    assert playlist_version(tmp_path) is None
    assert acquire(site.feed("/a.wav", "/b.wav"), tmp_path) == first


def test_the_version_is_that_of_the_content(site: Site, tmp_path: Path) -> None:
    one = acquire(site.feed("/a.wav", "/b.wav"), tmp_path / "one").version
    other = acquire(site.feed("/b.wav", "/a.wav", name="/other.xml"), tmp_path / "other").version
    assert one == other == playlist_version(tmp_path / "one")
    site.resources["/b.wav"] = Resource(SOUND[2])
    assert acquire(site.feed("/a.wav", "/b.wav"), tmp_path / "new").version != one


@pytest.mark.parametrize("ranges", [True, False])
def test_a_transfer_that_breaks_off_goes_on(site: Site, tmp_path: Path, ranges: bool) -> None:
    # The first request looks at the kind of the file alone.
    site.resources["/cut.wav"] = Resource(SOUND[2], breaks_at=[10**9, 40_000, 15_000], ranges=ranges)
    found = acquire(site.feed("/cut.wav"), tmp_path)
    assert found.files[0].read_bytes() == SOUND[2]
    asked = [part for path, part in site.asked if path == "/cut.wav"]
    assert len([part for part in asked if part]) == 2
    starts = [int(part.removeprefix("bytes=").rstrip("-")) for part in asked if part]
    assert 0 < starts[0] <= 40_000
    assert (starts[1] > starts[0]) == ranges  # without ranges it begins anew each time


def test_what_a_stopped_run_left_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    site.resources["/cut.wav"] = Resource(SOUND[2], breaks_at=[10**9, 40_000, 0])
    url, once = site.feed("/a.wav", "/cut.wav"), PlaylistLimits(None, 0.0, 1, 0.0, 5.0)
    stop = threading.Event()

    def stop_after_one(done: int, total: int) -> None:
        if done == 1:
            stop.set()

    with pytest.raises(SourceError, match="was left, because the build was stopped"):
        acquire_playlist(Playlist(url=url), tmp_path, once, stop_after_one, stop)
    assert look_up(tmp_path) is None
    assert names(tmp_path) == []
    before = site.times("/a.wav")
    assert [item.reason for item in acquire(url, tmp_path, once).items] == [None, "network"]
    found = acquire(url, tmp_path, once)
    assert [path.read_bytes() for path in found.files] == [SOUND[0], SOUND[2]]
    assert site.times("/a.wav") == before
    assert [part for path, part in site.asked if path == "/cut.wav" and part] != []
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_a_transfer_can_be_stopped_in_the_middle(site: Site, tmp_path: Path) -> None:
    stop = threading.Event()
    site.resources["/a.wav"] = Resource(SOUND[0], when_asked=[lambda: None, stop.set])
    with pytest.raises(SourceError, match="was left, because the build was stopped"):
        acquire_playlist(Playlist(url=site.feed("/a.wav")), tmp_path, QUICK, lambda done, total: None, stop)
    assert [path.name for path in (tmp_path / ".incoming").iterdir()] == ["a.wav.part"]
    assert acquire(site.feed("/a.wav"), tmp_path).files[0].read_bytes() == SOUND[0]


def test_an_interrupt_is_heard_and_what_was_acquired_is_kept(site: Site, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    playlist = Playlist(url=site.feed("/a.wav", "/b.wav"))
    with pytest.raises(KeyboardInterrupt):
        acquire_playlist(playlist, tmp_path, QUICK, interrupt)
    before = site.times("/a.wav")
    assert len(acquire_playlist(playlist, tmp_path, QUICK, lambda done, total: None).files) == 2
    assert site.times("/a.wav") == before


def test_a_site_that_is_busy_is_asked_again(site: Site, tmp_path: Path) -> None:
    site.resources["/a.wav"] = Resource(SOUND[0], busy=2, headers={"Retry-After": "0"})
    feed = site.feed("/a.wav")
    site.resources["/feed.xml"].busy = 2
    assert [item.reason for item in acquire(feed, tmp_path).items] == [None]


def test_a_site_that_asks_for_too_much_patience_is_left(site: Site, tmp_path: Path) -> None:
    site.resources["/a.wav"] = Resource(status=429, headers={"Retry-After": "3600"})
    (item,) = acquire(site.feed("/a.wav"), tmp_path).items
    assert (item.reason, item.detail) == ("network", "HTTP 429")


def test_a_choice_of_items_is_a_playlist_of_its_own(site: Site, tmp_path: Path) -> None:
    url = site.feed("/gone.wav", "/a.wav", "/b.wav")
    assert [item.id for item in acquire(url, tmp_path, items="2:3").items] == ["a", "b"]
    folders = {folder_of(Playlist(url=url, items=items), tmp_path) for items in (None, "2:3", "1")}
    assert len(folders) == 3
    assert folder_of(Playlist(url=url, pinned="0" * 32), tmp_path) == folder_of(Playlist(url=url), tmp_path)


def test_items_under_one_id_are_not_mixed_up(site: Site, tmp_path: Path) -> None:
    site.resources["/a.flac"] = Resource(encoded(babble(5, 2), "flac"), "audio/flac")
    found = acquire(site.feed("/a.wav", "/a.flac", "/a.wav"), tmp_path)
    assert len(found.files) == 2
    assert sorted(path.suffix for path in found.files) == [".flac", ".wav"]


@pytest.mark.parametrize("ident", ["../../escape", "https://example.org/?p=1", "items", "ü", ".hidden"])
def test_ids_that_are_no_names_of_files_are_hashed(site: Site, tmp_path: Path, ident: str) -> None:
    url = site.feed("/a.wav")
    feed = site.resources["/feed.xml"]
    feed.body = feed.body.replace(b"<guid>a<", f"<guid>{ident}<".encode())
    (item,) = acquire(url, tmp_path / "deep").items
    assert item.id == hashlib.sha256(ident.encode()).hexdigest()[:16]
    assert names(tmp_path) == ["deep"]


def test_subtitles_lie_beside_the_audio(site: Site, tmp_path: Path) -> None:
    site.resources["/en.vtt"] = Resource(VTT, "text/vtt")
    site.page("/talk", "/a.wav", en="/en.vtt", de="/de.vtt")
    (item,) = acquire(site.feed("/talk"), tmp_path).items
    assert [(part.file, part.automatic) for part in item.subtitles] == [("talk.en.vtt", False)]
    assert (tmp_path / "talk.en.vtt").read_bytes() == VTT
    assert find_candidates(tmp_path) == [Candidate(tmp_path / "talk.wav", tmp_path / "talk.en.vtt")]


def test_subtitles_that_cannot_be_had_cost_no_recording(site: Site, tmp_path: Path) -> None:
    site.page("/talk", "/a.wav", en="/gone.vtt")
    (item,) = acquire(site.feed("/talk"), tmp_path).items
    assert (item.file, item.subtitles, item.detail) == ("talk.wav", (), "subtitles (en): unavailable, HTTP 404")


def test_other_languages_are_left_alone(site: Site, tmp_path: Path) -> None:
    site.resources["/en.vtt"] = Resource(VTT, "text/vtt")
    site.page("/talk", "/a.wav", en="/en.vtt")
    (item,) = acquire(site.feed("/talk"), tmp_path, subtitles=("de",)).items
    assert (item.subtitles, site.times("/en.vtt")) == ((), 0)


def test_a_list_in_a_list_is_not_followed(site: Site, tmp_path: Path) -> None:
    site.feed("/a.wav", "/b.wav", name="/inner")
    (item,) = acquire(site.feed("/inner", name="/outer.xml"), tmp_path).items
    assert (item.reason, names(tmp_path)) == ("unsupported", ["items.json"])


def test_other_kinds_of_lists_are_read_too(site: Site, tmp_path: Path) -> None:
    tracks = "".join(f"<track><location>{site.url}/{name}.wav</location></track>" for name in "ab")
    body = f"<?xml version='1.0'?><playlist version='1' xmlns='http://xspf.org/ns/0/'><trackList>{tracks}</trackList></playlist>"
    site.resources["/list.xspf"] = Resource(body.encode(), "application/xspf+xml")
    found = acquire(f"{site.url}/list.xspf", tmp_path)
    assert sorted(path.read_bytes() for path in found.files) == sorted([SOUND[0], SOUND[1]])
    assert acquire(f"{site.url}/list.xspf", tmp_path) == found


def test_a_single_file_is_a_list_of_one(site: Site, tmp_path: Path) -> None:
    assert [path.read_bytes() for path in acquire(f"{site.url}/a.wav", tmp_path).files] == [SOUND[0]]


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (Resource(status=404), r"unavailable \(HTTP 404\)"),
        (Resource(status=500), r"network \(HTTP 500\)"),
        (Resource(b"<html>nothing</html>", "text/html"), r"unsupported \(yt-dlp finds no media at the address\)"),
    ],
)
def test_a_playlist_that_cannot_be_read_is_an_error_and_what_is_there_stays(
    site: Site, tmp_path: Path, resource: Resource, said: str
) -> None:
    url = site.feed("/a.wav")
    before = acquire(url, tmp_path)
    site.resources["/feed.xml"] = resource
    with pytest.raises(SourceError, match=said):
        acquire(url, tmp_path)
    assert look_up(tmp_path) == before


def test_a_site_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with running() as closed:
        url = closed.feed("/a.wav")
    with pytest.raises(SourceError, match=r"cannot be read: network \(TransportError\)"):
        acquire(url, tmp_path)


def test_a_pinned_playlist_that_is_there_is_not_asked_for(site: Site, tmp_path: Path) -> None:
    url = site.feed("/a.wav")
    found = acquire(url, tmp_path)
    before = len(site.asked)
    assert acquire(url, tmp_path, pinned=found.version) == found
    assert len(site.asked) == before


def test_a_playlist_that_is_not_what_it_is_pinned_to_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the playlist has the version [0-9a-f]{32} \(expected 0{32}, which it is pinned to\)"):
        acquire(site.feed("/a.wav"), tmp_path, pinned="0" * 32)


def test_a_folder_that_cannot_be_written_is_an_error_of_its_own(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WarehouseError, match="files of a playlist cannot be written"):
        acquire(site.feed("/a.wav"), tmp_path / "file")


def test_a_limit_on_the_rate_is_handed_on(site: Site, tmp_path: Path) -> None:
    limits = PlaylistLimits(10_000_000, 0.001, 2, 0.05, 5.0)
    assert acquire(site.feed("/a.wav"), tmp_path, limits).files[0].read_bytes() == SOUND[0]
