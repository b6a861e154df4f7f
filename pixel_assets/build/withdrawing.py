"""What a word of ``pixel forget`` names, and which hashes leave it out of every later build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pixel_assets.build.evidence import Evidence, Row
from pixel_assets.build.holding import conversations_of
from pixel_assets.build.project import Project
from pixel_assets.build.subject import ID_DIGITS, Named, Place, find_subject
from pixel_assets.errors import SourceError, UsageError
from pixel_assets.sources.files import list_files
from pixel_assets.sources.playlists.items import folder_of, look_up
from pixel_assets.sources.source import Source
from pixel_assets.sources.withdrawals import Withdrawals, load_withdrawals, record_hash, recording_hash

Kind = Literal["source", "conversation", "record", "recording"]
_WHOLE_ID: Final = 32  # digits


@dataclass(frozen=True)
class Withdrawal:
    """What is to be left out, and what a person should know before it is."""

    word: str
    kind: Kind
    name: str  # of the source, the conversation_id, or source:file:row
    adds: Withdrawals  # what the file of withdrawals must have
    conversations: tuple[str, ...] = ()  # ids that are gone with it
    places: tuple[Row, ...] = ()  # source, file and rows where it lies; the originals are not touched
    along: tuple[str, ...] = ()  # conversations of the same records, which go as well
    alike: tuple[str, ...] = ()  # near-duplicates, which stay until they are named themselves
    standing: bool = False  # whether the file has it already


def find_withdrawal(project: Project, word: str, because: str = "") -> Withdrawal:
    """What ``word`` names: a source, an id (of a conversation or of its export), ``source:file:row``, or a recording.

    Raises :class:`UsageError` where it names nothing, more than one thing, or what no person brought.
    """
    file = project.settings.sources.withdrawals_file
    known = load_withdrawals(file)
    if word in known.sources or word in project.registry or word in project.registry.left_out:
        return _source(project, word, because, known)
    if any(source.name == word for source in project.entries if source.made_by):
        raise UsageError(
            f"{word} is made by the package from its knowledge; nobody brought it",
            where=word,
            hint="Set scenarios.conversations or edgecases.conversations to 0 to do without",
        )
    earlier = [name for name in known.conversations if ID_DIGITS.match(word.lower()) and name.startswith(word.lower())]
    with project.connect() as connection:
        evidence = Evidence(project, connection)
        try:
            subject = find_subject(evidence, word)
        except UsageError:
            if len(earlier) == 1:
                return Withdrawal(word, "conversation", earlier[0], Withdrawals(), (earlier[0],), standing=True)
            if len(word) == _WHOLE_ID and ID_DIGITS.match(word.lower()):  # of another state: left out wherever it comes up
                return _known_by_id(word.lower(), because)
            raise
        found = _subject(evidence, word, subject, because)
    return _with_standing(found, known)


def _with_standing(found: Withdrawal, known: Withdrawals) -> Withdrawal:
    return Withdrawal(**{**vars(found), "standing": (known | found.adds) == (known | Withdrawals())})


def _known_by_id(name: str, because: str) -> Withdrawal:
    return Withdrawal(name, "conversation", name, Withdrawals(conversations={name: because}), (name,))


def _source(project: Project, name: str, because: str, known: Withdrawals) -> Withdrawal:
    adds = Withdrawals(sources={name: because})
    return Withdrawal(name, "source", name, adds, tuple(sorted(conversations_of(project, name))), standing=name in known.sources)


def _subject(evidence: Evidence, word: str, subject: Named | Place, because: str) -> Withdrawal:
    if isinstance(subject, Named):
        if subject.kind == "conversation_id":
            return _conversation(evidence, word, subject.id, because)
        if subject.kind == "recording_id":
            rows = evidence.rows("voice_recordings", "recording_id = ?", [subject.id])
            return _recording(evidence, word, [(row["source"], row["file"]) for row in rows])
        raise UsageError("a scenario was said by nobody", where=word, expected="a conversation, a record or a recording")
    if evidence.project.registry.sources[subject.source].is_spoken:
        if subject.row is not None:
            raise _whole_recording(word, subject.source, subject.file)
        return _recording(evidence, word, [(subject.source, subject.file)])
    assert subject.row is not None
    place: Row = {"source": subject.source, "file": subject.file, "rows": [subject.row]}
    adds = Withdrawals(records=_hashes(evidence, [place]))
    return Withdrawal(word, "record", f"{subject.source}:{subject.file}:{subject.row}", adds, places=(place,))


def _conversation(evidence: Evidence, word: str, name: str, because: str) -> Withdrawal:
    where, values = "conversation_id = ?", [name]
    written = evidence.rows("conversations", where, values) if "conversations" in evidence.assets else []
    places = tuple({key: row[key] for key in ("source", "file", "rows")} for row in written)
    if not places:
        spoken = evidence.rows("voice_conversations", where, values) if "voice_conversations" in evidence.assets else []
        if spoken:
            raise _whole_recording(word, spoken[0]["source"], spoken[0]["file"])
        raise UsageError(
            "the conversation was generated; nobody said it", where=word, expected="what a source has brought",
            hint="Change the entry of the knowledge that it was made from: `pixel why` names it",
        )  # fmt: skip
    adds = Withdrawals(conversations={name: because}, records=_hashes(evidence, places))
    shared = set[str]().union(*(_at(evidence, place) for place in places)) - {name}
    return Withdrawal(word, "conversation", name, adds, (name,), places, tuple(sorted(shared)), tuple(_alike(evidence, name)))


def _recording(evidence: Evidence, word: str, files: Sequence[tuple[str, str]]) -> Withdrawal:
    """A recording in all its files, with the subtitles that lie beside them."""
    hashes: dict[str, tuple[str, ...]] = {}
    said = set[str]()
    for source, file in files:
        stem = file.rpartition(".")[0] or file
        beside = [
            name for name in _files(evidence.project, evidence.project.registry.sources[source]) if name.startswith(f"{stem}.")
        ]
        hashes[source] = (*hashes.get(source, ()), *map(recording_hash, sorted({file, *beside})))
        if "voice_conversations" in evidence.assets:
            said |= evidence.values("voice_conversations", "conversation_id", "source = ? AND file = ?", [source, file])
    places = tuple({"source": source, "file": file, "rows": []} for source, file in files)
    name = ":".join(files[0])
    adds = Withdrawals(recordings=hashes) | Withdrawals()
    return Withdrawal(word, "recording", name, adds, tuple(sorted(said)), places)


def _files(project: Project, source: Source) -> list[str]:
    if source.playlist is not None:
        acquired = look_up(folder_of(source.playlist, project.playlists))
        return [name for item in acquired.items for name, _, _ in item.parts] if acquired else []
    try:
        return [file.name for file in list_files(source, project.settings.sources.dir)]
    except SourceError:
        return []


def _whole_recording(word: str, source: str, file: str) -> UsageError:
    return UsageError(
        "it is a passage of a recording, and what else was said stays",
        where=word,
        expected=f"{source}:{file}, the recording as a whole",
        hint=f"`pixel forget {source}:{file}` withdraws it with all its passages",
    )


def _at(evidence: Evidence, place: Row) -> set[str]:
    values = [place["source"], place["file"], place["rows"]]
    return evidence.values("conversations", "conversation_id", "source = ? AND file = ? AND list_has_any(rows, ?)", values)


def _hashes(evidence: Evidence, places: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """Hashes of the records at some places, by source; of a record that stands elsewhere too, the hash with its place."""
    wanted: dict[str, set[tuple[str, int]]] = {}
    for place in places:
        wanted.setdefault(place["source"], set()).update((place["file"], row) for row in place["rows"])
    found: dict[str, tuple[str, ...]] = {}
    for source, spots in wanted.items():
        copies = _copies(evidence, source, spots)
        found[source] = tuple(sorted({
            record_hash(record) if all(spot in spots for spot in copies[record]) else record_hash(record, spot)
            for record in copies for spot in copies[record] if spot in spots
        }))  # fmt: skip
    return {source: hashes for source, hashes in found.items() if hashes}


def _copies(evidence: Evidence, source: str, spots: Iterable[tuple[str, int]]) -> Mapping[str, list[tuple[str, int]]]:
    """Every place of the source at which a record stands that stands at one of these places."""
    here = sorted(spots)
    files, rows = [file for file, _ in here], [row for _, row in here]
    at = "(file, row) IN (SELECT unnest(?::VARCHAR[]), unnest(?::BIGINT[]))"
    texts = evidence.values("raw_records", "record", f"source = ? AND record IS NOT NULL AND {at}", [source, files, rows])
    copies: dict[str, list[tuple[str, int]]] = {}
    for text in sorted(texts):
        copies[text] = sorted(
            (row["file"], row["row"]) for row in evidence.rows("raw_records", "source = ? AND record = ?", [source, text])
        )
    return copies


def _alike(evidence: Evidence, name: str) -> Iterable[str]:
    if "duplicate_pairs" not in evidence.assets:
        return ()
    found = evidence.rows("duplicate_pairs", "duplicate AND (left_id = ? OR right_id = ?)", [name, name])
    return sorted({row[side] for row in found for side in ("left_id", "right_id")} - {name})
