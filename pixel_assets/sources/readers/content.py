"""Opening a file: unpacking, character encoding, and the kind of thing it holds, from its first bytes."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from pixel_assets.sources.readers.encoding import TextEncoding, byte_order_mark, find_encoding
from pixel_assets.sources.readers.rows import Unreadable, read_block
from pixel_assets.sources.readers.sniff import sniff

HEAD_BYTES = 2**20
BLOCK_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Content:
    """An open file: its bytes (unpacked), its kind, and its name's ending without ``.gz``."""

    stream: BinaryIO
    kind: str
    suffix: str

    def text(self) -> io.TextIOWrapper:
        """The content as text, line ends kept; raises Unreadable when no encoding fits."""
        found: TextEncoding = find_encoding(self.stream)
        return io.TextIOWrapper(self.stream, encoding=found.name, errors=found.errors, newline="")

    def blocks(self) -> Iterator[bytes]:
        """The content as blocks of bytes: UTF-8, or whatever 8-bit encoding it has; marks are taken off."""
        mark = byte_order_mark(self.stream.read(4))
        self.stream.seek(0)
        if mark is not None and mark != "utf-8-sig":
            yield from _transcoded(self.stream, mark)
            return
        if mark:
            self.stream.read(len(codecs.BOM_UTF8))
        while block := read_block(self.stream, BLOCK_BYTES):
            yield block


@contextmanager
def open_content(path: Path) -> Iterator[Content]:
    """Open a file and look at its beginning; raises OSError or Unreadable."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        # GzipFile can be read and rewound as any binary stream can
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="rb")) if packed else raw
        head = read_block(stream, HEAD_BYTES)
        stream.seek(0)
        suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
        suffix = suffixes[-1] if suffixes else ""
        yield Content(stream, _kind(head, suffix), suffix)


def _kind(head: bytes, suffix: str) -> str:
    if head.startswith(b"PAR1") or (suffix == ".parquet" and head):
        return "parquet"
    mark = byte_order_mark(head)
    if mark is None and b"\0" in head:
        raise Unreadable("binary content that is none of the known kinds")
    text = codecs.getincrementaldecoder(mark or "utf-8")("replace").decode(head)
    return sniff(text, suffix, complete=len(head) < HEAD_BYTES)


def _transcoded(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := read_block(stream, BLOCK_BYTES):
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")
