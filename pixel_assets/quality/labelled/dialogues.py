"""True dialogues: what came before, and the reply that was given. From them failures are made in ``spoilt``."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.errors import UsageError
from pixel_assets.labelled.rows import Labelled, damaged, read_json_lines, read_table
from pixel_assets.labelled.split import is_fit
from pixel_assets.quality.labelled.counselling import ANNOMI, ESCONV, Role, Turn, joined, read_annomi, read_esconv

COUNSEL_CHAT: Final = "counsel_chat"
MENTALCHAT: Final = "mentalchat16k"
EMPATHETIC: Final = "empathetic_dialogues"
CAPYBARA: Final = "capybara"
DATASETS: Final = (COUNSEL_CHAT, MENTALCHAT, EMPATHETIC, ESCONV, ANNOMI, CAPYBARA)
TRUE: Final = "true"
_ANSWERS: Final = "counsel_chat/20200325_counsel_chat.csv"
_INSTRUCTIONS: Final = "mentalchat16k/instructions_with_topics.jsonl"
_EMOTIONS: Final = ("anxious", "lonely")
_CAPYBARA_FILE: Final = "sft_formats/capybara_test.parquet"
_ACTORS: Final[dict[str, Role]] = {"speaker": "user", "listener": "assistant"}


@dataclass(frozen=True, slots=True)
class ReplyRow(Labelled):
    """A reply, and all that was said before it."""

    kind: str  # true, or how it was spoilt
    context: tuple[Turn, ...]  # ends with a turn of the user
    reply: str

    @property
    def prompt(self) -> str:
        """The turn that the reply answers."""
        return self.context[-1]["content"]


def read_dialogues(folder: Path) -> list[ReplyRow]:
    """Every reply to a user in six sets, each group a conversation or a question.

    Of an answer that was given to the same question twice, one is kept. Whoever wrote or chose these replies meant them; that
    they are good is not said.
    """
    return [
        *_counsel_chat(folder),
        *_mentalchat(folder),
        *_empathetic(folder),
        *(row for each in read_esconv(folder) for row in _replies(ESCONV, each.group, each.id, each.turns)),
        *(row for each in read_annomi(folder) for row in _replies(ANNOMI, each.group, each.id, each.turns)),
        *_capybara(folder),
    ]


def _replies(dataset: str, group: str, name: str, turns: Sequence[Turn]) -> Iterator[ReplyRow]:
    """Each turn of the assistant that follows one of the user, by the conversation's name and its number in it."""
    fit = is_fit(dataset, group)
    for number, (before, turn) in enumerate(pairwise(turns), 1):
        if before["role"] == "user" and turn["role"] == "assistant":
            yield ReplyRow(dataset, group, f"{name}-{number}", fit, TRUE, tuple(turns[:number]), turn["content"])


def _counsel_chat(folder: Path) -> Iterator[ReplyRow]:
    """Answers of therapists, grouped by question."""
    seen = set[tuple[str, str]]()
    for record in read_table(folder, _ANSWERS, ("", "questionID", "questionTitle", "questionText", "answerText")):
        group, answer = record["questionID"], record["answerText"].strip()
        question = "\n".join(filter(None, (record["questionTitle"].strip(), record["questionText"].strip())))
        if question and answer and (group, answer) not in seen:
            seen.add((group, answer))
            context = ({"role": "user", "content": question},)
            row = f"{group}-{record['']}"
            yield ReplyRow(COUNSEL_CHAT, group, row, is_fit(COUNSEL_CHAT, group), TRUE, context, answer)


def _mentalchat(folder: Path) -> Iterator[ReplyRow]:
    """Synthetic questions with their answers, grouped by line, from 0."""
    for number, record in enumerate(read_json_lines(folder, _INSTRUCTIONS)):
        yield from _replies(
            MENTALCHAT, str(number), str(number), joined([("user", record["instruction"]), ("assistant", record["response"])])
        )


def _empathetic(folder: Path) -> Iterator[ReplyRow]:
    """Chats about a situation, which is described in the first row and is no turn; grouped by dialogue."""
    for emotion in _EMOTIONS:
        name = f"empathetic_dialogues/{emotion}.csv"
        said: dict[str, list[tuple[Role, str]]] = {}
        for number, record in enumerate(read_table(folder, name, ("Dialog_ID", "Type", "Actor", "Text")), 1):
            turns = said.setdefault(record["Dialog_ID"], [])
            if record["Type"] == "utterance":
                if record["Actor"] not in _ACTORS:
                    raise damaged(folder, name, f"record {number} has an unknown actor", "speaker or listener")
                turns.append((_ACTORS[record["Actor"]], record["Text"]))
        for group, turns in said.items():
            yield from _replies(EMPATHETIC, group, group, joined(turns))


def _capybara(folder: Path) -> Iterator[ReplyRow]:
    """Conversations on any subject, some long; grouped by row, from 0."""
    file = folder / _CAPYBARA_FILE
    try:
        messages = pq.read_table(io.BytesIO(file.read_bytes()), columns=["messages"]).column(0).to_pylist()
    except OSError as error:
        raise UsageError(
            "a labelled set cannot be read", where=str(file), expected="the file in the folder of labelled data",
            hint="Name the folder that holds the labelled sets: --data DIR",
        ) from error  # fmt: skip
    except (pa.ArrowInvalid, KeyError) as error:
        raise damaged(folder, _CAPYBARA_FILE, "no messages can be read", "Parquet with a column messages") from error
    for number, turns in enumerate(messages):
        yield from _replies(CAPYBARA, str(number), str(number), joined((turn["role"], turn["content"]) for turn in turns))
