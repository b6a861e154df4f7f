"""Compiling many patterns into one automaton, once per machine: what is compiled is kept in the user's cache.

Two thousand patterns take about three seconds to compile and two milliseconds to load. The file is named by a hash of the
patterns, of Hyperscan's version and of the processor's features that its code is made for. Few patterns are not worth a file.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import hyperscan

from pixel_assets.wording.user_cache import cache_file, read, write

FEWEST: Final = 32  # patterns that are kept

Expression = tuple[bytes, int]  # a regular expression and its flags


def compiled(expressions: Sequence[Expression]) -> Any:
    """An automaton whose patterns are numbered in order. Raises ``hyperscan.error`` for one that Hyperscan cannot read."""
    file = cache_file([_machine(), [(regex.decode(), flags) for regex, flags in expressions]], ".hs")
    if len(expressions) >= FEWEST and (kept := read(file)) is not None:
        with suppress(hyperscan.error):
            database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[regex for regex, _ in expressions], ids=list(range(len(expressions))), elements=len(expressions),
        flags=[flags for _, flags in expressions],
    )  # fmt: skip
    if len(expressions) >= FEWEST:
        write(file, hyperscan.dumpb(database))
    return database


@cache
def _machine() -> tuple[str, str, str]:
    return version("hyperscan"), platform.machine(), _processor_features()


def _processor_features() -> str:
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
        return next((line for line in lines if line.startswith("flags")), "")
    return platform.processor()
