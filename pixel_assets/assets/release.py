"""Group release: the training set as files that other tools read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from types import SimpleNamespace

from pixel_assets.assets.data_files import files_in
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.conversation.flags import INVENTED
from pixel_assets.release.card import TEMPLATE, card
from pixel_assets.release.chat_template import versions
from pixel_assets.release.exports import EXPORTS, write_exports
from pixel_assets.release.facts import ExportedFile, Origin
from pixel_assets.release.gathering import gather_released
from pixel_assets.release.rejected import REJECTED_EXPORTS
from pixel_assets.sources.licences import LICENSED_SOURCE, judge
from pixel_assets.store.query import to_batches

_SELECTED = f"""
    SELECT release_id, split, category, turns, reasoning, list_has_any(flags, $generated::VARCHAR[]) AS generated,
        {LICENSED_SOURCE} AS source, false AS augmented, NULL AS parent
    FROM dataset_splits JOIN redacted_corpus AS origin USING (conversation_id)
"""
_AUGMENTED = f"""
    SELECT variant.conversation_id AS release_id, 'train' AS split, variant.category, variant.turns, variant.reasoning,
        true AS generated, coalesce({LICENSED_SOURCE}, variant.source) AS source, true AS augmented, origin.release_id AS parent
    FROM augmented_train AS variant LEFT JOIN redacted_corpus AS origin ON origin.conversation_id = variant.parent_id
"""
_RANK = "CASE split WHEN 'train' THEN 0 WHEN 'validation' THEN 1 WHEN 'test' THEN 2 ELSE 3 END"
_COLUMNS = "release_id AS conversation_id, split, category, source, turns, generated, augmented, parent, reasoning"
# A pair stands where the conversation of its chosen reply stands; of equal ones, one is used.
_PAIRS = f"""
    SELECT release_id AS id, split, category, source, prompt, chosen, rejected, CASE
        WHEN len(chosen) = 0 OR len(rejected) = 0 THEN 'one_sided'
        WHEN identifiers_left > 0 THEN 'identifiers_left'
        WHEN NOT list_contains($permitted::VARCHAR[], source) THEN 'not_permitted'
        WHEN split IS NULL THEN 'conversation_not_selected'
    END AS reason
    FROM redacted_preferences LEFT JOIN dataset_splits USING (conversation_id)
    QUALIFY row_number() OVER (PARTITION BY release_id ORDER BY reason NULLS FIRST, source, file, rows) = 1
    ORDER BY {_RANK}, id
"""
ORIGIN_FIELDS = ("title", "category", "licence", "constraints", "url", "citation", "purpose")
CARD = {"pretty_name": "Pixel training set", "language": ["en"], "task_categories": ["text-generation"]}


def dataset_exports(run: StepRun) -> None:
    """Write the splits in every format, in an order that depends on content alone."""
    folder = run.scratch / "exports"
    used = _used(run.inputs)
    sources = origins(run)
    allowed: dict[str, object] = {"permitted": [origin.name for origin in sources if origin.permitted]}
    licensed = allowed | {"generated": list(INVENTED)}
    with run.query() as connection, run.query() as other:  # two streams at once
        counts = dict(connection.execute(f"SELECT split, count(*) FROM ({used}) GROUP BY split", licensed).fetchall())
        by_source = connection.execute(
            f"SELECT source, count(*) FROM ({used}) GROUP BY source ORDER BY source", licensed
        ).fetchall()
        facts = gather_released(connection, sources)

        def card_of(files: Sequence[ExportedFile]) -> str:
            return card(replace(facts, files=tuple(files)), CARD, run.settings.card.contact)

        found = write_exports(
            to_batches(connection, f"SELECT {_COLUMNS} FROM ({used}) ORDER BY {_RANK}, release_id", 10_000, licensed),
            folder,
            run.settings.exports,
            counts=counts,
            card=card_of,
            pairs=to_batches(other, _PAIRS, 10_000, allowed),
        )
    run.write(found.files)
    run.write(found.rejected, "rejected_exports")
    run.attach("dataset_exports", folder)
    run.measures["conversations"] = sum(counts.values())
    run.measures["by_split"] = counts
    run.measures["by_source"] = dict(by_source)
    run.measures["bytes"] = sum(found.files["bytes"].to_pylist())
    run.measures["rejected"] = found.rejected.num_rows


def template_versions(settings: SimpleNamespace) -> dict[str, str]:
    """Versions of the tokenizers and chat templates that are not part of the package."""
    exports = settings.exports
    return versions(exports.tokenizers if "chat" in exports.formats else (), exports.tokenizer_file)


def _used(inputs: Collection[str]) -> str:
    return f"{_SELECTED} UNION ALL BY NAME {_AUGMENTED}" if "augmented_train" in inputs else _SELECTED


def origins(run: StepRun) -> list[Origin]:
    """What the registry says of every source, with the verdict on its licence; for steps that declare ``ORIGIN_FIELDS``."""
    judged = judge(run.registry, run.settings.licences)
    return [
        Origin(
            name, source.title, source.category, source.licence, source.constraints, source.url, source.citation,
            source.purpose, judged[name].verdict, judged[name].permitted,
        )
        for name, source in run.registry.items()
    ]  # fmt: skip


DATASET_EXPORTS_STEP = Step(
    group="release",
    assets=(
        Asset(
            "dataset_exports",
            "The exported files: messages as JSON Lines, JSON, CSV and Parquet, text of chat templates, and preference pairs.",
            EXPORTS,
            key=("file",),
            kinds=("jsonl", "parquet", "huggingface"),
            published_as="exports",
        ),
        Asset(
            "rejected_exports",
            "What was to be exported and is not, in which format, and why.",
            REJECTED_EXPORTS,
            key=("id", "format"),
        ),
    ),
    inputs=("redacted_corpus", "dataset_splits", "augmented_train", "redacted_preferences"),
    compute=dataset_exports,
    settings=("exports", "licences", "card"),
    registry_fields=ORIGIN_FIELDS,
    data_files=(f"release/data/{TEMPLATE}", *files_in("release/data/templates")),
    # The bytes of the files are part of the data
    libraries=("pyarrow", "orjson", "backports.zstd", "jinja2", "pyyaml", "tokenizers"),
    models=template_versions,
)
