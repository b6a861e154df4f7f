"""Opening a file: unpacking, character encoding, and the kind of thing it holds, from its first bytes."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from pixel_assets.sources.readers.compression import Budget, is_unpacked, unpacked
from pixel_assets.sources.readers.encoding import TextEncoding, find_encoding, unicode_encoding
from pixel_assets.sources.readers.media import is_office_document, refuse_media
from pixel_assets.sources.readers.rows import read_block
from pixel_assets.sources.readers.sniff import sniff
from pixel_assets.sources.readers.spool import pieces, spooled
from pixel_assets.sources.readers.tar_archive import is_tar

HEAD_BYTES = 2**20
BLOCK_BYTES = 16 * 2**20
PACKED_SUFFIXES = {".gz", ".bz2", ".xz", ".lzma", ".zst", ".zstd"}
ARROW_FILE = b"ARROW1\0\0"
ARROW_STREAM = b"\xff\xff\xff\xff"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # an archive, an empty archive
READ_ANYWHERE = {"parquet", "arrow_file", "zip"}


@dataclass(frozen=True)
class Content:
    """An open file: its bytes (unpacked), its kind, and its name's ending without those of packers."""

    stream: BinaryIO
    kind: str
    suffix: str

    def text(self, declared: str | None = None) -> io.TextIOWrapper:
        """The content as text, line ends kept; raises Unreadable when no encoding fits.

        ``declared`` is what the content says of its own encoding; Unicode is told without it.
        """
        found: TextEncoding = find_encoding(self.stream, declared)
        return io.TextIOWrapper(self.stream, encoding=found.name, errors=found.errors, newline="")

    def blocks(self) -> Iterator[bytes]:
        """The content as blocks of bytes: UTF-8, or whatever 8-bit encoding it has; marks are taken off."""
        encoding = unicode_encoding(read_block(self.stream, HEAD_BYTES))
        self.stream.seek(0)
        if encoding is not None and encoding != "utf-8-sig":
            yield from _transcoded(self.stream, encoding)
            return
        if encoding:
            self.stream.read(len(codecs.BOM_UTF8))
        while block := read_block(self.stream, BLOCK_BYTES):
            yield block


def open_content(stream: BinaryIO, name: str, budget: Budget) -> Content:
    """Look at the beginning of a file; raises OSError or Unreadable. Only the ending of ``name`` is of interest."""
    stream = unpacked(stream, budget)
    head = read_block(stream, HEAD_BYTES)
    stream.seek(0)
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    suffix = next((suffix for suffix in reversed(suffixes) if suffix not in PACKED_SUFFIXES), "")
    kind = _kind(head, suffix)
    if kind in READ_ANYWHERE and is_unpacked(stream):
        stream = spooled(pieces(stream))
    return Content(stream, kind, suffix)


def _kind(head: bytes, suffix: str) -> str:
    if head.startswith(b"PAR1") or (suffix == ".parquet" and head):
        return "parquet"
    if head.startswith(ARROW_FILE):
        return "arrow_file"
    if head.startswith(ARROW_STREAM):
        return "arrow_stream"
    if head.startswith(ZIP) and not is_office_document(head):
        return "zip"
    if is_tar(head) or (suffix == ".tar" and not head.strip(b"\0")):
        return "tar"
    encoding = unicode_encoding(head)
    if encoding is None:
        refuse_media(head)
    text = codecs.getincrementaldecoder(encoding or "utf-8")("replace").decode(head)
    return sniff(text, suffix, complete=len(head) < HEAD_BYTES)


def _transcoded(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := read_block(stream, BLOCK_BYTES):
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")
