"""Compiling many patterns into one automaton, once per machine: what is compiled is kept in the user's cache.

Two thousand patterns take about three seconds to compile and two milliseconds to load. The file is named by a hash of the
patterns, of Hyperscan's version and of the processor's features that its code is made for; it can be deleted at any time.
Few patterns are not worth a file, and the oldest files go.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import hyperscan
import platformdirs

FEWEST: Final = 32  # patterns that are kept
MOST_FILES: Final = 32

Expression = tuple[bytes, int]  # a regular expression and its flags


def compiled(expressions: Sequence[Expression]) -> Any:
    """An automaton whose patterns are numbered in order. Raises ``hyperscan.error`` for one that Hyperscan cannot read."""
    file = _cache_file(expressions)
    if len(expressions) >= FEWEST and file.is_file():
        with suppress(hyperscan.error, OSError):
            database = hyperscan.loadb(file.read_bytes(), hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[regex for regex, _ in expressions], ids=list(range(len(expressions))), elements=len(expressions),
        flags=[flags for _, flags in expressions],
    )  # fmt: skip
    if len(expressions) >= FEWEST:
        with suppress(OSError):  # a home that cannot be written to: then it is compiled again next time
            _write(file, hyperscan.dumpb(database))
    return database


def _cache_file(expressions: Sequence[Expression]) -> Path:
    machine = [version("hyperscan"), platform.machine(), _processor_features()]
    key = json.dumps([machine, [(regex.decode(), flags) for regex, flags in expressions]])
    return platformdirs.user_cache_path("pixel_assets") / "patterns" / f"{hashlib.sha256(key.encode()).hexdigest()}.hs"


def _processor_features() -> str:
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
        return next((line for line in lines if line.startswith("flags")), "")
    return platform.processor()


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    os.replace(beside, file)
    by_age = sorted((each.stat().st_mtime, each) for each in file.parent.glob("*.hs"))
    for _, old in by_age[:-MOST_FILES]:
        old.unlink(missing_ok=True)
