"""The fit of therapeutic accuracy, on interviews (AnnoMI) and on emotional support (ESConv and what its authors sorted out)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.labelled.measures import auc, macro_f1
from pixel_assets.quality import accuracy
from pixel_assets.quality.accuracy import GOOD, SIZES
from pixel_assets.quality.columns import Columns
from pixel_assets.quality.features.conversations import conversation_features
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.features.replies import Features
from pixel_assets.quality.fitting.figures import Told, reliability
from pixel_assets.quality.heads.fitting import Given, calibrated, fit_head, fold_of, sharpness
from pixel_assets.quality.heads.linear import Head, Standard, Values, decided, logistic, softmax
from pixel_assets.quality.labelled.counselling import BEHAVIOURS, InterviewRow, SupportRow, Turn
from pixel_assets.quality.seen import Seen, Tier

PRIOR: Final = 0.8  # share of conversations that are as they should be, as if it were so in a corpus; of AnnoMI's it is 0.83
_RIDGE, _RIDGE_OF_SIZE = 100.0, 1.0
_RIDGE_OF_INTERVIEW: Final = 160.0
_FOLDS_OF_INTERVIEWS: Final = 10  # for there are few
_WEIGHT: Final = 500.0  # of each class in the fit of interviews, over all replies

Numbers = npt.NDArray[np.int64]


class FittedAccuracy(NamedTuple):
    """Heads, the line of means over replies, and figures."""

    behaviour: Head
    interview: Head
    support: Head
    pooled: tuple[float, float]  # slope and intercept of the log-odds from means over sentences
    of_whole: Standard
    told: Told


def fit_accuracy(
    interviews: Sequence[InterviewRow], supports: Sequence[SupportRow], tier: Tier, columns: Columns
) -> FittedAccuracy:
    """All heads."""
    behaviour, of_behaviour = _behaviour(interviews, tier, columns)
    interview, line, of_interview = _interview(interviews, tier, columns)
    support, of_whole, of_support = _support(supports)
    told = {"behaviour": of_behaviour, "interview": of_interview, "support": of_support}
    return FittedAccuracy(behaviour, interview, support, line, of_whole, told)


def _seen(conversations: Sequence[Sequence[Turn]], tier: Tier) -> Seen:
    turns = [[dict(turn) for turn in conversation] for conversation in conversations]
    return Seen(Exchanges.of(pa.array(turns, TURNS)), tier)


def _behaviour(rows: Sequence[InterviewRow], tier: Tier, columns: Columns) -> tuple[Head, Told]:
    """From single utterances, as they were labelled."""
    seen = _seen([[{"role": each.role, "content": each.text} for each in row.utterances] for row in rows], tier)
    said = [(row.group, each.behaviour) for row in rows for each in row.utterances if each.role == "assistant"]
    known = np.array([behaviour != "" for _, behaviour in said])
    labels = np.array([BEHAVIOURS.index(behaviour) for _, behaviour in said if behaviour])
    given = _given(columns, columns.for_sentences, seen).some(known)
    folds = fold_of([group for group, behaviour in said if behaviour])
    head, logits = calibrated(given, labels, BEHAVIOURS, np.ones(len(labels)), folds)
    probabilities = softmax(logits)
    told: Told = {"replies": len(labels), "macro_f1": round(macro_f1(labels, decided(probabilities, head.shares)), 4)}
    for number, name in enumerate(BEHAVIOURS):
        told[name] = reliability(probabilities[:, number], labels == number)
    return head, told


def _interview(rows: Sequence[InterviewRow], tier: Tier, columns: Columns) -> tuple[Head, tuple[float, float], Told]:
    """From sentences, each of which has the label of its transcript; transcripts weigh the same within their class."""
    seen = _seen([row.turns for row in rows], tier)
    owner, high = seen.exchanges.conversation[seen.of_sentence], np.array([row.high for row in rows])
    place = [columns.for_sentences.index(name) for name in columns.vectors]
    given = Given(columns.vectors, columns.of_sentences(seen)[:, place], np.full(len(columns.vectors), _RIDGE_OF_INTERVIEW))
    counting, labels = accuracy.addressed(seen), high[owner].astype(np.int64)
    of_transcript = np.maximum(np.bincount(owner, counting, len(rows)), counting.min(initial=1.0))
    importance = counting * (_WEIGHT / np.where(high, high.sum(), (~high).sum()) / of_transcript)[owner]
    folds = fold_of([row.group for row in rows], _FOLDS_OF_INTERVIEWS)
    held = _without_sizes(given, labels, importance, folds[owner], len(columns.vectors))
    means = accuracy.pooled(held[:, None], counting, seen)[:, 0]
    line = _line(means, high)
    told = {
        "conversations": len(rows), "high": int(high.sum()), "auc": round(auc(high, means), 4),
        **reliability(logistic(means * line[0] + line[1]), high, _to_prior(high)),
    }  # fmt: skip
    return fit_head(given, labels, GOOD, importance), line, told


def _support(rows: Sequence[SupportRow]) -> tuple[Head, Standard, Told]:
    """From whole conversations."""
    turns = pa.array([[dict(turn) for turn in row.turns] for row in rows], TURNS)
    features = conversation_features(Exchanges.of(turns))
    kept, sizes = accuracy.without_sizes(features), _sizes(features)
    names = (*kept.names, *sizes.names)
    dense = np.hstack([kept.values, sizes.values])
    standard = Standard.of(names, dense)
    penalties = np.concatenate([np.full(len(kept.names), _RIDGE), np.full(len(sizes.names), _RIDGE_OF_SIZE)])
    given, good = Given(names, standard(dense), penalties), np.array([row.good for row in rows])
    importance = np.where(good, 0.5 / good.mean(), 0.5 / (1 - good.mean()))
    labels, folds = good.astype(np.int64), fold_of([f"{row.dataset} {row.group}" for row in rows])
    held = _without_sizes(given, labels, importance, folds, len(kept.names))
    factor = sharpness(np.column_stack([np.zeros(len(held)), held]), labels, importance)
    head, shift = _shortened(fit_head(given, labels, GOOD, importance), len(kept.names)), np.log(PRIOR / (1 - PRIOR))
    moved = replace(head, sharpness=factor, intercept=head.intercept + np.array([0.0, shift / factor]))
    told = {
        "conversations": len(rows), "good": int(good.sum()), "auc": round(auc(good, held), 4),
        **reliability(logistic(held * factor + shift), good, _to_prior(good)),
    }  # fmt: skip
    return moved, standard.some(kept.names), told


def _sizes(features: Features) -> Features:
    """Columns on how long something is."""
    kept = [number for number, name in enumerate(features.names) if name in SIZES]
    return Features(tuple(features.names[number] for number in kept), features.values[:, kept])


def _shortened(head: Head, kept: int) -> Head:
    """A head without its last columns, as if these always had their mean."""
    return replace(head, columns=head.columns[:kept], weights=head.weights[:kept])


def _without_sizes(given: Given, labels: Numbers, importance: Values, folds: Numbers, kept: int) -> Values:
    """Log-odds of each row to be good, by a shortened head that was fitted without its fold."""
    found = np.zeros(len(labels))
    for fold in np.unique(folds):
        rest = folds != fold
        head = _shortened(fit_head(given.some(rest), labels[rest], GOOD, importance[rest]), kept)
        found[~rest] = accuracy.log_odds(head, given.dense[~rest, :kept])
    return found


def _line(means: Values, high: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept by which means over sentences become log-odds (Platt 1999), under the prior.

    Four made-up transcripts, half of them of each class, lie on either side: a slope from few transcripts must not be steep.
    """
    from scipy.optimize import minimize

    spread = float(means.std()) or 1.0
    values = np.concatenate([means, np.repeat([means.mean() - spread, means.mean() + spread], 4)])
    labels = np.concatenate([high, [True, True, False, False, True, True, False, False]]).astype(np.float64)
    weight = np.where(labels > 0, PRIOR / labels.mean(), (1 - PRIOR) / (1 - labels.mean()))

    def loss(line: Values) -> float:
        logit = values * line[0] + line[1]
        return float((weight * (np.logaddexp(0, logit) - labels * logit)).sum())

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8}).x
    return round(float(slope), 6), round(float(intercept), 6)


def _to_prior(good: npt.NDArray[np.bool_]) -> Values:
    return np.asarray(np.where(good, PRIOR / good.mean(), (1 - PRIOR) / (1 - good.mean())))


def _given(columns: Columns, names: tuple[str, ...], seen: Seen) -> Given:
    """Some columns of replies."""
    place = [columns.standard.columns.index(name) for name in names]
    penalties = np.where([name in columns.vectors for name in names], 2 * _RIDGE, _RIDGE)
    return Given(names, columns.of_replies(seen)[:, place], penalties)
