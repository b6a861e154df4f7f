"""Work on items several at a time, with the results in the order of the items."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD: Final = 4  # items under way or done for each thread, while an earlier one takes long


def in_order(items: Iterable[Item], work: Callable[[Item], Result], parallel: int) -> Iterator[Result]:
    """``work`` of each item, in up to ``parallel`` threads; items are taken as results are.

    What ``work`` raises is raised in its item's place, and then no further item is begun. The threads are daemons, so that
    an interrupted build ends at once.
    """
    waiting: queue.SimpleQueue[tuple[Item, Future[Result]] | None] = queue.SimpleQueue()

    def run() -> None:
        while (task := waiting.get()) is not None:
            item, future = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(item))
                except BaseException as error:  # noqa: BLE001  # raised where the result is taken
                    future.set_exception(error)

    for _ in range(parallel):
        threading.Thread(target=run, name="in_order", daemon=True).start()
    under_way: deque[Future[Result]] = deque()
    try:
        for item in items:
            under_way.append(Future())
            waiting.put((item, under_way[-1]))
            if len(under_way) >= _AHEAD * parallel:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
        for _ in range(parallel):
            waiting.put(None)
