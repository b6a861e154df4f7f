"""Locks between processes: one alone or many shared, and freed by any death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pixel_assets.store.locks import lock

_HOLD = """
import sys
from pathlib import Path
from pixel_assets.store.locks import lock
with lock(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def _held_elsewhere(path: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _HOLD, str(path), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.kill()


def _got(path: Path, *, shared: bool = False) -> bool:
    with lock(path, shared=shared, wait=False) as got:
        return got


@pytest.mark.parametrize(
    ("held", "shared", "got"),
    [("alone", False, False), ("alone", True, False), ("shared", False, False), ("shared", True, True)],
)
def test_one_alone_or_many_shared(tmp_path: Path, held: str, shared: bool, got: bool) -> None:
    with _held_elsewhere(tmp_path / "x.lock", held):
        assert _got(tmp_path / "x.lock", shared=shared) is got
        assert _got(tmp_path / "y.lock")


def test_a_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with _held_elsewhere(path, "alone") as process:
        assert not _got(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert _got(path)


def test_who_waits_gets_the_lock_when_it_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with _held_elsewhere(path, "alone") as process:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        with lock(path) as got:
            assert got
        process.wait()


def test_two_holders_in_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    with lock(tmp_path / "deep" / "x.lock") as got:
        assert got
        assert not _got(tmp_path / "deep" / "x.lock")
    assert _got(tmp_path / "deep" / "x.lock")


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    def fail() -> None:
        with lock(tmp_path / "x.lock"):
            raise KeyError("inside")

    with pytest.raises(KeyError):
        fail()
    assert _got(tmp_path / "x.lock")
