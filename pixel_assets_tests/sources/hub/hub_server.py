"""A small hub on 127.0.0.1: enough of the protocol for the real clients, and faults on demand.

Repositories are folders of bytes at one commit. It counts what it is asked, and can cut a body after some bytes,
answer with an error, stall, or give other content than before.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

NAME = r"(?P<repo>[\w.-]+/[\w.-]+)"
INFO = re.compile(rf"/api/datasets/{NAME}(?:/revision/(?P<rev>[^/]+))?\Z")
TREE = re.compile(rf"/api/datasets/{NAME}/tree/(?P<rev>[^/]+)(?:/(?P<path>.*))?\Z")
PATHS = re.compile(rf"/api/datasets/{NAME}/paths-info/(?P<rev>[^/]+)\Z")
STORED = re.compile(rf"/store/{NAME}/(?P<path>.*)\Z")
FILE = re.compile(rf"/datasets/{NAME}/resolve/(?P<rev>[^/]+)/(?P<path>.*)\Z")


@dataclass
class Fault:
    """What goes wrong with requests whose path ends with ``suffix``, so many ``times``."""

    suffix: str
    times: int = 1
    status: int = 0  # answer with this
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None  # send so many bytes of the body, then close the connection
    stall: float = 0.0  # say nothing for so many seconds
    content: bytes | None = None  # give this instead
    skip: int = 0  # let so many requests pass before


@dataclass
class Repository:
    """One dataset at one commit."""

    files: dict[str, bytes]
    refused: int = 0  # 401, 403 or 404 for everything
    error_code: str = ""
    stored_elsewhere: bool = False  # files come from another host, to which this one redirects
    faults: list[Fault] = field(default_factory=list)

    @property
    def sha(self) -> str:
        """The commit."""
        digest = hashlib.sha1(usedforsecurity=False)
        for name, content in sorted(self.files.items()):
            digest.update(name.encode() + b"\0" + content)
        return digest.hexdigest()


def etag(content: bytes) -> str:
    """What git calls the content of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class HubServer(ThreadingHTTPServer):
    """Serves repositories; ``requests`` has one line for each request."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []
        self.tokens: set[tuple[str, str]] = set()  # host that was asked, and what was shown to it
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, name: str, files: dict[str, bytes], **options: Any) -> Repository:
        """Serve a dataset."""
        self.repositories[name] = Repository(files, **options)
        return self.repositories[name]

    def asked(self, name: str) -> list[str]:
        """The requests for a dataset."""
        return [request for request in self.requests if f"/{name}" in request]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def running(server: HubServer) -> Iterator[HubServer]:
    """Serve in a thread."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HubServer

    def log_message(self, *_: Any) -> None:
        """Keep standard error for the tests."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes = b"") -> None:
        split = urlsplit(self.path)
        path = unquote(split.path)
        asked_range = self.headers.get("Range", "")
        with self.server.lock:
            self.server.requests.append(f"{self.command} {path} {asked_range}".strip())
            if self.headers.get("Authorization"):
                self.server.tokens.add((self.headers["Host"].partition(":")[0], self.headers["Authorization"]))
        found = next((match for pattern in (TREE, PATHS, FILE, STORED, INFO) if (match := pattern.match(path))), None)
        repository = self.server.repositories.get(found["repo"]) if found else None
        if found is None or repository is None:
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"} if found else {})
        if repository.refused and (found.re is FILE or repository.error_code != "GatedRepo"):
            return self._send(repository.refused, b"{}", {"X-Error-Code": repository.error_code})
        elsewhere = repository.stored_elsewhere and found.re is FILE and found["path"].startswith("data/")
        if elsewhere and found["path"] in repository.files:
            return self._redirect(repository, found["repo"], found["path"])
        fault = self._fault(repository, path)
        if fault and fault.stall:
            time.sleep(fault.stall)
        if fault and fault.status:
            return self._send(fault.status, b"{}", fault.headers)
        if found.re is not STORED and found["rev"] not in (None, "main", repository.sha):
            return self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        if found.re in (FILE, STORED):
            return self._file(repository, found["path"], asked_range, fault)
        if found.re is INFO:
            siblings = [{"rfilename": name} for name in sorted(repository.files)]
            answer: Any = {"id": found["repo"], "sha": repository.sha, "siblings": siblings, "private": False, "tags": []}
        elif found.re is TREE:
            answer = self._tree(repository, found["path"] or "", "recursive" in parse_qs(split.query))
            if answer is None:
                return self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"})
        else:
            wanted = json.loads(body)["paths"] if body.startswith(b"{") else parse_qs(body.decode())["paths"]
            answer = [entry for entry in self._tree(repository, "", True) or [] if entry["path"] in wanted]
        self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _redirect(self, repository: Repository, name: str, path: str) -> None:
        content = repository.files[path]
        headers = {
            "Location": f"http://localhost:{self.server.server_address[1]}/store/{name}/{path}",
            "X-Repo-Commit": repository.sha,
            "X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"',
            "X-Linked-Size": str(len(content)),
        }
        self._send(302, b"", headers)

    def _fault(self, repository: Repository, path: str) -> Fault | None:
        with self.server.lock:
            for fault in repository.faults:
                if fault.times and path.endswith(fault.suffix) and (self.command == "GET" or fault.status):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None

    @staticmethod
    def _tree(repository: Repository, folder: str, recursive: bool) -> list[dict[str, Any]] | None:
        prefix = folder.strip("/") + "/" if folder.strip("/") else ""
        entries: dict[str, dict[str, Any]] = {}
        for name, content in sorted(repository.files.items()):
            if not name.startswith(prefix):
                continue
            parts = name.removeprefix(prefix).split("/")
            for depth in range(1, len(parts)):
                inner = prefix + "/".join(parts[:depth])
                if recursive or depth == 1:
                    entries[inner] = {"type": "directory", "path": inner, "oid": "0" * 40, "size": 0}
            if recursive or len(parts) == 1:
                entries[name] = {"type": "file", "path": name, "oid": etag(content), "size": len(content)}
        return list(entries.values()) if entries else None

    def _file(self, repository: Repository, path: str, asked_range: str, fault: Fault | None) -> None:
        content = repository.files.get(path)
        common = {"X-Repo-Commit": repository.sha, "Accept-Ranges": "bytes"}
        if content is None:
            return self._send(404, b"", common | {"X-Error-Code": "EntryNotFound"})
        if fault and fault.content is not None:
            content = fault.content
        headers = common | {"ETag": f'"{etag(content)}"'}
        found = re.match(r"bytes=(\d+)-(\d*)", asked_range)
        if not found:
            return self._send(200, content, headers, fault)
        start, end = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
        if start >= len(content):
            return self._send(416, b"", headers | {"Content-Range": f"bytes */{len(content)}"})
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        self._send(206, content[start : end + 1], headers, fault)

    def _send(self, status: int, body: bytes, headers: dict[str, str], fault: Fault | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault and fault.cut is not None and fault.cut < len(body):
            self.wfile.write(body[: fault.cut])
            self.wfile.flush()
            self.close_connection = True
            return
        self.wfile.write(body)
