"""Row-wise work in helper processes: one function on many batches, with the results in the order of the batches.

Which process computed a batch decides nothing, so results are those of one process. Helpers are started anew (never
forked, for this process has threads), and end with the one that started them, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Final, TypeVar

import psutil

from pixel_assets.errors import PixelError

LEAST_ROWS: Final = 100_000  # to start a helper takes as long as some 50,000 rows
AHEAD: Final = 2  # batches that wait for each helper, which bounds what is in memory

Given = TypeVar("Given")
Kept = TypeVar("Kept")
Made = TypeVar("Made")


def helpers_for(rows: int, most: int) -> int:
    """How many helpers are worth it for so many rows; 1 stands for none, the work is then done in this process.

    ``most`` is the setting; 0 stands for one a processor. A process that may have no children does its work itself.
    """
    if rows < LEAST_ROWS or multiprocessing.current_process().daemon:
        return 1
    return most or psutil.cpu_count() or 1


def in_order(function: Callable[[Given], Made], work: Iterable[tuple[Given, Kept]], helpers: int) -> Iterator[tuple[Made, Kept]]:
    """The result for each piece of work, with what was kept here of it.

    With more than one helper, ``function`` must be one that can be named (no lambda). Raises what ``function`` raises, and
    :class:`PixelError` when a helper ends before its work is done.
    """
    if helpers <= 1:
        for given, kept in work:
            yield function(given), kept
        return
    pool = ProcessPoolExecutor(helpers, multiprocessing.get_context("spawn"), _end_with_parent)
    try:
        waiting: deque[tuple[Future[Made], Kept]] = deque()
        for given, kept in work:
            waiting.append((pool.submit(function, given), kept))
            if len(waiting) > AHEAD * helpers:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)
    except BrokenProcessPool as error:
        raise PixelError(
            "a helper process ended before its work was done",
            where=getattr(function, "__qualname__", "row-wise work"),
            expected="that it computes its batch",
            hint="Most often memory ran out; set PIXEL_BUILD_PROCESSES=1 to work without helpers",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _first(waiting: deque[tuple[Future[Made], Kept]]) -> tuple[Made, Kept]:
    future, kept = waiting.popleft()
    return future.result(), kept


def _end_with_parent() -> None:
    """In a helper: end at once when the process that started it is gone, even by ``kill -9``; leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end with parent").start()
