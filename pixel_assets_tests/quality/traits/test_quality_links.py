"""Links between sources by equal problems and equal answers."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pixel_assets.quality.traits.links import LINKS, links


def _links(*rows: tuple[str, str, str | None, str | None]) -> list[tuple[object, ...]]:
    """Of conversations given as id, source, problem key and answer key."""
    ids, sources, problems, answers = (pa.array([row[place] for row in rows], pa.string()) for place in range(4))
    with duckdb.connect() as connection:
        connection.register("redacted_corpus", pa.table({"conversation_id": ids, "source": sources}))
        keys = pa.table({"conversation_id": ids, "problem_key": problems, "answer_key": answers})
        connection.register("conversation_traits", keys)
        found = links(connection)
    assert found.schema.equals(LINKS, check_metadata=True)
    return [tuple(row.values()) for row in found.to_pylist()]


def test_only_groups_of_different_sources_are_linked() -> None:
    found = _links(
        ("a", "one", "p", "x"), ("b", "two", "p", "y"), ("c", "one", "p", None),
        ("d", "one", "q", "z"), ("e", "one", "q", "z"),  # of one source
        ("f", "three", None, "x"), ("g", "three", None, None),
    )  # fmt: skip
    assert found == [
        ("answer", "x", "a", "one", 2, ["one", "three"]),
        ("answer", "x", "f", "three", 2, ["one", "three"]),
        ("problem", "p", "a", "one", 3, ["one", "two"]),
        ("problem", "p", "b", "two", 3, ["one", "two"]),
        ("problem", "p", "c", "one", 3, ["one", "two"]),
    ]


def test_a_key_of_a_problem_is_none_of_an_answer() -> None:
    assert _links(("a", "one", "k", None), ("b", "two", None, "k")) == []
    assert _links() == []
