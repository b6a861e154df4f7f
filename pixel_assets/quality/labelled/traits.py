"""Conversations whose topic, or whose user's emotion, others have labelled; and what kinds of ours are taken for their labels."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from pixel_assets.labelled.rows import Labelled, damaged, read_json_lines, read_table
from pixel_assets.labelled.split import is_fit
from pixel_assets.quality.labelled.counselling import (
    Turn,
    joined,
    read_annomi,
    read_esconv,
    read_failed_esconv,
)
from pixel_assets.quality.labelled.dialogues import COUNSEL_CHAT, EMPATHETIC, MENTALCHAT
from pixel_assets.typed_yaml import read_yaml

Trait = Literal["topic", "emotion"]
KINDS: Final = Path(__file__).parent / "traits.yaml"
OTHER: Final = "other"  # what a kind is that stands with no label
SAD: Final = "sad"
_EMOTIONS: Final = ("anxious", "lonely")
_STRESSORS: Final = "imhi/SAD.csv"
_WRAPPED: Final = re.compile(r'Consider this post:\s*"(.*)"\s*Question:[^"]*', re.DOTALL)
_SAYS: Final = "related to "


@dataclass(frozen=True, slots=True)
class TraitRow(Labelled):
    """A conversation, and what it is in the words of its set."""

    label: str
    turns: tuple[Turn, ...]

    @property
    def text(self) -> str:
        """What the user says."""
        return "\n".join(turn["content"] for turn in self.turns if turn["role"] == "user")


def read_topics(folder: Path) -> list[TraitRow]:
    """Rows of six sets whose label is one of those in ``traits.yaml``; labels that stand for no one topic are left out."""
    support = [*read_esconv(folder), *read_failed_esconv(folder)]
    return _known("topic", (
        *(TraitRow(row.dataset, row.group, row.id, row.fit, row.problem, row.turns) for row in support),
        *(TraitRow(row.dataset, row.group, row.id, row.fit, row.topic, row.turns) for row in read_annomi(folder)),
        *_counsel_chat(folder),
        *_mentalchat(folder),
        *_sad(folder),
    ))  # fmt: skip


def read_emotions(folder: Path) -> list[TraitRow]:
    """Rows of three sets whose label is one of those in ``traits.yaml``; labels that stand for the same kinds are one."""
    support = [*read_esconv(folder), *read_failed_esconv(folder)]
    return _known("emotion", (
        *(TraitRow(row.dataset, row.group, row.id, row.fit, row.emotion, row.turns) for row in support),
        *_empathetic(folder),
    ))  # fmt: skip


def as_labels(trait: Trait, datasets: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """The label of each set that a kind of ours is taken for; ``OTHER`` where there is none."""
    read = _readings(trait)
    return [read.get(dataset, {}).get(kind, OTHER) for dataset, kind in zip(datasets, kinds, strict=True)]


@functools.cache
def _labels(trait: Trait) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By set and label the kinds of ours."""
    form = TypeAdapter(dict[Trait, dict[str, dict[str, tuple[str, ...]]]])
    return read_yaml(KINDS, form).content[trait]


@functools.cache
def _readings(trait: Trait) -> Mapping[str, Mapping[str, str]]:
    """By set and kind the first label that has it."""
    found: dict[str, dict[str, str]] = {}
    for dataset, labels in _labels(trait).items():
        for label, kinds in labels.items():
            for kind in kinds:
                found.setdefault(dataset, {}).setdefault(kind, label)
    return found


def _known(trait: Trait, rows: Iterable[TraitRow]) -> list[TraitRow]:
    """Rows whose label is known, under the first of the labels that have the same kinds."""
    labels, read, found = _labels(trait), _readings(trait), []
    for row in rows:
        kinds = labels[row.dataset].get(row.label.strip())
        if kinds is not None:
            label = read[row.dataset][kinds[0]]
            found.append(TraitRow(row.dataset, row.group, row.id, row.fit, label, row.turns))
    return found


def _counsel_chat(folder: Path) -> Iterator[TraitRow]:
    """Every question once, without its answers: their number differs."""
    seen = set[str]()
    name = "counsel_chat/20200325_counsel_chat.csv"
    for record in read_table(folder, name, ("questionID", "questionTitle", "questionText", "topic")):
        group = record["questionID"]
        if group not in seen:
            seen.add(group)
            said = joined([("user", record["questionTitle"]), ("user", record["questionText"])])
            yield TraitRow(COUNSEL_CHAT, group, group, is_fit(COUNSEL_CHAT, group), record["topic"], said)


def _mentalchat(folder: Path) -> Iterator[TraitRow]:
    for number, record in enumerate(read_json_lines(folder, "mentalchat16k/instructions_with_topics.jsonl")):
        group, said = str(number), joined([("user", record["instruction"]), ("assistant", record["response"])])
        yield TraitRow(MENTALCHAT, group, group, is_fit(MENTALCHAT, group), record["topic"], said)


def _sad(folder: Path) -> Iterator[TraitRow]:
    """Stressors of SAD, by the post; the label ends the first sentence of the answer."""
    for number, record in enumerate(read_table(folder, _STRESSORS, ("query", "gpt-3.5-turbo"))):
        prompt = _WRAPPED.fullmatch(record["query"].strip())
        if prompt is None:
            raise damaged(
                folder, _STRESSORS, f"record {number} is not wrapped as the others", 'Consider this post: "…" Question: …'
            )
        post, label = prompt[1].strip(), record["gpt-3.5-turbo"].split(".")[0].partition(_SAYS)[2]
        yield TraitRow(SAD, post, str(number), is_fit(SAD, post), label, joined([("user", post)]))


def _empathetic(folder: Path) -> Iterator[TraitRow]:
    """Chats about a situation of one emotion, which the file is named after; the situation is the first turn of the user."""
    for label in _EMOTIONS:
        said: dict[str, list[tuple[Literal["user", "assistant"], str]]] = {}
        for record in read_table(folder, f"empathetic_dialogues/{label}.csv", ("Dialog_ID", "Actor", "Text", "Type")):
            turns = said.setdefault(record["Dialog_ID"], [])
            if record["Type"] == "utterance":
                turns.append(("user" if record["Actor"] == "speaker" else "assistant", record["Text"]))
        for group, turns in said.items():
            yield TraitRow(EMPATHETIC, group, group, is_fit(EMPATHETIC, group), label, joined(turns))
