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
    assert {file: size for file, size, *_ in inventory} == there
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
        SELECT (SELECT count(*) FROM conversations), (SELECT sum(copies) FROM corpus), (SELECT count(*) FROM corpus),
            (SELECT count(DISTINCT conversation_id) FROM decisions), (SELECT count(*) FROM decisions)
    """).fetchone()
    assert counts
    conversations, copies, distinct, decided, decisions = counts
    assert conversations == copies
    assert distinct == decided == decisions


def test_the_exports_load(real: Tiny, catalogue: duckdb.DuckDBPyConnection) -> None:
    splits = catalogue.execute("SELECT count(*) FROM dataset_splits").fetchone()
    files = f"{real.warehouse}/exports/**/*"
    assert duckdb.execute(f"SELECT count(*) FROM read_parquet('{files}.parquet')").fetchone() == splits
    assert duckdb.execute(f"SELECT count(*) FROM read_json('{files}.jsonl')").fetchone() == splits
