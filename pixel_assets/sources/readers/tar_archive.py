"""Tar: its members in one pass, so that a packed archive is unpacked once."""

from __future__ import annotations

from typing import BinaryIO

from backports.zstd import tarfile

from pixel_assets.sources.readers.archive import DEVICE, LINK, UNSAFE_PATH, Member, Members, is_unsafe
from pixel_assets.sources.readers.rows import Unreadable
from pixel_assets.sources.readers.spool import pieces, spooled

# What tarfile raises for damaged headers; MemoryError where one claims to be of a giant size
DAMAGE = (tarfile.TarError, ValueError, EOFError, OverflowError, IndexError, MemoryError)


def is_tar(head: bytes) -> bool:
    """Whether the first block is a header with a right checksum; told so because old archives have no mark."""
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def tar_members(stream: BinaryIO) -> Members:
    """Every member but folders; raises Unreadable where the archive breaks or ends without its mark."""
    try:
        archive = tarfile.TarFile(fileobj=stream, encoding="utf-8", errors="surrogateescape", stream=True)
    except DAMAGE as error:
        raise Unreadable("the tar archive is damaged at its beginning") from error
    number = 0
    while info := _next(archive, number):
        number += 1
        if not info.isdir():
            yield _member(stream, info)
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE).strip(b"\0") or archive.offset == stream.tell():
        raise Unreadable(f"the tar archive is damaged or cut off after member {number}")


def _next(archive: tarfile.TarFile, number: int) -> tarfile.TarInfo | None:
    before = archive.offset
    try:
        info = archive.next()
    except DAMAGE as error:
        raise Unreadable(f"the tar archive is damaged or cut off after member {number}") from error
    if info is not None and number and archive.offset <= before:
        raise Unreadable(f"the tar archive leads back to its beginning after member {number}")
    return info


def _member(stream: BinaryIO, info: tarfile.TarInfo) -> Member:
    if is_unsafe(info.name):
        return Member(info.name, problem=UNSAFE_PATH)
    if info.issym() or info.islnk():
        return Member(info.name, problem=LINK)
    if not info.isreg():
        return Member(info.name, problem=DEVICE)
    if info.issparse():
        return Member(info.name, problem="unreadable_file: a file with holes, which would unpack to any size")
    # tarfile's own file objects lose what they hold when the archive breaks
    stream.seek(info.offset_data)
    return Member(info.name, spooled(pieces(stream, info.size)))
