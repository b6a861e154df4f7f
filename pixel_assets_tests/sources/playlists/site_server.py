"""A small site on this machine: a podcast's feed, pages with subtitles, and every way in which sites misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Resource:
    """What an address gives, and how it misbehaves on the way."""

    body: bytes = b""
    kind: str = "audio/wav"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    busy: int = 0  # so many requests are answered with 429 first
    breaks_at: list[int] = field(default_factory=list)  # the transfers in turn that end after so many bytes
    ranges: bool = True  # whether parts can be asked for
    when_asked: list[Callable[[], None]] = field(default_factory=list)  # what happens at the requests in turn


@dataclass
class Site:
    """The site, and what it was asked for: paths with the range, in order."""

    resources: dict[str, Resource] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def feed(self, *paths: str, name: str = "/feed.xml", licence: str = "") -> str:
        """A podcast whose episodes are the files at ``paths``; gives its address. A path without a suffix is a page."""
        episodes = "".join(
            f"<item><title>Episode</title><guid>{path.strip('/').partition('.')[0]}</guid>"
            + (f"<enclosure url='{self.url}{path}' type='audio/wav'/>" if "." in path else f"<link>{self.url}{path}</link>")
            + "</item>"
            for path in paths
        )
        body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Talks</title>{licence}{episodes}</channel></rss>"
        self.resources[name] = Resource(body.encode(), "application/rss+xml")
        return self.url + name

    def page(self, path: str, audio: str, **subtitles: str) -> None:
        """A page that plays ``audio`` with subtitles by language."""
        tracks = "".join(f"<track kind='subtitles' srclang='{lang}' src='{at}'>" for lang, at in subtitles.items())
        body = f"<html><head><title>Talk</title></head><body><audio src='{audio}'>{tracks}</audio></body></html>"
        self.resources[path] = Resource(body.encode(), "text/html")

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked == path for asked, _ in self.asked)


@contextmanager
def running() -> Iterator[Site]:
    """A site that runs until the block ends."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            site.asked.append((self.path, asked))
            resource = site.resources.get(self.path, Resource(status=404))
            if resource.when_asked:
                resource.when_asked.pop(0)()
            if resource.busy:
                resource.busy -= 1
                self._answer(429, b"", resource)
            elif resource.status != 200:
                self._answer(resource.status, b"", resource)
            elif asked and resource.ranges:
                start = int(asked.removeprefix("bytes=").partition("-")[0])
                size = len(resource.body)
                self._answer(206, resource.body[start:], resource, f"bytes {start}-{size - 1}/{size}")
            else:
                self._answer(200, resource.body, resource)

        def _answer(self, status: int, body: bytes, resource: Resource, part: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", resource.kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (resource.headers | ({"Content-Range": part} if part else {})).items():
                self.send_header(name, value)
            self.end_headers()
            if status in (200, 206) and resource.breaks_at:
                body = body[: resource.breaks_at.pop(0)]
            with suppress(OSError):  # whoever looks at the kind of a file alone reads no further
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
