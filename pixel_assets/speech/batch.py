"""Many recordings at once: a bounded number of helper processes, each with one model; the rows keep the recordings' order.

A recording gives a row whatever happens to it. Which helper transcribed it decides nothing, so rows are those of one process.
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
from functools import partial
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Final, Self

from pixel_assets.errors import SourceError
from pixel_assets.speech.diarize import turns
from pixel_assets.speech.hallucination import Limits
from pixel_assets.speech.model import SpeechModel
from pixel_assets.speech.subtitled import Subtitled, read_subtitled
from pixel_assets.speech.tables import Item, Row, transcript_row, untranscribed_row
from pixel_assets.speech.transcribe import transcribe

AHEAD: Final = 4  # recordings given out for each helper: a long one at the front keeps few of the others waiting

Work = Callable[[Item], Row]


def transcribe_all(items: Iterable[Item], model: SpeechModel, limits: Limits, parallel: int) -> Iterator[Row]:
    """A row of :data:`~pixel_assets.speech.tables.TRANSCRIPTS` for each of ``items``, in their order.

    ``parallel`` helpers work at once; 1 stands for none, the work is then done in this process. A recording at which a
    helper dies (killed by the system, say) has the reason ``crashed``. The helpers end at once when the iterator is closed
    or interrupted, and when this process ends.
    """
    work = partial(transcribe_item, model=model, limits=limits)
    if parallel <= 1 or multiprocessing.current_process().daemon:  # such a process may have no children
        yield from map(work, items)
        return
    waiting: deque[tuple[Item, Future[Row]]] = deque()
    with _Helpers(parallel, work) as helpers:
        for item in items:
            waiting.append((item, helpers.give(item)))
            if len(waiting) >= AHEAD * parallel:
                yield _row(*waiting.popleft(), work, model)
        while waiting:
            yield _row(*waiting.popleft(), work, model)


def transcribe_item(item: Item, model: SpeechModel, limits: Limits) -> Row:
    """The row of one recording: from its subtitles if there are any that fit, else by the model."""
    note: str | None = None
    version = _version(model)
    try:
        if item.subtitles is not None:
            found = read_subtitled(item.subtitles, item.recording)
            if isinstance(found, Subtitled):
                return transcript_row(item, found.transcript, found.turns, "subtitles", found.diarization)
            note = f"subtitles are not used: {found.detail}"
        heard = transcribe(item.recording, model, limits)
    except SourceError as error:
        return untranscribed_row(item, version, "not_decodable", error.what)
    except OSError as error:
        return untranscribed_row(item, version, "unreadable", error.strerror or type(error).__name__)
    return transcript_row(item, heard, turns(heard), detail=note)


class _Helpers:
    """A pool of processes that is started anew when one of them dies, and ends at once when work is left."""

    def __init__(self, count: int, work: Work) -> None:
        self._count, self._work = count, work
        self._start()

    def give(self, item: Item) -> Future[Row]:
        """Let a helper work on ``item``; the future fails if any of the helpers dies before."""
        try:
            return self._pool.submit(self._work, item)
        except BrokenProcessPool:
            self._stop(now=True)
            self._start()
            return self._pool.submit(self._work, item)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop(now=kind is not None)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")  # never forked: this process has threads
        self._held, self._line = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(self._count, context, _end_with, (self._held,))

    def _stop(self, *, now: bool) -> None:
        if now:
            self._line.close()
        self._pool.shutdown(cancel_futures=True)
        self._line.close()
        self._held.close()


def _end_with(line: Connection) -> None:
    """In a helper: end when the other end of ``line`` is closed, by its owner or by its owner's end; leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        wait([line])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end with parent").start()


def _row(item: Item, future: Future[Row], work: Work, model: SpeechModel) -> Row:
    """What became of ``item``; after the death of a helper, which takes down all that was under way, it is tried alone."""
    try:
        return future.result()
    except BrokenProcessPool:
        pass
    with _Helpers(1, work) as alone:
        try:
            return alone.give(item).result()
        except BrokenProcessPool:
            return untranscribed_row(item, _version(model), "crashed", "a helper process ended while it was transcribed")


def _version(model: SpeechModel) -> str:
    return f"{model.name}@{model.version}"
