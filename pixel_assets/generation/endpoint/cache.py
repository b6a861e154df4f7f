"""Answers on disk by the key of their chat: a second run asks for nothing that was answered in the first."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pixel_assets.errors import EndpointError
from pixel_assets.generation.endpoint.chat import Answer


@dataclass(frozen=True)
class AnswerCache:
    """A folder of answers, ``<first two digits>/<key>.json``. Threads and processes may share it: files never change."""

    folder: Path

    def get(self, key: str) -> Answer | None:
        """The answer to a chat; None if it is not there or its file is damaged."""
        try:
            held = json.loads(self._file(key).read_bytes())
            answer = Answer(**held["answer"])
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return answer if held.get("checksum") == _checksum(key, answer) else None

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; raises :class:`EndpointError` where that cannot be done."""
        file = self._file(key)
        content = {"answer": asdict(answer), "checksum": _checksum(key, answer)}
        beside = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as stream:
                stream.write(json.dumps(content, sort_keys=True, indent=1).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(beside, file)
        except OSError as error:
            raise EndpointError(
                f"an answer cannot be kept ({error.strerror or error})",
                where=str(self.folder),
                hint="Free some space, or name another folder for the cache",
            ) from error
        finally:
            with suppress(OSError):
                beside.unlink()

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def _checksum(key: str, answer: Answer) -> str:
    return hashlib.sha256(json.dumps([key, answer.finish, answer.content]).encode()).hexdigest()
