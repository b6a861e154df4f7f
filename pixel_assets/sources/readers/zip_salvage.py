"""A ZIP archive whose end is missing: its members one after the other, by the header before each."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pixel_assets.sources.readers.archive import ENCRYPTED, UNSAFE_PATH, Member, Members, is_unsafe
from pixel_assets.sources.readers.compression import Budget
from pixel_assets.sources.readers.rows import Unreadable, read_block
from pixel_assets.sources.readers.spool import PIECE_BYTES, pieces, spooled

SIGNATURE = b"PK\x03\x04"
HEADER = struct.Struct("<4s5H3I2H")
STORED, DEFLATED = 0, 8
IS_ENCRYPTED, SIZES_FOLLOW, IS_UTF8 = 0x1, 0x8, 0x800
LONGEST_TRAILER = 24  # checksum and sizes that may follow a member


class _Header(NamedTuple):
    name: str
    flags: int
    method: int
    packed: int


def salvaged_members(stream: BinaryIO, budget: Budget) -> Members:
    """The members up to the first whose place cannot be told; the last one may be cut off."""
    while header := _next_header(stream):
        if header.name.endswith("/"):
            stream.seek(header.packed, 1)
        elif is_unsafe(header.name) or header.flags & IS_ENCRYPTED:
            stream.seek(header.packed, 1)
            yield Member(header.name, problem=UNSAFE_PATH if is_unsafe(header.name) else ENCRYPTED)
        elif header.method == DEFLATED:
            yield Member(header.name, spooled(_inflated(stream, budget)))
        elif header.method == STORED and not header.flags & SIZES_FOLLOW:
            yield Member(header.name, spooled(pieces(stream, header.packed)))
        else:
            yield Member(header.name, problem="unreadable_file: the member cannot be told from what follows it")
            stream.seek(header.packed, 1)


def _next_header(stream: BinaryIO) -> _Header | None:
    place = stream.tell()
    found = read_block(stream, LONGEST_TRAILER + len(SIGNATURE)).find(SIGNATURE)
    if found < 0:
        return None
    stream.seek(place + found)
    head = read_block(stream, HEADER.size)
    if len(head) < HEADER.size:
        return None
    _, _, flags, method, _, _, _, packed, _, name_bytes, extra_bytes = HEADER.unpack(head)
    name = read_block(stream, name_bytes).decode("utf-8" if flags & IS_UTF8 else "cp437", "replace")
    stream.seek(extra_bytes, 1)
    return _Header(name, flags, method, packed)


def _inflated(stream: BinaryIO, budget: Budget) -> Iterator[bytes]:
    """What one member unpacks to; the stream is then at the first byte behind it."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = b""
    while not unpacker.eof:
        packed = packed or read_block(stream, PIECE_BYTES)
        if not packed:
            raise Unreadable("the compressed data is damaged or cut off")
        try:
            piece = unpacker.decompress(packed, PIECE_BYTES)
        except zlib.error as error:
            raise Unreadable("the compressed data is damaged or cut off") from error
        packed = unpacker.unconsumed_tail
        budget.spend(len(piece))
        yield piece
    stream.seek(-len(unpacker.unused_data), 1)
