"""Group knowledge: what is known, as a graph in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import orjson
import pyarrow.compute as pc

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.project import Project
from pixel_assets.build.step_run import StepRun
from pixel_assets.knowledge.graph import (
    ENTITIES,
    ORIGIN,
    REFERENCES,
    RELATIONS,
    Graph,
    content_hash,
    described,
    entity_table,
    graph_of,
    joined,
    reference_table,
    relation_table,
)
from pixel_assets.knowledge.load import DATA, load_knowledge
from pixel_assets.knowledge.open_sets import Origin, Record, read_open_set
from pixel_assets.sources.source import Source
from pixel_assets.store.query import to_batches

_RECORDS = "SELECT file, row, record FROM raw_records WHERE source = $source AND record IS NOT NULL ORDER BY file, row"


def is_knowledge(source: Source) -> bool:
    """Whether the graph is made of a source too."""
    return source.is_written and (source.knowledge or source.purpose == "knowledge")


def psychology_knowledge(run: StepRun) -> None:
    """Join the written entries with what the sources of the purpose knowledge hold."""
    written = graph_of(load_knowledge())
    found = {name: _open_set(run, name, written) for name in sorted(run.inputs["raw_records"].partitions)}
    graph = joined([written, *found.values()])
    run.write(entity_table(graph), "psychology_knowledge")
    run.write(relation_table(graph), "knowledge_relations")
    run.write(reference_table(graph), "knowledge_references")
    run.measures["entities_by_source"] = {"pixel_assets": len(written.entities), **{k: len(g.entities) for k, g in found.items()}}


def _open_set(run: StepRun, name: str, written: Graph) -> Graph:
    source = run.registry[name]
    origin = Origin(name, source.title, source.licence, source.citation or source.title, source.url)
    found = read_open_set(_records(run, name), origin)
    if found.unread:
        run.progress(f"{name}: {len(found.unread):,} records hold nothing that is read as knowledge")
    return described(found.graph, written)


def _records(run: StepRun, source: str) -> Iterator[Record]:
    with run.query() as connection:
        for batch in to_batches(connection, _RECORDS, 10_000, {"source": source}):
            for row in batch.to_pylist():
                yield Record(row["file"], row["row"], orjson.loads(row["record"]))


def changed_entries(project: Project) -> Iterator[str]:
    """Which written entries are not what they were when the graph was built, and how many conversations use each."""
    before = project.table("psychology_knowledge").read(["entity_id", "origin", "content_hash"]).to_pylist()
    old = {row["entity_id"]: row["content_hash"] for row in before if row["origin"] == ORIGIN}
    new = {entity.entity_id: content_hash(entity) for entity in graph_of(load_knowledge()).entities}
    used: Counter[str] = Counter()
    conversations = 0
    for batch in project.table("knowledge_conversations").batches(["entries"]):
        conversations += batch.num_rows
        used.update(pc.list_flatten(batch.column("entries")).to_pylist())
    for name in sorted(name for name in {*old, *new} if old.get(name) != new.get(name)):
        what = "changed" if name in old and name in new else "is new" if name in new else "is gone"
        yield f"entry {name} {what}: {used[name]:,} of {conversations:,} generated conversations use it"


PSYCHOLOGY_KNOWLEDGE_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "psychology_knowledge",
            "Everything that is known: disorders, therapies, interventions, safety protocols … written for this project, "
            "and entities of open sets.",
            ENTITIES,
            key=("entity_id",),
        ),
        Asset(
            "knowledge_relations",
            "How entities of the knowledge are related: what is indicated for what, what rules it out, and why.",
            RELATIONS,
            key=("from_id", "how", "to_id", "note"),
        ),
        Asset("knowledge_references", "The works that the knowledge rests on.", REFERENCES, key=("reference_id",)),
    ),
    inputs=("raw_records",),
    compute=psychology_knowledge,
    sources=is_knowledge,
    registry_fields=("title", "licence", "citation", "url"),
    data_files=tuple(f"knowledge/data/{file.name}" for file in sorted(DATA.glob("*.yaml"))),
    foresee=changed_entries,
    owner="team:clinical",
)
