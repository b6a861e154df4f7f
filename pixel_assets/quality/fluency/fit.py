"""Fits the score of language on clean replies against spoilt copies of them.

    python -m pixel_assets.quality.fluency.fit --data DIR

Which of the labelled dialogues are read is a choice: ``--half fit`` reads those alone that may be fitted on while the others are
for reporting, ``--half all`` reads every one, as the shipped files did. Their groups are parted in three by a hash: of the first
the order of words is learned, of the second what is usual and the weights, and the third is held out for the figures, which are
printed and kept in the file. The same rows give the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.optimize import minimize
from scipy.stats import spearmanr

from pixel_assets.conversation.standard import TURNS
from pixel_assets.labelled.measures import auc
from pixel_assets.labelled.rows import half
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.fluency import model as models
from pixel_assets.quality.fluency import pairs as word_pairs
from pixel_assets.quality.fluency.measures import NONE_EXPECTED, PROMPT, USUAL, WORSE, Measured, measure
from pixel_assets.quality.fluency.model import DIGITS, PRIOR, Language, Usual, columns
from pixel_assets.quality.fluency.pairs import WordPairs
from pixel_assets.quality.fluency.spoil import KINDS, Exchange, spoilt
from pixel_assets.quality.labelled.dialogues import ReplyRow, read_dialogues
from pixel_assets.quality.text import normalise

CLEAN: Final = "clean"
COMMAND: Final = "python -m pixel_assets.quality.fluency.fit --data DIR"
_PARTS: Final = {"order": 0.5, "weights": 0.3, "held_out": 0.2}  # shares of the groups
_MOST_WORDS: Final = 400  # frequent words with a class of their own
_FEWEST_GROUPS: Final = 12  # that a frequent word comes up in
_KNOWN_GROUPS: Final = 3  # that use a word which is no slip then
_MOST_BY_PROMPT: Final = -2.0  # log-odds that noise in the prompt may cost a reply, which may be well written all the same
_RIDGE: Final = 3.0
_BINS: Final = 10

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Clean and spoilt replies with their measures."""

    kinds: npt.NDArray[np.str_]  # CLEAN, or how they were spoilt
    datasets: npt.NDArray[np.str_]
    measured: Measured

    @property
    def clean(self) -> npt.NDArray[np.bool_]:
        """Which are clean."""
        return np.asarray(self.kinds == CLEAN)

    @property
    def weight(self) -> Values:
        """Of each row, so that clean ones have the share ``PRIOR``; the sum is 1."""
        share: Values = np.where(self.clean, PRIOR / self.clean.sum(), (1 - PRIOR) / (~self.clean).sum())
        return share


def part_of(row: ReplyRow) -> str:
    """Which part a row belongs to, by its group."""
    drawn = int.from_bytes(hashlib.sha256(f"language\x1f{row.dataset}\x1f{row.group}".encode()).digest()[:8], "big") / 2**64
    for name, share in _PARTS.items():
        if drawn < share:
            return name
        drawn -= share
    return "held_out"


def learn_pairs(rows: Sequence[ReplyRow]) -> WordPairs:
    """The order of words of replies; frequent is what many groups have."""
    groups: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        for word in normalise(row.reply).form.split():
            groups.setdefault(word, set()).add((row.dataset, row.group))
    spread = {word: len(of) for word, of in groups.items() if word.isascii() and word.isalpha()}
    ordered = sorted(spread, key=lambda word: (-spread[word], word))
    frequent = [word for word in ordered[:_MOST_WORDS] if spread[word] >= _FEWEST_GROUPS]
    known = sorted(word for word in ordered if spread[word] >= _KNOWN_GROUPS)
    return WordPairs.learn([row.reply for row in rows], frequent, known)


def sample(rows: Sequence[ReplyRow], pairs: WordPairs) -> Sample:
    """Replies and their spoilt copies; those without a word are left out."""
    kinds, datasets, exchanges = [], [], []
    for row in rows:
        before = next((turn["content"] for turn in reversed(row.context[:-1]) if turn["role"] == "assistant"), "")
        true = Exchange(before, row.prompt, row.reply)
        for kind, exchange in {CLEAN: true, **spoilt(true, f"{row.dataset}\x1f{row.id}")}.items():
            if normalise(exchange.reply).words:
                kinds.append(kind)
                datasets.append(row.dataset)
                exchanges.append(exchange)
    return Sample(np.array(kinds, np.str_), np.array(datasets, np.str_), _measured(exchanges, pairs))


def _measured(exchanges: Sequence[Exchange], pairs: WordPairs) -> Measured:
    """Measures of the last reply of each."""
    turns = [
        [{"role": "assistant", "content": each.before}, {"role": "user", "content": each.prompt},
         {"role": "assistant", "content": each.reply}]
        for each in exchanges
    ]  # fmt: skip
    found = measure(Exchanges.of(pa.array(turns, TURNS)), pairs)
    return Measured(found.words[1::2], found.values[1::2])


def fit_weights(given: Sample, about: Mapping[str, Any]) -> Language:
    """Logistic regression (Cox 1958) on both classes alike, then shifted to the prior; noise can only speak against a reply."""
    clean = Measured(given.measured.words[given.clean], given.measured.values[given.clean])
    least = np.maximum(clean.values[:, : len(USUAL)].std(0) / 4, 0.01)
    usual = Usual.of(clean, least)
    features, labels = columns(usual, given.measured), given.clean.astype(np.float64)
    weight = np.where(given.clean, 0.5 / given.clean.mean(), 0.5 / (1 - given.clean.mean()))

    def loss(solved: Values) -> tuple[float, Values]:
        logit = features @ solved[:-1] + solved[-1]
        lost = float((weight * (np.logaddexp(0, logit) - labels * logit)).sum() + _RIDGE * (solved[:-1] ** 2).sum() / 2)
        rest = weight * (1 / (1 + np.exp(-logit)) - labels)
        return lost, np.append(features.T @ rest + _RIDGE * solved[:-1], rest.sum())

    noise = [(_MOST_BY_PROMPT if name == PROMPT else None, 0.0) for name in NONE_EXPECTED]
    by_nature = [
        bound for name in USUAL for bound in ([(0.0, None), (None, 0.0)] if name in WORSE else [(None, None), (None, None)])
    ]  # fmt: skip
    bounds = [*by_nature, *noise, (None, None)]
    start = np.zeros(features.shape[1] + 1)
    solved: Values = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000}).x
    intercept = round(float(solved[-1] + np.log(PRIOR / (1 - PRIOR))), DIGITS)
    return Language(intercept, solved[:-1].round(DIGITS), usual, dict(about))


def figures(language: Language, given: Sample) -> dict[str, Any]:
    """What the score is worth on rows that it was not fitted on: AUC by kind, reliability, correlation with length."""
    probability = 1 / (1 + np.exp(-language.logits(given.measured)))
    clean, length = given.clean, np.log1p(given.measured.words)
    found: dict[str, Any] = {"rows": dict(sorted(Counter(given.kinds.tolist()).items()))}
    found["auc"] = {
        kind: round(auc(clean[own], probability[own]), 3) for kind in KINDS for own in [clean | (given.kinds == kind)]
    }
    found["auc_all"] = round(auc(clean, probability), 3)
    found["mean_by_set"] = {
        name: round(float(probability[clean & (given.datasets == name)].mean()), 3) for name in np.unique(given.datasets).tolist()
    }
    found["spearman_with_length"] = {
        name: round(float(spearmanr(probability[own], length[own]).statistic), 3)
        for name, own in [
            ("clean", clean),
            *((name, clean & (given.datasets == name)) for name in np.unique(given.datasets).tolist()),
        ]
    }
    found["reliability"], found["calibration_error"] = _reliability(probability, clean, given.weight)
    return found


def _reliability(probability: Values, clean: npt.NDArray[np.bool_], weight: Values) -> tuple[list[dict[str, float]], float]:
    """Mean probability and share of clean rows in bins of equal weight, and the mean distance of the two."""
    order = np.argsort(probability, kind="stable")
    bins = np.minimum((np.cumsum(weight[order]) * _BINS).astype(np.int64), _BINS - 1)
    rows, error = [], 0.0
    for number in np.unique(bins):
        own = order[bins == number]
        said, true = (float(np.average(each[own], weights=weight[own])) for each in (probability, clean))
        rows.append({"said": round(said, 3), "true": round(true, 3)})
        error += float(weight[own].sum()) * abs(said - true)
    return rows, round(error, 4)


def fit_all(rows: Iterable[ReplyRow], about: Mapping[str, Any]) -> tuple[WordPairs, Language]:
    """Pairs of words and weights from labelled rows; what is told about the weights has the figures of the groups held out."""
    parts: dict[str, list[ReplyRow]] = {name: [] for name in _PARTS}
    for row in rows:
        parts[part_of(row)].append(row)
    pairs = learn_pairs(parts["order"])
    language = fit_weights(sample(parts["weights"], pairs), {})
    told = {
        **about,
        "prior": PRIOR,
        "replies": {name: len(own) for name, own in parts.items()},
        "pairs": pairs.version,
        "held_out": figures(language, sample(parts["held_out"], pairs)),
    }
    return pairs, Language(language.intercept, language.weights, language.usual, told)


def main() -> None:
    """Fit, write both files and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the labelled sets")
    parser.add_argument("--half", choices=("fit", "all"), default="all", help="groups that are read")
    parser.add_argument("--out", type=Path, default=models.PACKAGED.parent, metavar="DIR", help="folder to write both files to")
    given = parser.parse_args()
    about = {"command": f"{COMMAND} --half {given.half}"}  # one entry: safetensors keeps several in no order
    pairs, language = fit_all(half(read_dialogues(given.data), given.half), about)
    given.out.mkdir(parents=True, exist_ok=True)
    pairs.save(given.out / word_pairs.PACKAGED.name, about)
    language.save(given.out / models.PACKAGED.name)
    for name, value in language.about["held_out"].items():
        sys.stdout.write(f"{name}: {value}\n")


if __name__ == "__main__":
    main()
