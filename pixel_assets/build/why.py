"""The whole life of one conversation: where it came from, what every asset says of it, what became of it.

It goes by the columns that an asset has, so that an asset that is added later is told of without a change
here. What was said is never shown: ``build/evidence.py`` counts turns and leaves free text where it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from pixel_assets.build.evidence import Chapter, Evidence, Row
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError

ID: Final = "conversation_id"
ID_DIGITS: Final = re.compile(r"[0-9a-f]{6,32}\Z")
MAX_LISTED: Final = 20


@dataclass(frozen=True)
class Mention:
    """Rows of an asset that name the conversation in another column than the one of their own id."""

    asset: str
    column: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Life:
    """All that is known of one conversation, or of a record that gave none; chapters are in graph order."""

    word: str
    conversation_id: str | None
    summary: str
    places: tuple[Row, ...]  # source, file and rows of every place that it was found in
    winner: str | None  # of duplicates, the one that is used instead
    losers: tuple[Row, ...]  # of duplicates, those that it is used instead of
    exports: tuple[Row, ...]  # file and place in it
    chapters: tuple[Chapter, ...]
    mentions: tuple[Mention, ...]

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel why --json``."""
        return asdict(self)


@dataclass(frozen=True)
class _Place:
    source: str
    file: str
    row: int


def why(project: Project, word: str) -> Life:
    """Tell the life of a conversation, or of a record that was rejected.

    ``word`` is an id, the first six or more digits of one, or a place: ``source:file:row``, or ``source:row``
    where the source has one file. Raises :class:`UsageError` where it names nothing, or more than one.
    """
    with project.connect() as connection:
        evidence = Evidence(project, connection)
        if ":" not in word:
            return _life(evidence, word, _find_id(evidence, word))
        place = _find_place(evidence, word)
        name = _conversation_at(evidence, word, place)
        return _life(evidence, word, name) if name else _rejected(evidence, word, place)


def _life(evidence: Evidence, word: str, name: str) -> Life:
    chapters = [chapter for asset in evidence.having(ID) for chapter in evidence.chapters(asset, f"{ID} = ?", [name])]
    said = _by_asset(chapters)
    mentions = list(_mentions(evidence, name))
    winners = [row["winner_id"] for rows in said.values() for row in rows if row.get("winner_id")]
    return Life(
        word,
        name,
        _summary(said),
        tuple(_places(chapters)),
        winners[0] if winners else None,
        tuple(row for mention in mentions if mention.column == "winner_id" for row in mention.rows),
        tuple(_exports(evidence, name, said)),
        tuple(chapters),
        tuple(mention for mention in mentions if mention.column != "winner_id"),
    )


def _rejected(evidence: Evidence, word: str, place: _Place) -> Life:
    where, values = "source = ? AND file = ? AND row = ?", [place.source, place.file, place.row]
    chapters = [c for asset in evidence.having("source", "file", "row") for c in evidence.chapters(asset, where, values)]
    reasons = [row for chapter in chapters for row in chapter.rows if row.get("reason")]
    if reasons:
        detail = reasons[0].get("detail")
        summary = f"rejected: {reasons[0]['reason']}" + (f": {detail}" if detail else "")
    else:
        summary = "read, and not made into a conversation yet: `pixel plan` says what is to be built"
    found = ({"source": place.source, "file": place.file, "rows": [place.row]},)
    return Life(word, None, summary, found, None, (), (), tuple(chapters), ())


def _by_asset(chapters: Sequence[Chapter]) -> dict[str, list[Row]]:
    said: dict[str, list[Row]] = {}
    for chapter in chapters:
        said.setdefault(chapter.asset, []).extend(chapter.rows)
    return said


def _summary(said: Mapping[str, Sequence[Row]]) -> str:
    """What became of it, in plain words."""
    decision, mix, split = (next(iter(said.get(a, ())), None) for a in ("decisions", "training_mix", "dataset_splits"))
    if decision is None:
        return "read; nothing is decided on it yet: `pixel plan` says what is to be built"
    if not decision["keep"]:
        instead = f"; {decision['winner_id']} is used instead" if decision.get("winner_id") else ""
        return f"dropped at {decision['stage']}: {decision['detail'] or decision['reason']}{instead}"
    if split is not None:
        return f"kept; in the training set ({split['split']})"
    if mix is not None:
        return "kept; in the mix, and not in a split yet"
    return "kept; not in the training set: its category has given all that the mix asks of it"


def _places(chapters: Sequence[Chapter]) -> Iterator[Row]:
    for chapter in chapters:
        for row in chapter.rows:
            if {"source", "file", "rows"} <= row.keys():
                yield {name: row[name] for name in ("source", "file", "rows")}


def _mentions(evidence: Evidence, name: str) -> Iterator[Mention]:
    for asset in evidence.assets:
        for column in evidence.columns(asset):
            if column.endswith("_id") and column != ID and evidence.is_text(asset, column):
                rows = tuple(row for c in evidence.chapters(asset, f'"{column}" = ?', [name]) for row in c.rows)
                if rows:
                    yield Mention(asset, column, rows)


def _exports(evidence: Evidence, name: str, said: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """Files that it was exported to, and its row there (from 1); none if the exports are of another state."""
    splits, exports = "dataset_splits", "dataset_exports"
    if not said.get(splits) or exports not in evidence.assets or not evidence.made_from(exports, splits):
        return
    split = said[splits][0]["split"]
    before = evidence.count(splits, f"split = ? AND {ID} < ?", [split, name])
    ends: dict[str, int] = {}  # format → rows in the files up to here
    files = [row for chapter in evidence.chapters(exports, "split = ?", [split]) for row in chapter.rows]
    for row in sorted(files, key=lambda row: str(row["file"])):
        start = ends.get(row["format"], 0)
        ends[row["format"]] = start + row["rows"]
        if start <= before < ends[row["format"]]:
            yield {"format": row["format"], "file": row["file"], "row": before - start + 1}


def _find_id(evidence: Evidence, word: str) -> str:
    if not ID_DIGITS.match(word.lower()):
        raise UsageError(
            f"{word!r} is neither an id nor a place",
            expected="six or more hex digits of a conversation_id, or source:file:row",
            hint='`pixel sql "SELECT conversation_id FROM decisions LIMIT 5"` shows some ids',
        )
    looked = evidence.having(ID)
    found: set[str] = set()
    for asset in looked:
        found |= evidence.values(asset, ID, f"starts_with({ID}, ?)", [word.lower()], MAX_LISTED + 1)
    if len(found) > 1:
        raise _several(f"{word!r} begins {len(found) if len(found) <= MAX_LISTED else 'many'} ids", sorted(found))
    if not found:
        raise UsageError(
            f"no conversation has the id {word!r}",
            where=", ".join(looked) or "the warehouse, where nothing is built yet",
            hint="It may have gone with a source; `pixel why source:file:row` goes by its place",
        )
    return found.pop()


def _several(what: str, names: Sequence[str]) -> UsageError:
    more = f" and {len(names) - MAX_LISTED} or more others" if len(names) > MAX_LISTED else ""
    return UsageError(what, expected=f"one of {', '.join(names[:MAX_LISTED])}{more}")


def _find_place(evidence: Evidence, word: str) -> _Place:
    source, _, rest = word.partition(":")
    file, _, number = rest.rpartition(":")
    evidence.project.registry.select(source)
    if not number.isdecimal():
        raise UsageError(f"{number!r} is not the number of a record", where=word, expected="source:file:row")
    looked = evidence.having("source", "file", "row")
    files = sorted(set[str]().union(*(evidence.values(asset, "file", "source = ?", [source]) for asset in looked)))
    place = _Place(source, _one_file(word, source, file, files), int(number))
    where, values = "source = ? AND file = ?", [source, place.file]
    if not any(evidence.count(asset, f"{where} AND row = ?", [*values, place.row]) for asset in looked):
        last = max((max(evidence.values(asset, "row", where, values), default=0) for asset in looked), default=0)
        raise UsageError(
            f"there is no record {place.row}",
            where=f"{source}:{place.file}, as {' and '.join(looked)} have it",
            expected=f"a number up to {last}",
            hint="`pixel plan` says whether the file has changed since the last build",
        )
    return place


def _one_file(word: str, source: str, file: str, files: Sequence[str]) -> str:
    """The file of a place: named in full or by its end, or the only one there is."""
    if not files:
        raise UsageError(f"source {source!r} has no records", where=word, hint=f"Run `pixel build --sources {source}`")
    found = [name for name in files if not file or name == file or name.endswith(f"/{file}")]
    if len(found) == 1 or file in found:
        return file if file in found else found[0]
    if found:
        raise UsageError(
            f"source {source!r} has {len(found)} such files",
            where=word,
            expected=f"source:file:row with one of {', '.join(found[:MAX_LISTED])}",
        )
    close = difflib.get_close_matches(file, files, n=5, cutoff=0.3) or list(files[:5])
    raise UsageError(f"source {source!r} has no file {file!r}", where=word, expected=f"one of {', '.join(close)}")


def _conversation_at(evidence: Evidence, word: str, place: _Place) -> str | None:
    where, values = (
        "source = ? AND file = ? AND list_contains(rows, ?)",
        [place.source, place.file, place.row],
    )
    looked = evidence.having(ID, "source", "file", "rows")
    found = set[str]().union(*(evidence.values(asset, ID, where, values) for asset in looked))
    if len(found) > 1:
        raise _several(f"{word} is part of {len(found)} conversations", sorted(found))
    return found.pop() if found else None
