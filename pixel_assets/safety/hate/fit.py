"""Fitting the weights of the hate screen: ``python -m pixel_assets.safety.hate.fit --data DIR``.

DIR holds the labelled sets. Only the half of their groups that may be fitted is read: HateCheck by template, the identity
templates by template, and counselling questions and answers, which count as not hateful, by question. Cross-validation leaves
whole groups out.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.folding import fold
from pixel_assets.safety.hate.detect import LIKELY, spoken_against
from pixel_assets.safety.hate.mention import FEATURES
from pixel_assets.safety.hate.model import FILE, fitted, matrix
from pixel_assets.safety.labelled.bias import read_hatecheck, read_identity_templates
from pixel_assets.safety.labelled.measures import macro_f1
from pixel_assets.safety.labelled.rows import half, read_table
from pixel_assets.safety.labelled.split import is_fit

RIDGE: Final = 2.0
FOLDS: Final = 10
BACKGROUND: Final = "counsel_chat/20200325_counsel_chat.csv"


@dataclass(frozen=True)
class Examples:
    """Texts with their labels and groups; all three have one entry a text."""

    texts: tuple[str, ...]
    hateful: npt.NDArray[np.bool_]
    groups: tuple[str, ...]


def examples(folder: Path) -> Examples:
    """What may be fitted on, in the order of the files."""
    rows = half([*read_hatecheck(folder), *read_identity_templates(folder)], "fit")
    # an occupation is no protected group, so that template says nothing about this screen
    rows = [row for row in rows if row.function != "you_occupation"]
    found = [(row.text, row.hateful, f"{row.dataset} {row.group}") for row in rows]
    for row in read_table(folder, BACKGROUND, ("questionID", "questionText", "answerText")):
        if is_fit("counsel_chat", row["questionID"]):
            found += [(text, False, f"counsel_chat {row['questionID']}") for text in (row["questionText"], row["answerText"])]
    unique = list(dict.fromkeys(found))
    texts, hateful, groups = zip(*unique, strict=True)
    return Examples(texts, np.array(hateful), groups)


def fit(given: Examples, ridge: float = RIDGE) -> dict[str, object]:
    """The content of the model file, with the figures of a cross-validation by group."""
    raw = spoken_against(fold(given.texts))
    row = np.array([number for number, _ in raw])
    features, labels = matrix([mention.features for _, mention in raw]), given.hateful[row].astype(np.float64)
    order = sorted(set(given.groups))
    folds = np.array([order.index(group) % FOLDS for group in given.groups])
    scores = np.zeros(len(given.texts))
    for fold_number in range(FOLDS):
        left_out = folds[row] == fold_number
        model = fitted(features[~left_out], labels[~left_out], ridge)
        np.maximum.at(scores, row[left_out], 1 / (1 + np.exp(-(features[left_out] @ model.weights + model.intercept))))
    checks = np.array([group.startswith("hatecheck") for group in given.groups])
    model = fitted(features, labels, ridge)
    return {
        "provenance": {
            "command": "python -m pixel_assets.safety.hate.fit --data DIR",
            "sets": ["hatecheck", "identity_templates", "counsel_chat (as not hateful)"],
            "half": "fit", "texts": len(given.texts), "mentions": len(raw), "ridge": ridge,
            "cross_validated_macro_f1_hatecheck": round(macro_f1(given.hateful[checks], scores[checks] >= LIKELY), 4),
            "flagged_share_of_counselling_texts": round(
                float((scores[[group.startswith("counsel_chat") for group in given.groups]] >= LIKELY).mean()), 5
            ),
        },
        "intercept": round(model.intercept, 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, model.weights, strict=True)},
    }  # fmt: skip


def main() -> None:
    """Fit, and write the model file beside the code."""
    parser = argparse.ArgumentParser(description="Fit the weights of the hate screen.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    content = fit(examples(parser.parse_args().data))
    FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(content["provenance"], indent=2) + "\n")


if __name__ == "__main__":
    main()
