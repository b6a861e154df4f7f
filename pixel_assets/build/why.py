"""The whole life of one conversation: where it came from, what every asset says of it, what became of it.

It goes by the columns that an asset has, so that an asset that is added later is told of without a change
here. What was said is never shown: ``build/evidence.py`` counts turns and leaves free text where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyarrow as pa

from pixel_assets.build.ancestry import chapters_of
from pixel_assets.build.evidence import Chapter, Evidence, Row
from pixel_assets.build.fate import (
    fate_of_conversation,
    fate_of_record,
    fate_of_recording,
    fate_of_scenario,
    passages_of,
    rows_by_asset,
)
from pixel_assets.build.judged import identifiers_of, judgements_of
from pixel_assets.build.project import Project
from pixel_assets.build.subject import Place, find_subject
from pixel_assets.errors import UsageError

ID: Final = "conversation_id"
RELEASED: Final = "release_id"
REJECTED: Final = "rejected_exports"


@dataclass(frozen=True)
class Mention:
    """Rows of an asset that name the conversation in another column than the one of their own id."""

    asset: str
    column: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Life:
    """All that is known of a conversation, scenario or recording, or of a record that gave none; chapters are in graph order."""

    word: str
    conversation_id: str | None
    summary: str
    scenario_id: str | None = None  # what it was generated for
    recording_id: str | None = None  # where it was said
    release_id: str | None = None  # what exports call it: a hash of what is left after redaction
    places: tuple[Row, ...] = ()  # source, file and rows of every place that it was found in
    winner: str | None = None  # of duplicates, the one that is used instead
    losers: tuple[Row, ...] = ()  # of duplicates, those that it is used instead of
    exports: tuple[Row, ...] = ()  # file and place in it
    passages: tuple[Row, ...] = ()  # of a recording: number, times, and what became of each
    identifiers: tuple[Row, ...] = ()  # of each type, how many stood in it and how many were replaced
    judgements: tuple[Row, ...] = ()  # every decision of the safety gate so far, oldest first
    chapters: tuple[Chapter, ...] = ()
    mentions: tuple[Mention, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel why --json``."""
        return asdict(self)


def why(project: Project, word: str) -> Life:
    """Tell the life of a conversation, of a scenario or recording, or of a record or passage that was rejected.

    ``word`` is an id, the first six or more digits of one, or a place: ``source:file:row``, or ``source:row`` where the source
    has one file; of a recording ``source:file``, or ``source`` and a colon. Raises :class:`UsageError` where it names nothing,
    or more than one.
    """
    with project.connect() as connection:
        evidence = Evidence(project, connection)
        subject = find_subject(evidence, word)
        if isinstance(subject, Place):
            return _at(evidence, word, subject)
        if subject.kind == "recording_id":
            return _recording(evidence, word, subject.id)
        if subject.kind == "scenario_id":
            return _scenario(evidence, word, subject.id)
        return _conversation(evidence, word, subject.id)


def _conversation(evidence: Evidence, word: str, name: str) -> Life:
    chapters = chapters_of(evidence, ID, name)
    said = rows_by_asset(chapters)
    itself = [row for rows in said.values() for row in rows if row.get(ID) == name]
    mentions = list(_mentions(evidence, name))
    places = [{at: row[at] for at in ("source", "file", "rows")} for row in itself if {"source", "file", "rows"} <= row.keys()]
    return Life(
        word,
        name,
        fate_of_conversation(said),
        scenario_id=_first(itself, "scenario_id"),
        recording_id=_first(itself, "recording_id"),
        release_id=_first(itself, RELEASED),
        places=tuple(places),
        winner=_first(itself, "winner_id"),
        losers=tuple(row for mention in mentions if mention.column == "winner_id" for row in mention.rows),
        exports=tuple(_exports(evidence, name, said.get("dataset_splits", []))),
        identifiers=tuple(identifiers_of(said)),
        judgements=tuple(judgements_of(evidence, said, name)),
        chapters=tuple(chapters),
        mentions=tuple(mention for mention in mentions if mention.column != "winner_id"),
    )


def _scenario(evidence: Evidence, word: str, name: str) -> Life:
    """The life of the conversation that a scenario gave, or why it gave none."""
    chapters = chapters_of(evidence, "scenario_id", name)
    made = _first([row for chapter in chapters for row in chapter.rows], ID)
    if made is not None:
        return _conversation(evidence, word, made)
    return Life(word, None, fate_of_scenario(chapters), scenario_id=name, chapters=tuple(chapters))


def _recording(evidence: Evidence, word: str, name: str, place: Place | None = None) -> Life:
    """What became of a recording and of its passages; of several files that are equal, of the one at ``place``."""
    chapters = chapters_of(evidence, "recording_id", name)
    judged = rows_by_asset(chapters).get("voice_recordings", [])
    here = [row for row in judged if place is None or (row["source"], row["file"]) == (place.source, place.file)]
    itself = max(here, key=lambda row: bool(row["accepted"]), default=None)
    passages = passages_of(evidence, chapters)
    return Life(
        word,
        None,
        fate_of_recording(itself, chapters, passages),
        recording_id=name,
        places=tuple({"source": row["source"], "file": row["file"], "rows": []} for row in judged),
        winner=itself["copy_of"] if itself else None,
        losers=tuple(evidence.rows("voice_recordings", "copy_of = ?", [name])) if judged else (),
        passages=tuple(passages),
        chapters=tuple(chapters),
    )


def _at(evidence: Evidence, word: str, place: Place) -> Life:
    """A recording, or a record or passage that gave no conversation."""
    where: str = "source = ? AND file = ?"
    values: list[object] = [place.source, place.file]
    looked = evidence.having("source", "file")
    if place.row is None:
        known = [asset for asset in looked if "recording_id" in evidence.columns(asset)]
        names = (name for asset in known for name in evidence.values(asset, "recording_id", where, values) if name)
        first = next(names, None)  # an item of a playlist that could not be had has none
        if first is not None:
            return _recording(evidence, word, first, place)
    else:
        number = "passage" if evidence.project.registry.sources[place.source].is_spoken else "row"
        where, values, looked = f"{where} AND {number} = ?", [*values, place.row], evidence.having("source", "file", number)
    chapters = [chapter for asset in looked for chapter in evidence.chapters(asset, where, values)]
    if not chapters:
        raise UsageError(
            f"there is no passage {place.row}",
            where=f"{place.source}:{place.file}",
            hint=f"`pixel why {place.source}:{place.file}` lists those that there are",
        )
    found = {"source": place.source, "file": place.file, "rows": [] if place.row is None else [place.row]}
    recording = _first([row for chapter in chapters for row in chapter.rows], "recording_id")
    return Life(word, None, fate_of_record(chapters), recording_id=recording, places=(found,), chapters=tuple(chapters))


def _first(rows: Sequence[Row], column: str) -> Any:
    return next((row[column] for row in rows if row.get(column)), None)


def _mentions(evidence: Evidence, name: str) -> Iterator[Mention]:
    """Columns of other ids that hold this one; those that hold keys of other things are not looked at."""
    others = {asset.key[0] for asset in evidence.project.graph.assets.values() if len(asset.key) == 1}
    for asset in evidence.assets:
        for column in evidence.columns(asset):
            text = pa.types.is_string(evidence.type_of(asset, column))
            if column.endswith("_id") and text and column not in (ID, RELEASED) and column not in others:
                rows = evidence.rows(asset, f'"{column}" = ?', [name])
                if rows:
                    yield Mention(asset, column, tuple(rows))


def _exports(evidence: Evidence, name: str, splits: Sequence[Row]) -> Iterator[Row]:
    """Files that it was exported to, and its row there (from 1); none if the exports are of another state."""
    made_from, texts, exports = "dataset_splits", "redacted_corpus", "dataset_exports"
    if not splits or exports not in evidence.assets or REJECTED not in evidence.assets:
        return
    if not evidence.made_from(exports, made_from) or not evidence.made_from(exports, texts):
        return
    split = splits[0]["split"]
    (released,) = evidence.values(texts, RELEASED, f"{ID} = ?", [name])
    (category,) = evidence.values(texts, "category", f"{ID} = ?", [name])
    ends: dict[str, int] = {}  # format → rows that were to stand in the files up to here
    gone: dict[str, int] = {}  # and those of them that do not
    for row in sorted(evidence.rows(exports, "split = ?", [split]), key=lambda row: str(row["file"])):
        form = row["format"]
        among = [split, category] if form == "parquet" else [split]  # whose files hold one category each
        if form == "preference" or (len(among) > 1 and f"/{split}-{category}-" not in row["file"]):
            continue
        start, before = ends.get(form, 0), _before(evidence, released, among)
        ends[form] = start + row["rows"] + row["rejected"]
        if start <= before < ends[form]:
            out = "format IN ('all', ?) AND split = ?" + " AND category = ?" * (len(among) - 1)
            if not evidence.count(REJECTED, f"{out} AND id = ?", [form, *among, released]):
                missing = evidence.count(REJECTED, f"{out} AND id < ?", [form, *among, released]) - gone.get(form, 0)
                yield {"format": form, "file": row["file"], "row": before - start - missing + 1}
        gone[form] = gone.get(form, 0) + row["rejected"]


def _before(evidence: Evidence, released: str, among: Sequence[str]) -> int:
    """Rows that stand before one in the order of exports, in its split and, if ``among`` says one, its category."""
    own = " AND category = ?" * (len(among) - 1)
    beside = f"{ID} IN ({evidence.select(ID, 'dataset_splits', 'split = ?')})"
    found = evidence.count("redacted_corpus", f"{RELEASED} < ?{own} AND {beside}", [released, *among[1:], among[0]])
    if among[0] == "train" and "augmented_train" in evidence.assets:
        found += evidence.count("augmented_train", f"{ID} < ?{own}", [released, *among[1:]])
    return found
