"""What a run of ``benchmarks/dedup.py`` was asked for, and how it keeps time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from truth.dedup.documents import Documents, make_documents

REPEATS: Final = 7  # of work that takes a second at most


@dataclass(frozen=True)
class DedupBench:
    """Folder of the labelled sets, whether all their rows count, documents to make, scratch, and the Python of the peers."""

    data: Path
    counts_all: bool
    rows: int
    scratch: Path
    peers: Path | None

    @cached_property
    def documents(self) -> Documents:
        """Made once."""
        return make_documents(self.rows)

    def folder(self, name: str) -> Path:
        """A new folder in scratch."""
        found = self.scratch / name
        found.mkdir(parents=True)
        return found


@dataclass(frozen=True)
class Times:
    """The shortest of some runs, by the clock and by what processors spent on it."""

    seconds: float
    cpu_seconds: float


def times(work: Callable[[], object], repeats: int = REPEATS) -> Times:
    """Of this process with all its threads. What else runs on the machine changes the clock, and hardly the other."""
    taken, spent = [], []
    for _ in range(repeats):
        begun, before = time.perf_counter(), time.process_time()
        work()
        taken.append(time.perf_counter() - begun)
        spent.append(time.process_time() - before)
    return Times(min(taken), min(spent))


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The shortest of some runs."""
    return times(work, repeats).seconds
