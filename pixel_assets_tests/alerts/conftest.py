"""A server that takes messages, and folders in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .receiver import Receiver, receiver


@pytest.fixture
def tmp_path(memory_path: Path) -> Path:
    """The folder of one test, in memory."""
    return memory_path


@pytest.fixture
def server() -> Iterator[Receiver]:
    """A server that takes messages."""
    with receiver() as found:
        yield found
