"""Archives: what every kind of them has in common. Nothing is ever written under a member's name.

Members are read in the order in which the archive lists them. The data version is blind to the order of
rows, so two archives of the same files give the same data whatever the order they were packed in.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_MEMBERS = 100_000
MAX_DEPTH = 3  # archives within archives
LONGEST_SHOWN = 500
DRIVE = re.compile(r"[A-Za-z]:")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LITTER_FOLDERS = {"__MACOSX", ".Trashes", ".Spotlight-V100", "$RECYCLE.BIN"}
LITTER_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}

UNSAFE_PATH = "unsafe_path: the name of the member leads out of the archive"
LINK = "link: links are not followed"
DEVICE = "device: a device or a pipe, not a file"
ENCRYPTED = "encrypted: the member needs a password"
DUPLICATE_NAME = "duplicate_name: an earlier member has the same name"


@dataclass(frozen=True)
class Member:
    """One file of an archive: its stream (which can be rewound), or the problem that forbids to read it."""

    name: str
    stream: BinaryIO | None = None
    problem: str | None = None


Members = Iterator[Member]


def is_litter(name: str) -> bool:
    """Whether an operating system left the member behind: no data of the archive's author."""
    *folders, file = plain_name(name).split("/")
    return file in LITTER_FILES or file.startswith("._") or bool(LITTER_FOLDERS & set(folders))


def is_unsafe(name: str) -> bool:
    """Whether a name is empty, absolute, has a drive letter, or climbs out of the archive."""
    path = name.replace("\\", "/")
    parts = path.split("/")
    return path.startswith("/") or bool(DRIVE.match(path)) or ".." in parts or not plain_name(name)


def plain_name(name: str) -> str:
    """A name with forward slashes and no idle parts, in characters that can be written and shown."""
    path = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/")
    path = "/".join(part for part in path.split("/") if part not in ("", "."))
    return UNPRINTABLE.sub("\ufffd", path)[:LONGEST_SHOWN]


def special_file(mode: int) -> str | None:
    """The problem with a member whose Unix mode says that it is not a regular file."""
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        return LINK
    return DEVICE if kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK) else None
