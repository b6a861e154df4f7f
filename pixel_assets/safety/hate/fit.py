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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.labelled.measures import auc, macro_f1
from pixel_assets.safety.hate.detect import LIKELY, group_mentions
from pixel_assets.safety.hate.examples import Examples, examples
from pixel_assets.safety.hate.lexicon import lexicon
from pixel_assets.safety.hate.mention import FEATURES, Mention
from pixel_assets.safety.hate.model import FILE, OPEN, contextual, doubts, flags, is_open, priors, static
from pixel_assets.vectors.minilm import BASE_VERSION
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.wording.folding import FoldedTexts, fold
from pixel_assets.wording.regression import Fitted, Ridge, fitted

RIDGE: Final = Ridge()
FOLDS: Final = 5
CLINICAL: Final = 10.0  # weight of a mention in a counselling text: a false alarm there costs a client's words
BAR: Final = 0.6  # probability in a set with as many attacks as not, from which a mention is likely one: gives LIKELY
WRITTEN_CLINICAL: Final = 3.0  # the same of a written clinical sentence

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Seen:
    """Mentions as the model sees them; all have one entry a mention."""

    rows: npt.NDArray[np.int64]  # number of the text
    wordings: list[str]
    first: Floats  # features and static vector
    second: Floats  # features and contextual vector
    priors: Floats
    doubts: Floats  # not part of a fit

    @classmethod
    def of(cls, found: Sequence[tuple[int, Mention]], contexts: Mapping[str, Floats]) -> _Seen:
        """Mentions with the number of their text; ``contexts`` has the contextual vector of every wording."""
        mentions = [mention for _, mention in found]
        wordings, named = [mention.wording for mention in mentions], flags(mentions)
        return cls(
            np.array([row for row, _ in found]), wordings,
            np.hstack([named, static(wordings)]), np.hstack([named, np.stack([contexts[wording] for wording in wordings])]),
            priors(mentions), doubts(mentions),
        )  # fmt: skip

    def some(self, kept: Mask) -> _Seen:
        wordings = [self.wordings[number] for number in np.flatnonzero(kept)]
        return _Seen(
            self.rows[kept], wordings, self.first[kept], self.second[kept], self.priors[kept], self.doubts[kept]
        )  # fmt: skip


@dataclass(frozen=True)
class _Trained:
    first: Fitted
    second: Fitted

    def probabilities(self, seen: _Seen) -> Floats:
        """Of mentions, as :meth:`Model.probabilities` gives them."""
        folded, begin = fold(seen.wordings), seen.priors + seen.doubts
        scores = _logistic(self.first.logits(seen.first, folded, begin))
        return np.where(is_open(scores), _logistic(self.second.logits(seen.second, folded, begin)), scores)


def fit(given: Examples, ridge: Ridge = RIDGE) -> dict[str, object]:
    """The content of the model file, with the figures of two cross-validations by group and of a transfer between sets."""
    texts = fold(given.texts)
    sets = [group.split(" ")[0] for group in given.groups]
    hidden = (None, own_words(given.groups, texts), own_words(sets, texts))
    found = [group_mentions(texts, without) for without in hidden]
    wordings = sorted({mention.wording for mentions in found for _, mention in mentions})
    contexts = dict(zip(wordings, contextual(wordings), strict=True))
    seen, blind, strange = (_Seen.of(mentions, contexts) for mentions in found)
    order = {group: number for number, group in enumerate(sorted(set(given.groups)))}
    folds = np.array([order[group] % FOLDS for group in given.groups])
    scores, blind_scores = np.zeros(len(given.texts)), np.zeros(len(given.texts))
    for number in range(FOLDS):
        trained = _train(given, seen.some(folds[seen.rows] != number), ridge)
        for which, into in ((seen, scores), (blind, blind_scores)):
            _judge(trained, which.some(folds[which.rows] == number), into)
    trained = _train(given, seen, ridge)
    return {
        "provenance": {
            "command": "python -m pixel_assets.safety.hate.fit --data DIR",
            "sets": ["hatecheck", "identity_templates", "counsel_chat (as not hateful)", "examples.yaml (written)",
                     "written/ (templates)"],
            "half": "fit", "texts": len(given.texts), "mentions": len(seen.rows), "ridge": asdict(ridge), "open": OPEN,
            "transfer": transfer(given, seen, strange, ridge),
            "unseen_words": _figures(given, blind_scores), "seen_words": _figures(given, scores),
        },
        "first": _content(trained.first, StaticVectors.load().version),
        "second": _content(trained.second, BASE_VERSION),
    }  # fmt: skip


def transfer(given: Examples, seen: _Seen, strange: _Seen, ridge: Ridge) -> dict[str, float]:
    """Figures on HateCheck of a model of ``written/`` and counselling; ``strange`` lacks cues of HateCheck alone."""
    sources = given.of("templates") | given.of("counsel_chat")
    checks, scores = given.of("hatecheck"), np.zeros(len(given.texts))
    judged = strange.some(checks[strange.rows])
    trained = _train(given, seen.some(sources[seen.rows]), ridge)
    _judge(trained, judged, scores)
    alone = np.zeros(len(given.texts))
    _judge(replace(trained, second=trained.first), replace(judged, second=judged.first), alone)
    hateful, flagged = given.hateful[checks], scores[checks] >= LIKELY
    return {
        "macro_f1_hatecheck": round(macro_f1(hateful, flagged), 4),
        "auc_hatecheck": round(auc(hateful, scores[checks]), 4),
        "false_alarms_hatecheck": round(float(flagged[~hateful].mean()), 4),
        "macro_f1_hatecheck_first_stage": round(macro_f1(hateful, alone[checks] >= LIKELY), 4),
        "false_alarms_hatecheck_first_stage": round(float((alone[checks] >= LIKELY)[~hateful].mean()), 4),
    }


def _content(stage: Fitted, vectors: str) -> dict[str, object]:
    rounded = [round(float(weight), 4) for weight in stage.weights]
    return {
        "vectors": vectors,
        "intercept": round(stage.intercept, 4),
        "weights": dict(zip(FEATURES, rounded, strict=False)),
        "vector": rounded[len(FEATURES) :],
        "unit": round(stage.unit, 6),
        "grams": stage.grams.packed(),
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


def _train(given: Examples, seen: _Seen, ridge: Ridge) -> _Trained:
    clinical = np.where(_clinical(given), WRITTEN_CLINICAL, 1.0)
    importance = np.where(given.of("counsel_chat"), CLINICAL, clinical)[seen.rows]
    labels = given.hateful[seen.rows].astype(np.float64)

    def stage(dense: Floats) -> Fitted:
        found = fitted(dense, seen.wordings, seen.priors, labels, importance, ridge, dense.shape[1] - len(FEATURES))
        return replace(found, intercept=found.intercept - math.log(BAR / (1 - BAR)))

    return _Trained(stage(seen.first), stage(seen.second))


def _clinical(given: Examples) -> Mask:
    return np.array([group.startswith("templates clinical_") for group in given.groups])


def _judge(trained: _Trained, seen: _Seen, scores: Floats) -> None:
    """Raise the scores of texts to those of their mentions."""
    if len(seen.rows):
        np.maximum.at(scores, seen.rows, trained.probabilities(seen))


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


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
