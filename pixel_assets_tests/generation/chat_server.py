"""A server on 127.0.0.1 that speaks ``/v1/chat/completions``: it writes plain conversations, and goes wrong on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pixel_assets.generation.endpoint.tasks import TASKS
from pixel_assets.generation.scenario import Form


def written(form: Form, **changes: Any) -> dict[str, Any]:
    """The answer that a form asks for, with ten turns or two; ``changes`` replace keys."""
    task = TASKS[form]
    count = max(task.fewest_turns, 10 if len(task.stages) > 2 else 2)
    stages = [task.stages[place * len(task.stages) // count] for place in range(count)]
    turns = [
        {"role": ("user", "assistant")[place % 2], "stage": stage, "content": f"What is said in turn {place + 1}."}
        for place, stage in enumerate(stages)
    ]
    return {"turns": turns, "reasoning": "First this, then that." if task.reasoning else None} | changes


@dataclass
class Reply:
    """What the server does with one request; without a content it writes what the form asks for."""

    content: str | None = None
    finish: str = "stop"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    raw: bytes | None = None  # the body, whatever it should be
    stall: float = 0.0  # say nothing for so many seconds
    cut: int | None = None  # close the connection after so many bytes of the body


class ChatServer(ThreadingHTTPServer):
    """``replies`` are used up one by one, then ``write`` answers; ``requests`` has every body, ``keys`` what was shown."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.replies: list[Reply] = []
        self.write: Callable[[dict[str, Any]], Reply] = lambda body: Reply()
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = 0

    @property
    def url(self) -> str:
        """What a client calls the base address."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def running() -> Iterator[ChatServer]:
    """Serve in a thread."""
    server = ChatServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def form_of(body: dict[str, Any]) -> Form:
    """The form that a request asks for."""
    return next(form for form, task in TASKS.items() if task.text in body["messages"][0]["content"])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ChatServer

    def log_message(self, *_: Any) -> None:
        """Keep standard error for the tests."""

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.requests.append(body)
            server.keys.append(self.headers.get("Authorization"))
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
            reply = server.replies.pop(0) if server.replies else server.write(body)
        try:
            time.sleep(reply.stall)
            self._send(reply, body)
        finally:
            with server.lock:
                server.at_once -= 1

    def _send(self, reply: Reply, body: dict[str, Any]) -> None:
        known = self.path == "/v1/chat/completions"
        content = json.dumps(written(form_of(body))) if reply.content is None and known and body["messages"] else reply.content
        message = {"role": "assistant", "content": None if reply.refusal else content, "refusal": reply.refusal}
        answer: dict[str, Any] = {"object": "chat.completion", "choices": [{"message": message, "finish_reason": reply.finish}]}
        status = reply.status if known else 404
        sent = reply.raw or json.dumps(answer if status == 200 else {"error": reply.error}).encode()
        self.send_response(status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent[: reply.cut])
        self.close_connection = reply.cut is not None
