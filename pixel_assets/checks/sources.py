"""Checks of the groups sources and conversations: nothing is lost on the way in."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check

MAX_REJECTED = 0.5  # above this share a source is more likely misread than bad

_LOST = """
    WITH used AS (
        SELECT DISTINCT file, unnest(rows) AS row FROM conversations
    ), places AS (
        SELECT file, row, 1 AS in_conversation, 0 AS in_rejected FROM used
        UNION ALL SELECT file, row, 0, 1 FROM rejected_records
    ), found AS (
        SELECT file, row, sum(in_conversation + in_rejected) AS times FROM places GROUP BY file, row
    )
    SELECT
        (SELECT count(*) FROM raw_records),
        (SELECT count(*) FROM used),
        (SELECT count(*) FROM rejected_records),
        (SELECT count(*) FROM raw_records ANTI JOIN found USING (file, row)),
        (SELECT count(*) FROM found WHERE times > 1),
        (SELECT count(*) FROM found ANTI JOIN raw_records USING (file, row))
"""


def has_records(run: CheckRun) -> Verdict:
    """A source has at least one record that could be read."""
    with run.query() as connection:
        rows, readable = connection.execute("SELECT count(*), count(record) FROM raw_records").fetchone() or (0, 0)
    return Verdict(readable > 0, f"{readable:,} of {rows:,} records could be read", {"records": rows, "readable": readable})


def conservation(run: CheckRun) -> Verdict:
    """Every raw record is part of a conversation or rejected, and never both."""
    with run.query() as connection:
        counts = connection.execute(_LOST).fetchone() or (0,) * 6
    records, used, rejected, lost, twice, unknown = counts
    passed = lost == twice == unknown == 0 and records == used + rejected
    text = f"{records:,} records = {used:,} in conversations + {rejected:,} rejected"
    if not passed:
        text += f"; {lost:,} lost, {twice:,} in both, {unknown:,} from nowhere"
    names = ("records", "in_conversations", "rejected", "lost", "twice", "unknown")
    return Verdict(passed, text, dict(zip(names, counts, strict=True)))


def rejected_share(run: CheckRun) -> Verdict:
    """Not more than half of a source is rejected."""
    with run.query() as connection:
        records, rejected = connection.execute(
            "SELECT (SELECT count(*) FROM raw_records), (SELECT count(*) FROM rejected_records)"
        ).fetchone() or (0, 0)
        reasons = connection.execute(
            "SELECT reason, count(*) AS n FROM rejected_records GROUP BY reason ORDER BY n DESC, reason LIMIT 5"
        ).fetchall()
    share = rejected / records if records else 0.0
    why = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
    return Verdict(
        share <= MAX_REJECTED,
        f"{rejected:,} of {records:,} records rejected ({share:.1%}, bound {MAX_REJECTED:.0%})" + (f": {why}" if why else ""),
        {"rejected": rejected, "records": records, "share": share, "bound": MAX_REJECTED},
    )


CHECKS = (
    Check("has_records", "raw_records", "At least one record of the source could be read.", has_records),
    Check(
        "conservation", "conversations", "records = conversations + rejected records, row by row.", conservation,
        blocking=True, reads=("raw_records", "rejected_records"),
    ),
    Check(
        "rejected_share", "rejected_records", "At most half of the records are rejected.", rejected_share, reads=("raw_records",)
    ),
)  # fmt: skip
