"""Checks on what is added to the train split: made of train alone, and like nothing that is held out."""

from __future__ import annotations

from typing import Final

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check

# A scenario has no parent; it is of the corpus, so its own pairs are known
_WRONG: Final = """
    WITH held AS (
        SELECT conversation_id, split, text_key, t.group_key
        FROM dataset_splits JOIN conversation_traits AS t USING (conversation_id)
        WHERE split <> 'train'
    ), train AS (
        SELECT conversation_id FROM dataset_splits WHERE split = 'train'
    ), pairs AS (
        SELECT left_id, right_id FROM duplicate_pairs UNION ALL SELECT left_id, right_id FROM semantic_pairs
    ), tied AS (
        SELECT left_id AS conversation_id, right_id AS other FROM pairs UNION ALL SELECT right_id, left_id FROM pairs
    )
    SELECT
        (SELECT count(parent_id) FROM augmented_train ANTI JOIN train ON parent_id = train.conversation_id)
            AS parent_not_in_train,
        (SELECT count(*) FILTER (parent_id IS NULL AND kind <> 'crisis') FROM augmented_train) AS without_parent,
        (SELECT count(*) FROM augmented_train SEMI JOIN held USING (text_key)) AS text_held_out,
        (SELECT count(*) FROM augmented_train SEMI JOIN held USING (group_key)) AS opening_held_out,
        (SELECT count(DISTINCT a.conversation_id) FROM augmented_train AS a JOIN tied USING (conversation_id)
            JOIN held ON held.conversation_id = other) AS duplicate_held_out,
        (SELECT count(*) FROM augmented_train SEMI JOIN dataset_splits USING (conversation_id)) AS in_the_mix,
        (SELECT count(*) - count(DISTINCT conversation_id) FROM augmented_train) AS twice
"""


def augmented_train_only(run: CheckRun) -> Verdict:
    """Every variant is of a conversation of the train split, is new, and shares nothing with what is held out."""
    with run.query() as connection:
        found = connection.sql(_WRONG)
        wrong = found.to_arrow_table().to_pylist()[0]
        (rows,) = connection.execute("SELECT count(*) FROM augmented_train").fetchone() or (0,)
    parts = [f"{count:,} {name.replace('_', ' ')}" for name, count in wrong.items() if count]
    return Verdict(not parts, f"{rows:,} variants; " + (", ".join(parts) or "all of train, none like what is held out"), wrong)


def augmented_share(run: CheckRun) -> Verdict:
    """The variants are no more than the share of the train split that the settings ask for, of kinds that they ask for."""
    asked = run.settings.augmentation
    with run.query() as connection:
        counts = dict(connection.execute("SELECT kind, count(*) FROM augmented_train GROUP BY kind ORDER BY kind").fetchall())
        (train,) = connection.execute("SELECT count(*) FROM dataset_splits WHERE split = 'train'").fetchone() or (0,)
    rows = sum(counts.values())
    share, unasked = rows / train if train else 0.0, sorted(set(counts) - set(asked.kinds))
    empty = [kind for kind in asked.kinds if kind not in counts]
    text = f"{rows:,} variants, {share:.1%} of train (at most {asked.share:.0%})"
    text += "".join(f"; {count:,} {kind}" for kind, count in counts.items())
    if asked.share and empty:
        text += f"; none of kind {', '.join(empty)}"
    passed = rows <= asked.share * train and not unasked
    return Verdict(passed, text, {"rows": rows, "share": share, "bound": asked.share, **counts})


CHECKS = (
    Check(
        "augmented_train_only", "augmented_train", "Every variant is made of train alone and is like nothing held out.",
        augmented_train_only, blocking=True,
        reads=("dataset_splits", "conversation_traits", "duplicate_pairs", "semantic_pairs"),
    ),
    Check(
        "augmented_share", "augmented_train", "The variants are no more than was asked for.", augmented_share,
        settings=("augmentation",), reads=("dataset_splits",),
    ),
)  # fmt: skip
