"""The graph: tables of the declared form, whole, and hashes that follow the content alone."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.graph import (
    ENTITIES,
    REFERENCES,
    RELATIONS,
    Entity,
    Graph,
    Link,
    Work,
    content_hash,
    described,
    entity_table,
    graph_of,
    joined,
    reference_table,
    relation_table,
)
from pixel_assets.knowledge.load import check_knowledge

FEAR = Entity("fear", "disorder", "Fear", "A fear.", {"risk": ["none"], "course": "short"}, "here", "MIT", references=("book",))
HELP = Entity("help", "modality", "Help", "A help.", {}, "here", "MIT", (Link("indicated_for", "fear", "it works"),), ("book",))
BOOK = Work("book", "A Book", "First A.", 2001, "book")


def test_entities_are_rows_in_the_order_of_their_ids_with_details_as_sorted_json() -> None:
    table = entity_table(Graph((HELP, FEAR)))
    assert table.schema.equals(ENTITIES, check_metadata=True)
    assert table["entity_id"].to_pylist() == ["fear", "help"]
    assert table["details"].to_pylist() == ['{"course":"short","risk":["none"]}', "{}"]


def test_links_are_rows_and_equal_ones_are_one() -> None:
    table = relation_table(Graph((FEAR, replace(HELP, links=HELP.links * 2))))
    assert table.schema.equals(RELATIONS, check_metadata=True)
    assert table.to_pylist() == [{"from_id": "help", "how": "indicated_for", "to_id": "fear", "note": "it works"}]


def test_references_know_who_cites_them() -> None:
    table = reference_table(Graph((HELP, FEAR), (BOOK, Work("web", "A Page", "Body", None, "website"))))
    assert table.schema.equals(REFERENCES, check_metadata=True)
    assert table.select(["reference_id", "year", "cited_by"]).to_pylist() == [
        {"reference_id": "book", "year": 2001, "cited_by": ["fear", "help"]},
        {"reference_id": "web", "year": None, "cited_by": []},
    ]


@pytest.mark.parametrize(
    "changed",
    [
        replace(HELP, kind="population"), replace(HELP, name="help"), replace(HELP, summary=""), replace(HELP, details={"a": 1}),
        replace(HELP, links=()), replace(HELP, links=(Link("indicated_for", "fear"),)), replace(HELP, references=()),
    ],
)  # fmt: skip
def test_a_change_of_anything_that_an_entity_says_changes_its_hash(changed: Entity) -> None:
    assert content_hash(changed) != content_hash(HELP)


def test_a_change_of_one_entity_leaves_the_hashes_of_the_others() -> None:
    before = entity_table(Graph((FEAR, HELP)))["content_hash"].to_pylist()
    after = entity_table(Graph((replace(FEAR, summary="Another."), HELP)))["content_hash"].to_pylist()
    assert before[0] != after[0]
    assert before[1] == after[1]


@given(st.permutations([Link("a", "x"), Link("a", "y"), Link("b", "x", "note")]), st.permutations(["p", "q", "r"]))
def test_the_order_of_links_and_citations_does_not_change_a_hash(links: list[Link], references: list[str]) -> None:
    ordered = replace(HELP, links=(Link("a", "x"), Link("a", "y"), Link("b", "x", "note")), references=("p", "q", "r"))
    assert content_hash(replace(HELP, links=tuple(links), references=tuple(references))) == content_hash(ordered)


def test_graphs_are_joined_in_any_order_to_the_same() -> None:
    first, second = Graph((FEAR,), (BOOK,)), Graph((HELP,))
    assert joined([first, second]) == joined([second, first]) == Graph((FEAR, HELP), (BOOK,))


@pytest.mark.parametrize(
    ("graphs", "message"),
    [
        ([Graph((FEAR,), (BOOK,)), Graph((replace(FEAR),))], "the id 'fear' is used twice"),
        ([Graph((), (BOOK,)), Graph((), (replace(BOOK),))], "the id 'book' is used twice"),
        ([Graph((HELP,), (BOOK,))], "entity 'help' of here: 'fear' is named, but is not there"),
        ([Graph((FEAR,))], "entity 'fear' of here: 'book' is named, but is not there"),
    ],
)
def test_graphs_that_do_not_fit_together_are_refused(graphs: list[Graph], message: str) -> None:
    with pytest.raises(KnowledgeError, match=message):
        joined(graphs)


def open_entity(kind: str, name: str, **details: object) -> Entity:
    return Entity("set:1", kind, name, "", details, "set", "MIT")


WRITTEN = Graph(
    (
        replace(FEAR, entity_id="post_traumatic_stress", name="Trauma"),
        Entity("trust", "facet", "Trust", "Trust.", {"code": "A1"}, "here", "MIT"),
    )
)


@pytest.mark.parametrize(
    ("entity", "links"),
    [
        (open_entity("topic", "Post-Traumatic Stress"), (Link("describes", "post_traumatic_stress"),)),
        (open_entity("topic", "Shock", synonyms=["trauma", "TRAUMA"]), (Link("describes", "post_traumatic_stress"),)),
        (open_entity("topic", "Stress"), ()),
        (open_entity("term", "trust"), ()),
        (open_entity("item", "Trust others", facet="A1"), (Link("measures", "trust"),)),
        (open_entity("item", "Like to tidy up", facet="C2"), ()),
    ],
)
def test_an_open_entity_is_linked_to_the_entry_of_its_name_and_an_item_to_its_facet(
    entity: Entity, links: tuple[Link, ...]
) -> None:
    assert described(Graph((entity,)), WRITTEN).entities[0].links == links


def test_the_shipped_knowledge_keeps_every_entry_relation_and_reference() -> None:
    knowledge = check_knowledge().knowledge
    graph = graph_of(knowledge)
    entities, relations, references = entity_table(graph), relation_table(graph), reference_table(graph)
    assert entities["entity_id"].to_pylist() == list(knowledge.entries)
    written = {(name, r.how, r.to, r.note) for name, entry in knowledge.entries.items() for r in entry.relations}
    assert relations.num_rows == len(written)
    assert references["reference_id"].to_pylist() == list(knowledge.references)
    cited = {name: set(entry.references) & knowledge.references.keys() for name, entry in knowledge.entries.items()}
    by_work = {row["reference_id"]: set(row["cited_by"]) for row in references.to_pylist()}
    assert all(name in by_work[work] for name, works in cited.items() for work in works)
    band = orjson.loads(entities["details"][list(knowledge.entries).index("gad_2")].as_py())["bands"][0]
    assert band == {"from": 0, "to": 2, "meaning": "screen negative"}
