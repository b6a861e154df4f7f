"""Group dedup: which conversations repeat each other, in the same words or in others, and which give away an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.assets.ranking import RANKED_BY, RANKING_FIELDS, RANKING_SETTINGS, best_first
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of_said
from pixel_assets.dedup.clusters import DUPLICATE_CLUSTERS, Relation, cluster_table
from pixel_assets.dedup.contamination import CONTAMINATION, Limits, Vectors
from pixel_assets.dedup.contamination import contamination as given_away
from pixel_assets.dedup.fingerprints import (
    BOILERPLATE,
    TEXT_FINGERPRINTS,
    Boilerplate,
    examples,
    fingerprints,
    holders,
    row_keys,
)
from pixel_assets.dedup.fingerprints import boilerplate as shared
from pixel_assets.dedup.pairs import DUPLICATE_PAIRS, near_duplicate_pairs
from pixel_assets.dedup.pairs import Limits as NearLimits
from pixel_assets.dedup.prompts import PROMPTS, prompt_files, prompts
from pixel_assets.dedup.semantic import SEMANTIC_PAIRS, SemanticLimits
from pixel_assets.dedup.semantic import semantic_pairs as paraphrases
from pixel_assets.dedup.signatures import SIGNATURES, signatures
from pixel_assets.dedup.verify import compared_shingles
from pixel_assets.selection.query import count_by
from pixel_assets.store.query import to_table
from pixel_assets.store.snapshot import Table

THREADS: Final = 2
_TURNS: Final = ["conversation_id", "turns"]
_BATCH: Final = 8192  # rows of training that are compared with references at once
Numbers = npt.NDArray[np.int64]
ReadTurns = Callable[[pa.Array], pa.Table]


def text_fingerprints(run: StepRun) -> None:
    """Fingerprints of each conversation; those of rows that did not change are kept."""
    corpus = run.inputs["redacted_corpus"]
    run.each_row(corpus, keys_of_said(corpus), _TURNS, fingerprints)


def boilerplate(run: StepRun) -> None:
    """Count fingerprints over all conversations; the words of those that count are read where they stand."""
    table, asked = run.inputs["text_fingerprints"].read(), run.settings.boilerplate
    found = shared(table, asked.share, asked.at_least)
    read = _reader(run.inputs["redacted_corpus"])
    run.write(examples(found, read(pa.array(holders(table, found), pa.string()))))
    run.measures["fingerprints"] = len(found)


def minhash_signatures(run: StepRun) -> None:
    """Signatures of each conversation; one is computed anew if its text changed, or the boilerplate that it has."""
    corpus, known = run.inputs["redacted_corpus"], _boilerplate(run)
    prints = run.inputs["text_fingerprints"].read()
    places = _places(corpus.read(["conversation_id"])["conversation_id"], prints["conversation_id"])
    keys = keys_of_said(corpus) + row_keys(prints, known)[places]
    run.each_row(corpus, keys, _TURNS, partial(signatures, boilerplate=known))


def duplicate_pairs(run: StepRun) -> None:
    """Find near-duplicates by their digests, and verify each pair on its words."""
    table = run.inputs["minhash_signatures"].read(["conversation_id", "digest", "shingles"])
    known, names, turns_of = _boilerplate(run), table["conversation_id"].combine_chunks(), _reader(run.inputs["redacted_corpus"])
    asked, scratch = run.settings.near, run.scratch / "bands"
    scratch.mkdir(parents=True)
    found = near_duplicate_pairs(
        table, lambda rows: compared_shingles(turns_of(names.take(pa.array(rows))), known, THREADS),
        NearLimits(asked.threshold, asked.containment), scratch, ranks=_places(names, _best_first(run)), threads=THREADS,
        progress=lambda done, of: run.say(done, of, "pairs"),
    )  # fmt: skip
    run.write(found)
    _measure_pairs(run, found)


def semantic_pairs(run: StepRun) -> None:
    """Find paraphrases by their vectors, and hold each pair against its words."""
    vectors = run.inputs["embeddings"].read(["conversation_id", "user", "assistant", "whole"])
    turns_of, asked = _reader(run.inputs["redacted_corpus"]), run.settings.semantic
    found = paraphrases(
        vectors, lambda names: turns_of(names)["turns"].combine_chunks(),
        SemanticLimits(asked.user, asked.assistant, asked.related), ranks=_places(vectors["conversation_id"], _best_first(run)),
        threads=THREADS,
    )  # fmt: skip
    run.write(found)
    _measure_pairs(run, found)


def duplicate_clusters(run: StepRun) -> None:
    """Clusters of what may be merged, each around the best of its conversations."""
    best = _best_first(run)
    relations: tuple[Relation, ...] = ("near", "semantic")
    for relation, name in zip(relations, ("duplicate_pairs", "semantic_pairs"), strict=True):
        table = cluster_table(run.inputs[name].read(), best, relation)
        run.write(table)
        run.measures[f"{relation}_clusters"] = len(pc.unique(table["cluster_id"]))
        run.measures[f"largest_{relation}_cluster"] = pc.max(table["size"]).as_py() or 0


_USES: Final = """
    WITH known AS (SELECT map(list(source), list(purpose)) AS purposes FROM uses), placed AS (
        SELECT conversation_id, source, list_distinct(list_transform(provenances, lambda place: place.source)) AS sources
        FROM redacted_corpus
    )
    SELECT conversation_id,
        list_sort(list_filter(sources, lambda name: purposes[name] = 'evaluation'))[1] AS evaluation,
        len(list_filter(sources, lambda name: purposes[name] <> 'training')) = 0 AS training
    FROM placed, known
"""


def contamination(run: StepRun) -> None:
    """Look in all conversations for training for what is used for evaluation: sources of that purpose, and prompt files."""
    corpus, vectors = run.inputs["redacted_corpus"], run.inputs["embeddings"]
    asked, shared_by = run.settings.contamination, run.settings.boilerplate
    with run.query() as connection:
        purposes = pa.array([source.purpose for source in run.registry.values()], pa.string())
        connection.register("uses", pa.table({"source": pa.array(run.registry, pa.string()), "purpose": purposes}))
        uses = to_table(connection, _USES)
    evaluation = uses.filter(uses["evaluation"].is_valid())
    training = uses.filter(uses["training"])["conversation_id"]
    read = _reader(corpus)
    given = read(evaluation["conversation_id"].combine_chunks()).append_column("source", evaluation["evaluation"])
    written = prompts(prompt_files(asked.prompts, run.sources_dir)).cast(given.select(PROMPTS.names).schema)
    columns = ["conversation_id", "user"]
    found = given_away(
        pa.concat_tables([given.select(PROMPTS.names), written]),
        _chosen(corpus, training, _TURNS), len(training),
        Limits(asked.overlap, asked.longest_run, asked.cosine, asked.templates, shared_by.share, shared_by.at_least),
        Vectors(_all(vectors, evaluation["conversation_id"], columns), _chosen(vectors, training, columns), read),
    )  # fmt: skip
    run.write(found.table)
    bad = found.table.filter(found.table["contaminated"])
    run.measures["contaminated"] = len(pc.unique(bad["conversation_id"]))
    run.measures["references"] = {"searched": found.searched, "not_searched": found.not_searched}
    run.measures["by_reference_source"] = count_by(bad, "reference_source")


def prompt_versions(settings: SimpleNamespace, folder: Path) -> dict[str, str]:
    """What the prompt files of the settings hold, by name."""
    return {file.name: file.version for file in prompt_files(settings.contamination.prompts, folder)}


def _boilerplate(run: StepRun) -> Boilerplate:
    return Boilerplate.of(run.inputs["boilerplate"].read(), run.settings.boilerplate.min_rest)


def _best_first(run: StepRun) -> pa.Array:
    with run.query() as connection:
        return best_first(connection, run.registry, run.settings)


def _places(wanted: pa.Array | pa.ChunkedArray, among: pa.Array | pa.ChunkedArray) -> Numbers:
    """Place of each among the others; all are there."""
    known = among.combine_chunks() if isinstance(among, pa.ChunkedArray) else among
    return np.asarray(pc.index_in(wanted, value_set=known)).astype(np.int64)


def _reader(corpus: Table) -> ReadTurns:
    """What gives ``conversation_id`` and ``turns`` of conversations, in the order of the ids that it is asked for."""
    ids = corpus.read(["conversation_id"])["conversation_id"].combine_chunks()

    def read(names: pa.Array) -> pa.Table:
        found = _all(corpus, names, _TURNS, ids)
        return found.take(pa.array(_places(names, found["conversation_id"])))

    return read


def _all(table: Table, names: pa.Array | pa.ChunkedArray, columns: list[str], ids: pa.Array | None = None) -> pa.Table:
    """The rows of these conversations, in any order."""
    batches = list(_chosen(table, names, columns, ids))
    empty = pa.schema([table.schema.field(name) for name in columns]).empty_table()
    return pa.Table.from_batches(batches) if batches else empty


def _chosen(
    table: Table, names: pa.Array | pa.ChunkedArray, columns: list[str], ids: pa.Array | None = None
) -> Iterator[pa.RecordBatch]:
    """Batches of the rows of these conversations."""
    known = table.read(["conversation_id"])["conversation_id"].combine_chunks() if ids is None else ids
    among = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    wanted = np.asarray(pc.is_in(known, value_set=among))
    for batch, _ in table.matching(wanted, columns, rows=_BATCH):
        yield batch.select(columns)


def _measure_pairs(run: StepRun, pairs: pa.Table) -> None:
    merging = pc.sum(pairs["duplicate"]).as_py() or 0
    run.measures["pairs"] = {"duplicates": merging, "related": pairs.num_rows - merging}


def _of_corpus(schema: pa.Schema) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        name: (("redacted_corpus", "conversation_id" if name == "conversation_id" else "turns"),) for name in schema.names
    }


TEXT_FINGERPRINTS_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "text_fingerprints",
            "Hashes of some runs of words of each conversation: whoever shares a longer run shares one.",
            TEXT_FINGERPRINTS,
            key=("conversation_id",),
            derived_from=_of_corpus(TEXT_FINGERPRINTS),
        ),
    ),
    inputs=("redacted_corpus",),
    compute=text_fingerprints,
)

BOILERPLATE_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "boilerplate",
            "Runs of words of shared templates, which stand in many conversations and count nowhere when these are compared.",
            BOILERPLATE,
            key=("fingerprint",),
            derived_from={
                "fingerprint": (("text_fingerprints", "fingerprints"),),
                "text": (("redacted_corpus", "turns"),),
            },
        ),
    ),
    inputs=("redacted_corpus", "text_fingerprints"),
    compute=boilerplate,
    settings=("boilerplate",),
)

MINHASH_SIGNATURES_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "minhash_signatures",
            "MinHash digest of what user and assistant say, by role, without system turns and boilerplate.",
            SIGNATURES,
            key=("conversation_id",),
            derived_from=_of_corpus(SIGNATURES),
        ),
    ),
    inputs=("redacted_corpus", "text_fingerprints", "boilerplate"),
    compute=minhash_signatures,
    settings=("boilerplate",),
)

DUPLICATE_PAIRS_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "duplicate_pairs",
            "Conversations that nearly repeat each other word by word: every pair verified exactly, with how alike they are.",
            DUPLICATE_PAIRS,
            key=("left_id", "right_id"),
            derived_from={
                name: (("minhash_signatures", "conversation_id"),)
                if name.endswith("_id")
                else (("minhash_signatures", "digest"), ("redacted_corpus", "turns"))
                for name in DUPLICATE_PAIRS.names
            },
        ),
    ),
    inputs=(*RANKED_BY, "boilerplate", "minhash_signatures"),
    compute=duplicate_pairs,
    settings=("near", "boilerplate", *RANKING_SETTINGS),
    registry_fields=RANKING_FIELDS,
)

SEMANTIC_PAIRS_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "semantic_pairs",
            "Conversations that say the same in other words, with how alike they are; those that are merged agree on both sides.",
            SEMANTIC_PAIRS,
            key=("left_id", "right_id"),
            derived_from={
                "left_id": (("embeddings", "conversation_id"),),
                "right_id": (("embeddings", "conversation_id"),),
                "cosine": (("embeddings", "whole"),),
                "user_cosine": (("embeddings", "user"),),
                "assistant_cosine": (("embeddings", "assistant"),),
                "duplicate": (("embeddings", "user"), ("embeddings", "assistant"), ("redacted_corpus", "turns")),
            },
        ),
    ),
    inputs=(*RANKED_BY, "embeddings"),
    compute=semantic_pairs,
    settings=("semantic", *RANKING_SETTINGS),
    registry_fields=RANKING_FIELDS,
    data_files=("dedup/data/wording.yaml",),
)

DUPLICATE_CLUSTERS_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "duplicate_clusters",
            "What may be merged, around the best conversation of each cluster; every member has a verified pair with it.",
            DUPLICATE_CLUSTERS,
            key=("relation", "conversation_id"),
            derived_from={
                "conversation_id": (("duplicate_pairs", "left_id"), ("semantic_pairs", "left_id")),
                "cluster_id": (("duplicate_pairs", "left_id"), ("semantic_pairs", "left_id")),
                "similarity": (("duplicate_pairs", "jaccard"), ("semantic_pairs", "cosine")),
            },
        ),
    ),
    inputs=(*RANKED_BY, "duplicate_pairs", "semantic_pairs"),
    compute=duplicate_clusters,
    settings=RANKING_SETTINGS,
    registry_fields=RANKING_FIELDS,
)

CONTAMINATION_STEP = Step(
    group="dedup",
    assets=(
        Asset(
            "contamination",
            "Conversations for training that have words or questions in common with what is used for evaluation.",
            CONTAMINATION,
            key=("conversation_id", "reference"),
            derived_from={
                "conversation_id": (("redacted_corpus", "conversation_id"),),
                "reference": (("redacted_corpus", "conversation_id"),),
                "overlap": (("redacted_corpus", "turns"),),
                "longest_run": (("redacted_corpus", "turns"),),
                "cosine": (("embeddings", "user"),),
            },
        ),
    ),
    inputs=("redacted_corpus", "embeddings"),
    compute=contamination,
    settings=("contamination", "boilerplate"),
    registry_fields=("purpose",),
    files=prompt_versions,
    data_files=("dedup/data/function_words.yaml",),
)
