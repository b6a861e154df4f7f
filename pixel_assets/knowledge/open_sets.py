"""Open sets as knowledge: records as the readers give them become entities, links and works of the graph.

In: records of one source. Out: a :class:`Graph` with ids ``source:id``, and the records that were no knowledge.
Known are MedQuAD documents, OpenStax modules and collections, questionnaires with scores, items of the IPIP and
CoralMind entries; each is told by its keys, so that a source may be called anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

from pixel_assets.knowledge.graph import Entity, Graph, Link, Work
from pixel_assets.knowledge.record_values import Object, object_of, several, text_of, texts_of


@dataclass(frozen=True)
class Origin:
    """The source that records come from, as the registry has it."""

    name: str
    title: str
    licence: str
    authors: str
    url: str | None = None


@dataclass(frozen=True)
class Record:
    """A raw record with its place."""

    file: str
    row: int
    value: Any  # of JSON


@dataclass(frozen=True)
class OpenSet:
    """What a source holds as knowledge, and the places of the records that hold none or repeat an id."""

    graph: Graph
    unread: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Found:
    """One entity of a record, with its id and those of its links still without the name of the source."""

    id: str
    kind: str
    name: str
    summary: str
    details: Object
    links: tuple[Link, ...] = ()
    page: str | None = None  # address of the page that it was taken from


def read_open_set(records: Iterable[Record], origin: Origin) -> OpenSet:
    """Read all records of one source.

    A link to something that the source does not hold is left out and its id listed in the details under
    ``absent``. Every entity cites the source, and the page that it was taken from where there is one.
    """
    found: dict[str, _Found] = {}
    unread: list[tuple[str, int]] = []
    for record in records:
        entities = {entity.id: entity for entity in _entities(record)}
        if entities and "" not in entities and not entities.keys() & found.keys():
            found |= entities
        else:
            unread.append((record.file, record.row))
    source = Work(f"{origin.name}:source", origin.title, origin.authors, None, "dataset", url=origin.url, licence=origin.licence)
    pages = [
        Work(f"{origin.name}:{entity.id}", entity.name, origin.authors, None, "website", url=entity.page, licence=origin.licence)
        for entity in found.values()
        if entity.page
    ]
    nodes = tuple(_entity(entity, found, origin) for entity in found.values())
    return OpenSet(Graph(nodes, (source, *pages) if found else ()), tuple(unread))


def _entity(found: _Found, present: Mapping[str, _Found], origin: Origin) -> Entity:
    absent = sorted({link.to for link in found.links if link.to not in present})
    return Entity(
        entity_id=f"{origin.name}:{found.id}",
        kind=found.kind,
        name=found.name,
        summary=found.summary,
        details={**found.details, "absent": absent} if absent else found.details,
        origin=origin.name,
        licence=origin.licence,
        links=tuple(replace(link, to=f"{origin.name}:{link.to}") for link in found.links if link.to in present),
        references=(f"{origin.name}:source", *([f"{origin.name}:{found.id}"] if found.page else [])),
    )


def _entities(record: Record) -> Iterator[_Found]:
    value = record.value
    if isinstance(value, Mapping):
        for keys, read in _READERS:
            if keys <= value.keys():
                yield from read(value, PurePosixPath(record.file).stem)
                return


def _medquad(document: Object, _: str) -> Iterator[_Found]:
    about = object_of(document.get("FocusAnnotations"))
    codes = object_of(about.get("UMLS"))
    questions = [
        {
            "type": text_of(object_of(pair.get("Question")).get("@qtype")),
            "question": text_of(pair.get("Question")),
            "answer": re.sub(r"^Summary\s*:\s*", "", text_of(pair.get("Answer"))),
        }
        for pair in map(object_of, several(object_of(document.get("QAPairs")).get("QAPair")))
    ]
    details = {
        "questions": questions,
        "synonyms": texts_of(object_of(about.get("Synonyms")).get("Synonym")),
        "concepts": texts_of(object_of(codes.get("CUIs")).get("CUI")),
        "group": text_of(codes.get("SemanticGroup")) or text_of(about.get("Category")),
    }
    summary = _opening(questions[0]["answer"]) if questions else ""
    page = text_of(document.get("@url"))
    name = f"{text_of(document.get('@source'))}-{text_of(document.get('@id'))}"
    yield _Found(name, "topic", text_of(document["Focus"]), summary, details, page=page if page.startswith("http") else None)


def _openstax_module(document: Object, stem: str) -> Iterator[_Found]:
    metadata, content = object_of(document["metadata"]), object_of(document["content"])
    name = text_of(metadata.get("md:content-id")) or stem
    sections = list(_sections(content.get("section"), ""))
    told = " ".join(text for kind, _, text in sections if kind == "summary")
    aims = texts_of(object_of(object_of(metadata.get("md:abstract")).get("list")).get("item"))
    opening = texts_of(content.get("para"))
    details = {
        "aims": aims,
        "opening": opening,
        "sections": [{"title": title, "text": text} for kind, title, text in sections if not kind and text],
    }
    yield _Found(name, "module", text_of(document["title"]), told or _opening(" ".join(opening)), details)
    for definition in map(object_of, several(object_of(document.get("glossary")).get("definition"))):
        term = text_of(definition.get("term"))
        if term:
            part_of = (Link("part_of", name),)
            yield _Found(f"{name}/{_slug(term)}", "term", term, text_of(definition.get("meaning")), {}, part_of)


def _sections(value: Any, above: str) -> Iterator[tuple[str, str, str]]:
    """Class, title and text of each section, those within others after them; exercises and lists of works have a class."""
    for section in map(object_of, several(value)):
        title = " / ".join(filter(None, [above, text_of(section.get("title"))]))
        yield text_of(section.get("@class")), title, " ".join(texts_of(section.get("para")))
        yield from _sections(section.get("section"), title)


def _openstax_collection(document: Object, _: str) -> Iterator[_Found]:
    book = text_of(object_of(document.get("metadata")).get("md:title"))
    for chapter in map(object_of, several(object_of(document["col:content"]).get("col:subcollection"))):
        modules = map(object_of, several(object_of(chapter.get("col:content")).get("col:module")))
        contains = tuple(Link("contains", text_of(module.get("@document"))) for module in modules)
        title = text_of(chapter.get("md:title"))
        yield _Found(f"chapter/{_slug(title)}", "chapter", title, "", {"book": book}, contains)


def _questionnaire(document: Object, stem: str) -> Iterator[_Found]:
    items = [
        {
            "id": key,
            "text": text_of(item.get("question")),
            "answers": {text_of(k): _points(v) for k, v in object_of(item.get("answers")).items()},
        }
        for key, item in sorted(
            ((k, object_of(v)) for k, v in object_of(document["question_set"]).items()), key=lambda pair: _number(pair[0])
        )
    ]
    bands = [
        {
            "from": _points(band.get("min")),
            "to": _points(band.get("max")),
            "meaning": text_of(band.get("severity")),
            "advice": text_of(band.get("comment")),
        }
        for band in map(object_of, several(document["results"]))
    ]
    details = {"items": items, "bands": bands, "scoring": text_of(document.get("result_formula"))}
    yield _Found(stem, "questionnaire", stem, text_of(document.get("question_title")), details)


def _ipip_item(item: Object, _: str) -> Iterator[_Found]:
    code = f"{text_of(item['domain'])}{item['facet']}"
    yield _Found(text_of(item["id"]), "item", text_of(item["text"]), "", {"facet": code, "keyed": text_of(item["keyed"])})


def _coralmind(entry: Object, _: str) -> Iterator[_Found]:
    """Definition, boundaries, parts and standing; passages that it quotes from papers are left out."""
    body = object_of(entry["body"])
    links = [
        Link("differential", text_of(other.get("neighbor")), text_of(other.get("boundary")) or None)
        for other in map(object_of, several(entry.get("distinguish_from")))
    ]
    links += [
        Link("involves", text_of(part.get("id")), text_of(part.get("role")) or None)
        for part in map(object_of, several(body.get("composition_parts")))
    ]
    links += [
        Link("leads_to", text_of(impact.get("impact")), text_of(impact.get("sign")) or None)
        for impact in map(object_of, several(body.get("impacts")))
    ]
    details = {
        "display_id": text_of(entry.get("display_id")),
        "layer": text_of(entry.get("layer")),
        "criteria": texts_of(body.get("observable_criteria")),
        "exclusions": texts_of(body.get("exclusions")),
        "standing": text_of(object_of(entry.get("standing")).get("value")),
    }
    named = tuple(link for link in links if link.to)
    yield _Found(
        text_of(entry["id"]), text_of(entry["type"]), text_of(entry["label"]), text_of(entry["definition"]), details, named
    )


# By the keys that a record must have: the first that fits reads it.
_READERS: Final[tuple[tuple[frozenset[str], Callable[[Object, str], Iterator[_Found]]], ...]] = (
    (frozenset({"Focus", "QAPairs"}), _medquad),
    (frozenset({"title", "metadata", "content"}), _openstax_module),
    (frozenset({"metadata", "col:content"}), _openstax_collection),
    (frozenset({"question_set", "results"}), _questionnaire),
    (frozenset({"id", "text", "keyed", "domain", "facet"}), _ipip_item),
    (frozenset({"id", "label", "type", "definition", "body"}), _coralmind),
)


def _opening(text: str) -> str:
    """The first two sentences."""
    return " ".join(re.split(r"(?<=[.!?])\s+", text, maxsplit=2)[:2])


def _slug(text: str) -> str:
    return re.sub(r"\W+", "_", text.casefold()).strip("_")


def _points(value: Any) -> int | None:
    return value if isinstance(value, int) and abs(value) < 1_000_000 else None


def _number(key: str) -> tuple[int, str]:
    return (int(key) if key.isdecimal() else 0, key)
