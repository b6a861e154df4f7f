"""A copy of a stream that can be read anywhere: in memory, or in a nameless temporary file when it is large."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, BinaryIO, cast

from pixel_assets.sources.readers.rows import Unreadable, read_block

MEMORY_BYTES = 64 * 2**20
PIECE_BYTES = 2**20


def spooled(parts: Iterable[bytes]) -> BinaryIO:
    """All parts as one stream that can be rewound; damage among them is raised where the stream ends."""
    copy = tempfile.SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115  # closed by whoever reads it
    damage: Exception | None = None
    try:
        for part in parts:
            copy.write(part)
    except Unreadable as error:
        damage = error
    copy.seek(0)
    return cast(BinaryIO, io.BufferedReader(_Copy(copy, damage), PIECE_BYTES))


def pieces(stream: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    """The next ``size`` bytes in pieces, or all that follow; raises Unreadable where there are fewer."""
    left = size
    while left is None or left > 0:
        piece = read_block(stream, PIECE_BYTES if left is None else min(left, PIECE_BYTES))
        if not piece:
            if left is None:
                return
            raise Unreadable("the member is cut off")
        left = None if left is None else left - len(piece)
        yield piece


class _Copy(io.RawIOBase):
    def __init__(self, copy: IO[bytes], damage: Exception | None) -> None:
        super().__init__()
        self._copy = copy
        self._damage = damage

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any writable buffer
        data = self._copy.read(len(buffer))
        if not data and len(buffer) and self._damage:
            raise self._damage
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._copy.seek(offset, whence)

    def close(self) -> None:
        self._copy.close()
        super().close()
