"""What answers of the hub say: how long to wait, which content they hold, whether more of it could be asked for."""

from __future__ import annotations

import re
from typing import Final

import httpx2

CONNECT_SECONDS: Final = 10.0
_DATASET: Final = re.compile(r"/datasets/([^/]+/[^/@]+)(?:/|\Z)")


def can_continue(request: httpx2.Request, response: httpx2.Response) -> bool:
    """Whether the rest of a body could be asked for: a file in plain bytes of known length."""
    plain = "Content-Encoding" not in response.headers and "Content-Length" in response.headers
    return request.method == "GET" and response.status_code in (200, 206) and plain and "/resolve/" in request.url.path


def content_range(response: httpx2.Response) -> tuple[int, int] | None:
    found = re.match(r"bytes (\d+)-(\d+)", response.headers.get("Content-Range", ""))
    return (int(found[1]), int(found[2])) if found else None


def etag_of(response: httpx2.Response, header: str = "ETag") -> str | None:
    etag: str | None = response.headers.get(header)
    return etag.removeprefix("W/").strip('"') if etag else None


def asked_wait(response: httpx2.Response) -> float | None:
    """Seconds of ``Retry-After``, or until the rate limit of the hub is lifted."""
    after = response.headers.get("Retry-After", "").strip()
    if after.isdigit():
        return float(after)
    limit = re.search(r"\br=0\b.*?\bt=(\d+)", response.headers.get("RateLimit", "").replace(" ", ""))
    return float(limit[1]) if limit else None


def dataset_of(path: str) -> str:
    found = _DATASET.search(path)
    return found[1] if found else ""


def spoken(error: httpx2.TransportError, seconds: float) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return f"did not answer in {seconds:g} s"
    if isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
        return "cannot be reached"
    return "broke off the connection"
