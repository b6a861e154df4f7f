"""What the hate screen is fitted on: labelled texts, and sentences that the project wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.hate.lexicon import read_data, slurs
from pixel_assets.safety.labelled.bias import read_hatecheck, read_identity_templates
from pixel_assets.safety.labelled.rows import half, read_table
from pixel_assets.safety.labelled.split import is_fit

BACKGROUND: Final = "counsel_chat/20200325_counsel_chat.csv"
FILLED: Final = 3  # groups that each written sentence is filled with


@dataclass(frozen=True)
class Examples:
    """Texts with their labels and groups; all three have one entry a text."""

    texts: tuple[str, ...]
    hateful: npt.NDArray[np.bool_]
    groups: tuple[str, ...]  # name of the set, a blank, and the group in it

    def of(self, name: str) -> npt.NDArray[np.bool_]:
        """Which texts come from a set."""
        return np.array([group.startswith(f"{name} ") for group in self.groups])


def examples(folder: Path) -> Examples:
    """What may be fitted on: of the labelled sets the half that is not reported, in the order of the files, then ``written``."""
    rows = half([*read_hatecheck(folder), *read_identity_templates(folder)], "fit")
    # an occupation is no protected group, so that template says nothing about this screen
    found = [(row.text, row.hateful, f"{row.dataset} {row.group}") for row in rows if row.function != "you_occupation"]
    for row in read_table(folder, BACKGROUND, ("questionID", "questionText", "answerText")):
        if is_fit("counsel_chat", row["questionID"]):
            found += [(text, False, f"counsel_chat {row['questionID']}") for text in (row["questionText"], row["answerText"])]
    texts, hateful, groups = zip(*dict.fromkeys([*found, *written()]), strict=True)
    return Examples(texts, np.array(hateful), groups)


def written() -> Iterator[tuple[str, bool, str]]:
    """Text, label and group of each sentence of ``examples.yaml``, with a few groups and slurs in turn."""
    content = read_data("examples.yaml")
    several = [slur for slur in slurs() if not slur.weak and len(slur.forms) > 1]
    sentences = [(text, label) for label in ("hateful", "harmless") for texts in content[label].values() for text in texts]
    for number, (sentence, label) in enumerate(sentences):
        for turn in range(FILLED):
            group = content["groups"][(FILLED * number + 2 * turn) % len(content["groups"])]
            slur = several[(number + 5 * turn) % len(several)]
            text = sentence.format(**group, slur=slur.forms[0], slurs=slur.forms[1])
            yield text[0].upper() + text[1:], label == "hateful", f"written {number}"
