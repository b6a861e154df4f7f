"""Group release: the training set as files that other tools read."""

from __future__ import annotations

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.release.exports import EXPORTS, write_exports
from pixel_assets.store.query import to_batches

_ROWS = """
    SELECT conversation_id, split, category, source, turns, reasoning
    FROM dataset_splits JOIN corpus USING (conversation_id)
    ORDER BY CASE split WHEN 'train' THEN 0 WHEN 'validation' THEN 1 ELSE 2 END, conversation_id
"""


CARD = {"pretty_name": "Pixel training set", "language": ["en"], "task_categories": ["text-generation"]}


def dataset_exports(run: StepRun) -> None:
    """Write the splits in every format, in an order that depends on content alone."""
    folder = run.scratch / "exports"
    with run.query() as connection:
        counts = dict(connection.execute("SELECT split, count(*) FROM dataset_splits GROUP BY split").fetchall())
        rows = to_batches(connection, _ROWS, 10_000)
        table = write_exports(rows, folder, run.settings.exports, counts=counts, info=CARD)
    run.write(table)
    run.attach("dataset_exports", folder)
    run.measures["conversations"] = sum(counts.values())
    run.measures["by_split"] = counts
    run.measures["bytes"] = sum(table["bytes"].to_pylist())


DATASET_EXPORTS_STEP = Step(
    group="release",
    assets=(
        Asset(
            "dataset_exports",
            "The exported files: JSON Lines of messages, and a folder that datasets.load_dataset reads.",
            EXPORTS,
            key=("file",),
            kinds=("jsonl", "parquet", "huggingface"),
            published_as="exports",
        ),
    ),
    inputs=("corpus", "dataset_splits"),
    compute=dataset_exports,
    settings=("exports",),
    libraries=("pyarrow", "orjson"),  # the bytes of the files are part of the data
)
