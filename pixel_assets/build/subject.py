"""What a word of the shell names: an id or the beginning of one, a record, a recording, or a passage of one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pixel_assets.build.evidence import Evidence
from pixel_assets.errors import UsageError
from pixel_assets.sources.source import Source

Kind = Literal["conversation_id", "scenario_id", "recording_id"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)  # columns of ids of 32 hex digits
ID_DIGITS: Final = re.compile(r"[0-9a-f]{6,32}\Z")
MAX_LISTED: Final = 20


@dataclass(frozen=True)
class Named:
    """An id, and the column that it stands in."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Place:
    """A row of a file of a source: the record of a written one, the passage (from 1) of a recording; all of it without."""

    source: str
    file: str
    row: int | None


def find_subject(evidence: Evidence, word: str) -> Named | Place:
    """What the word names; raises :class:`UsageError` where that is nothing, or more than one thing.

    A place that a conversation was made of is that conversation.
    """
    if ":" not in word:
        return _find_id(evidence, word)
    name = word.partition(":")[0]
    made = {source.name: source for source in evidence.project.entries if source.made_by}
    source = made.get(name) or evidence.project.registry.select(name)
    place = _recorded(evidence, word) if source.is_spoken else _written(evidence, word, source)
    found = _conversation_at(evidence, word, place)
    if found is None and source.made_by:
        raise UsageError(
            "no conversation was made there",
            where=word,
            expected="a place that `pixel why` names, or a scenario_id",
            hint='What was rejected is known by its scenario: `pixel sql "SELECT scenario_id, rule FROM rejected_scenarios"`',
        )
    return Named("conversation_id", found) if found else place


def _find_id(evidence: Evidence, word: str) -> Named:
    if not ID_DIGITS.match(word.lower()):
        raise UsageError(
            f"{word!r} is neither an id nor a place",
            expected="six or more hex digits of a conversation_id, scenario_id or recording_id; source:file:row; or, of a "
            "recording, source:file",
            hint='`pixel sql "SELECT conversation_id FROM decisions LIMIT 5"` shows some ids',
        )
    looked = {kind: evidence.having(kind) for kind in KINDS}
    found = {
        (kind, name)
        for kind, assets in looked.items()
        for asset in assets
        for name in evidence.values(asset, kind, f"starts_with({kind}, ?)", [word.lower()], MAX_LISTED + 1)
    }
    for asset in evidence.having("release_id"):
        released = evidence.values(asset, "conversation_id", "starts_with(release_id, ?)", [word.lower()], MAX_LISTED + 1)
        found |= {("conversation_id", name) for name in released}
    if len(found) > 1:
        count = len(found) if len(found) <= MAX_LISTED else "many"
        raise _several(f"{word!r} begins {count} ids", sorted(name for _, name in found))
    if not found:
        there = [asset for asset in evidence.assets if any(asset in assets for assets in looked.values())]
        raise UsageError(
            f"no conversation, scenario or recording has the id {word!r}",
            where=", ".join(there) or "the warehouse, where nothing is built yet",
            hint="It may have gone with a source; `pixel why source:file:row` goes by its place",
        )
    return Named(*found.pop())


def _several(what: str, names: Sequence[str]) -> UsageError:
    more = f" and {len(names) - MAX_LISTED} or more others" if len(names) > MAX_LISTED else ""
    return UsageError(what, expected=f"one of {', '.join(names[:MAX_LISTED])}{more}")


def _written(evidence: Evidence, word: str, source: Source) -> Place:
    """The place of a record, or of a conversation that was generated."""
    rest = word.partition(":")[2]
    file, _, number = rest.rpartition(":")
    if not number.isdecimal():
        raise UsageError(f"{number!r} is not the number of a record", where=word, expected="source:file:row")
    if source.made_by:
        return Place(source.name, file, int(number))
    looked = evidence.having("source", "file", "row")
    place = Place(source.name, _one_file(word, file, _files(evidence, looked, source.name), "row"), int(number))
    where, values = "source = ? AND file = ?", [place.source, place.file]
    if not any(evidence.count(asset, f"{where} AND row = ?", [*values, place.row]) for asset in looked):
        last = max((max(evidence.values(asset, "row", where, values), default=0) for asset in looked), default=0)
        raise UsageError(
            f"there is no record {place.row}",
            where=f"{place.source}:{place.file}, as {' and '.join(looked)} have it",
            expected=f"a number up to {last}",
            hint="`pixel plan` says whether the file has changed since the last build",
        )
    return place


def _recorded(evidence: Evidence, word: str) -> Place:
    """The place of a recording, or of a passage in it where a number follows that is no name of a file."""
    source, _, rest = word.partition(":")
    files = _files(evidence, evidence.having("source", "file"), source)
    name, _, number = rest.rpartition(":")
    if number.isdecimal() and not _fitting(rest, files):
        return Place(source, _one_file(word, name, files, "passage"), int(number))
    return Place(source, _one_file(word, rest, files, ""), None)


def _files(evidence: Evidence, assets: Sequence[str], source: str) -> list[str]:
    return sorted(set[str]().union(*(evidence.values(asset, "file", "source = ?", [source]) for asset in assets)))


def _fitting(file: str, files: Sequence[str]) -> list[str]:
    """The files that are named in full, or by the end of their path; all of them by no name."""
    return [file] if file in files else [name for name in files if not file or name.endswith(f"/{file}")]


def _one_file(word: str, file: str, files: Sequence[str], then: str) -> str:
    """The file of a place: named in full or by its end, or the only one there is; ``then`` is what follows it."""
    source = word.partition(":")[0]
    if not files:
        raise UsageError(f"source {source!r} has no records", where=word, hint=f"Run `pixel build --sources {source}`")
    found = _fitting(file, files)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"source {source!r} has {len(found)} such files",
            where=word,
            expected=f"{':'.join(['source', 'file', *then.split()])} with one of {', '.join(found[:MAX_LISTED])}",
        )
    close = difflib.get_close_matches(file, files, n=5, cutoff=0.3) or list(files[:5])
    raise UsageError(f"source {source!r} has no file {file!r}", where=word, expected=f"one of {', '.join(close)}")


def _conversation_at(evidence: Evidence, word: str, place: Place) -> str | None:
    if place.row is None:
        return None
    where, values = "source = ? AND file = ? AND list_contains(rows, ?)", [place.source, place.file, place.row]
    looked = evidence.having("conversation_id", "source", "file", "rows")
    found = set[str]().union(*(evidence.values(asset, "conversation_id", where, values) for asset in looked))
    if len(found) > 1:
        raise _several(f"{word} is part of {len(found)} conversations", sorted(found))
    return found.pop() if found else None
