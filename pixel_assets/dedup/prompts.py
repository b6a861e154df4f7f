"""Files of benchmark prompts, read in the form of references: what is to be kept out of training without being a source.

``.txt`` has one prompt a line; ``.jsonl`` one object a line and ``.csv`` one row under a head, whose first field among
``FIELDS`` that has text is the prompt. A row without any is passed over in a text file, and an error in the others.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from pixel_assets.errors import SettingsError, SourceError

FIELDS: Final = ("messages", "turns", "prompt", "question", "text")
PROMPTS: Final = pa.schema(
    [
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("turns", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])), nullable=False),
    ]
)
_ROLES: Final = {"user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant", "system": "system"}
_HINT: Final = "Mend the row, or take the file out of the setting contamination.prompts"
_ENDINGS: Final = (".txt", ".jsonl", ".csv")

Turn = dict[str, str]


@dataclass(frozen=True)
class PromptFile:
    """A file of prompts, and its name relative to the folder of sources."""

    path: Path
    name: str

    @property
    def version(self) -> str:
        """Hash of what the file holds."""
        return hashlib.blake2b(self.path.read_bytes(), digest_size=16).hexdigest()


def prompt_files(patterns: Sequence[str], folder: Path) -> tuple[PromptFile, ...]:
    """The files that the patterns name, relative to ``folder``, each once and in the order of their names.

    Raises :class:`SettingsError` for a pattern that names none, leaves the folder, or names a file of another kind.
    """
    found = {}
    for pattern in patterns:
        where = f"setting contamination.prompts, pattern {pattern}"
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise SettingsError("leaves the folder of sources", where=where, expected="a pattern relative to sources.dir")
        paths = [path for path in sorted(folder.glob(pattern)) if path.is_file()]
        if not paths:
            raise SettingsError("names no file", where=where, expected="at least one file in sources.dir")
        for path in paths:
            if path.suffix not in _ENDINGS:
                raise SettingsError(f"names a file that ends in {path.suffix!r}", where=where, expected=", ".join(_ENDINGS))
            found[path.relative_to(folder).as_posix()] = path
    return tuple(PromptFile(path, name) for name, path in sorted(found.items()))


def prompts(files: Sequence[PromptFile]) -> pa.Table:
    """The prompts of all files (``PROMPTS``): ``conversation_id`` is file:row, counted from 1, and ``source`` the file.

    Raises :class:`SourceError`, with file and row, for what cannot be read; it never quotes the row.
    """
    rows = [
        {"conversation_id": f"{file.name}:{number}", "source": file.name, "turns": turns}
        for file in files
        for number, turns in _read(file)
    ]
    return pa.Table.from_pylist(rows, PROMPTS)


def _read(file: PromptFile) -> Iterator[tuple[int, list[Turn]]]:
    try:
        text = file.path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError("is not UTF-8", where=f"{file.name}, byte {error.start}", hint="Save the file as UTF-8") from None
    if file.path.suffix == ".txt":
        yield from ((number, _user(line)) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    elif file.path.suffix == ".csv":
        yield from _read_csv(text, file)
    else:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield number, _turns(_object(line, file, number), file, number)


def _read_csv(text: str, file: PromptFile) -> Iterator[tuple[int, list[Turn]]]:
    number = 0
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # one for the whole process, so it is never lowered
    try:
        for number, row in enumerate(csv.DictReader(StringIO(text, newline=""), strict=True), 1):
            yield number, _turns(row, file, number)
    except csv.Error as error:
        raise SourceError(f"is no CSV: {error}", where=f"{file.name}:{number + 1}", hint=_HINT) from None


def _object(line: str, file: PromptFile, number: int) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        row = None
    if not isinstance(row, dict):
        raise SourceError("is not a JSON object", where=f"{file.name}:{number}", expected="one object a line", hint=_HINT)
    return row


def _turns(row: dict[str, Any], file: PromptFile, number: int) -> list[Turn]:
    for field in FIELDS:
        turns = _said(row.get(field))
        if turns:
            return turns
    raise SourceError(
        "has no prompt", where=f"{file.name}:{number}", expected=f"text in one of the fields {', '.join(FIELDS)}", hint=_HINT
    )


def _said(value: Any) -> list[Turn]:
    """The turns of a field: one text, a list of texts, or of messages with role and content; none for anything else."""
    if isinstance(value, str):
        return _user(value) if value.strip() else []
    if not isinstance(value, list):
        return []
    turns = []
    for item in value:
        if isinstance(item, str):
            turns += _user(item)
        elif isinstance(item, dict) and isinstance(item.get("content"), str):
            turns.append({"role": _ROLES.get(str(item.get("role")), "user"), "content": item["content"]})
    return [turn for turn in turns if turn["content"].strip()]


def _user(text: str) -> list[Turn]:
    return [{"role": "user", "content": text}]
