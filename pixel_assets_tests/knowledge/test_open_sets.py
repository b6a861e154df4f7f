"""Open sets: small records of each known shape, and the real files through the real readers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.knowledge.graph import (
    Graph,
    Link,
    Work,
    described,
    entity_table,
    graph_of,
    joined,
    reference_table,
    relation_table,
)
from pixel_assets.knowledge.load import check_knowledge
from pixel_assets.knowledge.model import InstrumentEntry
from pixel_assets.knowledge.open_sets import OpenSet, Origin, Record, read_open_set
from pixel_assets.sources.readers import read_file

ORIGIN = Origin("set", "A Set", "CC-BY-4.0", "A Body", "https://example.org/")

TOPIC = {
    "@id": "1",
    "@source": "Pages",
    "@url": "https://example.org/fear",
    "Focus": "Fear",
    "FocusAnnotations": {"Synonyms": {"Synonym": "Dread"}, "UMLS": {"CUIs": {"CUI": ["C1", "C2"]}, "SemanticGroup": "Disorders"}},
    "QAPairs": {
        "QAPair": {
            "Question": {"@qtype": "information", "#text": "What is fear?"},
            "Answer": "Summary : It is  old.\n It warns. It passes.",
        }
    },
}
MODULE = {
    "title": "Fear",
    "metadata": {"md:content-id": "m1", "md:abstract": {"list": {"item": ["Know fear", "Name it"]}}},
    "content": {
        "para": {"@id": "p", "#text": "Fear is old."},
        "section": [
            {"title": "Kinds", "para": [{"#text": "One."}, "Two."], "section": {"title": "Small", "para": "Three."}},
            {"@class": "summary", "title": "Summary", "para": "In short, fear."},
            {"@class": "references", "title": "References", "para": "First A. (2001)."},
        ],
    },
    "glossary": {"definition": {"term": "Old Fear", "meaning": {"@id": "g", "#text": "fear that is old"}}},
}
COLLECTION = {
    "metadata": {"md:title": "A Book"},
    "col:content": {
        "col:subcollection": {"md:title": "One", "col:content": {"col:module": [{"@document": "m1"}, {"@document": "m2"}]}}
    },
}
QUESTIONNAIRE = {
    "question_title": None,
    "result_formula": "addition",
    "question_set": {"10": {"question": "Second", "answers": {"No ": 0}}, "9": {"question": "First", "answers": {"No ": 0}}},
    "results": [{"min": 0, "max": 2, "severity": "None", "comment": "Normal"}],
}
ITEM = {"id": "i1", "text": "Trust others", "keyed": "plus", "domain": "A", "facet": 1}
CORAL = {
    "id": "k1",
    "label": "Calm is lent",
    "type": "pathway",
    "definition": "A definition.",
    "distinguish_from": [{"neighbor": "k2", "boundary": "another end"}, {"neighbor": "k9", "boundary": "absent"}],
    "body": {"composition_parts": [{"id": "k2", "role": "originator"}], "impacts": [{"impact": "k8", "sign": "helpful"}]},
    "sources": [{"quote": "a passage of a paper"}],
}


def read(*values: Any, file: str = "folder/file.json") -> OpenSet:
    return read_open_set([Record(file, row, value) for row, value in enumerate(values, 1)], ORIGIN)


def test_a_medquad_document_is_a_topic_that_cites_its_page() -> None:
    graph = read(TOPIC).graph
    (topic,) = graph.entities
    assert (topic.entity_id, topic.kind, topic.name, topic.summary) == ("set:Pages-1", "topic", "Fear", "It is old. It warns.")
    assert topic.details == {
        "questions": [{"type": "information", "question": "What is fear?", "answer": "It is old. It warns. It passes."}],
        "synonyms": ["Dread"],
        "concepts": ["C1", "C2"],
        "group": "Disorders",
    }
    assert topic.references == ("set:source", "set:Pages-1")
    assert graph.works == (
        Work("set:source", "A Set", "A Body", None, "dataset", url="https://example.org/", licence="CC-BY-4.0"),
        Work("set:Pages-1", "Fear", "A Body", None, "website", url="https://example.org/fear", licence="CC-BY-4.0"),
    )


def test_a_module_gives_its_sections_and_a_term_for_each_entry_of_its_glossary() -> None:
    module, term = read(MODULE).graph.entities
    assert (module.entity_id, module.kind, module.summary) == ("set:m1", "module", "In short, fear.")
    assert module.details == {
        "aims": ["Know fear", "Name it"],
        "opening": ["Fear is old."],
        "sections": [{"title": "Kinds", "text": "One. Two."}, {"title": "Kinds / Small", "text": "Three."}],
    }
    assert (term.entity_id, term.name, term.summary) == ("set:m1/old_fear", "Old Fear", "fear that is old")
    assert term.links == (Link("part_of", "set:m1"),)


def test_a_chapter_contains_the_modules_that_are_there_and_names_the_others() -> None:
    chapter = next(entity for entity in read(COLLECTION, MODULE).graph.entities if entity.kind == "chapter")
    assert chapter.entity_id == "set:chapter/one"
    assert chapter.links == (Link("contains", "set:m1"),)
    assert chapter.details == {"book": "A Book", "absent": ["m2"]}


def test_a_questionnaire_is_named_after_its_file_with_items_in_order() -> None:
    (found,) = read(QUESTIONNAIRE, file="folder/phq9.json").graph.entities
    assert (found.entity_id, found.name, found.summary) == ("set:phq9", "phq9", "")
    assert [item["text"] for item in found.details["items"]] == ["First", "Second"]
    assert found.details["items"][0]["answers"] == {"No": 0}
    assert found.details["bands"] == [{"from": 0, "to": 2, "meaning": "None", "advice": "Normal"}]


def test_an_item_of_the_ipip_keeps_its_facet_and_key() -> None:
    (item,) = read(ITEM).graph.entities
    assert (item.entity_id, item.kind, item.name, item.details) == (
        "set:i1",
        "item",
        "Trust others",
        {"facet": "A1", "keyed": "plus"},
    )


def test_a_coralmind_entry_keeps_links_to_what_is_there_and_no_quoted_passage() -> None:
    first, second = read(CORAL, CORAL | {"id": "k2", "distinguish_from": [], "body": {}}).graph.entities
    assert first.links == (Link("differential", "set:k2", "another end"), Link("involves", "set:k2", "originator"))
    assert first.details["absent"] == ["k8", "k9"]
    assert second.links == ()
    assert "passage" not in repr(first)


def test_licence_and_origin_are_kept_with_every_entity() -> None:
    found = read(TOPIC, MODULE, QUESTIONNAIRE, ITEM, CORAL).graph.entities
    assert {(entity.origin, entity.licence) for entity in found} == {("set", "CC-BY-4.0")}


@pytest.mark.parametrize("value", [{}, {"text": "x"}, ITEM | {"id": " "}, [TOPIC], "text", 3, None])
def test_a_record_that_is_no_knowledge_is_named_by_its_place(value: Any) -> None:
    assert read(ITEM, value).unread == (("folder/file.json", 2),)


def test_a_source_without_knowledge_gives_an_empty_graph() -> None:
    assert read({"text": "x"}).graph == Graph()


def test_a_record_that_repeats_an_id_is_named_by_its_place() -> None:
    found = read(ITEM, ITEM | {"text": "Another"})
    assert [entity.name for entity in found.graph.entities] == ["Trust others"]
    assert found.unread == (("folder/file.json", 2),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["min", "question", "#text", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from([TOPIC, MODULE, COLLECTION, QUESTIONNAIRE, ITEM, CORAL]), st.data())
def test_no_value_under_a_known_key_breaks_the_reading(record: dict[str, Any], data: st.DataObject) -> None:
    keys = data.draw(st.sets(st.sampled_from(sorted(record)), min_size=1))
    graph = read(record | {key: data.draw(JSON) for key in keys}).graph
    assert entity_table(graph).num_rows == len(graph.entities)
    assert reference_table(graph).num_rows == len(graph.works)


def records_of(folder: Path) -> list[Record]:
    return [
        Record(row["file"], row["row"], orjson.loads(row["record"]))
        for path in sorted(folder.iterdir())
        for batch in read_file(path, path.name, folder.name)
        for row in batch.to_pylist()
    ]


REAL = {
    "medquad_psych": {"topic": 30},
    "openstax_psychology": {"module": 33, "term": 196, "chapter": 16},
    "questionnaires": {"questionnaire": 5},
    "ipip_neo_120": {"item": 120},
    "coralmind_entries": {"pathway": 7, "user_behavior": 3},
}


@pytest.fixture(scope="module")
def real(shared_data: Path) -> dict[str, OpenSet]:
    return {name: read_open_set(records_of(shared_data / name), Origin(name, name, "open", "authors")) for name in REAL}


def test_every_record_of_the_real_sets_is_read(real: dict[str, OpenSet]) -> None:
    assert {name: dict(Counter(entity.kind for entity in found.graph.entities)) for name, found in real.items()} == REAL
    assert {name: found.unread for name, found in real.items()} == dict.fromkeys(REAL, ())


def test_all_but_chapters_and_items_of_the_real_sets_say_what_they_are(real: dict[str, OpenSet]) -> None:
    entities = [entity for found in real.values() for entity in found.graph.entities]
    assert {entity.kind for entity in entities if not entity.summary} == {"chapter", "item", "questionnaire"}
    assert [entity.entity_id for entity in entities if not entity.name] == []


def test_the_real_sets_join_the_written_entries_to_one_graph(real: dict[str, OpenSet]) -> None:
    instruments = check_knowledge().knowledge.of(InstrumentEntry)
    written = graph_of(check_knowledge().knowledge)
    facets = [entity for entity in written.entities if entity.kind == "facet"]
    base = Graph(tuple(replaced for replaced in written.entities if replaced.entity_id in instruments or replaced in facets))
    linked = [described(found.graph, base) for found in real.values()]
    links = Counter(link.how for graph in linked for entity in graph.entities for link in entity.links)
    assert links["measures"] == 120
    assert links["describes"] == 5
    assert links["contains"] == 33
    whole = joined(found.graph for found in real.values())
    assert entity_table(whole).num_rows == sum(sum(kinds.values()) for kinds in REAL.values())
    assert relation_table(whole).num_rows == 196 + 33 + 1
