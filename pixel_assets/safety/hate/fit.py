"""Fitting the weights of the hate screen: ``python -m pixel_assets.safety.hate.fit --data DIR``.

DIR holds the labelled sets. Only the half of their groups that may be fitted is read: HateCheck by template, the identity
templates by template, and counselling questions and answers, which count as not hateful, by question; the sentences of
``examples.yaml`` and ``written/`` come on top. Cross-validation leaves whole groups out.

The words of the lexicon were written by people who saw some of these texts. So the figure to go by is *unseen words*: a text is
judged by a model that was fitted without its group, and without every cue that matches in no other group.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.folding import FoldedTexts, fold
from pixel_assets.safety.hate.detect import LIKELY, group_mentions
from pixel_assets.safety.hate.examples import Examples, examples
from pixel_assets.safety.hate.lexicon import lexicon
from pixel_assets.safety.hate.mention import FEATURES, Mention
from pixel_assets.safety.hate.model import FILE, doubts, matrix, priors
from pixel_assets.safety.hate.regression import Fitted, Ridge, fitted
from pixel_assets.safety.labelled.measures import auc, macro_f1
from pixel_assets.vectors.static import StaticVectors

RIDGE: Final = Ridge()
FOLDS: Final = 10
CLINICAL: Final = 10.0  # weight of a mention in a counselling text: a false alarm there costs a client's words
BAR: Final = 0.6  # probability in a set with as many attacks as not, from which a mention is likely one: gives LIKELY
WRITTEN_CLINICAL: Final = 3.0  # the same of a written clinical sentence

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Seen:
    """Mentions as the model sees them; all have one entry a mention."""

    rows: npt.NDArray[np.int64]  # number of the text
    dense: Floats
    wordings: list[str]
    priors: Floats
    doubts: Floats  # not part of a fit

    @classmethod
    def of(cls, found: Sequence[tuple[int, Mention]]) -> _Seen:
        mentions = [mention for _, mention in found]
        return cls(
            np.array([row for row, _ in found]),
            matrix(mentions),
            [mention.wording for mention in mentions],
            priors(mentions),
            doubts(mentions),
        )

    def some(self, kept: Mask) -> _Seen:
        return _Seen(
            self.rows[kept],
            self.dense[kept],
            [self.wordings[number] for number in np.flatnonzero(kept)],
            self.priors[kept],
            self.doubts[kept],
        )


def fit(given: Examples, ridge: Ridge = RIDGE) -> dict[str, object]:
    """The content of the model file, with the figures of two cross-validations by group and of a transfer between sets."""
    texts = fold(given.texts)
    seen = _Seen.of(group_mentions(texts))
    blind = _Seen.of(group_mentions(texts, own_words(given.groups, texts)))
    order = {group: number for number, group in enumerate(sorted(set(given.groups)))}
    folds = np.array([order[group] % FOLDS for group in given.groups])
    scores, blind_scores = np.zeros(len(given.texts)), np.zeros(len(given.texts))
    for number in range(FOLDS):
        trained = _train(given, seen.some(folds[seen.rows] != number), ridge)
        for which, found in ((seen, scores), (blind, blind_scores)):
            _judge(trained, which.some(folds[which.rows] == number), found)
    trained = _train(given, seen, ridge)
    rounded = [round(float(weight), 4) for weight in trained.weights]
    return {
        "provenance": {
            "command": "python -m pixel_assets.safety.hate.fit --data DIR",
            "sets": ["hatecheck", "identity_templates", "counsel_chat (as not hateful)", "examples.yaml (written)",
                     "written/ (templates)"],
            "half": "fit", "texts": len(given.texts), "mentions": len(seen.rows), "ridge": asdict(ridge),
            "transfer": transfer(given, seen, texts, ridge),
            "unseen_words": _figures(given, blind_scores), "seen_words": _figures(given, scores),
        },
        "vectors": StaticVectors.load().version,
        "intercept": round(trained.intercept, 4),
        "weights": dict(zip(FEATURES, rounded, strict=False)),
        "vector": rounded[len(FEATURES) :],
        "unit": round(trained.unit, 6),
        "grams": trained.grams.packed(),
    }  # fmt: skip


def transfer(given: Examples, seen: _Seen, texts: FoldedTexts, ridge: Ridge) -> dict[str, float]:
    """Figures on HateCheck of a model that saw only ``written/`` and counselling, without cues that match in HateCheck alone."""
    blind = _Seen.of(group_mentions(texts, own_words([group.split(" ")[0] for group in given.groups], texts)))
    sources = given.of("templates") | given.of("counsel_chat")
    checks, scores = given.of("hatecheck"), np.zeros(len(given.texts))
    _judge(_train(given, seen.some(sources[seen.rows]), ridge), blind.some(checks[blind.rows]), scores)
    return {
        "macro_f1_hatecheck": round(macro_f1(given.hateful[checks], scores[checks] >= LIKELY), 4),
        "auc_hatecheck": round(auc(given.hateful[checks], scores[checks]), 4),
    }


def own_words(groups: Sequence[str], texts: FoldedTexts) -> Sequence[frozenset[int]]:
    """For every text the cues of the lexicon, by number, that match in its group and in no other."""
    said = lexicon().cues.scan(texts)
    matched: dict[int, set[str]] = defaultdict(set)
    for row, pattern in zip(said.row.tolist(), said.pattern.tolist(), strict=True):
        matched[pattern].add(groups[row])
    own: dict[str, set[int]] = defaultdict(set)
    for pattern, where in matched.items():
        if len(where) == 1:
            own[next(iter(where))].add(pattern)
    return [frozenset(own[group]) for group in groups]


def _train(given: Examples, seen: _Seen, ridge: Ridge) -> Fitted:
    clinical = np.where(_clinical(given), WRITTEN_CLINICAL, 1.0)
    importance = np.where(given.of("counsel_chat"), CLINICAL, clinical)[seen.rows]
    labels = given.hateful[seen.rows].astype(np.float64)
    found = fitted(seen.dense, seen.wordings, seen.priors, labels, importance, ridge, seen.dense.shape[1] - len(FEATURES))
    return replace(found, intercept=found.intercept - math.log(BAR / (1 - BAR)))


def _clinical(given: Examples) -> Mask:
    return np.array([group.startswith("templates clinical_") for group in given.groups])


def _judge(trained: Fitted, seen: _Seen, scores: Floats) -> None:
    """Raise the scores of texts to those of their mentions."""
    if len(seen.rows):
        np.maximum.at(
            scores, seen.rows, 1 / (1 + np.exp(-trained.logits(seen.dense, fold(seen.wordings), seen.priors + seen.doubts)))
        )


def _figures(given: Examples, scores: Floats) -> dict[str, float]:
    flagged = scores >= LIKELY
    sets = {name: given.of(name) for name in ("hatecheck", "written", "templates")}
    clinical = _clinical(given)
    return {
        **{f"macro_f1_{name}": round(macro_f1(given.hateful[mine], flagged[mine]), 4) for name, mine in sets.items()},
        "flagged_share_of_clinical_sentences": round(float(flagged[clinical].mean()), 5),
        "flagged_share_of_counselling_texts": round(float(flagged[given.of("counsel_chat")].mean()), 5),
    }


def main() -> None:
    """Fit, and write the model file beside the code."""
    parser = argparse.ArgumentParser(description="Fit the weights of the hate screen.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    content = fit(examples(parser.parse_args().data))
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(content["provenance"], indent=2) + "\n")


if __name__ == "__main__":
    main()
