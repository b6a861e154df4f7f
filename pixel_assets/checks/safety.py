"""Checks of the group safety: nothing personal is left, crises are found, and what is grave does not pass."""

from __future__ import annotations

from contextlib import suppress

import pyarrow as pa

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.checks.corpus import unique_key
from pixel_assets.errors import CorruptSnapshot
from pixel_assets.safety.bias.drift import drift
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.recall import measure_recall
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.store.ledger import entries
from pixel_assets.store.manifest import load_manifest
from pixel_assets.store.warehouse import WHOLE

MAX_NAMED = 5  # sources or ids that a description names; the numbers have them all

_LEFT = """
    SELECT count(*) FILTER (identifiers_left > 0), coalesce(sum(identifiers_left), 0)::BIGINT,
        coalesce(sum(redactions), 0)::BIGINT,
        list(conversation_id ORDER BY conversation_id) FILTER (identifiers_left > 0)[:5]
    FROM redacted_corpus
"""
_MISPLACED = """
    WITH turns AS (
        SELECT conversation_id, unnest(range(len(turns))) AS turn,
            unnest(list_transform(turns, lambda t: len(t.content))) AS length
        FROM redacted_corpus
    )
    SELECT count(*) FROM pii_findings LEFT JOIN turns USING (conversation_id, turn)
    WHERE part = 'turn' AND replaced AND (length IS NULL OR new_start < 0 OR new_end < new_start OR new_end > length)
"""
_HATE = "SELECT count(*) FILTER (hate_level >= 2), count(*) FROM safety_scores"
_QUARANTINED = """
    SELECT source, count(*) FILTER (verdict = 'quarantine') AS quarantined, count(*) AS conversations
    FROM safety_verdicts JOIN redacted_corpus USING (conversation_id)
    GROUP BY source HAVING conversations >= $least ORDER BY quarantined / conversations DESC, source
"""


def redaction_complete(run: CheckRun) -> Verdict:
    """Every conversation of the corpus is in the redacted corpus, once."""
    with run.query() as connection:
        (lacking,) = connection.execute(
            "SELECT count(*) FROM corpus ANTI JOIN redacted_corpus USING (conversation_id)"
        ).fetchone() or (0,)
    rows, wanted = run.tables["redacted_corpus"].rows, run.tables["corpus"].rows
    return Verdict(
        lacking == 0 and rows == wanted,
        f"{rows:,} of {wanted:,} conversations" + (f", {lacking:,} are missing" if lacking else ""),
        {"rows": rows, "expected": wanted, "lacking": lacking},
    )


def identifiers_left(run: CheckRun) -> Verdict:
    """The fast pass finds nothing more in what was redacted, but for a share that the gate keeps back."""
    with run.query() as connection:
        rows, left, replaced, ids = connection.execute(_LEFT).fetchone() or (0, 0, 0, None)
    named = f", such as {', '.join(ids)}" if ids else ""
    share, bound = rows / max(run.tables["redacted_corpus"].rows, 1), run.settings.bounds.most_left
    return Verdict(
        share <= bound,
        f"{replaced:,} identifiers replaced; {left:,} left in {rows:,} conversations, {share:.3%} (at most {bound:.3%}){named}",
        {"replaced": replaced, "left": left, "conversations": rows, "share": share, "bound": bound},
    )


def left_kept_back(run: CheckRun) -> Verdict:
    """No conversation in which an identifier is left passes the gate."""
    with run.query() as connection:
        (passing,) = connection.execute(
            """
            SELECT count(*) FROM redacted_corpus JOIN safety_verdicts USING (conversation_id)
            WHERE identifiers_left > 0 AND verdict <> 'quarantine'
            """
        ).fetchone() or (0,)
    return Verdict(passing == 0, f"{passing:,} conversations with identifiers left pass the gate", {"passing": passing})


def offsets_hold(run: CheckRun) -> Verdict:
    """Every replaced identifier of a turn lies inside of the redacted turn."""
    with run.query() as connection:
        (wrong,) = connection.execute(_MISPLACED).fetchone() or (0,)
    return Verdict(
        wrong == 0, f"{wrong:,} of {run.tables['pii_findings'].rows:,} places lie outside of their turn", {"wrong": wrong}
    )


def examined(run: CheckRun) -> Verdict:
    """Every conversation has its levels, and every finding its conversation."""
    with run.query() as connection:
        lacking, orphans = connection.execute(
            """
            SELECT (SELECT count(*) FROM redacted_corpus ANTI JOIN safety_scores USING (conversation_id)),
                (SELECT count(*) FROM safety_findings ANTI JOIN safety_scores USING (conversation_id))
            """
        ).fetchone() or (0, 0)
    rows = run.tables["safety_scores"].rows
    return Verdict(
        lacking == orphans == 0 and rows == run.tables["redacted_corpus"].rows,
        f"{rows:,} conversations examined; {lacking:,} not, {orphans:,} findings of no conversation",
        {"rows": rows, "lacking": lacking, "orphans": orphans},
    )


def crisis_recall(run: CheckRun) -> Verdict:
    """Crises of the labelled hard cases are found, and what only sounds like one is not."""
    bounds = run.settings.bounds
    table = run.tables["crisis_model"].read()  # empty where the cues decide alone
    found = measure_recall(CrisisModel.of(table) if table.num_rows else None, run.settings.safety.crisis_score)
    passed = found.recall >= bounds.least_recall and found.false_alarms <= bounds.most_false_alarms
    missed = f"; missed: {', '.join(found.missed[:MAX_NAMED])}" if found.missed else ""
    return Verdict(
        passed,
        f"recall {found.recall:.3f} of {found.crises:,} crises (at least {bounds.least_recall}), false alarms "
        f"{found.false_alarms:.3f} of {found.harmless:,} (at most {bounds.most_false_alarms}){missed}",
        {"recall": found.recall, "bound": bounds.least_recall, "false_alarms": found.false_alarms,
         "false_alarm_bound": bounds.most_false_alarms, "missed": list(found.missed)},
    )  # fmt: skip


def hate_rate(run: CheckRun) -> Verdict:
    """The share of conversations with hate is within its bound."""
    with run.query() as connection:
        hateful, rows = connection.execute(_HATE).fetchone() or (0, 0)
    share, bound = hateful / max(rows, 1), run.settings.bounds.most_hate
    return Verdict(share <= bound, f"{hateful:,} of {rows:,} conversations, {share:.2%} (at most {bound:.2%})",
                   {"share": share, "bound": bound, "conversations": hateful})  # fmt: skip


def quarantine_share(run: CheckRun) -> Verdict:
    """No source has more of its conversations in quarantine than the bound."""
    bounds = run.settings.bounds
    with run.query() as connection:
        rows = connection.execute(_QUARANTINED, {"least": bounds.least_conversations}).fetchall()
    shares = {source: quarantined / conversations for source, quarantined, conversations in rows}
    over = [source for source, share in shares.items() if share > bounds.most_quarantined]
    named = ", ".join(f"{source} {shares[source]:.1%}" for source in (over or list(shares))[:MAX_NAMED])
    text = f"{len(over):,} of {len(shares):,} sources above {bounds.most_quarantined:.0%}" if over else "highest"
    return Verdict(not over, f"{text}: {named}" if named else "no source is large enough to judge", {"shares": shares})


def bias_bounds(run: CheckRun) -> Verdict:
    """No group is out of its bounds or badly associated."""
    rows = run.tables["bias_report"].read().to_pylist()
    flagged = [row for row in rows if row["flagged"]]
    named = "; ".join(
        f"{row['axis']}:{row['group']} {row['measure']} {row['outcome']} {row['value']:.2f} ({row['action']})".replace("  ", " ")
        for row in flagged[:MAX_NAMED]
    )
    text = f"{len(flagged):,} of {len(rows):,} measures are flagged"
    return Verdict(not flagged, f"{text}: {named}" if named else text, {"flagged": len(flagged), "measures": len(rows)})


def bias_drift(run: CheckRun) -> Verdict:
    """The report says of no group something else than that of the snapshot before."""
    before = _before(run)
    if before is None:
        return Verdict(True, "there is no report before this one to compare with", {"alerts": 0})
    moved = [each for each in drift(before, run.tables["bias_report"].read(), run.settings.bias.most_distance) if each.alert]
    named = "; ".join(
        f"{each.axis}{':' if each.group else ''}{each.group} {each.measure} {each.outcome} {each.before:.2f} to {each.after:.2f}"
        for each in moved[:MAX_NAMED]
    )
    return Verdict(not moved, f"{len(moved):,} measures moved: {named}" if moved else "nothing moved", {"alerts": len(moved)})


def _before(run: CheckRun) -> pa.Table | None:
    """The last report that was another than the current one, if its snapshot is still there and has the same columns."""
    warehouse, now = run.project.warehouse, run.tables["bias_report"].snapshots[0]
    for entry in reversed(entries(warehouse, "bias_report", WHOLE)):
        name = entry.snapshots["bias_report"]
        if entry.data_versions["bias_report"] != now.data_version:
            with suppress(CorruptSnapshot):
                manifest = load_manifest(warehouse, "bias_report", WHOLE, name)
                if [column[:2] for column in manifest.columns] == [column[:2] for column in now.columns]:
                    return run.project.table("bias_report", {WHOLE: manifest}).read()
    return None


def policy_current(run: CheckRun) -> Verdict:
    """Every decision was made under the policy that is in force."""
    with run.query() as connection:
        versions = dict(connection.execute("SELECT policy_version, count(*) FROM safety_audit GROUP BY ALL").fetchall())
    wanted = Policy.of(run.settings.safety).version
    old = sum(rows for version, rows in versions.items() if version != wanted)
    return Verdict(old == 0, f"{old:,} decisions under another policy than {wanted}", {"policy": wanted, "old": old})


def one_verdict_each(run: CheckRun) -> Verdict:
    """Every conversation has one verdict, and the audit trail says the same."""
    with run.query() as connection:
        lacking, differing = connection.execute(
            """
            SELECT (SELECT count(*) FROM redacted_corpus ANTI JOIN safety_verdicts USING (conversation_id)),
                (SELECT count(*) FROM safety_verdicts v FULL JOIN safety_audit a USING (conversation_id)
                    WHERE v.verdict IS DISTINCT FROM a.verdict)
            """
        ).fetchone() or (0, 0)
    rows = run.tables["safety_verdicts"].rows
    return Verdict(
        lacking == differing == 0 and rows == run.tables["redacted_corpus"].rows,
        f"{rows:,} verdicts; {lacking:,} conversations without, {differing:,} that the audit trail tells otherwise",
        {"rows": rows, "lacking": lacking, "differing": differing},
    )


CHECKS = (
    Check(
        "redaction_complete", "redacted_corpus", "Every conversation of the corpus, once.", redaction_complete,
        blocking=True, reads=("corpus",),
    ),
    Check(
        "identifiers_left", "redacted_corpus", "What is left after redaction is within its bound.", identifiers_left,
        blocking=True, settings=("bounds",),
    ),
    Check(
        "offsets_hold", "pii_findings", "What was replaced lies inside of its turn.", offsets_hold,
        reads=("redacted_corpus",),
    ),
    Check(
        "crisis_recall", "crisis_model", "Labelled crises are found, and few harmless texts are taken for one.", crisis_recall,
        settings=("bounds", "safety"),
    ),
    Check("unique_key", "safety_scores", "Every conversation stands once.", unique_key, blocking=True),
    Check(
        "examined", "safety_scores", "Every conversation was examined, every finding has one.", examined,
        blocking=True, reads=("redacted_corpus", "safety_findings"),
    ),
    Check("hate_rate", "safety_scores", "Few conversations hold hate.", hate_rate, settings=("bounds",)),
    Check(
        "one_verdict_each", "safety_verdicts", "Exactly one verdict a conversation, told by the audit trail too.",
        one_verdict_each, blocking=True, reads=("redacted_corpus", "safety_audit"),
    ),
    Check(
        "left_kept_back", "safety_verdicts", "Nothing with an identifier left passes the gate.", left_kept_back,
        blocking=True, reads=("redacted_corpus",),
    ),
    Check(
        "quarantine_share", "safety_verdicts", "No source is mostly in quarantine.", quarantine_share,
        settings=("bounds",), reads=("redacted_corpus",),
    ),
    Check("bias_bounds", "bias_report", "No group is out of its bounds or badly associated.", bias_bounds),
    Check("bias_drift", "bias_report", "No group moved since the snapshot before.", bias_drift, settings=("bias",)),
    Check(
        "policy_current", "safety_audit", "Every decision was made under the policy in force.", policy_current,
        blocking=True, settings=("safety",),
    ),
)  # fmt: skip
