"""A memory of file hashes, so that a file which has not changed is not read again.

It is a convenience only: losing it, or finding it damaged, costs time and changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

import orjson

# A file written again within one tick of the file system's clock keeps its times; one that is
# younger than this when it is hashed is therefore not remembered.
SETTLED_NS = 100_000_000


class FileHashCache:
    """SHA-256 of files by path, size, times and inode; kept in a JSON file, or in memory only."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._known = _load(file) if file else {}
        self._changed = False

    def sha256(self, path: Path) -> str:
        """Hash of the file's content, read only when its identity has changed; raises OSError."""
        key, identity = str(path.absolute()), _identity(path)
        known = self._known.get(key)
        if known is not None and known[:-1] == identity:
            return str(known[-1])
        with path.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        if identity == _identity(path) and time.time_ns() - max(identity[1:3]) > SETTLED_NS:
            self._known[key] = [*identity, content]
            self._changed = True
        return content

    def save(self) -> None:
        """Write what was learned, beside and then renamed into place; nothing when nothing is new."""
        if self.file is None or not self._changed:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self.file.parent, prefix=self.file.name, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(orjson.dumps(self._known, option=orjson.OPT_SORT_KEYS))
            os.replace(beside, self.file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        self._changed = False


def _identity(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _load(file: Path) -> dict[str, list[int | str]]:
    try:
        known = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {
        path: entry
        for path, entry in known.items()
        if isinstance(entry, list) and len(entry) == 5 and isinstance(entry[-1], str) and len(entry[-1]) == 64
    }
