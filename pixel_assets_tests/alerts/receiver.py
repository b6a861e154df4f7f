"""A server on this machine that takes messages, and says no when it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, in order; ``status`` is what the next messages are answered with, and only 200 keeps them."""

    port: int = 0
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def url(self, path: str = "hook") -> str:
        """Its address, as apprise writes it."""
        return f"json://localhost:{self.port}/{path}"

    @property
    def titles(self) -> list[str]:
        """The titles of what came."""
        return [message["title"] for message in self.got]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A server in a thread of its own, on any free port."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.status == 200:
                found.got.append(json.loads(body))
            else:
                found.refused += 1
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
