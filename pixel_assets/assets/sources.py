"""Group sources: what lies upstream, and its records as they came."""

from __future__ import annotations

from pixel_assets.build.graph import Asset, External, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.sources.readers import read_file
from pixel_assets.sources.records import RAW_RECORDS


def raw_records(run: StepRun) -> None:
    """Read every file of the source; rows that the previous snapshot has are shared, not written again."""
    rows = 0
    for file in run.source_files():
        for batch in read_file(file.path, file.name, run.partition):
            run.write(batch)
            rows += batch.num_rows
            run.say(rows, 0, "records read")
    run.measures["files"] = len(run.source_files())


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
    source_fields=("path",),
    libraries=("charset-normalizer",),
)
