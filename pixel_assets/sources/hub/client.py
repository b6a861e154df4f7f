"""The client of the hub under one rule of patience: every request is tried again here, and nowhere else.

``huggingface_hub`` and ``datasets`` have retries of their own, one inside the other, which add up to half an hour of
waiting. They give up at once on errors that are none of theirs; so this client, which both use, tries again by the
settings, continues a body that was cut off where it ended, and then raises a :class:`SourceError`.
It also refuses content of a commit that differs from what the same commit gave before.
"""

from __future__ import annotations

import logging
import random
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import datasets
import httpx2
import huggingface_hub
from huggingface_hub.utils import logging as hub_logging
from huggingface_hub.utils._http import hf_request_event_hook
from huggingface_hub.utils.tqdm import disable_progress_bars
from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from pixel_assets.errors import SourceError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.hub.answers import (
    CONNECT_SECONDS,
    asked_wait,
    can_continue,
    content_range,
    dataset_of,
    etag_of,
    spoken,
)

RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_PINNED: Final = re.compile(r"/resolve/([0-9a-f]{40})/")

_lock = threading.Lock()
_settings: HubSettings | None = None
_given_up: dict[str, SourceError] = {}  # dataset → why: what is asked for it afterwards fails at once
_etags: dict[str, str] = {}  # path of a file of a commit → what it was
_stopping = threading.Event()


class ContentChanged(SourceError):
    """A file of a pinned commit is not what it was before: what was read of it must not be mixed."""


class _TryAgain(Exception):
    """A failure that may pass; ``wait`` is how many seconds the hub asked for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def use(settings: HubSettings) -> None:
    """Let ``huggingface_hub`` and ``datasets`` use this client, and leave all retries to it."""
    global _settings
    _stopping.clear()
    with _lock:
        if _settings == settings:
            return
        huggingface_hub.set_client_factory(lambda: HubClient(settings))
        datasets.config.STREAMING_READ_MAX_RETRIES = datasets.config.STREAMING_OPEN_MAX_RETRIES = 1
        datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False
        hub_logging.set_verbosity(logging.CRITICAL)  # what fails is said once, in our own words
        disable_progress_bars()
        _settings = settings


def begin(dataset: str, etags: dict[str, str] | None = None) -> None:
    """Start afresh with a dataset; ``etags`` is what its files were when its acquisition was cut off."""
    _given_up.pop(dataset, None)
    for path in etags_of(dataset):
        _etags.pop(path, None)
    _etags.update(etags or {})


def etags_of(dataset: str) -> dict[str, str]:
    """The files of a dataset that were asked for, and what they were."""
    return {path: etag for path, etag in list(_etags.items()) if dataset_of(path) == dataset}


def given_up(dataset: str) -> SourceError | None:
    """Why requests for a dataset were given up, if they were; readers may hide it in errors of their own."""
    return _given_up.get(dataset)


def stop() -> None:
    """End all waiting: what is being acquired in other threads fails soon."""
    _stopping.set()


class HubClient(httpx2.Client):
    """An HTTP client that tries again, within bounds, and resumes bodies that were cut off."""

    def __init__(self, settings: HubSettings) -> None:
        super().__init__(event_hooks={"request": [hf_request_event_hook]}, follow_redirects=True, timeout=None)
        self._patience = settings
        self._backoff = wait_exponential_jitter(initial=min(1.0, settings.max_wait), max=settings.max_wait)

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send a request until it succeeds; raises :class:`SourceError` when patience ends."""
        seconds = self._patience.timeout
        request.extensions["timeout"] = httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)).as_dict()
        if request.method == "GET" and "/resolve/" in request.url.path:
            request.headers["Accept-Encoding"] = "identity"  # a compressed body cannot be continued in the middle
        response = self._until_answered(request, lambda: self._once(request, **options))
        if response.is_closed or not can_continue(request, response):
            return response
        response.stream = _Resumed(self, request, response, options)
        if not stream:
            response.read()
        return response

    def resume(
        self, request: httpx2.Request, position: int, end: int, etag: str | None, fruitless: int, options: dict[str, Any]
    ) -> httpx2.Response:
        """The rest of a body from ``position`` to ``end`` (inclusive), after ``fruitless`` tries without a byte."""
        if fruitless >= self._patience.attempts:
            raise self._give_up(request, _TryAgain("broke off the connection"), fruitless)
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"range"]
        again = httpx2.Request(request.method, request.url, headers=headers, extensions=request.extensions)
        again.headers["Range"] = f"bytes={position}-{end}"

        def once() -> httpx2.Response:
            response = self._once(again, **options)
            start = content_range(response)
            if response.status_code != 206 or start is None or start[0] != position:
                response.close()
                raise _TryAgain(f"answered {response.status_code} when asked for the rest of a file")
            if etag is not None and etag_of(response) not in (None, etag):
                response.close()
                raise self._changed(again)
            return response

        if fruitless > 1:
            _stopping.wait(min(2.0 ** (fruitless - 2), self._patience.max_wait) * random.uniform(0.5, 1.0))
        return self._until_answered(again, once)

    def _until_answered(self, request: httpx2.Request, once: Callable[[], httpx2.Response]) -> httpx2.Response:
        known = given_up(dataset_of(request.url.path))
        if known is not None:
            raise known
        retrying = Retrying(
            stop=stop_after_attempt(self._patience.attempts),
            retry=retry_if_exception_type(_TryAgain),
            wait=self._wait,
            sleep=sleep_using_event(_stopping),
            reraise=True,
        )
        try:
            return retrying(once)
        except _TryAgain as error:
            raise self._give_up(request, error, retrying.statistics.get("attempt_number", 1)) from error

    def _once(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        if _stopping.is_set():
            raise self._give_up(request, _TryAgain("was left, because the build was stopped"), 1)
        try:
            response = super().send(request, stream=True, **options)
            if response.status_code in RETRIED:
                response.close()
                raise self._too_busy(request, response)
            self._require_unchanged(request, response)
            if not can_continue(request, response):
                response.read()  # within the tries: a short answer that is cut off is asked for again
        except httpx2.TransportError as error:
            raise _TryAgain(spoken(error, self._patience.timeout)) from error
        return response

    def _too_busy(self, request: httpx2.Request, response: httpx2.Response) -> Exception:
        wait = asked_wait(response)
        busy = _TryAgain(f"answered {response.status_code}", wait)
        if wait is not None and wait > self._patience.max_wait:
            busy = _TryAgain(f"answered {response.status_code} and asks to wait {wait:,.0f} s, longer than hub.max_wait allows")
            return self._give_up(request, busy, 1)
        return busy

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _TryAgain) else None
        if asked is None:
            return self._backoff(state)
        return asked + random.uniform(0.0, min(1.0, self._patience.max_wait))  # not all come back at once

    def _give_up(self, request: httpx2.Request, error: _TryAgain, tries: int) -> SourceError:
        dataset = dataset_of(request.url.path)
        final = SourceError(
            f"the hub {error}" + (f", {tries} times" if tries > 1 else ""),
            where=f"{request.url.host}, dataset {dataset}" if dataset else request.url.host,
            hint="What was acquired is kept, and the next build goes on from there",
        )
        return _remember(dataset, final)

    def _changed(self, request: httpx2.Request) -> SourceError:
        dataset = dataset_of(request.url.path)
        changed = ContentChanged(
            "a file of the pinned commit changed while it was read",
            where=f"{request.url.host}, dataset {dataset}",
            expected="the same content from the same commit",
            hint="What was read is discarded; build again, and if it happens again, distrust the endpoint or mirror",
        )
        return _remember(dataset, changed)

    def _require_unchanged(self, request: httpx2.Request, response: httpx2.Response) -> None:
        for answer in (*response.history, response):
            pinned = _PINNED.search(answer.url.path)
            if pinned is None or answer.status_code >= 400:
                continue
            etag = etag_of(answer, "X-Linked-Etag") or etag_of(answer)
            before = _etags.setdefault(answer.url.path, etag) if etag else None
            if answer.headers.get("X-Repo-Commit", pinned[1]) != pinned[1] or before != etag:
                response.close()
                raise self._changed(request)


class _Resumed(httpx2.SyncByteStream):
    """The body of a response; when the connection breaks off, the rest of it is asked for."""

    def __init__(self, client: HubClient, request: httpx2.Request, response: httpx2.Response, options: dict[str, Any]) -> None:
        self._client, self._request, self._response, self._options = client, request, response, options
        self._etag = etag_of(response)
        first = content_range(response)
        length = int(response.headers["Content-Length"])
        self._position = first[0] if first else 0
        self._end = self._position + length - 1
        self._stream = response.stream

    def __iter__(self) -> Iterator[bytes]:
        fruitless = 0
        while self._position <= self._end:
            try:
                for chunk in self._stream:  # type: ignore[union-attr]  # a synchronous client has synchronous streams
                    fruitless = 0
                    self._position += len(chunk)
                    yield chunk
                if self._position > self._end:
                    return
            except httpx2.TransportError:
                pass  # what matters is that bytes are missing
            self.close()
            fruitless += 1
            rest = self._client.resume(self._request, self._position, self._end, self._etag, fruitless, self._options)
            self._stream = rest.stream

    def close(self) -> None:
        self._stream.close()  # type: ignore[union-attr]


def _remember(dataset: str, error: SourceError) -> SourceError:
    if dataset:
        _given_up[dataset] = error
    return error
