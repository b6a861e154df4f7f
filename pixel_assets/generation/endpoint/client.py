"""Asks a server for answers under one rule of patience, and says in plain words what is wrong with it.

What may pass is tried again: no connection, a busy server, an answer that breaks off. What will not pass, a wrong key or a
model that is not there, is raised at once. Either way it is an :class:`EndpointError`, for it concerns every request.
"""

from __future__ import annotations

import os
import random
import re
import threading
from typing import Any, Final, Literal

import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from pixel_assets.errors import EndpointError
from pixel_assets.generation.endpoint.chat import Answer, Chat
from pixel_assets.generation.endpoint.options import EndpointOptions

RETRIED: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
CONNECT_SECONDS: Final = 10.0
_UNSUPPORTED: Final = frozenset({400, 415, 422, 501})  # how servers refuse a form of answer that they do not know
_NOT_THE_FORM: Final = frozenset({"content_filter", "context_length_exceeded"})
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")

AnswerForm = Literal["json_schema", "json_object", "free"]
_FORMS: Final[tuple[AnswerForm, ...]] = ("json_schema", "json_object", "free")


class _TryAgain(Exception):
    """A failure that may pass; ``wait`` is how many seconds the server asked for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class ChatClient:
    """One server, asked by any number of threads."""

    def __init__(self, options: EndpointOptions) -> None:
        self._options = options
        timeout = httpx2.Timeout(options.timeout, connect=min(CONNECT_SECONDS, options.timeout), pool=None)
        self._http = httpx2.Client(timeout=timeout)
        self._url = httpx2.URL(options.base_url.rstrip("/") + "/chat/completions")
        self._backoff = wait_exponential_jitter(multiplier=min(1.0, options.max_wait), max=options.max_wait)
        self._form: AnswerForm = "json_schema"  # the strictest that the server is not known to refuse

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def ask(self, chat: Chat, stopping: threading.Event) -> Answer:
        """The answer to a chat; raises :class:`EndpointError` when patience ends, or soon after ``stopping`` is set."""
        retrying = Retrying(
            stop=stop_after_attempt(self._options.attempts),
            retry=retry_if_exception_type(_TryAgain),
            wait=self._wait,
            sleep=sleep_using_event(stopping),
            reraise=True,
        )
        try:
            return retrying(self._once, chat, stopping)
        except _TryAgain as error:
            tries = retrying.statistics.get("attempt_number", 1)
            raise self._error(
                f"the server {error}" + (f", {tries} times" if tries > 1 else ""),
                hint="What was answered is kept, and the next build goes on from there",
            ) from error

    def _once(self, chat: Chat, stopping: threading.Event) -> Answer:
        for form in _FORMS[_FORMS.index(self._form) :]:
            if stopping.is_set():
                raise self._error("was left, because the build was stopped")
            response = self._send(chat.body() | _answer_form(form, chat))
            if form != "free" and response.status_code in _UNSUPPORTED and _code(response) not in _NOT_THE_FORM:
                continue
            answer = self._answer(response)
            self._form = form
            return answer
        raise AssertionError("the last form is always answered or raised")

    def _send(self, body: dict[str, Any]) -> httpx2.Response:
        try:
            return self._http.post(self._url, json=body, headers=self._headers())
        except httpx2.TransportError as error:
            raise _TryAgain(_spoken(error, self._options.timeout)) from error

    def _headers(self) -> dict[str, str]:
        variable = self._options.api_key_variable
        if variable is None:
            return {}
        key = os.environ.get(variable, "").strip()
        if not key:
            raise self._error(
                f"the environment variable {variable} is empty or not set",
                expected="the key of the server in it",
                hint="Set it, or name no variable if the server asks for no key",
            )
        return {"Authorization": f"Bearer {key}"}

    def _answer(self, response: httpx2.Response) -> Answer:
        status = response.status_code
        if status in RETRIED:
            raise self._busy(response)
        if status == 200:
            return _read(response)
        if _code(response) == "content_filter":
            return Answer("", "content_filter")
        raise self._refused(response)

    def _busy(self, response: httpx2.Response) -> Exception:
        wait = _asked_wait(response)
        answered = f"answered {response.status_code}"
        if wait is not None and wait > self._options.max_wait:
            return self._error(
                f"the server {answered} and asks to wait {wait:,.0f} s, longer than {self._options.max_wait:g} s",
                hint="What was answered is kept: go on later, or allow a longer wait",
            )
        return _TryAgain(answered, wait)

    def _refused(self, response: httpx2.Response) -> EndpointError:
        status, variable = response.status_code, self._options.api_key_variable
        code = _code(response)
        said = f"answered {status}" + (f" ({code})" if code else "")
        if status in (401, 403):
            named = f"the one in the environment variable {variable}" if variable else "none, for no variable is named"
            return self._error(f"the server {said}: it refuses the key, which is {named}", expected="a key that it accepts")
        if status in (404, 405):
            return self._error(
                f"the server {said}: no such address, or no model {self._options.model!r}",
                expected="the address up to and with /v1, and a model that its /models lists",
            )
        return self._error(
            f"the server {said} to the request for model {self._options.model!r}",
            expected="200",
            hint=f"Often its context is too short for prompt and {self._options.max_tokens:,} tokens of answer; its log says why",
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _TryAgain) else None
        if asked is None:
            return self._backoff(state)
        return asked + random.uniform(0.0, min(1.0, self._options.max_wait))  # not all come back at once

    def _error(self, what: str, *, expected: str = "", hint: str = "") -> EndpointError:
        where = f"{self._url.scheme}://{self._url.netloc.decode()}{self._url.path}"  # without user and password
        return EndpointError(what, where=where, expected=expected, hint=hint)


def _answer_form(form: AnswerForm, chat: Chat) -> dict[str, Any]:
    if form == "free":
        return {}
    if form == "json_object":
        return {"response_format": {"type": "json_object"}}
    named = {"name": "conversation", "strict": True, "schema": chat.schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _read(response: httpx2.Response) -> Answer:
    try:
        choice = response.json()["choices"][0]
        message = choice["message"]
        content, refusal, finish = message.get("content"), message.get("refusal"), choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _TryAgain("answered with something that is no chat completion") from error
    if refusal:
        return Answer(str(refusal), "refusal")
    return Answer(content if isinstance(content, str) else "", finish if isinstance(finish, str) else "stop")


def _code(response: httpx2.Response) -> str:
    """The server's own word for what is wrong, if it is one word; its sentences may quote the prompt."""
    try:
        error = response.json()["error"]
    except (ValueError, LookupError, TypeError):
        return ""
    given = [error.get("code"), error.get("type")] if isinstance(error, dict) else []
    return next((code for code in given if isinstance(code, str) and _CODE.fullmatch(code)), "")


def _asked_wait(response: httpx2.Response) -> float | None:
    after = response.headers.get("Retry-After", "").strip()
    return float(after) if re.fullmatch(r"\d+(\.\d+)?", after) else None


def _spoken(error: httpx2.TransportError, seconds: float) -> str:
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        return "cannot be reached"
    if isinstance(error, httpx2.TimeoutException):
        return f"did not answer in {seconds:g} s"
    return "broke off the connection"
