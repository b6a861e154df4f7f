"""Code versions kept between processes, as Python keeps compiled modules.

Each is valid while the files that it was read from say the same. Files are told by their content: a copy of the package keeps its
versions, and a change that leaves sizes and times is seen as well.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from pixel_assets.build.code_version import CodeVersion, code_version
from pixel_assets.errors import WarehouseError
from pixel_assets.store.warehouse import write_bytes

PACKAGE_DIR: Final = Path(__file__).parents[1]
CACHE_FILE: Final = PACKAGE_DIR / "__pycache__" / "code_versions.json"
_READERS: Final = tuple(Path(__file__).with_name(name) for name in ("code_version.py", "syntax.py"))


@cache
def cached_code_version(function: Callable[..., Any]) -> CodeVersion:
    """As :func:`code_version`, once per process, and looked up where the source files are unchanged."""
    known = _known()
    name = f"{function.__module__}:{function.__qualname__}"
    entry = known.get(name)
    if entry is not None and entry["sources"] == _together(entry["modules"], _contents()):
        return CodeVersion(entry["modules"], frozenset(entry["libraries"]))
    before = _contents()
    found = code_version(function)
    if not function.__module__.startswith(f"{PACKAGE_DIR.name}."):
        return found
    sources = _together(found.modules, before)
    if sources == _together(found.modules, _read_contents(found.modules)):  # else it was edited just now
        known[name] = {"sources": sources, "modules": found.modules, "libraries": sorted(found.libraries)}
        with suppress(WarehouseError):  # an installation that cannot be written works without
            write_bytes(CACHE_FILE, json.dumps({"state": _state(), "versions": known}).encode())
    return found


@cache
def _known() -> dict[str, Any]:
    with suppress(OSError, ValueError, KeyError, TypeError):  # absent or not ours: everything is worked out anew
        content = json.loads(CACHE_FILE.read_bytes())
        if content["state"] == _state():
            return dict(content["versions"])
    return {}


@cache
def _state() -> str:
    """What every version follows from: how code is read, and which modules there are for a name to stand for."""
    readers = [hashlib.sha256(path.read_bytes()).hexdigest() for path in _READERS]
    return _hash([sys.version, readers, sorted(_contents())])


@cache
def _contents() -> dict[str, str]:
    """The hash of every module of the package, when this process first asked."""
    names = (".".join(path.relative_to(PACKAGE_DIR.parent).with_suffix("").parts) for path in PACKAGE_DIR.rglob("*.py"))
    return _read_contents(name.removesuffix(".__init__") for name in names)


def _read_contents(modules: Iterable[str]) -> dict[str, str]:
    read = {}
    for module in modules:
        path = PACKAGE_DIR.parent.joinpath(*module.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            with suppress(OSError):
                read[module] = hashlib.sha256(file.read_bytes()).hexdigest()
                break
    return read


def _together(modules: Iterable[str], contents: dict[str, str]) -> str:
    """One hash for the contents of some modules."""
    return _hash([(module, contents.get(module)) for module in sorted(modules)])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
