"""Checks of the groups corpus and quality: the union is complete, well formed, and of every source."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.conversation.corpus import PARTS
from pixel_assets.store.warehouse import WHOLE

_FORM = """
    SELECT count(*) FROM corpus WHERE
        len(list_filter(turns, lambda t: t.role NOT IN ('system', 'user', 'assistant'))) > 0
        OR len(list_filter(turns, lambda t: t.role = 'user')) = 0
        OR len(list_filter(turns, lambda t: t.role = 'assistant')) = 0
"""


def unique_key(run: CheckRun) -> Verdict:
    """No two rows of the asset have the same key."""
    key = ", ".join(f'"{name}"' for name in run.asset.key)
    with run.query() as connection:
        rows, keys = connection.execute(
            f'SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {key} FROM "{run.asset.name}")) FROM "{run.asset.name}"'
        ).fetchone() or (0, 0)
    return Verdict(rows == keys, f"{rows:,} rows, {keys:,} different keys ({key})", {"rows": rows, "keys": keys})


def not_empty(run: CheckRun) -> Verdict:
    """The asset has rows."""
    rows = run.tables[run.asset.name].rows
    return Verdict(rows > 0, f"{rows:,} rows", {"rows": rows})


def conservation(run: CheckRun) -> Verdict:
    """The copies that were merged add up to all conversations."""
    conversations = sum(run.tables[name].rows for name in PARTS)
    with run.query() as connection:
        (copies,) = connection.execute("SELECT coalesce(sum(copies), 0)::BIGINT FROM corpus").fetchone() or (0,)
    distinct = run.tables["corpus"].rows
    return Verdict(
        copies == conversations,
        f"{conversations:,} conversations = {distinct:,} distinct + {copies - distinct:,} copies",
        {"conversations": conversations, "copies_in_corpus": copies, "distinct": distinct},
    )


def standard_form(run: CheckRun) -> Verdict:
    """Every conversation has known roles, and a turn of the user and of the assistant."""
    with run.query() as connection:
        (bad,) = connection.execute(_FORM).fetchone() or (0,)
    return Verdict(bad == 0, f"{bad:,} conversations break the standard form", {"broken": bad})


def sources_complete(run: CheckRun) -> Verdict:
    """No source of the registry is missing."""
    step, missing = run.project.graph.maker[run.asset.name], list(run.missing)
    total = len({part for name in step.inputs for part in run.project.partitions_read(step, run.partition, name)} - {WHOLE})
    lacking = f"{len(missing)} of {total} sources are missing: {', '.join(missing)}"
    return Verdict(not missing, lacking if missing else f"all {total} sources are in", {"sources": total, "missing": missing})


def traits_complete(run: CheckRun) -> Verdict:
    """Every conversation of the corpus has its traits."""
    with run.query() as connection:
        (lacking,) = connection.execute(
            "SELECT count(*) FROM redacted_corpus ANTI JOIN conversation_traits USING (conversation_id)"
        ).fetchone() or (0,)
    same = run.tables["redacted_corpus"].rows == run.tables["conversation_traits"].rows
    return Verdict(lacking == 0 and same, f"{lacking:,} conversations lack traits", {"lacking": lacking})


CHECKS = (
    Check("not_empty", "corpus", "The corpus has rows.", not_empty, blocking=True),
    Check("unique_key", "corpus", "Every conversation stands once.", unique_key, blocking=True),
    Check(
        "conservation", "corpus", "conversations = distinct ones + merged copies.", conservation,
        blocking=True, reads=PARTS,
    ),
    Check("standard_form", "corpus", "Roles are known; user and assistant both speak.", standard_form, blocking=True),
    Check("sources_complete", "corpus", "Every source of the registry is part of the corpus.", sources_complete),
    Check(
        "traits_complete", "conversation_traits", "Every conversation has its traits.", traits_complete,
        blocking=True, reads=("redacted_corpus",),
    ),
)  # fmt: skip
