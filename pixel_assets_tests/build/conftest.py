"""Everything here writes many small files and flushes each, so it works in memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pixel_assets.build.code_version import CodeVersion, code_version

Package = Callable[..., Callable[[str], CodeVersion]]
_number = itertools.count()


@pytest.fixture
def tmp_path(memory_path: Path) -> Path:
    """The folder of one test, in memory."""
    return memory_path


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Makes a throw-away package of the given modules (``sub__x`` is ``sub/x.py``); gives the version of "module:name"."""

    def make(**modules: str) -> Callable[[str], CodeVersion]:
        root = tmp_path / str(next(_number))
        for name, text in {"__init__": "", **modules}.items():
            path = (
                root / "pixel_assets" / (name.replace("__init__", "INIT").replace("__", "/").replace("INIT", "__init__") + ".py")
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in path.parent.relative_to(root).parents:
                if folder != Path():
                    (root / folder / "__init__.py").touch()
            (path.parent / "__init__.py").touch()
            path.write_text(text)

        def version(target: str) -> CodeVersion:
            module, name = target.split(":")
            function: Any = SimpleNamespace(__module__=f"pixel_assets.{module}", __qualname__=name)
            return code_version(function, root)

        return version

    return make
