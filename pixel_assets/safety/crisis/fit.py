"""Fits the trained part of crisis detection on labelled sets.

    python -m pixel_assets.safety.crisis.fit --data DIR

Only rows of the half that may be fitted on are read (:mod:`pixel_assets.safety.labelled.split`); figures are by cross-validation
over groups inside that half. The same rows give the same file.

The model of turns learns from labels of whole conversations (:mod:`pixel_assets.safety.crisis.logistic`). Probabilities are
calibrated on what was scored while held out, so that a conversation is as probable as its most probable turn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.safety.crisis.classifier import (
    ABOUT,
    CONVERSATION,
    CRISIS_MODEL,
    INTERCEPT,
    PACKAGED,
    TURN,
    conversation_features,
    conversation_names,
    count_turns,
    turn_features,
    turn_names,
    write_model,
)
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.features import packaged_words
from pixel_assets.safety.crisis.logistic import FOLDS, Fitted, Mask, Task, fit, held_out, platt, weights_of
from pixel_assets.safety.labelled import crisis
from pixel_assets.safety.labelled.hard_cases import read_hard_cases
from pixel_assets.safety.labelled.measures import auc
from pixel_assets.safety.labelled.rows import half
from pixel_assets.safety.turns import Turns
from pixel_assets.store.schema import column
from pixel_assets.vectors.static import StaticVectors

LABELLED = pa.schema(
    [
        column("dataset", pa.string(), "the labelled set"),
        column("group", pa.string(), "user, persona, template …; stays together in cross-validation"),
        column("crisis", pa.bool_(), "whether the conversation holds a crisis of the one who speaks or of another"),
        column("turns", TURNS, "the conversation; of a user with several posts, each post a turn"),
    ]
)
_SETS: Final = (
    crisis.read_cssrs, crisis.read_crisis_scenarios, crisis.read_hard_crisis, crisis.read_vera_mh,
    crisis.read_sad, crisis.read_xstest, crisis.read_epie_static, crisis.read_epie_formal,
)  # fmt: skip
_REPEATS: Final = 4
_DIGITS: Final = 4


def labelled_rows(folder: Path) -> pa.Table:
    """All rows of the half that may be fitted on whose set says whether they are crises, as :data:`LABELLED`.

    Raises as the readers of :mod:`pixel_assets.safety.labelled` if a set is missing or damaged.
    """
    rows = [
        {"dataset": row.dataset, "group": row.group, "crisis": row.crisis, "turns": list(row.turns)}
        for read in _SETS for row in half(read(folder), "fit") if row.crisis is not None
    ]  # fmt: skip
    rows += [
        {"dataset": "hard_cases", "group": case.id, "crisis": case.direction == "crisis", "turns": case.conversation()}
        for case in read_hard_cases() if case.half == "fit" and case.direction != "open"
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, LABELLED)


def fit_model(labelled: pa.Table) -> pa.Table:
    """From rows of :data:`LABELLED` the rows of ``CRISIS_MODEL``: coefficients, and how they came about. Needs both classes."""
    turns = Turns.of(labelled["turns"])
    counts, found = count_turns(turns, detect(turns))
    said = np.flatnonzero(turns.role == "user")
    told = np.asarray(labelled["crisis"].to_numpy())
    datasets = np.array(labelled["dataset"].to_pylist(), np.str_)
    groups = tuple(f"{dataset}\x1f{group}" for dataset, group in zip(datasets, labelled["group"].to_pylist(), strict=True))
    words, vectors = packaged_words(), StaticVectors.load()
    tasks = {
        CONVERSATION: (
            conversation_names(words),
            Task(
                conversation_features(turns, counts, found), np.arange(turns.conversations), told, datasets, groups,
                free=0, l2=10, cap=5, uncapped="cssrs",
            ),
        ),
        TURN: (
            turn_names(words, vectors),
            Task(
                turn_features(turns, counts, found, said), turns.conversation[said].astype(np.int64), told, datasets, groups,
                free=vectors.dimensions, l2=10, cap=60,
            ),
        ),
    }  # fmt: skip
    rows = _about(datasets, told, {"words": words.version, "vectors": vectors.version})
    for part, (names, task) in tasks.items():
        apart = [held_out(task, repeat) for repeat in range(_REPEATS)]
        slope, offset = platt(np.concatenate(apart), np.tile(told, _REPEATS), np.tile(weights_of(task), _REPEATS))
        rows += _coefficients(part, names, fit(task, np.ones(len(told), bool)), slope, offset)
        rows += _figures(part, task, np.mean(apart, axis=0) * slope + offset)
    return pa.Table.from_pylist(rows, CRISIS_MODEL)


def _coefficients(part: str, names: Sequence[str], fitted: Fitted, slope: float, offset: float) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "part": part, "name": name, "coefficient": _rounded(coefficient * slope), "mean": _rounded(mean),
            "scale": float(f"{scale:.{_DIGITS}g}"),
        }
        for name, coefficient, mean, scale in zip(names, fitted.coefficients[:-1], fitted.means, fitted.scales, strict=True)
    ]  # fmt: skip
    return [*rows, {"part": part, "name": INTERCEPT, "coefficient": _rounded(fitted.coefficients[-1] * slope + offset)}]


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS) + 0.0  # no negative zero


def _about(datasets: npt.NDArray[np.str_], told: Mask, versions: dict[str, str]) -> list[dict[str, object]]:
    notes = {
        **versions,
        "split": "groups whose SHA-256 of set and name begins with an even byte (pixel_assets.safety.labelled.split)",
        "validation": f"{FOLDS} folds over groups, {_REPEATS} times, inside the half that is fitted on",
        "probabilities": "crises weigh as much as all else",
        "licence": "coefficients, no text; the sets have licences of their own (C-SSRS users: CC BY 4.0, Gaur et al. 2019)",
    }
    for dataset in np.unique(datasets):
        rows = datasets == dataset
        notes[f"set:{dataset}"] = f"{int(rows.sum())} rows, {int(told[rows].sum())} crises"
    return [_note(name, note) for name, note in notes.items()]


def _figures(part: str, task: Task, logits: npt.NDArray[np.float64]) -> list[dict[str, object]]:
    """What held-out scores are worth, by set: AUC where it has both classes, and the share at or above 0.5."""
    rows = [_note(f"{part}:all", f"AUC {auc(task.positive, logits):.3f}")]
    for dataset in np.unique(task.datasets):
        own = task.datasets == dataset
        told, above = task.positive[own], logits[own] >= 0
        parts = [f"AUC {auc(told, logits[own]):.3f}"] if told.any() and not told.all() else []
        parts += [f"{above[told].mean():.3f} of crises at or above 0.5"] if told.any() else []
        parts += [f"{above[~told].mean():.3f} of others"] if not told.all() else []
        rows.append(_note(f"{part}:{dataset}", ", ".join(parts)))
    return rows


def _note(name: str, note: str) -> dict[str, object]:
    return {"part": ABOUT, "name": name, "note": note}


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] | None = None) -> None:
    """Fit on a folder of labelled sets and write the coefficients."""
    parser = argparse.ArgumentParser(description="fit the trained part of crisis detection")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the file to write")
    given = parser.parse_args(arguments)
    model = fit_model(labelled_rows(given.data))
    write_model(model, given.out)
    for row in model.to_pylist():
        if say is not None and row["part"] == ABOUT:
            say(f"{row['name']}: {row['note']}")


if __name__ == "__main__":
    import sys

    main(say=lambda line: print(line, file=sys.stdout))  # noqa: T201
