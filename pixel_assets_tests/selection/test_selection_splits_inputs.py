"""What splits are made from, read from views of the assets."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pixel_assets.selection.splits import links, places, strata


@pytest.fixture
def views() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE conversation_traits AS SELECT * FROM (VALUES ('a', 'ga', 'xa', 'sleep'), ('b', 'xb', 'xb', 'work'),
                ('c', 'gc', 'xc', 'work'), ('d', 'xd', 'xd', 'none')) AS rows(conversation_id, group_key, text_key, topic);
            CREATE TABLE redacted_corpus AS SELECT conversation_id, 'voice' AS category, 's' AS source FROM conversation_traits;
            CREATE TABLE minhash_signatures AS SELECT * FROM (VALUES ('d', NULL, 0), ('c', [7, 8], 0), ('b', [5, 6], 9),
                ('a', [3, 4], -11)) AS rows(conversation_id, digest, place_key);
            CREATE TABLE duplicate_pairs AS SELECT 'a' AS left_id, 'b' AS right_id, true AS duplicate
                UNION ALL SELECT 'b', 'c', false;
            CREATE TABLE semantic_pairs AS SELECT 'a' AS left_id, 'b' AS right_id;
            """
        )
        yield connection


def test_places_are_those_of_the_opening_or_of_the_whole_where_that_is_too_short(views: duckdb.DuckDBPyConnection) -> None:
    found = {row["conversation_id"]: row["place_key"] for row in places(views).to_pylist()}
    assert found == {"a": -11, "b": 5 * 2**31 + 3, "c": None, "d": None}


def test_links_are_all_pairs_once_also_those_that_may_not_be_merged(views: duckdb.DuckDBPyConnection) -> None:
    assert [tuple(row.values()) for row in links(views).to_pylist()] == [("a", "b"), ("b", "c")]


def test_strata_join_what_is_asked_for(views: duckdb.DuckDBPyConnection) -> None:
    found = strata(views, ("category", "topic")).to_pylist()
    assert [row["stratum"] for row in found] == ["voice × sleep", "voice × work", "voice × work", "voice × none"]
    assert strata(views, ("source",))["stratum"].to_pylist() == ["s"] * 4
