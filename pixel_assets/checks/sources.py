"""Checks of the groups sources and conversations: nothing is lost on the way in."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check

_MEANS = """
    SELECT sum(bytes)::BIGINT, sum(mean_turns * conversations) / sum(conversations) FILTER (mean_turns IS NOT NULL),
        sum(mean_words * conversations) / sum(conversations) FILTER (mean_words IS NOT NULL)
    FROM source_inventory
"""

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

_PAIRS = """
    SELECT
        count(*),
        count(*) FILTER (WHERE len(prompt) = 0 OR len(chosen) + len(rejected) = 0),
        count(*) FILTER (WHERE conversation_id NOT IN (SELECT conversation_id FROM conversations)
                         OR (conversation_id IS NULL AND len(chosen) > 0))
    FROM preference_pairs
"""


def has_records(run: CheckRun) -> Verdict:
    """A source has at least one record that could be read."""
    with run.query() as connection:
        rows, readable = connection.execute("SELECT count(*), count(record) FROM raw_records").fetchone() or (0, 0)
    return Verdict(readable > 0, f"{readable:,} of {rows:,} records could be read", {"records": rows, "readable": readable})


def expected_records(run: CheckRun) -> Verdict:
    """The source has as many records as the registry expects, within its tolerance: no half of it is missing."""
    expected = run.source.expected
    with run.query() as connection:
        (records,) = connection.execute("SELECT count(*) FROM raw_records WHERE row > 0").fetchone() or (0,)
    if expected.records is None:
        return Verdict(True, f"{records:,} records; the registry says no number", {"records": records})
    off = abs(records - expected.records) / expected.records
    return Verdict(
        off <= expected.tolerance,
        f"{records:,} of {expected.records:,} records expected ({off:.1%} off, bound {expected.tolerance:.0%})",
        {"records": records, "expected": expected.records, "off": off, "bound": expected.tolerance},
    )


def profile(run: CheckRun) -> Verdict:
    """Bytes, turns and words a conversation are within the bounds that the registry gives; what has none is not judged."""
    expected, quality = run.source.expected, run.source.quality
    with run.query() as connection:
        size, turns, words = connection.execute(_MEANS).fetchone() or (None, None, None)
    sizes = expected.bytes and (expected.bytes * (1 - expected.tolerance), expected.bytes * (1 + expected.tolerance))
    measured: dict[str, float] = {}
    off: list[str] = []
    for name, value, bounds in (("bytes", size, sizes), ("turns", turns, quality.turns), ("words", words, quality.words)):
        if value is None or not bounds:
            continue
        measured[name] = value
        if not bounds[0] <= value <= bounds[1]:
            off.append(f"{name} {value:,.7g} outside {bounds[0]:,.7g} to {bounds[1]:,.7g}")
    fine = ", ".join(f"{name} {value:,.7g}" for name, value in measured.items()) or "the registry gives no bounds"
    return Verdict(not off, "; ".join(off) or fine, measured)


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
    """Not more of a source is rejected than its profile in the registry says."""
    bound = run.source.quality.max_rejected
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
        share <= bound,
        f"{rejected:,} of {records:,} records rejected ({share:.1%}, bound {bound:.0%})" + (f": {why}" if why else ""),
        {"rejected": rejected, "records": records, "share": share, "bound": bound},
    )


def pairs_whole(run: CheckRun) -> Verdict:
    """Every preference pair has a prompt and a reply, and the conversation of its chosen one stands."""
    with run.query() as connection:
        pairs, hollow, orphans = connection.execute(_PAIRS).fetchone() or (0, 0, 0)
    return Verdict(
        hollow == orphans == 0,
        f"{pairs:,} pairs, {hollow:,} without prompt or reply, {orphans:,} without the conversation of the chosen reply",
        {"pairs": pairs, "hollow": hollow, "orphans": orphans},
    )


CHECKS = (
    Check("has_records", "raw_records", "At least one record of the source could be read.", has_records),
    Check(
        "expected_records", "raw_records", "The source has about as many records as the registry says.", expected_records,
        source_fields=("expected",),
    ),
    Check(
        "conservation", "conversations", "records = conversations + rejected records, row by row.", conservation,
        blocking=True, reads=("raw_records", "rejected_records"),
    ),
    Check(
        "pairs_whole", "preference_pairs", "Every pair has a prompt and a reply; a chosen one is a conversation.", pairs_whole,
        blocking=True, reads=("conversations",),
    ),
    Check(
        "rejected_share", "rejected_records", "No more records are rejected than the source's profile allows.", rejected_share,
        reads=("raw_records",), source_fields=("quality",),
    ),
    Check(
        "profile", "source_inventory", "Size and lengths are what the registry says of the source.", profile,
        source_fields=("expected", "quality"),
    ),
)  # fmt: skip
