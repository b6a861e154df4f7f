"""Reading the facts of a training set, once, from tables.

The tables are views of a query connection, named as the assets are. Those of the later stages may be missing: nothing is told of
what has not been measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb

from pixel_assets.conversation.flags import INVENTED
from pixel_assets.quality.tables import SCORES
from pixel_assets.release.blocks import SPLITS
from pixel_assets.release.facts import (
    ALL,
    NOT_NEEDED,
    CategoryFacts,
    Counted,
    ExportedFile,
    Facts,
    Loss,
    Origin,
    ScoreFacts,
    SourceFacts,
)
from pixel_assets.sources.licences import LICENSED_SOURCE

BINS: Final = 20
_LARGE: Final = 5  # conversations from which on clusters are counted together


def gather(
    connection: duckdb.DuckDBPyConnection,
    origins: Sequence[Origin],
    ratios: Mapping[str, float],
    target: int,
    versions: Mapping[str, str],
    stages: Sequence[str],
) -> Facts:
    """Read the facts from the views of ``connection``.

    ``stages`` has the stages of decisions in their order; stages that it lacks stand behind them. ``versions`` names data
    versions of the tables. Raises :class:`duckdb.Error` where a table of the stages up to the splits is missing.
    """
    asked = _Asked(connection)
    mix = asked.count("training_mix")
    return Facts(
        sources=_sources(asked, origins),
        funnel=_funnel(asked, stages),
        records=asked.number("SELECT coalesce(sum(records), 0) FROM source_inventory"),
        rejected=asked.counted(_REJECTED, "source_inventory"),
        conversations=asked.count("decisions"),
        kept=asked.number("SELECT count(*) FROM decisions WHERE keep"),
        mix=mix,
        target=target,
        categories=_categories(asked, ratios, target, mix),
        **_released(asked),
        scores=_scores(asked),
        redactions=asked.counted(
            "SELECT type, count(*), count(*) FILTER (replaced) FROM pii_findings GROUP BY 1", "pii_findings"
        ),
        crisis=asked.counted(_CRISIS, "safety_verdicts"),
        verdicts=asked.counted("SELECT verdict, count(*), 0 FROM safety_verdicts GROUP BY 1", "safety_verdicts"),
        pairs=(
            *asked.counted("SELECT 'near', count(*), count(*) FILTER (duplicate) FROM duplicate_pairs", "duplicate_pairs"),
            *asked.counted("SELECT 'semantic', count(*), count(*) FILTER (duplicate) FROM semantic_pairs", "semantic_pairs"),
        ),
        cluster_sizes=asked.counted(_CLUSTERS, "duplicate_clusters", "ORDER BY ALL"),
        contamination=asked.counted(_CONTAMINATED, "contamination"),
        not_exported=asked.counted("SELECT reason, count(*), 0 FROM rejected_exports GROUP BY 1", "rejected_exports"),
        files=_files(asked),
        versions=dict(sorted(versions.items())),
    )


def gather_released(connection: duckdb.DuckDBPyConnection, origins: Sequence[Origin]) -> Facts:
    """What the released conversations alone tell: the views are ``redacted_corpus``, ``dataset_splits``, ``augmented_train``."""
    asked = _Asked(connection)
    used = _used(asked, origins)
    sources = tuple(
        SourceFacts(origin, 0, 0, 0, (), 0, 0, used[origin.name])
        for origin in sorted(origins, key=lambda origin: origin.name) if origin.name in used
    )  # fmt: skip
    return Facts(sources, **_released(asked))


REMOVED: Final = f"""
    SELECT conversation_id, origin.source, gone.stage, gone.reason, gone.detail, gone.winner_id, gone.similarity
    FROM (
        SELECT conversation_id, stage, reason, detail, winner_id, similarity FROM decisions WHERE NOT keep
        UNION ALL
        SELECT conversation_id, '{NOT_NEEDED[0]}', '{NOT_NEEDED[1]}', '', NULL, NULL
        FROM decisions ANTI JOIN training_mix USING (conversation_id) WHERE keep
    ) AS gone JOIN redacted_corpus AS origin USING (conversation_id)
    ORDER BY conversation_id
"""
_LOSSES: Final = f"""
    SELECT source, stage, reason, count(*) AS rows FROM ({REMOVED}) GROUP BY ALL ORDER BY source, rows DESC, stage, reason
"""
_BY_SOURCE: Final = """
    SELECT origin.source, count(*), count(*) FILTER (keep), count(training_mix.conversation_id)
    FROM redacted_corpus AS origin JOIN decisions USING (conversation_id) LEFT JOIN training_mix USING (conversation_id)
    GROUP BY origin.source
"""
_CATEGORIES: Final = """
    SELECT origin.category, count(*) FROM decisions JOIN redacted_corpus AS origin USING (conversation_id) WHERE keep GROUP BY 1
"""
_SPLIT_CATEGORIES: Final = """
    SELECT split, origin.category, count(*) FROM dataset_splits JOIN redacted_corpus AS origin USING (conversation_id)
    GROUP BY ALL ORDER BY ALL
"""
_USED: Final = f"""
    SELECT {LICENSED_SOURCE} AS source, count(*)
    FROM dataset_splits JOIN redacted_corpus AS origin USING (conversation_id) GROUP BY 1
"""
_GENERATED: Final = """
    SELECT count(*) FROM dataset_splits JOIN redacted_corpus AS origin USING (conversation_id)
    WHERE list_has_any(origin.flags, $invented::VARCHAR[])
"""
_CRISIS: Final = """
    SELECT crisis_level, count(*), 0 FROM safety_verdicts SEMI JOIN dataset_splits USING (conversation_id) GROUP BY 1
"""
_CLUSTERS: Final = f"""
    SELECT relation || ' ' || CASE WHEN size < {_LARGE} THEN size::VARCHAR ELSE '{_LARGE} or more' END,
        count(*), sum(size)::BIGINT
    FROM duplicate_clusters WHERE representative GROUP BY 1
"""
_CONTAMINATED: Final = """
    SELECT reference_source, count(DISTINCT conversation_id), count(DISTINCT conversation_id) FILTER (contaminated)
    FROM contamination GROUP BY 1
"""

_REJECTED: Final = """
    SELECT one.reason, sum(one.rows)::BIGINT, 0 FROM (SELECT unnest(rejected_for) AS one FROM source_inventory) GROUP BY 1
"""


def example_ids(connection: duckdb.DuckDBPyConnection, source: str | None, reason: str | None, most: int = 50) -> list[str]:
    """The smallest ids of conversations that were left out, of a source (or any) and for a reason (or any)."""
    sql = f"""
        SELECT conversation_id FROM ({REMOVED})
        WHERE coalesce(source = $source, true) AND coalesce(reason = $reason, stage <> '{NOT_NEEDED[0]}')
        ORDER BY conversation_id LIMIT {most}
    """
    return [name for (name,) in connection.execute(sql, {"source": source, "reason": reason}).fetchall()]


class _Asked:
    """Questions to the views of a connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        known = connection.sql("SELECT view_name FROM duckdb_views() UNION SELECT table_name FROM duckdb_tables()").fetchall()
        self.views = frozenset(str(name) for (name,) in known)

    def rows(self, sql: str, parameters: dict[str, object] | None = None) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters or {}).fetchall()

    def number(self, sql: str, parameters: dict[str, object] | None = None) -> int:
        return int(self.rows(sql, parameters)[0][0])

    def count(self, view: str) -> int:
        return self.number(f"SELECT count(*) FROM {view}")

    def counted(self, sql: str, view: str, order: str = "ORDER BY 2 DESC, 1") -> tuple[Counted, ...]:
        """Rows of (name, number, part); none where the view is missing."""
        return tuple(Counted(str(n), int(r), int(p)) for n, r, p in self.rows(f"{sql} {order}")) if view in self.views else ()

    def columns(self, view: str) -> frozenset[str]:
        return frozenset(str(row[0]) for row in self.rows(f"DESCRIBE {view}")) if view in self.views else frozenset()


def _released(asked: _Asked) -> dict[str, Any]:
    """Facts of the released conversations, by their names."""
    return {
        "splits": _splits(asked),
        "split_categories": {(split, category): rows for split, category, rows in asked.rows(_SPLIT_CATEGORIES)},
        "generated": asked.number(_GENERATED, {"invented": list(INVENTED)}),
        "augmented": asked.counted("SELECT kind, count(*), 0 FROM augmented_train GROUP BY 1", "augmented_train"),
    }


def _used(asked: _Asked, origins: Iterable[Origin]) -> dict[str, int]:
    """Conversations of the splits by the source under whose licence they are used."""
    return dict(asked.rows(_USED, {"permitted": sorted(origin.name for origin in origins if origin.permitted)}))


def _sources(asked: _Asked, origins: Sequence[Origin]) -> tuple[SourceFacts, ...]:
    read = {name: (records, rejected) for name, records, rejected in asked.rows(
        "SELECT source, sum(records)::BIGINT, sum(rejected)::BIGINT FROM source_inventory GROUP BY source"
    )}  # fmt: skip
    counts = {name: counted for name, *counted in asked.rows(_BY_SOURCE)}
    used = _used(asked, origins)
    losses: dict[str, list[Loss]] = {}
    for name, stage, reason, rows in asked.rows(_LOSSES):
        losses.setdefault(name, []).append(Loss(stage, reason, rows))
    found = []
    for origin in sorted(origins, key=lambda origin: origin.name):
        records, rejected = read.get(origin.name, (0, 0))
        conversations, kept, in_mix = counts.get(origin.name, (0, 0, 0))
        lost = tuple(losses.get(origin.name, ()))
        found.append(SourceFacts(origin, records, rejected, conversations, lost, kept, in_mix, used.get(origin.name, 0)))
    return tuple(one for one in found if one.records or one.conversations)


def _funnel(asked: _Asked, stages: Sequence[str]) -> tuple[Loss, ...]:
    order = {stage: place for place, stage in enumerate([*stages, NOT_NEEDED[0]])}
    found = [Loss(*row) for row in asked.rows(f"SELECT stage, reason, count(*) FROM ({REMOVED}) GROUP BY ALL")]
    return tuple(sorted(found, key=lambda one: (order.get(one.stage, len(order)), one.stage, -one.rows, one.reason)))


def _categories(asked: _Asked, ratios: Mapping[str, float], target: int, mix: int) -> tuple[CategoryFacts, ...]:
    kept = dict(asked.rows(_CATEGORIES))
    taken = dict(asked.rows("SELECT category, count(*) FROM training_mix GROUP BY category"))
    return tuple(
        CategoryFacts(name, ratio, round(target * ratio), kept.get(name, 0), taken.get(name, 0), taken.get(name, 0) / max(mix, 1))
        for name, ratio in sorted(ratios.items(), key=lambda item: (-item[1], item[0]))
    )


def _splits(asked: _Asked) -> tuple[Counted, ...]:
    group = "cluster_key" if "cluster_key" in asked.columns("dataset_splits") else "group_key"
    found = {name: Counted(name, rows, groups) for name, rows, groups in asked.rows(
        f"SELECT split, count(*), count(DISTINCT {group}) FROM dataset_splits GROUP BY split"
    )}  # fmt: skip
    return tuple(found[name] for name in SPLITS if name in found)


def _scores(asked: _Asked) -> tuple[ScoreFacts, ...]:
    if "quality_scores" not in asked.views:
        return ()
    found = []
    for score in SCORES:
        quantiles = ", ".join(f"round(quantile_cont({score}, {at}), 6)" for at in (0.05, 0.5, 0.95))
        bins = ", ".join(f"count(*) FILTER (least(floor({score} * {BINS}), {BINS - 1}) = {n})" for n in range(BINS))
        # A mean of whole numbers, for the last digits of a sum of floats are those of its order
        average = f"round(sum(round({score} * 1e9)::HUGEINT)::DOUBLE / count({score}) / 1e9, 6)"
        rows = asked.rows(f"""
            SELECT coalesce(origin.category, '{ALL}'), count({score}), {average}, {quantiles}, [{bins}]
            FROM quality_scores JOIN redacted_corpus AS origin USING (conversation_id)
            SEMI JOIN dataset_splits USING (conversation_id)
            GROUP BY GROUPING SETS ((origin.category), ()) HAVING count({score}) > 0 ORDER BY origin.category NULLS FIRST
        """)
        found += [
            ScoreFacts(category, score, scored, mean, p05, p50, p95, tuple(bins))
            for category, scored, mean, p05, p50, p95, bins in rows
        ]
    return tuple(found)


def _files(asked: _Asked) -> tuple[ExportedFile, ...]:
    if "dataset_exports" not in asked.views:
        return ()
    tokens = "trainable_tokens" if "trainable_tokens" in asked.columns("dataset_exports") else "NULL"
    sql = f"SELECT file, format, split, rows, bytes, sha256, {tokens} FROM dataset_exports ORDER BY file"
    return tuple(ExportedFile(*row) for row in asked.rows(sql))
