"""Fixtures that all rooms share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pixel_assets.store.locks import lock

from .end_to_end.tiny import Tiny

REPOSITORY = Path(__file__).parent.parent

Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of open data sets: ``$PIXEL_TEST_SHARED_DATA``, or ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("PIXEL_TEST_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the folder of open data sets is not here; set PIXEL_TEST_SHARED_DATA to it")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make a folder once in a test run, however many processes run the tests."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder = base / name
        with lock(base / f"{name}.lock"):
            if not (folder / ".made").exists():
                folder.mkdir(exist_ok=True)
                fill(folder)
                (folder / ".made").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def built_once(once: Once) -> Tiny:
    """A tiny project that ``pixel build`` has built; do not change it, take ``built`` instead."""

    def fill(folder: Path) -> None:
        done = Tiny(folder).write().pixel("build")
        assert done.returncode == 0, done.stderr

    return Tiny(once("built-tiny", fill))


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Tiny]:
    """A tiny project without a warehouse; the test's process works on it."""
    project = Tiny(tmp_path / "project").write()
    with project.active():
        yield project


@pytest.fixture
def built(built_once: Tiny, tmp_path: Path) -> Iterator[Tiny]:
    """A tiny project that has been built; the test's process works on it."""
    project = built_once.copy(tmp_path / "project")
    with project.active():
        yield project


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Defaults only: neither the variables of this shell nor a ``pixel.toml`` are read."""
    for name in list(os.environ):
        if name.startswith("PIXEL_") and name != "PIXEL_TEST_SHARED_DATA":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def memory_path() -> Iterator[Path]:
    """A folder in memory where there is such a place: for tests that flush thousands of small files to disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder).resolve()
