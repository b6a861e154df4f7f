"""Unpacking gzip, bzip2, xz, lzma and zstd, told by their first bytes, with a bound on what may come out."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

from backports import zstd
from backports.zstd import zipfile

from pixel_assets.sources.readers.rows import Unreadable

# A bomb is told by all of a file's unpacked bytes, whatever the layers and archives they came through.
FREE_BYTES = 2**30  # below this nothing is a bomb: it does no harm
MAX_RATIO = 1000  # text shrinks 3 to 30 times, a table of equal rows some hundred times
MAX_BYTES = 64 * 2**30  # more than any training set, less than a disk
MAX_LAYERS = 3
BUFFER_BYTES = 2**20


class Packed(Protocol):
    """An unpacker: it can be read and rewound, and raises what it likes for damaged data."""

    def read1(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, whence: int, /) -> int: ...
    def close(self) -> None: ...


MAGIC: tuple[tuple[bytes, Callable[[BinaryIO], Packed]], ...] = (
    (b"\x1f\x8b", lambda packed: gzip.GzipFile(fileobj=packed, mode="rb")),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
    (b"]\0\0", lzma.LZMAFile),  # the older .lzma
    (b"\x28\xb5\x2f\xfd", zstd.ZstdFile),
    (b"\x50\x2a\x4d\x18", zstd.ZstdFile),  # a frame to be skipped, with which parallel packers begin
)
BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # what follows the magic of a file with data, and without
# What the unpackers raise for damaged data; an OSError with a number is the disk's
DAMAGE = (EOFError, ValueError, zlib.error, lzma.LZMAError, zstd.ZstdError, zipfile.BadZipFile, MemoryError)


@dataclass
class Budget:
    """How many unpacked bytes one file may give: ``packed`` is its size on disk."""

    packed: int
    spent: int = 0
    code: str = "unreadable_file"

    @property
    def exhausted(self) -> bool:
        """Whether the file has turned out to be a bomb."""
        return self.spent > MAX_BYTES or self.spent > max(FREE_BYTES, MAX_RATIO * self.packed)

    def spend(self, count: int) -> None:
        """Account for ``count`` unpacked bytes; raises Unreadable when they are too many."""
        self.spent += count
        if self.exhausted:
            raise Unreadable(
                f"a decompression bomb: more than {MAX_RATIO} times its size or {MAX_BYTES // 2**30} GiB unpacked",
                code=self.code,
            )


def unpacked(stream: BinaryIO, budget: Budget) -> BinaryIO:
    """The stream itself, or what is packed in it; raises Unreadable for what is packed again and again."""
    for _ in range(MAX_LAYERS):
        unpack = _unpacker(stream)
        if unpack is None:
            return stream
        stream = metered(unpack(stream), budget)
    if _unpacker(stream):
        raise Unreadable(f"compressed more than {MAX_LAYERS} times")
    return stream


def metered(stream: Packed, budget: Budget) -> BinaryIO:
    """The stream with its bytes accounted for, each once however often it is rewound, and damage as Unreadable."""
    return cast(BinaryIO, io.BufferedReader(_Metered(stream, budget), BUFFER_BYTES))


def is_unpacked(stream: BinaryIO) -> bool:
    """Whether the stream comes out of an unpacker, which can be rewound but not read anywhere at will."""
    return isinstance(getattr(stream, "raw", None), _Metered)


def _unpacker(stream: BinaryIO) -> Callable[[BinaryIO], Packed] | None:
    head = stream.read(10)
    stream.seek(0)
    if head.startswith(b"BZh") and head[4:] not in BZIP2_BLOCKS:
        return None
    return next((unpack for magic, unpack in MAGIC if head.startswith(magic)), None)


class _Metered(io.RawIOBase):
    def __init__(self, source: Packed, budget: Budget) -> None:
        super().__init__()
        self._source = source
        self._budget = budget
        self._place = 0
        self._furthest = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any writable buffer
        try:
            data = self._source.read1(len(buffer))
        except DAMAGE as error:
            raise Unreadable("the compressed data is damaged or cut off") from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise Unreadable("the compressed data is damaged or cut off") from error
        self._place += len(data)
        if self._place > self._furthest:
            self._budget.spend(self._place - self._furthest)
            self._furthest = self._place
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            self._place = self._source.seek(offset, whence)
        except (*DAMAGE, OSError) as error:
            raise Unreadable("the compressed data is damaged or cut off") from error
        return self._place

    def close(self) -> None:
        self._source.close()
        super().close()
