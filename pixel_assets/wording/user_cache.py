"""What is slow to work out and the same in every process, kept in the user's cache.

A file is named by a hash of all that its content follows from, so that it is never out of date; it can be deleted at any time.
Those that were used least recently go.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import platformdirs

MOST_FILES: Final = 32  # of one ending


def cache_file(follows_from: Any, ending: str) -> Path:
    """The file for something that follows from a value of JSON, whether it is there or not; with the dot of its ending."""
    name = hashlib.sha256(json.dumps(follows_from).encode()).hexdigest()
    return platformdirs.user_cache_path("pixel_assets") / "patterns" / f"{name}{ending}"


def read(file: Path) -> bytes | None:
    """What was kept, or None; from now on it counts as used."""
    with suppress(OSError):
        content = file.read_bytes()
        with suppress(OSError):  # a cache that may only be read
            os.utime(file)
        return content
    return None


def write(file: Path, content: bytes) -> None:
    """Keep something, whole or not at all; where nothing can be written, it is worked out again next time."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        os.replace(beside, file)
        by_use = sorted((each.stat().st_mtime, each) for each in file.parent.glob(f"*{file.suffix}"))
        for _, old in by_use[:-MOST_FILES]:
            old.unlink(missing_ok=True)
