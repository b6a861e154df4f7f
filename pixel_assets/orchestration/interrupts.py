"""Ctrl-C while Dagster runs a wave: Dagster takes it as its own, and forgets one that comes as a run begins or ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STOPS: Final = frozenset((signal.SIGINT, signal.SIGTERM))
_MANY: Final = 4096  # more signals than anybody sends


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end if one came within and was swallowed, whatever handler was in force then.

    Signals reach the main thread of a process; in any other thread there is nothing to keep.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    receiving, sending = os.pipe()
    os.set_blocking(receiving, False)
    os.set_blocking(sending, False)
    before = signal.set_wakeup_fd(sending, warn_on_full_buffer=False)
    try:
        yield
        os.write(sending, b"\0")  # so that there is always something to read
        came = frozenset(os.read(receiving, _MANY))
    finally:
        signal.set_wakeup_fd(before)
        os.close(receiving)
        os.close(sending)
    if came & _STOPS:
        raise KeyboardInterrupt
