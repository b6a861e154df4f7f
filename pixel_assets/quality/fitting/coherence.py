"""The fit of coherence: true replies of dialogues against failures made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.labelled.measures import auc
from pixel_assets.quality.coherence import OTHER, OUTPUTS, PRIOR, SPOILS, TRUE, WHOLE, probability
from pixel_assets.quality.columns import Columns, names, raw
from pixel_assets.quality.features.exchanges import NONE, Exchanges
from pixel_assets.quality.fitting.figures import Told, reliability
from pixel_assets.quality.heads.fitting import Given, fit_head, fold_of, sharpness
from pixel_assets.quality.heads.linear import Head, Standard, Values
from pixel_assets.quality.labelled.dialogues import ReplyRow
from pixel_assets.quality.labelled.spoilt import KINDS as MADE
from pixel_assets.quality.labelled.spoilt import spoilt
from pixel_assets.quality.likeness import COLUMNS as LIKENESS
from pixel_assets.quality.likeness import Whitening
from pixel_assets.quality.seen import CONTEXT_TURNS, Seen, Tier, to_length_1

_BATCH: Final = 2_000  # replies that are read at once
_RIDGE: Final = 20.0
_DRAWN: Final = 3  # replies of others for each true one
_RIDGE_OF_LIKENESS: Final = 1.0

Bools = npt.NDArray[np.bool_]


class FittedCoherence(NamedTuple):
    """The heads, and figures."""

    heads: Mapping[str, Head]
    told: Told


def learn_columns(true: Sequence[ReplyRow], tier: Tier) -> Columns:
    """Directions and spreads of the columns of a tier, from true replies."""
    rows, found = _in_order(true), []
    for seen, last in _seen(rows, tier):
        found += [seen.reply_vectors[last], to_length_1(seen.prompt_vectors[last])[seen.exchanges.prompt[last] != NONE]]
    vectors = np.vstack(found)
    whitening = Whitening.of(vectors[vectors.any(axis=1)])
    dense = np.vstack([raw(seen, whitening)[last] for seen, last in _seen(rows, tier)])
    first, _ = next(_seen(rows[:1], tier))
    return Columns(whitening, Standard.of(names(first), dense))


def fit_coherence(true: Sequence[ReplyRow], tier: Tier, columns: Columns) -> FittedCoherence:
    """From true replies; failures are made of them."""
    rows = _in_order([*true, *spoilt(true), *_drawn(true)])
    read = tuple(name for name in columns.standard.columns if name not in columns.vectors)
    dense = np.vstack([columns.of_replies(seen)[last, : len(read)] for seen, last in _seen(rows, tier)])
    kinds = np.array([SPOILS.get(row.kind, TRUE) for row in rows])
    penalties = np.where([name in LIKENESS for name in read], _RIDGE_OF_LIKENESS, _RIDGE)
    given, folds = Given(read, dense, penalties), fold_of([f"{row.dataset} {row.group}" for row in rows])
    heads, held = {}, {}
    for kind in PRIOR:
        mine = np.isin(kinds, [TRUE, kind])
        labels = (kinds[mine] == TRUE).astype(np.int64)
        logits = _out_of_fold(given, kinds, kind, folds)
        factor = sharpness(logits[mine], labels, _balanced(labels))
        heads[kind] = replace(fit_head(given.some(mine), labels, OUTPUTS, _balanced(labels)), sharpness=factor)
        held[kind] = (logits[:, 1] - logits[:, 0]) * factor
    odds_ = {kind: PRIOR[kind] / WHOLE * np.exp(-logit) for kind, logit in held.items()}
    probabilities = probability(odds_)
    share = {TRUE: WHOLE, **PRIOR}
    importance = np.array([share[kind] / (kinds == kind).sum() for kind in kinds])
    told = {
        "replies": int((kinds == TRUE).sum()), "failures": int((kinds != TRUE).sum()),
        **reliability(probabilities, kinds == TRUE, importance * len(rows)),
        "auc": _aucs(rows, probabilities),
        "auc_answers": _aucs(rows, probability({OTHER: odds_[OTHER]}), ("shuffled", "same_topic")),
    }  # fmt: skip
    return FittedCoherence(heads, told)


def _in_order(rows: Sequence[ReplyRow]) -> list[ReplyRow]:
    """Sorted so that what is alike stands together, and is read once."""
    return sorted(rows, key=lambda row: (row.dataset, row.id))


def _drawn(true: Sequence[ReplyRow]) -> Iterator[ReplyRow]:
    """Replies drawn from all others of the same set, whatever their length, for the head that asks whether a reply answers."""
    draw = np.random.default_rng(0)
    for dataset in sorted({row.dataset for row in true}):
        rows = sorted((row for row in true if row.dataset == dataset), key=lambda row: row.id)
        for number in range(_DRAWN):
            for row, place in zip(rows, draw.permutation(len(rows)), strict=True):
                if rows[place].group != row.group:
                    yield replace(row, id=f"{row.id}:drawn{number}", kind="drawn", reply=rows[place].reply)


def _out_of_fold(given: Given, kinds: npt.NDArray[np.str_], kind: str, folds: npt.NDArray[np.int64]) -> Values:
    """Log-odds of every row, whatever its kind, (rows, outputs), by a head for one kind that was fitted without its fold."""
    found = np.zeros((len(kinds), len(OUTPUTS)))
    for fold in np.unique(folds):
        rest = (folds != fold) & np.isin(kinds, [TRUE, kind])
        labels = (kinds[rest] == TRUE).astype(np.int64)
        head = fit_head(given.some(rest), labels, OUTPUTS, _balanced(labels))
        found[folds == fold] = head.logits(given.dense[folds == fold])
    return found


def _seen(rows: Sequence[ReplyRow], tier: Tier) -> Iterator[tuple[Seen, npt.NDArray[np.int64]]]:
    """Rows in batches, as conversations that end with the reply, and the places of these replies."""
    for begin in range(0, len(rows), _BATCH):
        some = rows[begin : begin + _BATCH]
        turns = [
            [*map(dict, row.context[-CONTEXT_TURNS:]), {"role": "assistant", "content": row.reply}] for row in some
        ]  # fmt: skip
        seen = Seen(Exchanges.of(pa.array(turns, TURNS)), tier)
        yield seen, np.flatnonzero(np.diff(seen.exchanges.conversation, append=len(some)))


def _balanced(labels: npt.NDArray[np.int64]) -> Values:
    """Weights by which true replies weigh as much as failures."""
    counts = np.bincount(labels, minlength=len(OUTPUTS))
    return np.asarray(len(labels) / len(OUTPUTS) / counts[labels])


def _aucs(rows: Sequence[ReplyRow], probabilities: Values, kinds: Sequence[str] = MADE) -> Told:
    """How well true replies are told from each kind of failure, by set."""
    sets, kind_of = np.array([row.dataset for row in rows]), np.array([row.kind for row in rows])
    found: Told = {}
    for kind in kinds:
        for name in (*sorted(set(sets)), "all"):
            here: Bools = np.isin(kind_of, [TRUE, kind]) & ((sets == name) | (name == "all"))
            found.setdefault(kind, {})[str(name)] = round(auc(kind_of[here] == TRUE, probabilities[here]), 4)
    return found
