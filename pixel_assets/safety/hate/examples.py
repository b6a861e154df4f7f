"""What the hate screen is fitted on: labelled texts, and sentences that the project wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.errors import KnowledgeError
from pixel_assets.labelled.rows import half, read_table
from pixel_assets.labelled.split import is_fit
from pixel_assets.safety.hate.lexicon import DATA, read_data, slurs
from pixel_assets.safety.labelled.bias import read_hatecheck, read_identity_templates

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
    """What may be fitted on: of the labelled sets the half that is not reported, then what was written."""
    rows = half([*read_hatecheck(folder), *read_identity_templates(folder)], "fit")
    # an occupation is no protected group, so that template says nothing about this screen
    found = [(row.text, row.hateful, f"{row.dataset} {row.group}") for row in rows if row.function != "you_occupation"]
    for row in read_table(folder, BACKGROUND, ("questionID", "questionText", "answerText")):
        if is_fit("counsel_chat", row["questionID"]):
            found += [(text, False, f"counsel_chat {row['questionID']}") for text in (row["questionText"], row["answerText"])]
    texts, hateful, groups = zip(*dict.fromkeys([*found, *written(), *templates()]), strict=True)
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


def templates() -> Iterator[tuple[str, bool, str]]:
    """Text, label and group of each sentence of ``written/``, filled as in :func:`written`; a group is a whole function.

    Raises :class:`KnowledgeError` that names the file and the sentence which cannot be read.
    """
    names = read_data("examples.yaml")["groups"]
    several = [slur for slur in slurs() if not slur.weak and len(slur.forms) > 1]
    number = 0
    for path in sorted((DATA / "written").glob("*.yaml")):
        content = read_data(f"written/{path.name}")
        for sentence in content["sentences"]:
            for turn in range(FILLED):
                slur = several[(number + 5 * turn) % len(several)]
                text = _filled(path.name, sentence, names[(FILLED * number + 2 * turn) % len(names)], slur.forms)
                yield text[0].upper() + text[1:], bool(content["hateful"]), f"templates {content['function']}"
            number += 1


def _filled(file: str, sentence: Mapping[str, str], names: Mapping[str, str], slur: Sequence[str]) -> str:
    slots = {
        "group": names["plural"], "person": names["singular"], "a_person": _with_article(names["singular"]),
        "adj": names["adjective"], "slur": slur[0], "slurs": slur[1], "a_slur": _with_article(slur[0]),
    }  # fmt: skip
    try:
        return sentence["text"].format_map(slots)
    except (KeyError, ValueError) as error:
        raise KnowledgeError(
            "a sentence cannot be filled", where=f"safety/hate/data/written/{file}, {sentence.get('id', 'without id')}",
            expected=f"a text with slots of {', '.join(slots)}", hint="correct the sentence",
        ) from error  # fmt: skip


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
