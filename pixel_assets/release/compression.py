"""Files that are compressed as they are written, with bytes that depend on the content alone."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from backports import zstd

Compression = Literal["none", "gzip", "zstd"]
SUFFIXES: Final[dict[Compression, str]] = {"none": "", "gzip": ".gz", "zstd": ".zst"}
_BUFFER: Final = 1 << 20


@contextmanager
def compressed(file: Path, how: Compression) -> Iterator[BinaryIO]:
    """A new file to write bytes to. Neither time nor name go into its header; whole is what is in it when the block ends."""
    with file.open("wb") as raw:
        if how == "none":
            yield raw
            return
        inner = (
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0)
            if how == "gzip"
            else zstd.ZstdFile(raw, "w", level=9)
        )
        with inner, io.BufferedWriter(cast(io.RawIOBase, inner), _BUFFER) as stream:
            yield cast(BinaryIO, stream)
