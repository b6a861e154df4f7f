"""ZIP: the members that its table of contents names; without a table, those that can be found in a row."""

from __future__ import annotations

import errno
import lzma
import zlib
from typing import BinaryIO, cast

from backports import zstd
from backports.zstd import zipfile

from pixel_assets.sources.readers.archive import ENCRYPTED, UNSAFE_PATH, Member, Members, is_unsafe, special_file
from pixel_assets.sources.readers.compression import Budget, metered
from pixel_assets.sources.readers.rows import Unreadable
from pixel_assets.sources.readers.zip_salvage import salvaged_members

IS_ENCRYPTED = 0x1
# What zipfile raises for damaged tables and headers
DAMAGE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,  # and with it UnicodeDecodeError, for names
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zstd.ZstdError,
    OverflowError,
    IndexError,
)


def zip_members(stream: BinaryIO, budget: Budget) -> Members:
    """Every member but folders; raises Unreadable after the last one that can be found in a damaged archive."""
    try:
        archive = zipfile.ZipFile(stream)
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's fault, not the archive's
        stream.seek(0)
        yield from salvaged_members(stream, budget)
        raise Unreadable("the ZIP archive is damaged or cut off: it has no table of contents") from error
    with archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield _member(archive, info, budget)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Member:
    # zipfile cuts names at a zero byte; orig_filename is the whole one
    name = info.orig_filename
    problem = UNSAFE_PATH if is_unsafe(name) else special_file(info.external_attr >> 16)
    if problem is None and info.flag_bits & IS_ENCRYPTED:
        problem = ENCRYPTED
    if problem is not None:
        return Member(name, problem=problem)
    try:
        return Member(name, metered(cast(zipfile.ZipExtFile, archive.open(info)), budget))
    except NotImplementedError:
        return Member(name, problem="unreadable_file: the member is packed by a method that is not known")
    except (*DAMAGE, OSError):
        return Member(name, problem="unreadable_file: the member is damaged or cut off")
