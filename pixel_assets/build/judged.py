"""What redaction and the safety gate say of one conversation: every decision so far, and which identifiers stood in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pixel_assets.build.evidence import Evidence, Row

AUDIT: Final = "safety_audit"
_IDENTIFIERS: Final = "pii_findings"


def judgements_of(evidence: Evidence, said: Mapping[str, Sequence[Row]], name: str) -> list[Row]:
    """Every decision that was ever recorded on a conversation, oldest first; ``stands`` marks the one that holds now.

    Each is a row of the audit trail and when it was recorded. A decision that came back stands where it was made first.
    """
    if AUDIT not in evidence.assets:
        return []
    now = list(said.get(AUDIT, ()))
    rows = evidence.past(AUDIT, "conversation_id = ?", [name])
    return [{**row, "stands": {key: row[key] for key in row if key != "recorded_at"} in now} for row in rows]


def identifiers_of(said: Mapping[str, Sequence[Row]]) -> list[Row]:
    """How many identifiers of each type stood in a conversation, and how many of these were replaced."""
    found = Counter(row["type"] for row in said.get(_IDENTIFIERS, ()))
    replaced = Counter(row["type"] for row in said.get(_IDENTIFIERS, ()) if row["replaced"])
    return [{"type": kind, "found": found[kind], "replaced": replaced[kind]} for kind in sorted(found)]
