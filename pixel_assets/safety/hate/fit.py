"""Fitting the weights of the hate screen: ``python -m pixel_assets.safety.hate.fit --data DIR``.

DIR holds the labelled sets. Only the half of their groups that may be fitted is read: HateCheck by template, the identity
templates by template, and counselling questions and answers, which count as not hateful, by question; the sentences of
``examples.yaml`` come on top. Cross-validation leaves whole groups out.

The words of the lexicon were written by people who saw some of these texts. So the figure to go by is *unseen words*: a text is
judged by a model that was fitted without its group, and without every cue that matches in no other group.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.folding import FoldedTexts, fold
from pixel_assets.safety.hate.detect import LIKELY, spoken_against
from pixel_assets.safety.hate.examples import Examples, examples
from pixel_assets.safety.hate.lexicon import lexicon
from pixel_assets.safety.hate.mention import FEATURES
from pixel_assets.safety.hate.model import FILE, fitted, matrix
from pixel_assets.safety.labelled.measures import macro_f1
from pixel_assets.vectors.static import StaticVectors

RIDGE: Final = 20.0
FOLDS: Final = 10
CLINICAL: Final = 3.0  # weight of a mention in a counselling text: a false alarm there costs a client's words

Floats = npt.NDArray[np.float64]


def fit(given: Examples, ridge: float = RIDGE) -> dict[str, object]:
    """The content of the model file, with the figures of two cross-validations by group."""
    texts = fold(given.texts)
    raw = spoken_against(texts)
    rows, seen = np.array([row for row, _ in raw]), matrix([mention for _, mention in raw])
    labels = given.hateful[rows].astype(np.float64)
    importance = np.where(given.of("counsel_chat")[rows], CLINICAL, 1.0)
    blind = spoken_against(texts, own_words(given, texts))
    blind_rows, unseen = np.array([row for row, _ in blind]), matrix([mention for _, mention in blind])
    order = {group: number for number, group in enumerate(sorted(set(given.groups)))}
    folds = np.array([order[group] % FOLDS for group in given.groups])
    scores, blind_scores = np.zeros(len(given.texts)), np.zeros(len(given.texts))
    for number in range(FOLDS):
        kept = folds[rows] != number
        beta = fitted(seen[kept], labels[kept], importance[kept], ridge)
        for where, which, found in ((rows, seen, scores), (blind_rows, unseen, blind_scores)):
            out = folds[where] == number
            np.maximum.at(found, where[out], _probability(which[out], beta))
    beta = fitted(seen, labels, importance, ridge)
    rounded = [round(float(weight), 4) for weight in beta]
    return {
        "provenance": {
            "command": "python -m pixel_assets.safety.hate.fit --data DIR",
            "sets": ["hatecheck", "identity_templates", "counsel_chat (as not hateful)", "examples.yaml (written)"],
            "half": "fit", "texts": len(given.texts), "mentions": len(raw), "ridge": ridge,
            "unseen_words": _figures(given, blind_scores), "seen_words": _figures(given, scores),
        },
        "vectors": StaticVectors.load().version,
        "intercept": rounded[0],
        "weights": dict(zip(FEATURES, rounded[1:], strict=False)),
        "vector": rounded[1 + len(FEATURES) :],
    }  # fmt: skip


def own_words(given: Examples, texts: FoldedTexts) -> Sequence[frozenset[int]]:
    """For every text the cues of the lexicon, by number, that match in its group and in no other."""
    said = lexicon().cues.scan(texts)
    matched: dict[int, set[str]] = defaultdict(set)
    for row, pattern in zip(said.row.tolist(), said.pattern.tolist(), strict=True):
        matched[pattern].add(given.groups[row])
    own: dict[str, set[int]] = defaultdict(set)
    for pattern, groups in matched.items():
        if len(groups) == 1:
            own[next(iter(groups))].add(pattern)
    return [frozenset(own[group]) for group in given.groups]


def _probability(features: Floats, beta: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(features @ beta[1:] + beta[0]))))


def _figures(given: Examples, scores: Floats) -> dict[str, float]:
    flagged = scores >= LIKELY
    checks, own = given.of("hatecheck"), given.of("written")
    return {
        "macro_f1_hatecheck": round(macro_f1(given.hateful[checks], flagged[checks]), 4),
        "macro_f1_written": round(macro_f1(given.hateful[own], flagged[own]), 4),
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
