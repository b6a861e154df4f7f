"""Writing the commit of a hub dataset into the registry file; all else in the file stays as it is, to the byte."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import yaml

from pixel_assets.errors import SettingsError, UsageError

_HINT: Final = "Write hub: {dataset: owner/name, revision: …} there by hand"


def pinned(text: str, name: str, revision: str) -> str:
    """The text of a registry in which the hub dataset of source ``name`` has this revision.

    Only the value changes, or is added behind ``dataset``; comments and layout stay. Raises :class:`UsageError`
    where the text has no such source, or one without ``hub``.
    """
    dataset, before = _places(text, name)
    if before is not None:
        return text[: before.start_mark.index] + revision + text[before.end_mark.index :]
    key, value = dataset
    end = value.end_mark.index
    if text[:end].count("\n") == 0 or _in_one_line(text, key):
        return f"{text[:end]}, revision: {revision}{text[end:]}"
    line_end = text.find("\n", end)
    rest = len(text) if line_end < 0 else line_end
    newline = "\r\n" if text[rest - 1 : rest] == "\r" else "\n"
    rest -= len(newline) - 1
    return f"{text[:rest]}{newline}{' ' * key.start_mark.column}revision: {revision}{text[rest:]}"


def pin(file: Path, name: str, revision: str) -> None:
    """Write the revision into a registry file, beside and then renamed into place.

    Raises :class:`UsageError` as :func:`pinned`, and :class:`SettingsError` where the file cannot be written.
    """
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            text = pinned(stream.read(), name, revision)
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
                out.write(text)
            os.chmod(beside, file.stat().st_mode)
            os.replace(beside, file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(
            f"the registry cannot be written: {error.strerror}",
            where=str(file),
            hint=f"Write revision: {revision} under hub of {name} by hand, or name a copy in PIXEL_SOURCES_REGISTRY",
        ) from error


def _places(text: str, name: str) -> tuple[tuple[yaml.Node, yaml.Node], yaml.Node | None]:
    """Key and value of ``dataset`` of a source, and the value of ``revision`` where there is one."""
    # yaml counts from behind a byte-order mark, which here is a character of the text
    document = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader)
    entry = _child(document, name)
    hub = _child(entry[1], "hub") if entry else None
    dataset = _child(hub[1], "dataset") if hub else None
    if hub is None or dataset is None:
        raise UsageError(
            f"source {name!r} has no hub dataset to pin" if entry else f"no source is called {name!r}",
            where="registry of sources",
            expected="a source with hub",
            hint=_HINT,
        )
    revision = _child(hub[1], "revision")
    return dataset, revision[1] if revision else None


def _child(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((name, value) for name, value in pairs if name.value == key), None)


def _in_one_line(text: str, key: yaml.Node) -> bool:
    """Whether the mapping is written in braces: then something else than space stands before the key in its line."""
    line = text.rfind("\n", 0, key.start_mark.index) + 1
    return bool(text[line : key.start_mark.index].strip())
