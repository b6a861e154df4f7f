"""Dagster's instance for a warehouse: its home under the warehouse, and runs of dead processes reaped."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psutil
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from pixel_assets.build.project import Project
from pixel_assets.errors import WarehouseError
from pixel_assets.store.locks import lock
from pixel_assets.store.warehouse import write_bytes

PROCESS_TAG: Final = "pixel/process"
_DEFAULT = Path(__file__).parent / "dagster.yaml"
_ALIVE: Final = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def prepare_home(project: Project) -> Path:
    """Dagster's home, ``<warehouse>/.dagster``, with the project's ``dagster.yaml`` (or the shipped one) in it."""
    home = project.warehouse.prepare().dagster
    home.mkdir(exist_ok=True)
    own = Path("dagster.yaml")
    content = (own if own.exists() else _DEFAULT).read_bytes()
    file = home / "dagster.yaml"
    if not file.exists() or file.read_bytes() != content:
        write_bytes(file, content)  # in one step: another process may be reading it
    return home


@contextmanager
def open_instance(project: Project) -> Iterator[DagsterInstance]:
    """The instance of a project's warehouse, with dead runs reaped.

    Raises :class:`WarehouseError` where Dagster's storage cannot be read or written.
    """
    event.listen(Engine, "connect", _without_waiting)
    try:
        home = prepare_home(project)
        os.environ["DAGSTER_HOME"] = str(home)
        with ExitStack() as stack:
            with lock(project.warehouse.lock("dagster")):  # two processes that make the storage at once break it
                instance = stack.enter_context(DagsterInstance.from_config(str(home)))
                reap_dead_runs(instance)
            _forget_dead_builds(project.warehouse.building)
            yield instance
    except SQLAlchemyError as error:  # while it is opened, or in a run that goes on in this instance
        raise WarehouseError(
            f"Dagster's storage cannot be used: {getattr(error, 'orig', None) or error}",
            where=str(project.warehouse.dagster),
            hint="Free some space and build again; if it is damaged, delete this folder: no data is lost with it",
        ) from error


def _without_waiting(connection: object, record: object) -> None:
    """Let a commit to SQLite not wait for the disk: with write-ahead logs a crash costs the last events and breaks nothing."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=NORMAL").close()


def this_process() -> str:
    """Host, process id and start time: names this process among all that ever ran here."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


def _is_dead(process: str) -> bool:
    """Whether a process of this host is gone; of another host's nothing is known, so they count as alive."""
    host, pid, started = process.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        found = psutil.Process(int(pid))
        return f"{found.create_time():.2f}" != started or found.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def marked_as_building(folder: Path) -> Iterator[None]:
    """Leave a mark while this process runs steps: if it is killed, the next build sees that there are runs to reap."""
    folder.mkdir(exist_ok=True)
    mark = folder / this_process()
    mark.touch()
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def _forget_dead_builds(folder: Path) -> None:
    for mark in folder.glob("*:*:*"):
        if _is_dead(mark.name):
            mark.unlink(missing_ok=True)


def reap_dead_runs(instance: DagsterInstance) -> list[DagsterRun]:
    """Mark runs whose process was killed as failed and free their concurrency slots; gives those runs."""
    dead = [
        run
        for run in instance.get_runs(RunsFilter(statuses=_ALIVE))
        if PROCESS_TAG in run.tags and _is_dead(run.tags[PROCESS_TAG])
    ]
    for run in dead:
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        instance.report_run_failed(run, message="Its process ended without a word, so the next build marked it as failed.")
    return dead
