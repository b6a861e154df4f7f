"""What answers of the hub say."""

from __future__ import annotations

import httpx2
import pytest

from pixel_assets.sources.hub.answers import asked_wait, content_range, dataset_of, etag_of


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"RateLimit": '"api";r=0;t=55'}, 55.0),
        ({"RateLimit": '"api"; r=0; t=55'}, 55.0),
        ({"RateLimit": '"api";r=12;t=55'}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_the_hub_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(httpx2.Response(429, headers=headers)) == seconds


@pytest.mark.parametrize(
    ("path", "dataset"),
    [
        ("/datasets/o/n/resolve/main/data/x.parquet", "o/n"),
        ("/api/datasets/o/n/revision/main", "o/n"),
        ("/api/datasets/o/n", "o/n"),
        ("/api/whoami-v2", ""),
        ("/", ""),
    ],
)
def test_which_dataset_an_address_is_about(path: str, dataset: str) -> None:
    assert dataset_of(path) == dataset


def test_what_a_body_is() -> None:
    answer = httpx2.Response(206, headers={"Content-Range": "bytes 5-9/20", "ETag": 'W/"abc"', "X-Linked-Etag": '"def"'})
    assert content_range(answer) == (5, 9)
    assert (etag_of(answer), etag_of(answer, "X-Linked-Etag")) == ("abc", "def")
    assert (content_range(httpx2.Response(200)), etag_of(httpx2.Response(200))) == (None, None)
