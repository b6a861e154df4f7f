"""Conversations by a language model: asked for, cached, read, mended once, or refused with a reason."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from pixel_assets.generation.composed import Composed, Known, Refused
from pixel_assets.generation.endpoint.answer import Fault, Written, read_answer
from pixel_assets.generation.endpoint.cache import AnswerCache
from pixel_assets.generation.endpoint.chat import KEY_VERSION, Answer, Chat, Message
from pixel_assets.generation.endpoint.client import ChatClient
from pixel_assets.generation.endpoint.in_order import in_order
from pixel_assets.generation.endpoint.options import EndpointOptions
from pixel_assets.generation.endpoint.prompt import LAYOUT, messages_for, rules_for
from pixel_assets.generation.endpoint.tasks import TASKS
from pixel_assets.generation.scenario import FORMS, Scenario

Say = Callable[[int], None]  # conversations that are done

_MEND: Final = "This cannot be used: {detail}. Give the whole conversation again, as one JSON object, with this put right."
_SEEDS: Final = 2**31  # servers take a signed 32-bit number


class Endpoint:
    """The backend of an OpenAI-compatible server, with a cache in a folder. Close it, or use it in a ``with`` statement.

    A conversation that cannot be used is :class:`Refused`; a server that cannot be used raises :class:`EndpointError`.
    Every answer is kept as it came, also one that is refused, so that a second run gives the same and asks nothing.
    """

    def __init__(self, options: EndpointOptions, cache: Path) -> None:
        self._options = options
        self._cache = AnswerCache(cache)
        self._client = ChatClient(options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    @property
    def name(self) -> str:
        """``endpoint``."""
        return "endpoint"

    @property
    def version(self) -> str:
        """Hash of model, parameters, rules and layout of the prompt; not of the server's address, its key or our patience."""
        options = self._options
        decisive = [KEY_VERSION, LAYOUT, options.model, options.temperature, options.max_tokens, _MEND]
        rules = [[rules_for(form), TASKS[form].schema()] for form in FORMS]
        return hashlib.sha256(json.dumps([decisive, rules], sort_keys=True).encode()).hexdigest()[:16]

    def compose(self, scenario: Scenario, known: Known) -> Composed | Refused:
        """A conversation for one scenario; raises :class:`EndpointError` where the server cannot be used."""
        return self._compose(scenario, known, threading.Event())

    def compose_many(
        self,
        scenarios: Iterable[Scenario],
        known_of: Callable[[Scenario], Known],
        parallel: int | None = None,
        say: Say = lambda done: None,
    ) -> Iterator[Composed | Refused]:
        """A conversation for each scenario, in their order, ``parallel`` at once (by default as in the options).

        ``known_of`` and ``say`` are called in the caller's thread. Whoever stops early loses nothing that was answered.
        """
        stopping = threading.Event()

        def work(task: tuple[Scenario, Known]) -> Composed | Refused:
            return self._compose(*task, stopping)

        tasks = ((scenario, known_of(scenario)) for scenario in scenarios)
        try:
            for done, composed in enumerate(in_order(tasks, work, parallel or self._options.parallel), start=1):
                say(done)
                yield composed
        finally:
            stopping.set()

    def _compose(self, scenario: Scenario, known: Known, stopping: threading.Event) -> Composed | Refused:
        task = TASKS[scenario.form]
        chat = self._chat(scenario, known)
        answer = self._answer(chat, stopping)
        found = read_answer(answer, task) if answer else None
        if answer and isinstance(found, Fault) and found.repairable:
            mend = Message("user", _MEND.format(detail=found.detail))
            answer = self._answer(chat.followed_by(Message("assistant", answer.content), mend), stopping)
            found = read_answer(answer, task) if answer else None
        if isinstance(found, Written):
            return Composed(found.turns, (f"endpoint/{scenario.form}", f"model/{self._options.model}"), found.reasoning)
        if found is None:
            return Refused("not_cached", "the model has not answered this prompt before, and is not asked offline")
        return Refused(found.reason, found.detail)

    def _chat(self, scenario: Scenario, known: Known) -> Chat:
        options = self._options
        messages, schema = messages_for(scenario, known), TASKS[scenario.form].schema()
        return Chat(options.model, messages, options.temperature, options.max_tokens, scenario.seed % _SEEDS, schema)

    def _answer(self, chat: Chat, stopping: threading.Event) -> Answer | None:
        """The answer to a chat, with more room if it was cut off; None if it is not in the cache and must come from there."""
        answer = self._exchange(chat, stopping)
        return self._exchange(chat.longer(), stopping) if answer and answer.finish == "length" else answer

    def _exchange(self, chat: Chat, stopping: threading.Event) -> Answer | None:
        key = chat.key
        answer = self._cache.get(key)
        if answer is None and not self._options.offline:
            answer = self._client.ask(chat, stopping)
            self._cache.put(key, answer)
        return answer
