"""Labelled conversations: motivational interviewing done well and badly, and emotional support that worked and that failed.

Whoever seeks help is the user, whoever answers the assistant. Spoken or written text is kept as it is but for white space at the
ends, which differs between sets and says nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Literal

from pixel_assets.labelled.rows import Labelled, damaged, read_json, read_json_lines, read_table
from pixel_assets.labelled.split import is_fit

Role = Literal["user", "assistant"]
Turn = Mapping[str, str]  # with the keys role and content

ANNOMI: Final = "annomi"
ESCONV: Final = "esconv"
FAILED_ESCONV: Final = "failed_esconv"
BEHAVIOURS: Final = ("question", "reflection", "therapist_input", "other")
SIMPLE: Final = "annomi/AnnoMI-simple.csv"
FULL: Final = "annomi/AnnoMI-full.csv"
GOOD: Final = "esconv/esc-valid.txt"
FAILED: Final = "esconv/FailedESConv.json"
_NONE: Final = "n/a"
_SPEAKERS: Final[Mapping[str, Role]] = {
    "client": "user", "usr": "user", "speaker": "user",
    "therapist": "assistant", "sys": "assistant", "listener": "assistant",
}  # fmt: skip
_SIMPLE_COLUMNS: Final = (
    "transcript_id", "mi_quality", "video_url", "topic", "utterance_id", "interlocutor", "utterance_text",
    "main_therapist_behaviour", "client_talk_type",
)  # fmt: skip
_DETAILS: Final = {
    "reflection": "reflection_subtype",
    "question": "question_subtype",
    "therapist_input": "therapist_input_subtype",
}
_STRATEGIES: Final = {  # names of one strategy in the two files
    "Questions": "Question", "Other": "Others", "Restatement": "Restatement or Paraphrasing",
    "Approval and Reassurance": "Affirmation and Reassurance", "Direct Guidance": "Providing Suggestions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody says in an interview, and what was made of it; labels are empty where they do not apply."""

    number: int  # in the transcript; some are left out by the publisher
    role: Role
    text: str
    behaviour: str  # of the therapist, one of BEHAVIOURS
    detail: str  # simple or complex reflection; open or closed question; information, advice, options or negotiation
    talk: str  # of the client: change, sustain or neutral


@dataclass(frozen=True, slots=True)
class InterviewRow(Labelled):
    """A transcript of motivational interviewing."""

    high: bool  # whether it shows how to do it; the others show how not to
    topic: str
    utterances: tuple[Utterance, ...]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """In the standard form."""
        return joined((each.role, each.text) for each in self.utterances)


@dataclass(frozen=True, slots=True)
class SupportRow(Labelled):
    """A conversation between somebody in distress and a volunteer."""

    good: bool  # whether it passed the authors' filter
    emotion: str
    problem: str
    turns: tuple[Turn, ...]
    strategies: tuple[tuple[str, ...], ...]  # of each turn, in the order of what was joined; empty for the user


def read_annomi(folder: Path) -> list[InterviewRow]:
    """Transcripts of AnnoMI (Wu et al. 2022), in the order of the file; those of one video are a group.

    What is said and the main behaviour come from the simple file. The detail is what most of those annotators of the full file
    say who agree with the main behaviour; of two that as many say, the first in the alphabet.
    """
    details = _details(folder)
    rows = []
    by_transcript: dict[str, list[dict[str, str]]] = defaultdict(list)
    for record in read_table(folder, SIMPLE, _SIMPLE_COLUMNS):
        by_transcript[record["transcript_id"]].append(record)
    for name, lines in by_transcript.items():
        lines.sort(key=lambda line: int(line["utterance_id"]))
        said = tuple(_utterance(folder, line, details) for line in lines)
        high, topic, video = lines[0]["mi_quality"] == "high", lines[0]["topic"].strip(), lines[0]["video_url"]
        rows.append(InterviewRow(ANNOMI, video, name, is_fit(ANNOMI, video), high, topic, said))
    return rows


Details = Mapping[tuple[str, str, str], str]


def _details(folder: Path) -> Details:
    """The detail of each utterance, by transcript, number and main behaviour."""
    columns = ("transcript_id", "utterance_id", "main_therapist_behaviour", *_DETAILS.values())
    said: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for each in read_table(folder, FULL, columns):
        behaviour = each["main_therapist_behaviour"]
        detail = each[_DETAILS[behaviour]] if behaviour in _DETAILS else _NONE
        if detail != _NONE:
            said[each["transcript_id"], each["utterance_id"], behaviour][detail] += 1
    return {key: min(counts, key=lambda detail: (-counts[detail], detail)) for key, counts in said.items()}


def _utterance(folder: Path, line: dict[str, str], details: Details) -> Utterance:
    behaviour, talk = (_label(line[column]) for column in ("main_therapist_behaviour", "client_talk_type"))
    if line["interlocutor"] not in _SPEAKERS or behaviour not in ("", *BEHAVIOURS):
        raise damaged(
            folder, SIMPLE, f"utterance {line['utterance_id']} of transcript {line['transcript_id']} has an unknown label",
            "a client, or a therapist with one of the behaviours " + ", ".join(BEHAVIOURS),
        )  # fmt: skip
    detail = details.get((line["transcript_id"], line["utterance_id"], behaviour), "")
    role = _SPEAKERS[line["interlocutor"]]
    return Utterance(int(line["utterance_id"]), role, line["utterance_text"].strip(), behaviour, detail, talk)


def _label(given: str) -> str:
    return "" if given == _NONE else given


def read_esconv(folder: Path) -> list[SupportRow]:
    """The published validation part of ESConv (Liu et al. 2021), grouped by the number of the conversation, from 0."""
    return [
        _support(folder, GOOD, ESCONV, number, each, [(t["speaker"], t["text"], t.get("strategy", "")) for t in each["dialog"]])
        for number, each in enumerate(read_json_lines(folder, GOOD))
    ]


def read_failed_esconv(folder: Path) -> list[SupportRow]:
    """Conversations that the authors of ESConv sorted out, grouped by their number, from 0."""
    return [
        _support(
            folder, FAILED, FAILED_ESCONV, number, each,
            [(t["speaker"], t["content"], t["annotation"].get("strategy", "")) for t in each["dialog"]],
        )
        for number, each in enumerate(read_json(folder, FAILED))
    ]  # fmt: skip


def _support(
    folder: Path, file: str, dataset: str, number: int, record: Mapping[str, Any], dialog: list[tuple[str, str, str]]
) -> SupportRow:
    if unknown := sorted({speaker for speaker, _, _ in dialog} - _SPEAKERS.keys()):
        raise damaged(folder, file, f"conversation {number} has the speaker {unknown[0]!r}", "one of " + ", ".join(_SPEAKERS))
    said = [(_SPEAKERS[speaker], text, _STRATEGIES.get(strategy, strategy)) for speaker, text, strategy in dialog]
    strategies = tuple(
        tuple(strategy for _, text, strategy in turn if strategy and text.strip())
        for turn in (list(turn) for _, turn in groupby((each for each in said if each[1].strip()), itemgetter(0)))
    )
    group, turns = str(number), joined((role, text) for role, text, _ in said)
    fit = is_fit(dataset, group)
    return SupportRow(
        dataset, group, group, fit, dataset == ESCONV, record["emotion_type"], record["problem_type"], turns, strategies
    )


def joined(said: Iterable[tuple[Role, str]]) -> tuple[Turn, ...]:
    """Turns in the standard form: what one speaker says at a stretch is one turn, joined by line ends; nothing said is none."""
    spoken = ((role, text.strip()) for role, text in said if text.strip())
    return tuple(
        {"role": role, "content": "\n".join(text for _, text in together)} for role, together in groupby(spoken, itemgetter(0))
    )
