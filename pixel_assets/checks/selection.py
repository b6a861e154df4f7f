"""Checks of the groups selection and release: one decision each, ratios, no leak, all of it exported."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.checks.corpus import not_empty
from pixel_assets.selection.splits import leakage
from pixel_assets.store.segments import sha256_of

MAX_SPLIT_OFF = 0.05  # hashing whole groups makes shares vary; more than this means that one group is huge


def one_decision_each(run: CheckRun) -> Verdict:
    """Every conversation of the corpus has exactly one decision, and every winner is kept."""
    with run.query() as connection:
        missing, extra, lost = connection.execute(
            """
            SELECT (SELECT count(*) FROM corpus ANTI JOIN decisions USING (conversation_id)),
                (SELECT count(*) - count(DISTINCT conversation_id) FROM decisions)
                + (SELECT count(*) FROM decisions ANTI JOIN corpus USING (conversation_id)),
                (SELECT count(*) FROM decisions d WHERE winner_id IS NOT NULL
                    AND NOT EXISTS (FROM decisions w WHERE w.conversation_id = d.winner_id AND w.keep))
            """
        ).fetchone() or (0, 0, 0)
        kept, dropped = connection.execute(
            "SELECT count(*) FILTER (keep), count(*) FILTER (NOT keep) FROM decisions"
        ).fetchone() or (0, 0)
    return Verdict(
        missing == extra == lost == 0,
        f"{kept + dropped:,} conversations = {kept:,} kept + {dropped:,} dropped"
        + (f"; {missing:,} undecided, {extra:,} too many, {lost:,} lost to a dropped winner" if missing or extra or lost else ""),
        {"kept": kept, "dropped": dropped, "undecided": missing, "too_many": extra, "winner_dropped": lost},
    )


def only_kept(run: CheckRun) -> Verdict:
    """Nothing that was dropped is in the mix."""
    with run.query() as connection:
        (dropped,) = connection.execute(
            "SELECT count(*) FROM training_mix ANTI JOIN (FROM decisions WHERE keep) USING (conversation_id)"
        ).fetchone() or (0,)
    return Verdict(dropped == 0, f"{dropped:,} dropped conversations in the mix", {"dropped": dropped})


def ratio(run: CheckRun) -> Verdict:
    """Each category's share is within the tolerance of its ratio; if not, which is short and by how much."""
    mix = run.settings.mix
    with run.query() as connection:
        taken = dict(connection.execute("SELECT category, count(*) FROM training_mix GROUP BY category").fetchall())
    total = sum(taken.values())
    off, parts = 0.0, []
    for name, wanted in mix.ratios.items():
        share = taken.get(name, 0) / total if total else 0.0
        off = max(off, abs(share - wanted))
        if abs(share - wanted) > mix.tolerance:
            short = round(wanted * mix.target) - taken.get(name, 0)
            parts.append(f"{name} {share:.1%} instead of {wanted:.0%}" + (f", {short:,} short of its quota" if short > 0 else ""))
    text = f"{total:,} of {mix.target:,} conversations; " + ("; ".join(parts) or f"every ratio within {mix.tolerance:.1%}")
    return Verdict(off <= mix.tolerance and total > 0, text, {"furthest_off": off, "bound": mix.tolerance, "rows": total})


def no_leakage(run: CheckRun) -> Verdict:
    """No group of conversations and no text stands in two splits."""
    found = leakage(run.tables["dataset_splits"].read(), run.tables["conversation_traits"].read(["conversation_id", "text_key"]))
    keys = found["key"].to_pylist()[:5]
    text = f"{found.num_rows:,} groups or texts stand in more than one split"
    return Verdict(found.num_rows == 0, text + (f", such as {', '.join(keys)}" if keys else ""), {"leaks": found.num_rows})


def split_shares(run: CheckRun) -> Verdict:
    """The splits have about the shares that the settings ask for."""
    wanted = run.settings.splits
    with run.query() as connection:
        counts = dict(connection.execute("SELECT split, count(*) FROM dataset_splits GROUP BY split").fetchall())
    total = sum(counts.values()) or 1
    shares = {name: counts.get(name, 0) / total for name in ("train", "validation", "test")}
    off = max(abs(share - getattr(wanted, name)) for name, share in shares.items())
    text = ", ".join(f"{name} {share:.1%} (asked {getattr(wanted, name):.0%})" for name, share in shares.items())
    return Verdict(off <= MAX_SPLIT_OFF, text, {"furthest_off": off, "bound": MAX_SPLIT_OFF})


def all_exported(run: CheckRun) -> Verdict:
    """Every format holds every row of the splits, and the files are what the inventory says."""
    rows = run.tables["dataset_splits"].rows
    exports = run.tables["dataset_exports"]
    by_format: dict[str, int] = {}
    for entry in exports.read().to_pylist():
        by_format[entry["format"]] = by_format.get(entry["format"], 0) + entry["rows"]
    manifest = exports.snapshots[0]
    damaged = [
        file.path for file in manifest.attachments if sha256_of(exports.path(str(manifest.folder)) / file.path) != file.sha256
    ]
    complete = bool(by_format) and all(count == rows for count in by_format.values())
    text = ", ".join(f"{name} {count:,} of {rows:,} rows" for name, count in sorted(by_format.items())) or "nothing exported"
    if damaged:
        text += f"; damaged: {', '.join(damaged)}"
    return Verdict(complete and not damaged, text, {"rows": rows, "files": len(manifest.attachments), "damaged": len(damaged)})


CHECKS = (
    Check(
        "one_decision_each", "decisions", "Exactly one decision a conversation.", one_decision_each,
        blocking=True, reads=("corpus",),
    ),
    Check("not_empty", "training_mix", "The mix has rows.", not_empty, blocking=True),
    Check("only_kept", "training_mix", "Nothing dropped is in the mix.", only_kept, blocking=True, reads=("decisions",)),
    Check("ratio", "training_mix", "Each category has its share of the mix.", ratio, settings=("mix",)),
    Check(
        "no_leakage", "dataset_splits", "No group or text stands in two splits.", no_leakage,
        blocking=True, reads=("conversation_traits",),
    ),
    Check("split_shares", "dataset_splits", "The splits have the shares asked for.", split_shares, settings=("splits",)),
    Check(
        "all_exported", "dataset_exports", "Every format holds every row, and no file is damaged.", all_exported,
        blocking=True, reads=("dataset_splits",),
    ),
)  # fmt: skip
