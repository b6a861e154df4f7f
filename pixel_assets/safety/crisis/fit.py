"""Fits the trained part of crisis detection on labelled sets.

    python -m pixel_assets.safety.crisis.fit --data DIR

Only rows of the half that may be fitted on are read (:mod:`pixel_assets.labelled.split`); figures are by cross-validation
over groups inside that half. The same rows give the same file.

To these come statements that were written for the purpose (:mod:`pixel_assets.safety.crisis.statements`), for the model of
turns. It learns from labels of whole conversations (:mod:`pixel_assets.safety.crisis.logistic`). Probabilities are calibrated on
what was scored while held out, so that a conversation is as probable as its most probable turn. How a turn is worded is scored by
weights that have not seen its group either.

The two operating points are those which find most of the held-out crises that cues miss, while the model adds alarms on at most
3 % of the hard negatives (everyday stressors, idioms, safe prompts that look unsafe, harmless hard cases) and on at most 3 % of
conversations of ordinary talk. Those have many turns, of which the gravest counts: points that suit single statements raise an
alarm on every third of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.labelled.measures import auc
from pixel_assets.labelled.rows import half
from pixel_assets.safety.crisis.background import Background, read_background
from pixel_assets.safety.crisis.classifier import (
    ABOUT,
    ASKED,
    CONVERSATION,
    CRISIS_MODEL,
    INTERCEPT,
    OPEN,
    OPERATING,
    PACKAGED,
    SILENT,
    TURN,
    WORDING,
    conversation_features,
    conversation_names,
    count_turns,
    turn_features,
    turn_names,
    write_model,
)
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.features import Counts, packaged_words
from pixel_assets.safety.crisis.kinds import DETECTED
from pixel_assets.safety.crisis.levels import levels, undecided
from pixel_assets.safety.crisis.logistic import (
    FOLDS,
    Array,
    Fitted,
    Mask,
    Places,
    Task,
    fit,
    folds,
    held_out,
    highest,
    platt,
    weights_of,
)
from pixel_assets.safety.crisis.statements import read_statements
from pixel_assets.safety.labelled import crisis
from pixel_assets.safety.labelled.hard_cases import read_hard_cases
from pixel_assets.safety.turns import Turns
from pixel_assets.store.schema import column
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.wording.ngrams import Wording
from pixel_assets.wording.ngrams_fit import fit_wording, grams

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
STATEMENTS: Final = "statements"
ORDINARY: Final = ("annomi", "empathetic_dialogues", "esconv")  # nobody labelled these: they are of the model of turns alone
_HARMLESS: Final = ("epie_formal", "epie_static", "hard_cases", "sad", "xstest")  # sets whose negatives are hard
_MOST_ALARMS: Final = 0.03
_ASKED: Final = 0.05  # share of the turns of ordinary talk of which the reader is asked
_SHORT: Final = 400  # bytes; whoever writes more says also what has nothing to do with the label
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
    rows += [
        {"dataset": STATEMENTS, "group": statement.group, "crisis": statement.crisis, "turns": statement.conversation()}
        for statement in read_statements()
    ]  # fmt: skip
    rows += [
        {"dataset": each.dataset, "group": each.group, "crisis": False, "turns": list(each.turns)} for each in _quiet(folder)
    ]
    return pa.Table.from_pylist(rows, LABELLED)


def _quiet(folder: Path) -> list[Background]:
    """Ordinary talk in which cues find nothing at all."""
    background = read_background(folder)
    turns = Turns.of([each.turns for each in background])
    loud = {finding.conversation for finding in detect(turns) if finding.level > 0}
    return [each for number, each in enumerate(background) if number not in loud]


@dataclass(frozen=True)
class Rows:
    """What the models are fitted on: conversations, and what cues make of them."""

    turns: Turns
    counts: Counts
    found: Counts
    said: Places  # places of the user's turns
    left_open: Mask  # (said,), by cues
    detected: Mask  # (conversations,), by cues
    told: Mask  # (conversations,)
    datasets: npt.NDArray[np.str_]  # (conversations,)
    groups: tuple[str, ...]  # (conversations,)

    @classmethod
    def of(cls, labelled: pa.Table) -> Rows:
        turns = Turns.of(labelled["turns"])
        findings = detect(turns)
        datasets = np.array(labelled["dataset"].to_pylist(), np.str_)
        groups = tuple(f"{dataset}\x1f{group}" for dataset, group in zip(datasets, labelled["group"].to_pylist(), strict=True))
        said = np.flatnonzero(turns.role == "user")
        return cls(
            turns, *count_turns(turns, findings), said, undecided(turns, findings)[said],
            levels(findings, turns.conversations) >= DETECTED, np.asarray(labelled["crisis"].to_numpy()), datasets, groups,
        )  # fmt: skip

    @property
    def bag(self) -> Places:
        return self.turns.conversation[self.said].astype(np.int64)


def fit_model(labelled: pa.Table, say: Callable[[str], None] = lambda line: None) -> pa.Table:
    """From rows of :data:`LABELLED` the rows of ``CRISIS_MODEL``: coefficients, and how they came about. Needs both classes."""
    rows = Rows.of(labelled)
    words, vectors = packaged_words(), StaticVectors.load()
    found = _about(rows.datasets, rows.told, {"words": words.version, "vectors": vectors.version})
    say("wording")
    wording, worded = _wording(rows, np.ones(len(rows.told), bool))
    found.append({"part": WORDING, "name": "weights", "note": wording.packed()})
    tasks = {
        CONVERSATION: (conversation_names(words), _conversations(rows)),
        TURN: (turn_names(words, vectors), _turns(rows, worded)),
    }
    for part, (names, task) in tasks.items():
        apart, (slope, offset) = _apart(task, part, say)
        bags = [highest(task, logits) for logits in apart]
        found += _coefficients(part, names, fit(task, np.ones(len(task.positive), bool)), slope, offset)
        found += _figures(part, task, np.array(bags) * slope + offset)
        if part == TURN:
            found += _operating(rows, task, np.mean(apart, axis=0) * slope + offset)
    say("transfer")
    return pa.Table.from_pylist([*found, *_transfer(rows)], CRISIS_MODEL)


def _conversations(rows: Rows) -> Task:
    """Of whole conversations that somebody labelled; statements are none."""
    kept = np.flatnonzero(~np.isin(rows.datasets, (STATEMENTS, *ORDINARY)))
    features = conversation_features(rows.turns, rows.counts, rows.found)[kept]
    return Task(
        features, np.arange(len(kept)), rows.told[kept], rows.datasets[kept], tuple(rows.groups[number] for number in kept),
        free=0, l2=30, cap=1, uncapped="cssrs",
    )  # fmt: skip


def _turns(rows: Rows, worded: Array) -> Task:
    features = turn_features(rows.turns, rows.counts, rows.found, rows.said, worded)
    free = StaticVectors.load().dimensions
    return Task(features, rows.bag, rows.told, rows.datasets, rows.groups, free=free, l2=10, cap=200, uncapped=STATEMENTS)


def _wording(rows: Rows, kept: Mask) -> tuple[Wording, Array]:
    """Weights from the short conversations of one turn that are kept, and scores of all turns; those kept are held out."""
    features = grams(rows.turns.folded)[rows.said]
    size = np.diff(rows.turns.folded.starts)[rows.said]
    usable = kept[rows.bag] & (np.bincount(rows.bag, minlength=len(rows.told))[rows.bag] == 1) & (size <= _SHORT)
    told, fold = rows.told[rows.bag], folds(rows.groups, 0)[rows.bag]
    wording = fit_wording(features[np.flatnonzero(usable)], told[usable])
    scores = wording.scores(rows.turns.folded, rows.said)
    for number in range(FOLDS):
        others, mine = np.flatnonzero(usable & (fold != number)), np.flatnonzero(kept[rows.bag] & (fold == number))
        scores[mine] = fit_wording(features[others], told[others]).scores(rows.turns.folded, rows.said[mine])
    return wording, scores


def _operating(rows: Rows, task: Task, logits: Array) -> list[dict[str, object]]:
    high, low, notes = operating(rows, logits)
    return [_point(SILENT, high), _point(OPEN, low), _point(ASKED, asked_from(rows, logits)), *notes]


def asked_from(rows: Rows, logits: Array) -> float:
    """The held-out logit from which the reader is asked about a turn on which cues are silent."""
    ordinary = np.isin(rows.datasets[rows.bag], ORDINARY) & ~rows.left_open
    return round(float(np.quantile(logits[ordinary], 1 - _ASKED)), 2) if ordinary.any() else 0.0


def held_out_turns(rows: Rows) -> Array:
    """The logit of each turn of a user by regressions that have not seen its group, calibrated as those of the model are."""
    task = _turns(rows, _wording(rows, np.ones(len(rows.told), bool))[1])
    apart, (slope, offset) = _apart(task, TURN, lambda line: None)
    logits: Array = np.mean(apart, axis=0) * slope + offset
    return logits


def _apart(task: Task, part: str, say: Callable[[str], None]) -> tuple[list[Array], tuple[float, float]]:
    """Held-out logits of every repeat, and what calibrates them: slope and offset."""
    apart = []
    for repeat in range(_REPEATS):
        say(f"{part}: held out, {repeat + 1} of {_REPEATS}")
        apart.append(held_out(task, repeat))
    bags = np.concatenate([highest(task, logits) for logits in apart])
    return apart, platt(bags, np.tile(task.positive, _REPEATS), np.tile(weights_of(task), _REPEATS))


def operating(rows: Rows, logits: Array) -> tuple[float, float, list[dict[str, object]]]:
    """The operating points for turns on which cues are silent and for those they leave open, and what they come to.

    ``logits`` are those of the user's turns, held out.
    """
    silent, left_open = (
        _highest(rows, np.where(rows.left_open, -np.inf, logits)),
        _highest(rows, np.where(rows.left_open, logits, -np.inf)),
    )
    hard = ~rows.told & np.isin(rows.datasets, _HARMLESS)
    ordinary = ~rows.told & np.isin(rows.datasets, ORDINARY)
    quiet = ~rows.detected
    harmless = [each & quiet for each in (hard, ordinary) if (each & quiet).any()] or [~rows.told]
    missed = rows.told & ~rows.detected & (rows.datasets != "cssrs")
    points = np.round(np.arange(-4, 8.01, 0.05), 2)
    best = (-1.0, 0.0, 0.0)
    for point in points:  # of cues left open; the other point is then the lowest that keeps alarms few enough
        alarmed = left_open >= point
        others = [
            each for each in points
            if each >= point and all((alarmed | (silent >= each))[some].mean() <= _MOST_ALARMS for some in harmless)
        ]  # fmt: skip
        if others:
            seen = float(((left_open >= point) | (silent >= others[0]))[missed].mean()) if missed.any() else 0.0
            best = max(best, (seen, float(others[0]), float(point)))
    seen, high, low = best if best[0] >= 0 else (0.0, float(points[-1]), float(points[-1]))
    raised = rows.detected | (left_open >= low) | (silent >= high)
    notes = [_note("operating:missed", f"{seen:.3f} of {int(missed.sum())} crises that cues miss are found, held out")]
    notes += [
        _note(f"operating:{name}", _shares(rows.told[own], raised[own]))
        for name in np.unique(rows.datasets) for own in [rows.datasets == name]
    ]  # fmt: skip
    return high, low, notes


def figures(rows: Rows, logits: Array) -> list[dict[str, object]]:
    """What held-out logits of the user's turns are worth by set, without cues: AUC of the gravest turn of each conversation."""
    highest = _highest(rows, logits)
    notes = []
    for name in np.unique(rows.datasets):
        own = rows.datasets == name
        if found := _auc(rows.told[own], highest[own]):
            notes.append(_note(f"alone:{name}", found))
    return notes


def _highest(rows: Rows, logits: Array) -> Array:
    found = np.full(len(rows.told), -np.inf)
    np.maximum.at(found, rows.bag, logits)
    return found


def _transfer(rows: Rows) -> list[dict[str, object]]:
    """What a model of turns is worth elsewhere that has seen statements alone."""
    kept = rows.datasets == STATEMENTS
    if kept.all() or not (rows.told & kept).any() or rows.told[kept].all():
        return []
    task = _turns(rows, _wording(rows, kept)[1])
    logits = highest(task, fit(task, kept).logits(task.features))
    harmless = ~rows.told & np.isin(rows.datasets, _HARMLESS)
    point = np.quantile(logits[harmless], 1 - _MOST_ALARMS) if harmless.any() else 0.0
    notes = []
    for name in np.unique(rows.datasets[~kept]):
        own = rows.datasets == name
        figures = [_auc(rows.told[own], logits[own]), _shares(rows.told[own], logits[own] > point)]
        notes.append(_note(f"transfer:{name}", ", ".join(filter(None, figures))))
    return notes


def _auc(told: Mask, logits: Array) -> str:
    return f"AUC {auc(told, logits):.3f}" if told.any() and not told.all() else ""


def _shares(told: Mask, raised: Mask) -> str:
    parts = [f"{raised[told].mean():.3f} of crises"] if told.any() else []
    parts += [f"{raised[~told].mean():.3f} of others"] if not told.all() else []
    return ", ".join(parts)


def _point(name: str, logit: float) -> dict[str, object]:
    return {"part": OPERATING, "name": name, "coefficient": logit}


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
        "split": "groups whose SHA-256 of set and name begins with an even byte (pixel_assets.labelled.split)",
        "validation": f"{FOLDS} folds over groups, {_REPEATS} times, inside the half that is fitted on",
        "probabilities": "crises weigh as much as all else",
        "licence": "coefficients, no text; the sets have licences of their own (C-SSRS users: CC BY 4.0, Gaur et al. 2019)",
    }
    for dataset in np.unique(datasets):
        rows = datasets == dataset
        notes[f"set:{dataset}"] = f"{int(rows.sum())} rows, {int(told[rows].sum())} crises"
    return [_note(name, note) for name, note in notes.items()]


def _figures(part: str, task: Task, repeats: Array) -> list[dict[str, object]]:
    """What held-out logits (repeats, bags) are worth by set: AUC with its spread over repeats, and the shares from 0.5 on."""
    logits = repeats.mean(axis=0)
    rows = [_note(f"{part}:all", f"AUC {auc(task.positive, logits):.3f}")]
    for dataset in np.unique(task.datasets):
        own = task.datasets == dataset
        told = task.positive[own]
        parts = []
        if told.any() and not told.all():
            each = [auc(told, logits[own]) for logits in repeats]
            parts.append(f"AUC {np.mean(each):.3f} ± {np.std(each):.3f}")
        rows.append(_note(f"{part}:{dataset}", ", ".join([*parts, f"from 0.5 on {_shares(told, logits[own] >= 0)}"])))
    return rows


def _note(name: str, note: str) -> dict[str, object]:
    return {"part": ABOUT, "name": name, "note": note}


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] | None = None) -> None:
    """Fit on a folder of labelled sets and write the coefficients."""
    parser = argparse.ArgumentParser(description="fit the trained part of crisis detection")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the file to write")
    given = parser.parse_args(arguments)
    told = say or (lambda line: None)
    model = fit_model(labelled_rows(given.data), told)
    write_model(model, given.out)
    for row in model.to_pylist():
        if row["part"] in (ABOUT, OPERATING):
            told(f"{row['name']}: {row['note'] or row['coefficient']}")


if __name__ == "__main__":
    import sys

    main(say=lambda line: print(line, file=sys.stdout))  # noqa: T201
