"""What a registry entry may say of a playlist, and what the words of sites mean."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest
from pydantic import ValidationError
from yt_dlp.utils import (  # type: ignore[import-untyped]  # it has no types
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    UnavailableVideoError,
)

from pixel_assets.sources.playlists import Playlist
from pixel_assets.sources.playlists.problems import DiskFailure, failure_of

URL = "https://example.org/feed.xml"


@pytest.mark.parametrize("items", ["1", "1:50", "1-50", "3:", ":5", "-5:", "1,3,7:9", "1:100:2"])
def test_a_selection_of_items_is_numbers_and_ranges(items: str) -> None:
    assert Playlist(url=URL, items=items).items == items


@pytest.mark.parametrize("items", ["", "all", "1,,2", "1,", "1:2:0", "1;2"])
def test_what_selects_no_items_is_an_error(items: str) -> None:
    with pytest.raises(ValidationError, match="String should match pattern"):
        Playlist(url=URL, items=items)


@pytest.mark.parametrize(
    "fields",
    [{"url": "file:///etc/passwd"}, {"url": "example.org"}, {"pinned": "main"}, {"itmes": "1"}],
)
def test_other_mistakes_are_errors(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Playlist(**{"url": URL} | fields)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Private video. Sign in if you've been granted access to this video", "private"),
        ("This video is only available to members-only", "private"),
        ("Sign in to confirm your age. This video may be inappropriate for some users.", "age_restricted"),
        ("The uploader has not made this video available in your country", "geo_blocked"),
        ("Video unavailable. This video has been removed by the uploader", "unavailable"),
        ("This account has been terminated", "unavailable"),
        ("Unable to download webpage: HTTP Error 404: Not Found", "unavailable"),
        ("Unable to download webpage: HTTP Error 502: Bad Gateway", "network"),
        ("Unable to download API page: The read operation timed out", "network"),
        ("This video is DRM protected", "unsupported"),
        ("No video formats found!", "unsupported"),
    ],
)
def test_the_words_of_sites_have_a_meaning(words: str, reason: str) -> None:
    assert failure_of(DownloadError(f"ERROR: {words}")).reason == reason


def test_what_is_said_of_a_failure_holds_nothing_of_the_site() -> None:
    found = failure_of(ExtractorError("Ada Example's talk is private: https://example.org/1", expected=True))
    assert (found.reason, found.detail) == ("private", "ExtractorError")
    assert failure_of(GeoRestrictedError("not here", countries=["DE"])).detail == "refused where this runs"


def test_a_full_disk_is_no_fault_of_an_item() -> None:
    with pytest.raises(DiskFailure):
        failure_of(DownloadError("ERROR: unable to write data: [Errno 28] No space left on device"))
    error = UnavailableVideoError()
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(DiskFailure):
        failure_of(error)


def test_an_entry_of_the_registry_loads_no_downloader() -> None:
    code = "import sys, pixel_assets.sources.playlists; print('yt_dlp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
