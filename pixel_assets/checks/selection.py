"""Checks of the groups selection and release: one decision each, ratios, no leak, all of it exported."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.checks.corpus import not_empty
from pixel_assets.selection.mix import MixRules, holdings
from pixel_assets.selection.mix.traits import columns
from pixel_assets.selection.splits import leakage
from pixel_assets.store.query import to_table
from pixel_assets.store.segments import sha256_of

_EXPORTED = """
    SELECT format, sum(rows)::BIGINT, sum(rejected)::BIGINT,
        (SELECT count(*) FROM rejected_exports AS listed WHERE listed.format IN ('all', files.format))
    FROM dataset_exports AS files WHERE format <> 'preference' GROUP BY format ORDER BY format
"""
_PAIRS = """
    SELECT (SELECT count(DISTINCT release_id) FROM redacted_preferences),
        (SELECT coalesce(sum(rows), 0)::BIGINT FROM dataset_exports WHERE format = 'preference'),
        (SELECT count(*) FROM rejected_exports WHERE format = 'preference')
"""
PAIRS = {"near_duplicate": "duplicate_pairs", "semantic_duplicate": "semantic_pairs"}  # what they share, and where they stand
MAX_SPLIT_OFF = 0.05  # hashing whole groups makes shares vary; more than this means that one group is huge

_SHOWN = 10  # bounds that a verdict names
_MIXED = """
    SELECT rows.category, rows.source{traits}
    FROM training_mix AS rows
    LEFT JOIN conversation_traits USING (conversation_id) LEFT JOIN quality_scores USING (conversation_id)
"""


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


def minimum_quality(run: CheckRun) -> Verdict:
    """Nothing below the minimum quality is in the mix, however short a category is."""
    mix = run.settings.mix
    with run.query() as connection:
        below, unscored = connection.execute(
            "SELECT count(*) FILTER (score < $least), count(*) FILTER (score IS NULL) FROM training_mix",
            {"least": mix.minimum_quality},
        ).fetchone() or (0, 0)
    wrong = below + (unscored if mix.unscored == "drop" and mix.minimum_quality is not None else 0)
    text = "no minimum is set" if mix.minimum_quality is None else f"{below:,} conversations below {mix.minimum_quality:g}"
    return Verdict(wrong == 0, f"{text}; {unscored:,} without a score", {"below": below, "unscored": unscored})


def balances(run: CheckRun) -> Verdict:
    """Every sub-balance and the cap of sources hold; if not, which does not, and by how many conversations."""
    rules = MixRules.of(run.settings.mix)
    with run.query() as connection:
        held = holdings(to_table(connection, _MIXED.format(traits=columns(rules.traits))), rules)
    broken = sorted((one for one in held if one.too_many or one.too_few), key=lambda one: (-one.too_many - one.too_few, str(one)))
    text = f"{len(held):,} bound{'s' * (len(held) != 1)} on shares; " + ("; ".join(map(str, broken[:_SHOWN])) or "all hold")
    if len(broken) > _SHOWN:
        text += f"; and {len(broken) - _SHOWN:,} more"
    measured = {
        "bounds": len(held), "broken": len(broken),
        "too_many": sum(one.too_many for one in broken), "too_few": sum(one.too_few for one in broken),
    }  # fmt: skip
    return Verdict(not broken, text, measured)


def no_leakage(run: CheckRun) -> Verdict:
    """No group of conversations, no text and no two duplicates stand in two splits."""
    pairs = {kind: run.tables[name].read(["left_id", "right_id"]) for kind, name in PAIRS.items()}
    traits = run.tables["conversation_traits"].read(["conversation_id", "text_key"])
    found = leakage(run.tables["dataset_splits"].read(), traits, pairs)
    keys = found["key"].to_pylist()[:5]
    text = f"{found.num_rows:,} groups, texts or pairs of duplicates stand in more than one split"
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
    """Every format holds every row of the splits or lists it as rejected, and the files are what the inventory says."""
    with run.query() as connection:
        formats = connection.execute(_EXPORTED).fetchall()
        pairs = connection.execute(_PAIRS).fetchone() or (0, 0, 0)
    rows = run.tables["dataset_splits"].rows + (run.tables["augmented_train"].rows if "augmented_train" in run.tables else 0)
    exports = run.tables["dataset_exports"]
    manifest = exports.snapshots[0]
    damaged = [
        file.path for file in manifest.attachments if sha256_of(exports.path(str(manifest.folder)) / file.path) != file.sha256
    ]
    complete = bool(formats) and all(held + missing == rows and missing == listed for _, held, missing, listed in formats)
    wanted, held, listed = pairs
    asked = held + listed > 0  # the format of preference pairs need not be asked for
    parts = [
        f"{name} {held:,} of {rows:,} rows" + (f" and {missing:,} rejected" if missing else "")
        for name, held, missing, _ in formats
    ]
    if asked:
        parts.append(f"preference {held:,} of {wanted:,} pairs" + (f" and {listed:,} rejected" if listed else ""))
    text = ", ".join(parts) or "nothing exported"
    if damaged:
        text += f"; damaged: {', '.join(damaged)}"
    return Verdict(
        complete and not damaged and (not asked or held + listed == wanted), text,
        {"rows": rows, "files": len(manifest.attachments), "damaged": len(damaged)},
    )  # fmt: skip


CHECKS = (
    Check(
        "one_decision_each", "decisions", "Exactly one decision a conversation.", one_decision_each,
        blocking=True, reads=("corpus",),
    ),
    Check("not_empty", "training_mix", "The mix has rows.", not_empty, blocking=True),
    Check("only_kept", "training_mix", "Nothing dropped is in the mix.", only_kept, blocking=True, reads=("decisions",)),
    Check("ratio", "training_mix", "Each category has its share of the mix.", ratio, settings=("mix",)),
    Check(
        "minimum_quality", "training_mix", "Nothing below the minimum quality is in the mix.", minimum_quality,
        blocking=True, settings=("mix",),
    ),
    Check(
        "balances", "training_mix", "Each sub-balance and the cap of sources hold.", balances,
        settings=("mix",), reads=("conversation_traits", "quality_scores"),
    ),
    Check(
        "no_leakage", "dataset_splits", "No group, text or pair of duplicates stands in two splits.", no_leakage,
        blocking=True, reads=("conversation_traits", *PAIRS.values()),
    ),
    Check("split_shares", "dataset_splits", "The splits have the shares asked for.", split_shares, settings=("splits",)),
    Check(
        "all_exported", "dataset_exports", "Every format holds every row, and no file is damaged.", all_exported,
        blocking=True, reads=("dataset_splits", "augmented_train", "redacted_preferences", "rejected_exports"),
    ),
)  # fmt: skip
