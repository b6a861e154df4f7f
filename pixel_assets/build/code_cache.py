"""Code versions kept between processes, as Python keeps compiled modules: valid while no source file changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from pixel_assets.build.code_version import CodeVersion, code_version
from pixel_assets.errors import WarehouseError
from pixel_assets.store.warehouse import write_bytes

PACKAGE_DIR: Final = Path(__file__).parents[1]
CACHE_FILE: Final = PACKAGE_DIR / "__pycache__" / "code_versions.json"


@cache
def cached_code_version(function: Callable[..., Any]) -> CodeVersion:
    """As :func:`code_version`, once per process, and looked up where the source files are unchanged."""
    known = _known()
    name = f"{function.__module__}:{function.__qualname__}"
    entry = known.get(name)
    if entry is not None:
        return CodeVersion(entry["modules"], frozenset(entry["libraries"]))
    found = code_version(function)
    known[name] = {"modules": found.modules, "libraries": sorted(found.libraries)}
    if function.__module__.startswith(f"{PACKAGE_DIR.name}."):
        with suppress(WarehouseError):  # an installation that cannot be written works without
            write_bytes(CACHE_FILE, json.dumps({"state": _state(), "versions": known}).encode())
    return found


@cache
def _known() -> dict[str, Any]:
    try:
        content = json.loads(CACHE_FILE.read_bytes())
        if content["state"] == _state():
            return dict(content["versions"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # absent or not ours: everything is worked out anew
    return {}


@cache
def _state() -> str:
    """Names, sizes and times of all source files of the package, when this process first asked."""
    stats = [(str(path.relative_to(PACKAGE_DIR)), path.stat()) for path in sorted(PACKAGE_DIR.rglob("*.py"))]
    seen = [(name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) for name, stat in stats]
    return hashlib.sha256(repr(seen).encode()).hexdigest()
