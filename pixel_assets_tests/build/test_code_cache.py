"""Code versions kept between processes: used while no source file changed, and never trusted when damaged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pixel_assets.build import code_cache
from pixel_assets.build.code_cache import cached_code_version
from pixel_assets.build.code_version import CodeVersion, code_version
from pixel_assets.build.syntax import parse

Ask = Callable[..., CodeVersion]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Asks, as a new process would, for the version of ``step`` (or another function) of a throw-away package."""
    package = tmp_path / "pixel_assets"
    package.mkdir()
    (package / "step.py").write_text("def step(): return 1")
    monkeypatch.setattr(code_cache, "PACKAGE_DIR", package)
    monkeypatch.setattr(code_cache, "CACHE_FILE", package / "__pycache__" / "code_versions.json")

    def new_process(module: str = "pixel_assets.step", name: str = "step", root: Path = tmp_path) -> CodeVersion:
        monkeypatch.setattr(code_cache, "code_version", partial(code_version, root=root))
        _forget()
        function: Any = _Function(__module__=module, __qualname__=name)
        return cached_code_version(function)

    yield new_process
    _forget()


class _Function(SimpleNamespace):
    """Stands for a function; each is another one, as in another process."""

    def __hash__(self) -> int:
        return id(self)


def _forget() -> None:
    code_cache._known.cache_clear()
    parse.cache_clear()
    code_cache._contents.cache_clear()
    code_cache._state.cache_clear()


def test_a_version_is_worked_out_once_for_all_processes(ask: Ask, tmp_path: Path) -> None:
    first = ask()
    assert first.modules.keys() == {"pixel_assets.step"}
    assert ask(root=tmp_path / "nowhere") == first  # nothing is parsed


def test_a_changed_source_file_makes_it_anew(ask: Ask, tmp_path: Path) -> None:
    ask()
    (tmp_path / "pixel_assets" / "new.py").write_text("X = 1")
    assert ask(root=tmp_path / "nowhere").modules == {}


def test_a_change_that_leaves_size_and_times_is_seen(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "pixel_assets" / "step.py"
    first, times = ask(), file.stat()
    file.write_text("def step(): return 2")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert ask() != first


def test_a_change_elsewhere_leaves_it(ask: Ask, tmp_path: Path) -> None:
    other = tmp_path / "pixel_assets" / "other.py"
    other.write_text("X = 1")
    first = ask()
    other.write_text("X = 2")
    assert ask(root=tmp_path / "nowhere") == first


def test_a_copy_of_the_package_keeps_it(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask()
    package = shutil.copytree(tmp_path / "pixel_assets", tmp_path / "copy" / "pixel_assets", copy_function=shutil.copyfile)
    monkeypatch.setattr(code_cache, "PACKAGE_DIR", package)
    monkeypatch.setattr(code_cache, "CACHE_FILE", package / "__pycache__" / "code_versions.json")
    assert ask(root=tmp_path / "nowhere") == first


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"state": 1}', '{"versions": {}}', "null"])
def test_a_damaged_file_is_not_believed(ask: Ask, damage: str) -> None:
    first = ask()
    code_cache.CACHE_FILE.write_text(damage)
    assert ask() == first


def test_functions_from_elsewhere_are_not_kept(ask: Ask) -> None:
    ask("pixel_assets_tests.step")
    assert not code_cache.CACHE_FILE.exists()


def test_an_installation_that_cannot_be_written_works_without(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "pixel_assets" / "__pycache__").write_text("in the way")
    assert ask().modules.keys() == {"pixel_assets.step"}
