"""An interrupt that somebody else's handler swallows is raised all the same, once the work is over."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from pixel_assets.orchestration.interrupts import interrupts_kept


@pytest.fixture
def swallowing() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, lambda *_: None)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("swallowing")
def test_an_interrupt_that_was_swallowed_is_raised_at_the_end() -> None:
    done = []

    def work() -> None:
        with interrupts_kept():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("the rest of the work")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the rest of the work"]


@pytest.mark.usefixtures("swallowing")
def test_an_interrupt_before_or_after_is_none_of_ours() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    with interrupts_kept():
        pass
    os.kill(os.getpid(), signal.SIGINT)


def test_an_error_within_stays_what_it_is_and_nothing_is_left_behind() -> None:
    with pytest.raises(ValueError, match="broken"), interrupts_kept():
        raise ValueError("broken")
    assert signal.set_wakeup_fd(-1) == -1


def test_in_another_thread_it_does_nothing() -> None:
    done = []

    def work() -> None:
        with interrupts_kept():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
