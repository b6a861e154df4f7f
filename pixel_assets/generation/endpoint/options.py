"""Which server and model are asked, and how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EndpointOptions:
    """A server that speaks ``POST <base_url>/chat/completions``: vLLM, llama.cpp, Ollama, LM Studio and others.

    Only model, temperature and max_tokens decide texts. The key itself is read from the environment when a request is
    sent, and is kept nowhere.
    """

    base_url: str  # such as http://localhost:8000/v1
    model: str
    api_key_variable: str | None = None  # name of the environment variable that holds the key
    temperature: float = 0.8
    max_tokens: int = 6_000  # of one answer; one that is cut off is asked for once more with twice as many
    timeout: float = 300.0  # seconds of silence: a server says nothing until a whole answer is written
    attempts: int = 5  # tries of one request
    max_wait: float = 60.0  # longest wait before another try, in seconds
    parallel: int = 4  # requests at once
    offline: bool = False  # answers come from the cache alone
