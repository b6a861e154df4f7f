"""The view of all sources in the catalogue: built, failed and never built, with what the inventory counts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from pixel_assets.build.graph import Asset
from pixel_assets.sources.inventory import INVENTORY
from pixel_assets.speech.tables import AUDIO_FILES, TRANSCRIPTS, VOICE_RECORDINGS
from pixel_assets.speech.voice_pairs import REJECTED_PASSAGES, VOICE_CONVERSATIONS
from pixel_assets.store import source_states
from pixel_assets.store.catalogue import publish
from pixel_assets.store.ledger import Current, set_current
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

ASSETS = {"source_inventory": Asset("source_inventory", "Files.", INVENTORY, ("source", "file"))}
VOICE = {
    "audio_files": AUDIO_FILES,
    "voice_recordings": VOICE_RECORDINGS,
    "voice_transcripts": TRANSCRIPTS,
    "voice_conversations": VOICE_CONVERSATIONS,
    "rejected_passages": REJECTED_PASSAGES,
}
SINCE = "2026-11-22T00:00:00"


def write(warehouse: Warehouse, source: str, *sizes: int | None) -> None:
    terms = {"source": source, "category": "voice", "tier": 2, "licence": "MIT", "constraints": []}
    counts = {"records": 5, "conversations": 3, "rejected": 2, "rejected_for": []}
    rows = [{"file": f"f{number}", "bytes": size, **counts, **terms} for number, size in enumerate(sizes)]
    with SnapshotWriter(warehouse, "source_inventory", source, INVENTORY) as writer:
        writer.write(pa.Table.from_pylist(rows, schema=INVENTORY))
        manifest = writer.finish().manifest
    state = Current("f", manifest.id, manifest.data_version, manifest.rows, since=SINCE)
    set_current(warehouse, "source_inventory", source, state)


def test_every_source_has_a_row_whatever_became_of_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path).prepare()
    write(warehouse, "a", 10, 20, None)
    set_current(warehouse, "source_inventory", "b", Current("", None, None, error="no such file", since=SINCE))
    publish(warehouse, ASSETS, ("c", "b", "a"))
    names = "source, state, error, changed_at, files, bytes, records, conversations, rejected, category, tier, licence"
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as connection:
        rows = connection.execute(f"SELECT {names} FROM pixel_sources").fetchall()
        columns = [(name, kind) for name, kind, *_ in connection.execute("DESCRIBE pixel_sources").fetchall()]
    assert rows == [
        ("a", "built", None, SINCE, 2, 30, 15, 9, 6, "voice", 2, "MIT"),
        ("b", "failed", "no such file", SINCE, *[None] * 8),
        ("c", "never built", *[None] * 10),
    ]
    assert columns == [(name, kind) for name, (kind, _) in source_states.COLUMNS.items()]


def test_without_sources_the_view_is_empty(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path).prepare()
    publish(warehouse, ASSETS, ())
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as connection:
        assert connection.execute("SELECT * FROM pixel_sources").fetchall() == []


def test_a_graph_without_an_inventory_has_no_view() -> None:
    assert list(source_states.statements(["raw_records"], ["a"])) == []


def plain(kind: pa.DataType) -> object:
    """A value of a type that stands for nothing in particular."""
    lists = pa.types.is_list(kind)
    return [] if lists else "" if pa.types.is_string(kind) else False if pa.types.is_boolean(kind) else 0


def put(warehouse: Warehouse, asset: str, partition: str, *rows: dict[str, object]) -> None:
    """Rows of an asset of voice: what is left out is empty."""
    schema = VOICE[asset]
    with SnapshotWriter(warehouse, asset, partition, schema) as writer:
        given = [{f.name: row.get(f.name, None if f.nullable else plain(f.type)) for f in schema} for row in rows]
        writer.write(pa.Table.from_pylist(given, schema=schema))
        manifest = writer.finish().manifest
    set_current(warehouse, asset, partition, Current("f", manifest.id, manifest.data_version, manifest.rows, since=SINCE))


def spoken(tmp_path: Path) -> list[tuple[object, ...]]:
    """Numbers of the source of recordings ``talks`` in the view."""
    assets = ASSETS | {name: Asset(name, "Voice.", schema, ("source", "file")) for name, schema in VOICE.items()}
    warehouse = Warehouse(tmp_path)
    publish(warehouse, assets, ("talks",))
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as connection:
        query = "SELECT state, files, bytes, records, conversations, rejected FROM pixel_sources"
        return list(connection.execute(query).fetchall())


def test_of_recordings_files_are_counted_and_those_that_gave_no_conversation(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path).prepare()
    files = ("two.wav", "copy.wav", "mute.wav", "short.wav", "new.wav")
    places = [{"source": "talks", "file": file} for file in files]
    two, copy, mute, short, new = places
    missing = {"source": "talks", "file": "item7", "problem": "private"}
    put(warehouse, "audio_files", "talks", *({**place, "bytes": 10, "sha256": "a"} for place in places), missing)
    assert spoken(tmp_path) == [("built", 5, 50, 6, 0, 0)]  # nothing says yet what became of them
    accepted = [{**place, "accepted": True} for place in (two, mute, short, new)]
    put(warehouse, "voice_recordings", WHOLE, *accepted, {**copy, "accepted": False}, {**missing, "accepted": False})
    put(warehouse, "voice_transcripts", WHOLE, two, {**mute, "reason": "no_words"}, short)
    put(warehouse, "voice_conversations", WHOLE, {**two, "rows": [1]}, {**two, "rows": [2]})
    put(warehouse, "rejected_passages", WHOLE, {**two, "passage": 3}, {**short, "passage": 1}, {**short, "passage": 2})
    assert spoken(tmp_path) == [("built", 5, 50, 6, 2, 4)]
