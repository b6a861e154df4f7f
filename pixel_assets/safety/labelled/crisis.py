"""Labelled sets on crisis and distress, and on what must not be taken for it.

Turns have the roles of the standard form: whoever seeks help is the user, whoever answers the assistant. ``crisis`` is whether
a row ought to be found, and None where its set does not say: stress is no crisis, and so is a harmful request none of the
person who makes it, but both may hold one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pixel_assets.labelled.rows import Labelled, damaged, read_json, read_table, read_text
from pixel_assets.labelled.split import is_fit

SCENARIOS: Final = "crisis_scenarios/conversation_scenarios.json"
HARD: Final = "crisis_scenarios/hard_crisis_dataset.json"
CSSRS: Final = "cssrs_reddit/500_Reddit_users_posts_labels.csv"
CSSRS_CLASSES: Final = ("Supportive", "Indicator", "Ideation", "Behavior", "Attempt")  # by gravity
CSSRS_CRISIS: Final = frozenset(CSSRS_CLASSES[2:])
PERSONAS: Final = "vera_mh/personas.tsv"
TRANSCRIPTS: Final = "vera_mh/transcripts"
PERSONA_CRISIS: Final[Mapping[str, bool | None]] = {"None": False, "Low": None, "High": True, "Imminent": True}
_ROLES: Final = {"student": "user", "agent": "assistant"}
_SPEAKER: Final = re.compile(r"^(user|agent):[ \t]*", re.MULTILINE)
_WRAPPED: Final = re.compile(r'Consider this post:\s*"(.*)"\s*Question:[^"]*', re.DOTALL)
_LITERAL: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_BYTES: Final = re.compile(r"(?:\\x[0-9a-fA-F]{2}|[\x80-\xff])+")
_ESCAPED: Final = re.compile(r"\\x([0-9a-fA-F]{2})")

Turn = Mapping[str, str]  # with the keys role and content


@dataclass(frozen=True, slots=True)
class CrisisRow(Labelled):
    """A conversation, the posts of a user, or a single text as one turn."""

    turns: tuple[Turn, ...]
    crisis: bool | None
    label: str  # what the set says itself: a class, a risk level, a category


@dataclass(frozen=True, slots=True)
class Persona:
    """A fictional user of VERA-MH, whose risk is known."""

    name: str
    risk: str  # None, Low, High or Imminent
    thoughts: str  # what the persona thinks about suicide, in words
    disclosure: str  # how openly the persona says it


def read_crisis_scenarios(folder: Path) -> list[CrisisRow]:
    """Chats of students, Indonesian mixed with English; a crisis shows only in the last turns."""
    return [
        _row("crisis_scenarios", each["id"], each["id"], each["turns"], bool(each["is_crisis"]), each["category"])
        for each in read_json(folder, SCENARIOS)
    ]


def read_hard_crisis(folder: Path) -> list[CrisisRow]:
    """Veiled statements and idioms, each one message; the label is the risk level."""
    return [
        _row(
            "hard_crisis", each["id"], each["id"], each["messages"],
            bool(each["labels"]["is_crisis"]), each["labels"]["risk_level"],
        )
        for each in read_json(folder, HARD)["conversations"]
    ]  # fmt: skip


def read_cssrs(folder: Path) -> list[CrisisRow]:
    """Reddit users labelled by psychiatrists after the C-SSRS (Gaur et al. 2019), every post a turn of the user.

    Users who think of suicide, prepare or attempt it are crises. Of a list that was cut off at the limit of a spreadsheet
    cell the posts before the cut are kept, the last one as far as it goes.
    """
    return [
        _row(
            "cssrs", each["User"], each["User"], [{"role": "user", "content": post} for post in posts(each["Post"])],
            each["Label"] in CSSRS_CRISIS, each["Label"],
        )
        for each in read_table(folder, CSSRS, ("User", "Post", "Label"))
    ]  # fmt: skip


def posts(literal: str) -> list[str]:
    """The strings of a Python list literal, even if its end is missing; UTF-8 that was written as byte escapes is restored."""
    try:
        found = [str(each) for each in ast.literal_eval(literal)]
    except (SyntaxError, ValueError):
        whole = list(_LITERAL.finditer(literal))
        found = [str(ast.literal_eval(each.group())) for each in whole]
        rest = literal[whole[-1].end() if whole else 0 :].lstrip("[, ")
        if rest[:1] in ("'", '"'):
            found.append(rest[1:].rstrip("\\").replace("\\'", "'").replace("\\n", "\n"))
    return [_BYTES.sub(_restored, post) for post in found if post.strip()]


def _restored(escapes: re.Match[str]) -> str:
    plain = _ESCAPED.sub(lambda byte: chr(int(byte[1], 16)), escapes[0])
    return plain.encode("latin-1").decode("utf-8", "ignore")


def read_personas(folder: Path) -> list[Persona]:
    """The fictional users of VERA-MH."""
    columns = (
        "Name", "Current Risk Level", "Disclosure of Suicide Risk",
        "Current Suicidal Thoughts and Behaviors, Reasons for Living",
    )  # fmt: skip
    return [
        Persona(*(each[column].strip() for column in (columns[0], columns[1], columns[3], columns[2])))
        for each in read_table(folder, PERSONAS, columns, "\t")
    ]


def read_vera_mh(folder: Path) -> list[CrisisRow]:
    """Long chats of fictional users with an assistant; the label is the risk of the persona.

    Crises are high and imminent risk. Whether low risk is one is left open: these personas have passive thoughts of suicide,
    which deserve concern, and no intent.
    """
    risks = {persona.name: persona.risk for persona in read_personas(folder)}
    names = sorted(file.name for file in (folder / TRANSCRIPTS).glob("*.txt"))
    if not names:
        read_text(folder, f"{TRANSCRIPTS}/*.txt")  # says what is missing
    rows = []
    for name in names:
        persona = name.split("_")[1]
        if persona not in risks:
            raise damaged(folder, f"{TRANSCRIPTS}/{name}", f"no persona is called {persona}", f"a name from {PERSONAS}")
        turns = _transcript(read_text(folder, f"{TRANSCRIPTS}/{name}"))
        rows.append(
            _row("vera_mh", persona, name.removesuffix(".txt"), turns, PERSONA_CRISIS.get(risks[persona]), risks[persona])
        )
    return rows


def _transcript(text: str) -> list[Turn]:
    parts = _SPEAKER.split(text)[1:]
    return [
        {"role": speaker, "content": content.strip()} for speaker, content in zip(parts[::2], parts[1::2], strict=True)
    ]  # fmt: skip


def read_sad(folder: Path) -> list[CrisisRow]:
    """Everyday stressors (SAD), which are no crises; the label is the cause."""
    return [
        _row("sad", post, str(number), _alone(post), False, answer.split(".")[0])
        for number, (post, answer) in enumerate(_wrapped(folder, "imhi/SAD.csv"))
    ]


def read_dreaddit(folder: Path) -> list[CrisisRow]:
    """Posts with and without stress (Dreaddit); whether they are crises is not said. The label is ``stress`` or ``none``."""
    return [
        _row("dreaddit", post, str(number), _alone(post), None, "stress" if answer.startswith("Yes") else "none")
        for number, (post, answer) in enumerate(_wrapped(folder, "imhi/dreaddit.csv"))
    ]


def _wrapped(folder: Path, name: str) -> Iterable[tuple[str, str]]:
    for number, each in enumerate(read_table(folder, name, ("query", "gpt-3.5-turbo")), 2):
        prompt = _WRAPPED.fullmatch(each["query"].strip())
        if prompt is None:
            raise damaged(folder, name, f"record {number} is not wrapped as the others", 'Consider this post: "…" Question: …')
        yield prompt[1].strip(), each["gpt-3.5-turbo"]


def read_xstest(folder: Path) -> list[CrisisRow]:
    """Prompts that only look unsafe, and their unsafe twins (XSTest, Röttger et al. 2024); the label is the family."""
    name = "xstest/xstest_prompts.csv"
    return [
        _row("xstest", each["id"], each["id"], _alone(each["prompt"]), False if each["label"] == "safe" else None, each["type"])
        for each in read_table(folder, name, ("id", "prompt", "type", "label"))
    ]


def read_epie_static(folder: Path) -> list[CrisisRow]:
    """Sentences with an idiom that never changes its form (EPIE, Saxena and Paul 2020); the label is the idiom."""
    return _idioms(folder, "epie_static", "Static")


def read_epie_formal(folder: Path) -> list[CrisisRow]:
    """Sentences with an idiom that is inflected (EPIE); the label is the idiom."""
    return _idioms(folder, "epie_formal", "Formal")


def _idioms(folder: Path, dataset: str, form: str) -> list[CrisisRow]:
    words = read_text(folder, f"idioms/{form}_Idioms_Words.txt").splitlines()
    idioms = read_text(folder, f"idioms/{form}_Idioms_Candidates.txt").splitlines()
    if len(words) != len(idioms):
        raise damaged(folder, f"idioms/{form}_Idioms_*.txt", "the files differ in length", "files that align line by line")
    return [
        _row(dataset, str(number), str(number), _alone(sentence), False, idiom)
        for number, (sentence, idiom) in enumerate(zip(words, idioms, strict=True))
    ]


def _alone(text: str) -> list[Turn]:
    return [{"role": "user", "content": text}]


def _row(dataset: str, group: str, number: str, turns: Iterable[Turn], crisis: bool | None, label: str) -> CrisisRow:
    spoken = tuple({"role": _ROLES.get(turn["role"], turn["role"]), "content": turn["content"]} for turn in turns)
    return CrisisRow(dataset, group, number, is_fit(dataset, group), spoken, crisis, label.strip())
