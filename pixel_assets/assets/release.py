"""Group release: the training set as files that other tools read."""

from __future__ import annotations

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.conversation.flags import INVENTED
from pixel_assets.release.card import Credit
from pixel_assets.release.exports import EXPORTS, write_exports
from pixel_assets.sources.licences import judge, permitted
from pixel_assets.store.query import to_batches

# A conversation that was found in several sources is used under the licence of the first that permits it.
_USED = """
    WITH used AS (
        SELECT conversation_id, release_id, split, category, turns, reasoning,
            list_has_any(flags, $generated::VARCHAR[]) AS generated, coalesce(list_filter(
            list_transform(provenances, lambda place: place.source), lambda name: list_contains($permitted::VARCHAR[], name)
        )[1], source) AS source
        FROM dataset_splits JOIN redacted_corpus USING (conversation_id)
    )
"""
_COUNTS = _USED + "SELECT source, count(*) FROM used GROUP BY source ORDER BY source"
_IN_ORDER = "CASE split WHEN 'train' THEN 0 WHEN 'validation' THEN 1 ELSE 2 END, release_id"
_COLUMNS = "release_id AS conversation_id, split, category, source, turns, generated, reasoning"
_ROWS = f"{_USED} SELECT {_COLUMNS} FROM used ORDER BY {_IN_ORDER}"
CARD = {"pretty_name": "Pixel training set", "language": ["en"], "task_categories": ["text-generation"]}


def dataset_exports(run: StepRun) -> None:
    """Write the splits in every format, in an order that depends on content alone."""
    folder = run.scratch / "exports"
    licensed: dict[str, object] = {
        "permitted": permitted(judge(run.registry, run.settings.licences)), "generated": list(INVENTED)
    }  # fmt: skip
    with run.query() as connection:
        counts = dict(connection.execute("SELECT split, count(*) FROM dataset_splits GROUP BY split").fetchall())
        by_source = connection.execute(_COUNTS, licensed).fetchall()
        rows = to_batches(connection, _ROWS, 10_000, licensed)
        credits = [_credit(run, name, count) for name, count in by_source]
        table = write_exports(rows, folder, run.settings.exports, counts=counts, info=CARD, credits=credits)
    run.write(table)
    run.attach("dataset_exports", folder)
    run.measures["conversations"] = sum(counts.values())
    run.measures["by_split"] = counts
    run.measures["by_source"] = dict(by_source)
    run.measures["bytes"] = sum(table["bytes"].to_pylist())


def _credit(run: StepRun, name: str, count: int) -> Credit:
    source = run.registry[name]
    return Credit(name, source.title, source.licence, source.constraints, source.url, source.citation, count)


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
    inputs=("redacted_corpus", "dataset_splits"),
    compute=dataset_exports,
    settings=("exports", "licences"),
    registry_fields=("title", "licence", "constraints", "url", "citation"),
    libraries=("pyarrow", "orjson"),  # the bytes of the files are part of the data
)
