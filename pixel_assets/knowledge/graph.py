"""The knowledge graph as three Arrow tables: entities, relations and references.

In: :class:`Knowledge` and graphs of open sets. Out: tables of the schemas below, sorted, equal for equal knowledge.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson
import pyarrow as pa

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.model import ENTRY, Entry, Knowledge, Reference
from pixel_assets.store.schema import column

ORIGIN: Final = "pixel_assets"  # of the entries that are written in this package
LICENCE: Final = "Apache-2.0"

ENTITIES: Final = pa.schema(
    [
        column("entity_id", pa.string(), "id of the entry; for an entity of an open set, its source, a colon and the id there"),
        column("kind", pa.string(), "disorder, modality, intervention … of entries; topic, chapter, module, term … of open sets"),
        column("name", pa.string(), "what it is called"),
        column("summary", pa.string(), "what it is, in one to three sentences; empty where an open set gives none"),
        column("details", pa.string(), "what else is known, by kind, as a JSON object with sorted keys"),
        column("origin", pa.string(), "pixel_assets, or the source in the registry that it comes from"),
        column("licence", pa.string(), "licence of its text"),
        column("content_hash", pa.string(), "hash of the entity with its relations and citations: changes when any of it does"),
    ]
)
RELATIONS: Final = pa.schema(
    [
        column("from_id", pa.string(), "entity that the relation stands in"),
        column("how", pa.string(), "differential, indicated_for, contraindicated_for, part_of, graded, describes …"),
        column("to_id", pa.string(), "entity that it leads to"),
        column("note", pa.string(), "why, or in which way", nullable=True),
    ]
)
REFERENCES: Final = pa.schema(
    [
        column("reference_id", pa.string(), "id of the work; of an open set, its source, a colon and the id there"),
        column("title", pa.string(), "title of the work"),
        column("authors", pa.string(), "persons or body, joined by semicolons"),
        column("year", pa.int32(), "year of publication", nullable=True),
        column("kind", pa.string(), "book, article, guideline, classification, website or dataset"),
        column("publisher", pa.string(), "publisher, journal or series", nullable=True),
        column("doi", pa.string(), "digital object identifier", nullable=True),
        column("url", pa.string(), "address", nullable=True),
        column("licence", pa.string(), "licence of the work, where it is open", nullable=True),
        column("cited_by", pa.list_(pa.field("item", pa.string(), nullable=False)), "entities that rest on it, sorted"),
    ]
)


@dataclass(frozen=True)
class Link:
    """A relation to another entity."""

    how: str
    to: str
    note: str | None = None


@dataclass(frozen=True)
class Entity:
    """A node: an entry of the knowledge base, or what an open set says of a thing."""

    entity_id: str
    kind: str
    name: str
    summary: str
    details: Mapping[str, Any]  # of JSON values
    origin: str
    licence: str
    links: tuple[Link, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """A work that entities rest on."""

    reference_id: str
    title: str
    authors: str
    year: int | None
    kind: str
    publisher: str | None = None
    doi: str | None = None
    url: str | None = None
    licence: str | None = None


@dataclass(frozen=True)
class Graph:
    """Entities with their links, and works; ids are unique."""

    entities: tuple[Entity, ...] = ()
    works: tuple[Work, ...] = ()


def graph_of(knowledge: Knowledge) -> Graph:
    """The written entries as a graph."""
    works = [Work(name, **reference.model_dump()) for name, reference in knowledge.references.items()]
    return Graph(tuple(_entity(name, entry) for name, entry in knowledge.entries.items()), tuple(works))


def _entity(name: str, entry: Entry) -> Entity:
    links = tuple(Link(relation.how, relation.to, relation.note) for relation in entry.relations)
    details = entry.details.model_dump(mode="json", by_alias=True, exclude_none=True)
    return Entity(name, entry.kind, entry.name, entry.summary, details, ORIGIN, LICENCE, links, entry.references)


def joined(graphs: Iterable[Graph]) -> Graph:
    """One graph of several, in which every link and citation leads somewhere.

    Raises :class:`KnowledgeError` where two graphs use one id, or something leads nowhere.
    """
    entities: dict[str, Entity] = {}
    works: dict[str, Work] = {}
    for graph in graphs:
        for entity in graph.entities:
            if entities.setdefault(entity.entity_id, entity) is not entity:
                raise _twice(entity.entity_id, entity.origin)
        for work in graph.works:
            if works.setdefault(work.reference_id, work) is not work:
                raise _twice(work.reference_id, "references")
    for entity in entities.values():
        for missing in [link.to for link in entity.links if link.to not in entities] + [
            r for r in entity.references if r not in works
        ]:
            raise KnowledgeError(
                f"{missing!r} is named, but is not there",
                where=f"entity {entity.entity_id!r} of {entity.origin}",
                hint="Run `python -m pixel_assets.knowledge.load`, or correct the reader of the open set",
            )
    return Graph(tuple(entities[name] for name in sorted(entities)), tuple(works[name] for name in sorted(works)))


def _twice(name: str, where: str) -> KnowledgeError:
    return KnowledgeError(f"the id {name!r} is used twice", where=where, hint="Give each entity of a source an id of its own")


def described(open_set: Graph, written: Graph) -> Graph:
    """The open set with links to the written entries that its entities are about.

    An entity ``describes`` the entry of the same name: names are compared by their letters and digits alone, an
    entry is known by its name and its id, an entity by its name and by ``synonyms`` in its details. Facets are left
    out, for *depression* or *trust* mostly mean something else; an item ``measures`` the facet whose code it has.
    """
    named: dict[str, str] = {}
    facets: dict[str, str] = {}
    for entity in written.entities:
        if entity.kind == "facet":
            facets[entity.details["code"]] = entity.entity_id
            continue
        for name in (entity.name, entity.entity_id):
            named.setdefault(_letters(name), entity.entity_id)
    return replace(open_set, entities=tuple(_with_links(entity, named, facets) for entity in open_set.entities))


def _with_links(entity: Entity, named: Mapping[str, str], facets: Mapping[str, str]) -> Entity:
    names = {_letters(name) for name in (entity.name, *entity.details.get("synonyms", ()))}
    links = [Link("describes", target) for target in sorted({named[name] for name in names if name in named})]
    if entity.kind == "item" and entity.details["facet"] in facets:
        links.append(Link("measures", facets[entity.details["facet"]]))
    return replace(entity, links=(*entity.links, *links))


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def entity_table(graph: Graph) -> pa.Table:
    """The entities, by id, in the form of :data:`ENTITIES`."""
    rows = []
    for entity in sorted(graph.entities, key=lambda entity: entity.entity_id):
        row = {name: getattr(entity, name) for name in ENTITIES.names if name not in ("details", "content_hash")}
        rows.append(row | {"details": _json(entity.details), "content_hash": content_hash(entity)})
    return pa.Table.from_pylist(rows, schema=ENTITIES)


def relation_table(graph: Graph) -> pa.Table:
    """The relations, by where they begin, kind and where they lead, in the form of :data:`RELATIONS`; equal ones once."""
    found = {(entity.entity_id, link.how, link.to, link.note) for entity in graph.entities for link in entity.links}
    rows = sorted(found, key=lambda row: (*row[:3], row[3] or ""))
    return pa.Table.from_pylist([dict(zip(RELATIONS.names, row, strict=True)) for row in rows], schema=RELATIONS)


def reference_table(graph: Graph) -> pa.Table:
    """The works, by id, with the entities that cite them, in the form of :data:`REFERENCES`."""
    cited: dict[str, set[str]] = defaultdict(set)
    for entity in graph.entities:
        for name in entity.references:
            cited[name].add(entity.entity_id)
    works = sorted(graph.works, key=lambda work: work.reference_id)
    return pa.Table.from_pylist(
        [asdict(work) | {"cited_by": sorted(cited[work.reference_id])} for work in works], schema=REFERENCES
    )


def knowledge_of(entities: pa.Table, relations: pa.Table, references: pa.Table) -> Knowledge:
    """The written entries again, from the three tables; what comes from open sets is left out.

    Raises ``pydantic.ValidationError`` where a table holds what no entry may.
    """
    written = {row["entity_id"]: row for row in entities.to_pylist() if row["origin"] == ORIGIN}
    links: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in relations.to_pylist():
        links[row["from_id"]].append({"how": row["how"], "to": row["to_id"], "note": row["note"]})
    works = [row for row in references.to_pylist() if ":" not in row["reference_id"]]
    cited: dict[str, list[str]] = defaultdict(list)
    for work in works:
        for name in work["cited_by"]:
            cited[name].append(work["reference_id"])
    entries = {
        name: ENTRY.validate_python(
            {
                "kind": row["kind"],
                "name": row["name"],
                "summary": row["summary"],
                "details": orjson.loads(row["details"]),
                "relations": links[name],
                "references": cited[name],
            }
        )
        for name, row in written.items()
    }
    known = {work.pop("reference_id"): Reference(**{k: v for k, v in work.items() if k != "cited_by"}) for work in works}
    return Knowledge(entries, known)


def content_hash(entity: Entity) -> str:
    """32 hex digits over all that the entity says, links and citations included, in no order; blind to origin and licence."""
    content = {
        "kind": entity.kind,
        "name": entity.name,
        "summary": entity.summary,
        "details": entity.details,
        "links": sorted([link.how, link.to, link.note or ""] for link in entity.links),
        "references": sorted(entity.references),
    }
    return hashlib.sha256(_json(content).encode()).hexdigest()[:32]


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
