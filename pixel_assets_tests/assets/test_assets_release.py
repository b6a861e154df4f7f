"""What the exports hold: the splits, and the variants of train with what belongs to them."""

from __future__ import annotations

import duckdb

from pixel_assets.assets.release import _used


def test_a_variant_is_exported_with_its_reasoning_and_its_parent() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE redacted_corpus AS SELECT 'a' AS conversation_id, 'ra' AS release_id, 'voice' AS category, 's' AS source,
                [{role: 'user', content: 'Hello'}] AS turns, 'thought' AS reasoning, []::VARCHAR[] AS flags,
                [{source: 's'}] AS provenances;
            CREATE TABLE dataset_splits AS SELECT 'a' AS conversation_id, 'train' AS split;
            CREATE TABLE augmented_train AS SELECT 'b' AS conversation_id, 'a' AS parent_id, 'voice' AS category, 's' AS source,
                [{role: 'user', content: 'Hi'}] AS turns, 'thought of it' AS reasoning;
            """
        )
        asked: dict[str, object] = {"permitted": ["s"], "generated": []}
        sql = f"SELECT release_id, reasoning, parent, augmented FROM ({_used(('augmented_train',))}) ORDER BY release_id"
        found = connection.execute(sql, asked).fetchall()
    assert found == [("b", "thought of it", "ra", True), ("ra", "thought", None, False)]
