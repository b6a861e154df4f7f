"""Group sources: what lies upstream, and its records as they came."""

from __future__ import annotations

import pyarrow.compute as pc

from pixel_assets.build.graph import Asset, External, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.hub.records import numbered
from pixel_assets.sources.inventory import INVENTORY, MEASURED_RECORDS, FileFacts, Lengths, inventory
from pixel_assets.sources.readers import read_file
from pixel_assets.sources.records import RAW_RECORDS
from pixel_assets.sources.source import is_written
from pixel_assets.sources.withdrawals import withhold
from pixel_assets.store.query import to_table


def raw_records(run: StepRun) -> None:
    """Read every file of the source; rows that the previous snapshot has are shared, not written again."""
    rows = 0
    files = run.source_files()
    for file in files:
        if run.source.hub is None:
            batches = read_file(file.path, file.name, run.partition)
        else:
            batches = numbered(run.hub_texts(file), file.name, run.partition)
        for batch in batches:
            run.write(withhold(batch, run.source.withdrawn_records))
            rows += batch.num_rows
            run.say(rows, 0, "records read")
    run.measures["files"] = len(files)


# An outer join, for a file may have given nothing but rejections, and a damaged one nothing at all.
_COUNTS = """
    SELECT file, count(*) AS records, coalesce(any_value(conversations), 0) AS conversations,
        coalesce(any_value(rejected), 0) AS rejected, coalesce(any_value(rejected_for), []) AS rejected_for,
        any_value(format) AS format
    FROM raw_records
    LEFT JOIN (SELECT file, count(*) AS conversations, min(format) AS format FROM conversations GROUP BY file) USING (file)
    LEFT JOIN (
        SELECT file, sum(rows)::BIGINT AS rejected, list({reason: reason, rows: rows} ORDER BY reason) AS rejected_for
        FROM (SELECT file, reason, count(*) AS rows FROM rejected_records GROUP BY ALL) GROUP BY file
    ) USING (file)
    GROUP BY file
"""


def source_inventory(run: StepRun) -> None:
    """Count and measure what became of each file; the hashes of files are remembered from when they were observed."""
    cache = FileHashCache(run.project.warehouse.observed / f"{run.partition}.json")
    lying = [] if run.source.hub else run.source_files()
    files = {file.name: FileFacts(file.bytes, cache.sha256(file.path)) for file in lying}
    conversations = run.inputs["conversations"]
    first = pc.list_element(conversations.read(["rows"])["rows"], 0)
    lengths = Lengths()
    for batch, _ in conversations.matching(pc.less_equal(first, MEASURED_RECORDS).to_numpy(), ["file", "turns"]):
        lengths.add(batch)
    with run.query() as connection:
        counts = to_table(connection, _COUNTS).to_pylist()
    table = inventory(run.partition, counts, files, lengths, run.source)
    run.write(table)
    for name in ("records", "conversations", "rejected"):
        run.measures[name] = pc.sum(table[name]).as_py()
    run.measures["files"] = len(table)


SOURCE_FILES = External(
    "source_files", "sources", "Version of what lies upstream of each source: a hash of its files.", kinds=("file",)
)

RAW_RECORDS_STEP = Step(
    group="sources",
    assets=(
        Asset(
            "raw_records",
            "Every record of a source as it came, with its file and row. Raw text: nothing that is published reads it.",
            RAW_RECORDS,
            key=("source", "file", "row"),
        ),
    ),
    inputs=("source_files",),
    compute=raw_records,
    partitioned=True,
    sources=is_written,
    source_fields=("path", "hub", "withdrawn_records"),
    libraries=("charset-normalizer", "filetype", "pyyaml"),
)

SOURCE_INVENTORY_STEP = Step(
    group="conversations",  # it reads them: a job of one group must not wait for another in the middle
    assets=(
        Asset(
            "source_inventory",
            "Every file of a source: size and hash, what became of its records, its licence, and where it comes from.",
            INVENTORY,
            key=("source", "file"),
            derived_from={
                "source": (("raw_records", "source"),),
                "file": (("raw_records", "file"),),
                "records": (("raw_records", "row"),),
                "conversations": (("conversations", "conversation_id"),),
                "rejected": (("rejected_records", "row"),),
                "rejected_for": (("rejected_records", "reason"),),
                "mean_turns": (("conversations", "turns"),),
                "mean_words": (("conversations", "turns"),),
                "format": (("conversations", "format"),),
            },
        ),
    ),
    inputs=("source_files", "raw_records", "conversations", "rejected_records"),
    compute=source_inventory,
    partitioned=True,
    sources=is_written,
    source_fields=("path", "hub", "category", "tier", "licence", "constraints", "url", "citation"),
)
