"""A small training set as views of a connection: six conversations of two sources, of which three are released."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import duckdb
import pyarrow as pa

from pixel_assets.quality.tables import SCORES
from pixel_assets.release.facts import Facts, Origin
from pixel_assets.release.gathering import gather

ORIGINS: Final = (
    Origin("one", "The | one", "voice", "CC-BY-4.0", ("attribution",), "https://example.org/1", "One et al.,\n The One"),
    Origin("two", "The two", "psychology", "CC-BY-NC-4.0", ("attribution", "non_commercial"), verdict="research-only"),
    Origin("unused", "Nothing came of it", "voice", "MIT"),
)
STAGES: Final = ("safety", "length", "near_duplicates")
# id, source, category, stage and reason where it is dropped, winner, split
_ROWS: Final = (
    ("a1", "one", "voice", None, None, None, "train"),
    ("a2", "one", "voice", "length", "too_short", None, None),
    ("a3", "one", "voice", "near_duplicates", "near_duplicate", "a1", None),
    ("b1", "two", "psychology", None, None, None, "train"),
    ("b2", "two", "psychology", None, None, None, "test"),
    ("b3", "two", "psychology", None, None, None, None),  # kept, and not needed for the mix
)


def tables() -> dict[str, pa.Table]:
    """The tables by the names of their assets."""

    def of(**columns: Any) -> pa.Table:
        return pa.table(columns)

    ids, sources, categories, stages, reasons, winners, splits = (list(column) for column in zip(*_ROWS, strict=True))
    chosen = [n for n, split in enumerate(splits) if split]
    return {
        "source_inventory": of(
            source=["one", "one", "two"], records=[3, 2, 3], rejected=[0, 2, 0],
            rejected_for=[[], [{"reason": "no_reply", "rows": 2}], []],
        ),
        "redacted_corpus": of(
            conversation_id=ids, source=sources, category=categories, flags=[["generated"] if n == 0 else [] for n in range(6)],
            provenances=[[{"source": source}] for source in sources],
        ),
        "decisions": of(
            conversation_id=ids, keep=[stage is None for stage in stages], stage=[stage or "selected" for stage in stages],
            reason=[reason or "kept" for reason in reasons], detail=[""] * 6, winner_id=pa.array(winners, pa.string()),
            similarity=[0.875 if winner else None for winner in winners],
        ),
        "training_mix": of(conversation_id=[ids[n] for n in chosen], category=[categories[n] for n in chosen]),
        "dataset_splits": of(
            conversation_id=[ids[n] for n in chosen], split=[splits[n] for n in chosen], group_key=["g1", "g1", "g2"]
        ),
        "quality_scores": of(conversation_id=ids, **{score: [0.5, 0.1, 0.1, 0.7, 0.9, 0.1] for score in SCORES}),
        "pii_findings": of(conversation_id=["a1", "a1"], type=["name", "name"], replaced=[True, False]),
        "safety_verdicts": of(conversation_id=ids, verdict=["pass"] * 6, crisis_level=["risk", *["none"] * 5]),
        "dataset_exports": of(
            file=["parquet/data/test-00000-of-00001.parquet", "parquet/data/train-00000-of-00001.parquet"],
            format=["parquet"] * 2, split=["test", "train"], rows=[1, 2], bytes=[10, 20], sha256=["0f" * 32, "1e" * 32],
        ),
        "duplicate_clusters": of(relation=["near", "near"], representative=[True, False], size=[2, 2]),
        "duplicate_pairs": of(left_id=["a1"], right_id=["a3"], duplicate=[True]),
    }  # fmt: skip


@contextmanager
def connected(*without: str, backwards: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the tables as views; ``backwards`` turns their rows round."""
    with duckdb.connect() as connection:
        for name, table in tables().items():
            if name not in without:
                connection.register(name, table.take(list(range(table.num_rows))[::-1]) if backwards else table)
        yield connection


def facts(*without: str, backwards: bool = False) -> Facts:
    """The facts of the small training set."""
    with connected(*without, backwards=backwards) as connection:
        return gather(connection, ORIGINS, {"psychology": 0.5, "voice": 0.5}, 4, {"dataset_splits": "5e"}, STAGES)
