"""Checks of the group dedup, and of what decisions make of it: pairs that are true, clusters that hold, nothing given away."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.quality.text import normalise
from pixel_assets.store.query import to_table

SAMPLE: Final = 200  # pairs that are counted again
SEED: Final = "20261122"
LEAST_ROWS: Final = 50  # of a source that can be said to be wiped out
MOST_OF_SOURCE: Final = 0.5  # of its conversations in one cluster
MOST_CONTAMINATED: Final = 0.01  # of the conversations for training
_RUN: Final = 3  # words of a shingle
_MEASURES: Final = ("jaccard", "user_jaccard", "assistant_jaccard", "user_containment", "assistant_containment")

# Rows without boilerplate, of which nothing is left out: their pairs can be counted again without knowing what boilerplate is
_SAMPLED: Final = f"""
    WITH whole AS (SELECT conversation_id FROM minhash_signatures WHERE boilerplate_words = 0)
    SELECT {", ".join(_MEASURES)}, one.turns AS one, two.turns AS two
    FROM (
        FROM duplicate_pairs SEMI JOIN whole ON left_id = whole.conversation_id
            SEMI JOIN whole AS others ON right_id = others.conversation_id
        ORDER BY md5($seed || left_id || right_id), left_id, right_id LIMIT $sample
    ) JOIN redacted_corpus AS one ON left_id = one.conversation_id JOIN redacted_corpus AS two ON right_id = two.conversation_id
"""
_MERGING: Final = """
    SELECT left_id, right_id, 'near' AS relation, jaccard AS similarity FROM duplicate_pairs WHERE duplicate
    UNION ALL SELECT left_id, right_id, 'semantic', cosine FROM semantic_pairs WHERE duplicate
"""


def pairs_are_true(run: CheckRun) -> Verdict:
    """A sample of the pairs has, counted again on the texts as plainly as can be, the similarities that are told."""
    with run.query() as connection:
        sampled = to_table(connection, _SAMPLED, {"seed": SEED, "sample": SAMPLE})
    wrong = sum(not _agree(pair) for pair in sampled.to_pylist())
    pairs = run.tables["duplicate_pairs"].rows
    text = f"{wrong:,} of {sampled.num_rows:,} pairs that were counted again (of {pairs:,}) are other than told"
    return Verdict(wrong == 0, text, {"wrong": wrong, "counted": sampled.num_rows})


def _agree(pair: dict[str, Any]) -> bool:
    user, assistant = ([_shingles(pair[side], role) for side in ("one", "two")] for role in ("user", "assistant"))
    whole = [user[side] | assistant[side] for side in (0, 1)]
    counted = (_jaccard(*whole), _jaccard(*user), _jaccard(*assistant), _containment(*user), _containment(*assistant))
    return all(_equal(pair[name], value) for name, value in zip(_MEASURES, counted, strict=True))


def _shingles(turns: Iterable[dict[str, str]], role: str) -> set[tuple[str, ...]]:
    """Runs of three words of all that a role says, with the role; of fewer words the one run that there is."""
    words = [word for turn in turns if turn["role"] == role for word in normalise(turn["content"]).form.split()]
    return {(role, *words[place : place + _RUN]) for place in range(max(len(words) - _RUN + 1, min(len(words), 1)))}


def _jaccard(one: set[tuple[str, ...]], two: set[tuple[str, ...]]) -> float | None:
    return len(one & two) / len(one | two) if one or two else None


def _containment(one: set[tuple[str, ...]], two: set[tuple[str, ...]]) -> float | None:
    smaller = min(len(one), len(two))
    return len(one & two) / smaller if smaller else 0.0 if one or two else None


def _equal(told: float | None, counted: float | None) -> bool:
    return told is counted if told is None or counted is None else math.isclose(told, counted, abs_tol=1e-9)


def left_before_right(run: CheckRun) -> Verdict:
    """Every pair stands there once, the smaller id on the left, and both conversations are in the corpus."""
    with run.query() as connection:
        turned, again, unknown = connection.execute(
            """
            SELECT count(*) FILTER (left_id >= right_id), count(*) - count(DISTINCT (left_id, right_id)),
                count(*) FILTER (NOT (left_id IN (SELECT conversation_id FROM redacted_corpus)
                    AND right_id IN (SELECT conversation_id FROM redacted_corpus)))
            FROM duplicate_pairs
            """
        ).fetchone() or (0, 0, 0)
    text = f"{turned:,} pairs the wrong way round, {again:,} more than once, {unknown:,} of conversations that there are not"
    return Verdict(turned == again == unknown == 0, text, {"turned": turned, "again": again, "unknown": unknown})


def members_are_verified(run: CheckRun) -> Verdict:
    """Each member has a verified pair with its representative, and each cluster one representative and the size that is told."""
    with run.query() as connection:
        members, unverified, ill_formed = connection.execute(
            f"""
            WITH merging AS ({_MERGING}), members AS (FROM duplicate_clusters WHERE NOT representative), verified AS (
                SELECT m.relation, m.conversation_id FROM members AS m JOIN merging AS p ON p.relation = m.relation
                    AND p.left_id = least(m.conversation_id, m.cluster_id)
                    AND p.right_id = greatest(m.conversation_id, m.cluster_id)
                    AND abs(p.similarity - m.similarity) < 1e-9
            ), clusters AS (
                SELECT count(*) FILTER (representative AND conversation_id = cluster_id) AS own,
                    count(*) FILTER (representative) AS representatives, count(*) AS rows, min(size) AS least, max(size) AS most
                FROM duplicate_clusters GROUP BY relation, cluster_id
            )
            SELECT (SELECT count(*) FROM members),
                (SELECT count(*) FROM members ANTI JOIN verified USING (relation, conversation_id)),
                (SELECT count(*) FROM clusters WHERE NOT (own = 1 AND representatives = 1 AND rows = least AND rows = most))
            """
        ).fetchone() or (0, 0, 0)
    text = f"{unverified:,} of {members:,} members without a pair with their representative; {ill_formed:,} clusters ill-formed"
    return Verdict(unverified == ill_formed == 0, text, {"members": members, "unverified": unverified, "ill_formed": ill_formed})


def no_source_wiped(run: CheckRun) -> Verdict:
    """No cluster holds most of a source: as if a shared template had made all of it one conversation."""
    with run.query() as connection:
        wiped = connection.execute(
            """
            WITH sources AS (SELECT source, count(*) AS rows FROM redacted_corpus GROUP BY source HAVING count(*) >= $least)
            SELECT source, relation, cluster_id, count(*) / rows AS share
            FROM duplicate_clusters JOIN redacted_corpus USING (conversation_id) JOIN sources USING (source)
            GROUP BY source, relation, cluster_id, rows HAVING share > $most ORDER BY share DESC, source, relation
            """,
            {"least": LEAST_ROWS, "most": MOST_OF_SOURCE},
        ).fetchall()
    told = "; ".join(
        f"{share:.0%} of {source} in the {relation} cluster of {name}" for source, relation, name, share in wiped[:5]
    )
    text = told or f"no cluster holds more than {MOST_OF_SOURCE:.0%} of a source"
    return Verdict(not wiped, text, {"wiped": len(wiped), "bound": MOST_OF_SOURCE})


def contaminated_rows(run: CheckRun) -> Verdict:
    """How many conversations for training give away what is used for evaluation, of which sources."""
    uses = pa.table(
        {
            "source": pa.array(run.registry, pa.string()),
            "purpose": pa.array([source.purpose for source in run.registry.values()], pa.string()),
        }
    )
    with run.query() as connection:
        connection.register("uses", uses)
        rows, bad = connection.execute(
            """
            WITH training AS (SELECT DISTINCT c.conversation_id FROM redacted_corpus AS c ANTI JOIN (
                SELECT conversation_id FROM (SELECT conversation_id, unnest(provenances).source AS source FROM redacted_corpus)
                    JOIN uses USING (source) WHERE purpose <> 'training'
            ) AS held USING (conversation_id))
            SELECT (SELECT count(*) FROM training), (SELECT count(DISTINCT conversation_id) FROM contamination WHERE contaminated)
            """
        ).fetchone() or (0, 0)
        by_source = connection.execute(
            """
            SELECT source, reference_source, count(DISTINCT conversation_id) AS rows
            FROM contamination JOIN redacted_corpus USING (conversation_id)
            WHERE contaminated GROUP BY ALL ORDER BY rows DESC, source, reference_source
            """
        ).fetchall()
    share = bad / rows if rows else 0.0
    text = f"{bad:,} of {rows:,} conversations for training ({share:.2%}) are contaminated"
    parts = [f"{source} by {reference}: {count:,}" for source, reference, count in by_source]
    measured = {"contaminated": bad, "share": share, "bound": MOST_CONTAMINATED, "by_source": parts}
    return Verdict(share <= MOST_CONTAMINATED, "; ".join([text, *parts[:10]]), measured)


def winners_match(run: CheckRun) -> Verdict:
    """What was dropped as a duplicate has a pair with its winner, and no two that are kept have one.

    Conversations of equal text stand for each other: the pair may be one of the winner's or the loser's equals.
    """
    with run.query() as connection:
        losers, unmatched, both_kept = connection.execute(
            f"""
            WITH merging AS (FROM ({_MERGING}) WHERE relation = 'near' OR $merge), keys AS (
                SELECT a.text_key AS one, b.text_key AS two, relation FROM merging
                    JOIN conversation_traits AS a ON left_id = a.conversation_id
                    JOIN conversation_traits AS b ON right_id = b.conversation_id
            ), known AS (FROM keys UNION SELECT two, one, relation FROM keys), lost AS (
                SELECT d.conversation_id, l.text_key AS one, w.text_key AS two, replace(reason, '_duplicate', '') AS relation
                FROM decisions AS d LEFT JOIN conversation_traits AS w ON winner_id = w.conversation_id
                    LEFT JOIN conversation_traits AS l ON d.conversation_id = l.conversation_id
                WHERE reason IN ('near_duplicate', 'semantic_duplicate')
            ), kept AS (SELECT conversation_id FROM decisions WHERE keep)
            SELECT (SELECT count(*) FROM lost), (SELECT count(*) FROM lost ANTI JOIN known USING (one, two, relation)),
                (SELECT count(*) FROM merging SEMI JOIN kept ON left_id = kept.conversation_id
                    SEMI JOIN kept AS others ON right_id = others.conversation_id)
            """,
            {"merge": run.settings.merging.semantic},
        ).fetchone() or (0, 0, 0)
    text = f"{unmatched:,} of {losers:,} dropped duplicates have no pair with their winner; of {both_kept:,} pairs both are kept"
    return Verdict(unmatched == both_kept == 0, text, {"losers": losers, "unmatched": unmatched, "both_kept": both_kept})


CHECKS = (
    Check(
        "pairs_are_true", "duplicate_pairs", f"{SAMPLE} pairs, counted again on their texts, are as similar as told.",
        pairs_are_true, blocking=True, reads=("redacted_corpus", "minhash_signatures"),
    ),
    Check(
        "left_before_right", "duplicate_pairs", "Every pair stands there once, the smaller id on the left.", left_before_right,
        blocking=True, reads=("redacted_corpus",),
    ),
    Check(
        "members_are_verified", "duplicate_clusters", "Each member of a cluster has a verified pair with its representative.",
        members_are_verified, blocking=True, reads=("duplicate_pairs", "semantic_pairs"),
    ),
    Check(
        "no_source_wiped", "duplicate_clusters", "No cluster holds most of a source.", no_source_wiped,
        reads=("redacted_corpus",),
    ),
    Check(
        "contaminated_rows", "contamination", "Few conversations for training give away what is used for evaluation.",
        contaminated_rows, reads=("redacted_corpus",), registry_fields=("purpose",),
    ),
    Check(
        "winners_match", "decisions", "Dropped duplicates have a pair with their winner; no two that are kept have one.",
        winners_match, blocking=True, settings=("merging",), reads=("duplicate_pairs", "semantic_pairs", "conversation_traits"),
    ),
)  # fmt: skip
