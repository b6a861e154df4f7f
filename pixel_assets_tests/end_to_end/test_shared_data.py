"""The open data sets, all of them: nothing is lost on the way, nothing fails, and the exports load."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from ..conftest import Once
from .tiny import Tiny

# What the shipped registry names beside the open data sets: the hub, and dumps that are not ours to give.
ELSEWHERE = ("hub", "merged_dataset", "consolidated_mental_health", "edge_case_scenarios")


class Open(Tiny):
    """The shipped registry on a folder of open data sets."""

    folder: Path = Path()

    @property
    def sources(self) -> Path:
        return self.folder

    def write(self) -> Tiny:
        return self

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PIXEL_SOURCES_SKIP": json.dumps(ELSEWHERE)}


@pytest.fixture(scope="module")
def real(once: Once, shared_data: Path) -> Tiny:
    """A full build of the open data, some eighty sources: a few minutes on two cores."""

    def project(folder: Path) -> Tiny:
        found = Open(folder)
        found.folder, found.patience = shared_data.absolute(), 1500
        return found

    def fill(folder: Path) -> None:
        (folder / "pixel.toml").touch()
        done = project(folder).pixel("build", "--json")
        (folder / "summary.json").write_text(done.stdout)
        assert done.returncode == 0, done.stderr

    return project(once("built-real", fill))


@pytest.fixture(scope="module")
def catalogue(real: Tiny) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(real.warehouse / "pixel.duckdb"), read_only=True)


def test_no_source_fails_and_no_blocking_check(real: Tiny) -> None:
    summary = json.loads((real.root / "summary.json").read_text())
    assert (summary["failed"], summary["skipped"], summary["checks"]["failed"]) == ([], [], 0)


def test_records_are_conserved_row_by_row_in_every_source(catalogue: duckdb.DuckDBPyConnection) -> None:
    lost = catalogue.execute("""
        WITH used AS (SELECT DISTINCT source, file, unnest(rows) AS row FROM conversations),
        found AS (FROM used UNION ALL SELECT source, file, row FROM rejected_records),
        records AS (SELECT source, file, row FROM raw_records)
        SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM found),
            (SELECT count(*) FROM (FROM records EXCEPT ALL FROM found)),
            (SELECT count(*) FROM (FROM found EXCEPT ALL FROM records))
    """).fetchone()
    assert lost
    records, found, missing, unknown = lost
    assert records == found > 10_000
    assert (missing, unknown) == (0, 0)


def test_every_file_is_in_the_inventory_with_its_size_and_all_of_its_records(
    catalogue: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    there = {path.relative_to(shared_data).as_posix(): path.stat().st_size for path in shared_data.rglob("*") if path.is_file()}
    del there["README.md"]
    inventory = catalogue.execute("SELECT file, bytes, records, conversations, rejected FROM source_inventory").fetchall()
    heard = dict(catalogue.execute("SELECT file, bytes FROM audio_files").fetchall())
    assert {file: size for file, size, *_ in inventory} | heard == there
    assert [file for file, _, records, made, rejected in inventory if records == 0 or made + rejected == 0] == []
    sums = catalogue.execute("SELECT sum(records), sum(conversations), sum(rejected) FROM source_inventory").fetchone()
    tables = [f"(SELECT count(*) FROM {name})" for name in ("raw_records", "conversations", "rejected_records")]
    assert sums == catalogue.execute(f"SELECT {', '.join(tables)}").fetchone()


def test_no_source_is_unlike_what_the_registry_says_of_it(catalogue: duckdb.DuckDBPyConnection) -> None:
    off = catalogue.execute("""
        SELECT partition, check_name, description FROM pixel_checks
        WHERE check_name IN ('expected_records', 'rejected_share', 'profile') AND NOT passed
    """).fetchall()
    assert off == []


def test_every_conversation_has_one_decision_and_every_copy_is_counted(catalogue: duckdb.DuckDBPyConnection) -> None:
    counts = catalogue.execute("""
        SELECT (SELECT count(*) FROM conversations) + (SELECT count(*) FROM voice_conversations),
            (SELECT sum(copies) FROM corpus), (SELECT count(*) FROM corpus),
            (SELECT count(DISTINCT conversation_id) FROM decisions), (SELECT count(*) FROM decisions)
    """).fetchone()
    assert counts
    conversations, copies, distinct, decided, decisions = counts
    assert conversations == copies
    assert distinct == decided == decisions


def test_the_exports_load(real: Tiny, catalogue: duckdb.DuckDBPyConnection) -> None:
    rows = "SELECT (SELECT count(*) FROM dataset_splits) + (SELECT count(*) FROM augmented_train)"
    splits = catalogue.execute(rows).fetchone()
    files = f"{real.warehouse}/exports/**/*"
    assert duckdb.execute(f"SELECT count(*) FROM read_parquet('{files}.parquet')").fetchone() == splits
    assert duckdb.execute(f"SELECT count(*) FROM read_json('{files}.jsonl')").fetchone() == splits


def test_one_speech_in_three_encodings_gives_one_conversation(catalogue: duckdb.DuckDBPyConnection) -> None:
    verdicts = catalogue.execute(
        "SELECT accepted, reason, count(*) FROM voice_recordings WHERE source = 'jfk' GROUP BY ALL"
    ).fetchall()
    assert sorted(verdicts, key=str) == [(False, "copy", 2), (True, None, 1)]
    assert catalogue.execute("SELECT count(*) FROM corpus WHERE source = 'jfk'").fetchone() == (1,)


def test_what_is_no_speech_gives_no_transcript_and_a_reason(catalogue: duckdb.DuckDBPyConnection) -> None:
    verdict = catalogue.execute("SELECT accepted, reason FROM voice_recordings WHERE source = 'room_impulse'").fetchall()
    assert verdict == [(False, "no_speech")]
    assert catalogue.execute("SELECT count(*) FROM voice_transcripts WHERE source = 'room_impulse'").fetchone() == (0,)


def test_open_sets_are_part_of_the_knowledge(catalogue: duckdb.DuckDBPyConnection) -> None:
    origins = dict(catalogue.execute("SELECT origin, count(*) FROM psychology_knowledge GROUP BY origin").fetchall())
    assert origins.keys() == {
        "pixel_assets", "openstax_psychology", "medquad_psych", "questionnaires", "ipip_neo_120", "coralmind_entries"
    }  # fmt: skip
    assert origins["medquad_psych"] == 30
    described = catalogue.execute("SELECT count(*) FROM knowledge_relations WHERE how = 'describes'").fetchone()
    assert described
    assert described[0] > 0
