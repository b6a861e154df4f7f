"""Ordinary talk of people who are anxious, lonely or low: what a classifier has to leave alone, most of all.

Nobody labelled these conversations for danger. They are taken for harmless where no cue says otherwise, which is nearly always
right and wrong for a few; learning from such negatives is sound as long as those are few (Elkan and Noto 2008). They are read in
halves by group as labelled sets are, so that the half that is not fitted on can tell how often ordinary talk raises an alarm.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pixel_assets.labelled.rows import damaged, read_table, read_text
from pixel_assets.labelled.split import is_fit

DIALOGUES: Final = ("empathetic_dialogues/anxious.csv", "empathetic_dialogues/lonely.csv")
SUPPORT: Final = "esconv/esc-valid.txt"
SESSIONS: Final = "annomi/AnnoMI-simple.csv"


@dataclass(frozen=True, slots=True)
class Background:
    """One conversation; who looks for support is the user."""

    dataset: str
    group: str
    turns: tuple[dict[str, str], ...]


def read_background(folder: Path, *, fit: bool = True) -> list[Background]:
    """EmpatheticDialogues (Rashkin et al. 2019, two emotions), ESConv (Liu et al. 2021, its validation part) and AnnoMI (Wu et
    al. 2022, sessions on habits such as drinking), one half.

    Raises ``UsageError`` if a file is not there, ``SourceError`` if it is not as it was published.
    """
    found = [*_dialogues(folder), *_support(folder), *_sessions(folder)]
    return [each for each in found if is_fit(each.dataset, each.group) == fit]


def _dialogues(folder: Path) -> list[Background]:
    by_id: dict[str, list[dict[str, str]]] = {}
    for name in DIALOGUES:
        for row in read_table(folder, name, ("Dialog_ID", "Type", "Actor", "Text")):
            if row["Type"] == "utterance":
                role = "user" if row["Actor"] == "speaker" else "assistant"
                by_id.setdefault(row["Dialog_ID"], []).append({"role": role, "content": row["Text"]})
    return [Background("empathetic_dialogues", group, tuple(turns)) for group, turns in by_id.items()]


def _support(folder: Path) -> list[Background]:
    found = []
    for number, line in enumerate(read_text(folder, SUPPORT).splitlines()):
        try:
            said = json.loads(line)["dialog"]
            turns = [{"role": "user" if turn["speaker"] == "usr" else "assistant", "content": turn["text"]} for turn in said]
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(folder, SUPPORT, f"line {number + 1} is no dialogue", "an object with dialog, speaker, text") from error
        found.append(Background("esconv", str(number), tuple(turns)))
    return found


def _sessions(folder: Path) -> list[Background]:
    by_id: dict[str, list[dict[str, str]]] = {}
    for row in read_table(folder, SESSIONS, ("transcript_id", "interlocutor", "utterance_text")):
        role = "user" if row["interlocutor"] == "client" else "assistant"
        by_id.setdefault(row["transcript_id"], []).append({"role": role, "content": row["utterance_text"]})
    return [Background("annomi", group, tuple(turns)) for group, turns in by_id.items()]
