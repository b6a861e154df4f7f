"""Write the shipped sample: nine sources in nine formats, one of recordings, and the truth about what was planted in them.

``python benchmarks/make_sample.py`` writes ``pixel_assets/sources/sample/``; with ``--check`` it writes
nothing and exits 1 when the folder differs from what it would write. The texts stand in ``sample_text/``,
written for this project; everything in them is invented. Same texts, same files: a seed and no clock.
Recordings are kept as they are: ``make_sample_speech.py`` writes them, and the truth file holds their hashes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

SEED = 20_261_122
TEXTS = Path(__file__).parent / "sample_text"
FOLDER = Path(__file__).parents[1] / "pixel_assets" / "sources" / "sample"
KEPT = {"psychology": 120, "voice": 100, "mental_health": 80, "reasoning": 60, "personality": 40}
SPOKEN_USED = 94  # the rest are spares, for rows that are meant to fail
QUOTES_USED = 9
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "I")


# --- what a sample is made of


@dataclass(frozen=True)
class Plant:
    """Something put into the sample on purpose, and what is expected to become of it."""

    kind: str
    expected: str = "kept"  # kept, rejected, dropped, or merged into the row ``of``
    reason: str | None = None
    of: Entry | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Entry:
    """A conversation on its way into a file, or a record that is no conversation (``raw``)."""

    turns: tuple[str, ...] = ()  # user first, then in alternation
    system: str | None = None
    reasoning: str | None = None
    label: str = ""
    raw: Any = None
    plant: Plant | None = None
    used: bool = False  # something was made of it already

    @property
    def expected(self) -> str:
        """What is to become of it."""
        return self.plant.expected if self.plant else "kept"


@dataclass(frozen=True)
class Source:
    """One source: its line in the registry, its entries, and how they are written."""

    name: str
    files: tuple[str, ...]
    category: str
    title: str
    tier: int
    write: Callable[[list[Entry]], Written]
    entries: list[Entry]


@dataclass(frozen=True)
class Written:
    """Bytes of a file, and the numbers of the records that each entry became."""

    data: bytes
    rows: list[list[int]]


class Deck:
    """Cards that are drawn until none is left, and then shuffled again."""

    def __init__(self, cards: Iterable[Any], rng: random.Random) -> None:
        self._cards = list(cards)
        self._rng = rng
        self._left: list[Any] = []

    def draw(self) -> Any:
        """The next card."""
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
        return self._left.pop()


class Bank:
    """All texts, and a deck for each list of phrases."""

    def __init__(self, rng: random.Random) -> None:
        self.topics: dict[str, Any] = _load("topics_1") | _load("topics_2") | _load("topics_3")
        self.concepts: list[dict[str, str]] = _load("concepts")
        self.sessions: dict[str, Any] = _load("sessions")
        self.characters: dict[str, Any] = _load("characters")
        self.special: dict[str, Any] = _load("special")
        self._decks = {name: Deck(phrases, rng) for name, phrases in _load("phrases").items()}
        self._own = {
            (name, part): Deck(topic[part], rng)
            for name, topic in self.topics.items()
            for part in ("feels", "others", "whys")
        }
        self._ideas = {name: Deck(_free_ideas(topic), rng) for name, topic in self.topics.items()}

    def phrase(self, name: str) -> Any:
        """A phrase that fits anywhere."""
        return self._decks[name].draw()

    def own(self, topic: str, part: str) -> Any:
        """A piece of a topic that fits with all its others."""
        return self._own[topic, part].draw()

    def idea(self, topic: str) -> str:
        """An idea that does not lean on any answer."""
        return str(self._ideas[topic].draw())


def _load(name: str) -> Any:
    return yaml.safe_load((TEXTS / f"{name}.yaml").read_text(encoding="utf-8"))


def _free_ideas(topic: dict[str, Any]) -> list[str]:
    bound = topic.get("bound_ideas", [])
    return [idea for number, idea in enumerate(topic["ideas"], start=1) if number not in bound]


def _join(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


# --- conversations out of the texts


def _plan(topic: dict[str, Any], number: int) -> tuple[dict[str, str], str, str, str | None]:
    """Question with answer, idea, explanation and last word that belong together."""
    ask, idea, why, close = topic["plans"][number - 1]
    return (
        topic["asks"][ask - 1],
        topic["ideas"][idea - 1],
        topic["whys"][why - 1],
        topic["closes"][close - 1] if close else None,
    )


def long_chat(bank: Bank, name: str, place: int) -> Entry:
    """A written conversation of three exchanges about one case of a topic."""
    topic = bank.topics[name]
    case = topic["cases"][place]
    ask, idea, why, close = _plan(topic, topic["plan_of_case"][place])
    help_wanted = bank.phrase("asks_for_help") if place % 2 else None
    return Entry(
        (
            _join(case["says"], bank.own(name, "feels"), help_wanted),
            _join(bank.phrase("openers"), case["heard"], ask["q"]),
            ask["a"],
            _join(why, bank.phrase("lead_ins"), idea),
            close or bank.phrase("client_closes"),
            bank.phrase("goodbyes"),
        ),
        label=topic["name"],
    )


def short_chat(bank: Bank, name: str, place: int, exchanges: int) -> Entry:
    """A written conversation of one or two exchanges."""
    topic = bank.topics[name]
    case = topic["cases"][place]
    if exchanges == 1:
        reply = _join(
            bank.phrase("openers"),
            case["heard"],
            bank.own(name, "whys"),
            bank.phrase("lead_ins"),
            bank.idea(name),
            bank.phrase("check_ins"),
        )
        question = _join(case["says"], bank.own(name, "feels"), bank.phrase("asks_for_help"))
        return Entry((question, reply), label=topic["name"])
    ask, idea, why, _ = _plan(topic, topic["plan_of_case"][place])
    return Entry(
        (
            _join(case["says"], bank.own(name, "feels")),
            _join(case["heard"], ask["q"]),
            ask["a"],
            _join(why, idea, bank.phrase("check_ins")),
        ),
        label=topic["name"],
    )


def spoken_talk(bank: Bank, name: str, place: int, exchanges: int) -> Entry:
    """A spoken dialogue of two or three exchanges, as a transcript gives it."""
    topic = bank.topics[name]
    line = topic["spoken"][place]
    ask, idea, _, _ = _plan(topic, topic["plan_of_spoken"][place])
    turns = [
        line["says"],
        _join(line["heard"], ask["q"]),
        _continued(bank.phrase("spoken_starts"), ask["a"]),
        _join(bank.phrase("spoken_nods"), idea),
    ]
    if exchanges == 3:
        turns += [bank.phrase("spoken_ends"), bank.phrase("spoken_goodbyes")]
    return Entry(tuple(turns), label=topic["name"])


def _continued(start: str, text: str) -> str:
    first = re.split(r"[\s',.]", text, maxsplit=1)[0]
    if start.endswith(",") and first.rstrip("s") not in DAYS:
        text = text[0].lower() + text[1:]
    return f"{start} {text}"


def session(bank: Bank, subject: str, path: int) -> Entry:
    """A motivational session: opening, doubt, a question of scale, reason, step."""
    parts = bank.sessions[subject]
    doubt, reason, step = (
        parts[name][number - 1]
        for name, number in zip(("doubts", "reasons", "steps"), parts["paths"][path], strict=True)
    )
    opening, scale = parts["openings"][path], bank.phrase("scales")
    return Entry(
        (
            *opening,
            doubt[0],
            _join(doubt[1], scale[0]),
            scale[1],
            scale[2],
            reason[0],
            _join(reason[1], bank.phrase("affirmations")),
            *step,
        ),
        label=subject,
    )


def vignette(bank: Bank, name: str, place: int) -> Entry:
    """A case in the third person, thought through and answered with due caution."""
    topic = bank.topics[name]
    case = topic["vignettes"][place]
    thought = _join(
        bank.phrase("reason_starts"),
        f"A first hypothesis is that {case['cycle']}.",
        f"I would also keep open {topic['others'][place]}.",
        bank.phrase("reason_missing"),
        bank.phrase("reason_ends"),
    )
    reply = _join(
        bank.phrase("answer_starts"),
        bank.own(name, "whys"),
        f'A first step could be offered in words such as these: "{bank.idea(name)}"',
        bank.phrase("answer_ends"),
    )
    return Entry(
        (_join(case["text"], bank.phrase("case_intros")), reply), reasoning=thought, label=topic["name"]
    )


def quoted_case(bank: Bank, name: str, place: int) -> Entry:
    """The words of a client, thought through before they are answered."""
    topic = bank.topics[name]
    case, ask = topic["cases"][place], topic["asks"][0]
    thought = _join(
        bank.phrase("reason_starts"),
        f'Before explaining anything I would reflect what I heard, perhaps with "{case["heard"]}"',
        bank.own(name, "whys"),
        f"Apart from that I would keep open {bank.own(name, 'others')}.",
        bank.phrase("reason_missing"),
    )
    reply = _join(
        bank.phrase("answer_starts"),
        f'I would say what I have understood and then ask, "{ask["q"]}"',
        f'If it fits, one could go on with "{bank.idea(name)}"',
        bank.phrase("answer_ends"),
    )
    question = f'A client writes: "{case["says"]} {bank.own(name, "feels")}" {bank.phrase("case_intros")}'
    return Entry((question, reply), reasoning=thought, label=topic["name"])


# --- things that are planted


def copy_of(entry: Entry) -> Entry:
    """The very same conversation once more."""
    return Entry(
        entry.turns, None, entry.reasoning, entry.label, plant=Plant("exact_duplicate", "merged", of=entry)
    )


def shouted(entry: Entry) -> Entry:
    """The same words in another case and with other white space: either this one or the original is kept."""
    turns = tuple(
        turn.upper().replace(". ", ".\n") if place % 2 == 0 else turn.replace(" ", "  ", 6).lower()
        for place, turn in enumerate(entry.turns)
    )
    plant = Plant("case_whitespace_variant", "dropped", "exact_duplicate", of=entry, more={"either": True})
    return Entry(turns, None, entry.reasoning, entry.label, plant=plant)


REWORDINGS = (
    ("I'm ", "I am "),
    ("can't", "cannot"),
    ("don't", "do not"),
    ("It's ", "It is "),
    ("it's ", "it is "),
    ("That's", "That is"),
    (" maybe ", " perhaps "),
    (" really ", " truly "),
    ("You've", "You have"),
    (" because ", " since "),
    (" isn't ", " is not "),
)


def reworded(entry: Entry) -> Entry:
    """Nearly the same conversation: a few words in other forms and one more sentence."""
    turns = list(entry.turns)
    for place, turn in enumerate(turns):
        for old, new in REWORDINGS[place % 2 :: 2]:
            turn = turn.replace(old, new, 1)
        turns[place] = turn
    turns[0] += " Thanks for taking the time."
    plant = Plant("near_duplicate", of=entry, more={"jaccard": similarity(entry.turns, turns)})
    return Entry(tuple(turns), None, entry.reasoning, entry.label, plant=plant)


def similarity(one: Iterable[str], other: Iterable[str]) -> float:
    """Jaccard similarity of the word 3-grams of two conversations, two decimals."""
    a, b = (word_grams(" ".join(turns)) for turns in (one, other))
    return round(len(a & b) / len(a | b), 2)


def word_grams(text: str) -> set[tuple[str, ...]]:
    """Runs of three words, without case and punctuation."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def garbled(entry: Entry) -> Entry:
    """A conversation read in a wrong encoding once too often."""
    turns = tuple(re.sub(r"[aeo]", "\ufffd", turn) for turn in entry.turns)
    return Entry(turns, label=entry.label, plant=Plant("unreadable", "dropped", "unreadable"))


def unanswered(entry: Entry, blank: str) -> Entry:
    """A conversation in which the assistant's turn holds nothing."""
    turns = (entry.turns[0], blank)
    return Entry(turns, label=entry.label, plant=Plant("empty_assistant_turn", "dropped", "empty_turn"))


def rejected(kind: str, reason: str, raw: Any) -> Entry:
    """A record that cannot become a conversation."""
    return Entry(raw=raw, plant=Plant(kind, "rejected", reason))


def foreign(bank: Bank, language: str, number: int) -> Entry:
    """A conversation that is not in English."""
    turns = tuple(bank.special["foreign"][language][number])
    return Entry(
        turns, plant=Plant("other_language", "dropped", "wrong_language", more={"language": language})
    )


def short(bank: Bank, number: int) -> Entry:
    """A conversation of fewer than eight words."""
    return Entry(tuple(bank.special["short"][number]), plant=Plant("too_short", "dropped", "too_short"))


def identified(texts: list[dict[str, Any]]) -> list[Entry]:
    """Conversations in which invented identifiers occur; they are kept, and redacted later."""
    return [
        Entry(tuple(text["talk"]), plant=Plant("identifiers", more={"identifiers": text["spans"]}))
        for text in texts
    ]


def crises(bank: Bank) -> list[Entry]:
    """Statements of crisis, said clearly or only hinted at, with replies that ask and offer help."""
    return [
        Entry(tuple(text["talk"]), plant=Plant("crisis_clear" if text["clear"] else "crisis_veiled"))
        for text in bank.special["crisis"]
    ]


# --- the sources


def make_sources() -> list[Source]:
    """All sources with all their entries, each in the order in which they are written."""
    rng = random.Random(SEED)
    bank = Bank(rng)
    spares = _spares(bank)
    sources = [
        *_mental_health(bank, rng, spares),
        *_psychology(bank, rng, spares),
        *_voice(bank, rng, spares),
        *_reasoning(bank, rng, spares),
        *_personality(bank, rng),
    ]
    kept = Counter(
        source.category for source in sources for entry in source.entries if entry.expected == "kept"
    )
    if kept != KEPT:
        raise ValueError(f"the texts give {dict(kept)} conversations, expected {KEPT}")
    return sources


def _cases(bank: Bank) -> list[tuple[str, int]]:
    """All written cases: the first of each topic, then the second of each, then the third."""
    return [(name, place) for place in range(3) for name in bank.topics]


def _spares(bank: Bank) -> Iterator[Entry]:
    """Conversations of cases that are used nowhere else, for rows that are meant to fail."""
    return (short_chat(bank, name, place, 1) for name, place in _cases(bank)[54 + QUOTES_USED :])


def _take(entries: list[Entry], rng: random.Random, count: int) -> list[Entry]:
    """Plain conversations that nothing was made of yet."""
    plain = [entry for entry in entries if not (entry.plant or entry.system or entry.used)]
    taken = rng.sample(plain, count)
    for entry in taken:
        entry.used = True
    return taken


def _mental_health(bank: Bank, rng: random.Random, spares: Iterator[Entry]) -> list[Source]:
    cases = _cases(bank)
    chats = [long_chat(bank, name, place) for name, place in cases[:30]]
    place_of = {case: entry for case, entry in zip(cases, chats, strict=False)}
    seconds = [
        _second_answer(place_of[text["topic"], text["case"] - 1], text["reply"])
        for text in bank.special["second_answers"]["mental_health"]
    ]
    evening = [
        short_chat(bank, name, place, 1 + number % 2) for number, (name, place) in enumerate(cases[30:54])
    ]
    copied, shouted_at, near = (_take(chats, rng, count) for count in (5, 2, 4))
    for entry in chats[::3]:
        if not entry.used:
            entry.system = bank.phrase("system_prompts")
    chats += [
        *identified(bank.special["identified"]),
        *seconds,
        *map(reworded, near[:2]),
        copy_of(copied[4]),
        unanswered(next(spares), ""),
        Entry(("", "  "), plant=Plant("empty_conversation", "dropped", "empty")),
        short(bank, 0),
        short(bank, 1),
        foreign(bank, "es", 0),
        garbled(next(spares)),
        rejected("truncated_json", "malformed_json", _cut(_messages(next(spares)))),
        rejected("unknown_shape", "no_turns", {"messages": "see the attachment", "topic": "sleeplessness"}),
        rejected("unknown_shape", "no_turns", {"note": "Ask the client about the letter.", "author": "team"}),
        rejected(
            "no_reply", "no_reply", {"messages": _messages(next(spares))["messages"][:1], "topic": "grief"}
        ),
    ]
    evening += [
        *crises(bank),
        *map(reworded, near[2:]),
        *map(copy_of, copied[:4]),
        *map(shouted, shouted_at),
        unanswered(next(spares), ""),
        foreign(bank, "de", 0),
        foreign(bank, "fr", 0),
        rejected("truncated_json", "malformed_json", _cut(_dialog(next(spares)))),
        rejected("no_reply", "no_reply", {"dialog": _dialog(next(spares))["dialog"][:1], "topic": "grief"}),
    ]
    return [
        Source(
            "counselling_chats",
            ("chats.jsonl",),
            "mental_health",
            "Written counselling, several exchanges each",
            2,
            _json_lines(_messages),
            _shuffled(chats, rng),
        ),
        Source(
            "evening_support",
            ("evening_support.jsonl.gz",),
            "mental_health",
            "Short evening support, with crisis",
            3,
            _gzipped(_json_lines(_dialog)),
            _shuffled(evening, rng),
        ),
    ]


def _psychology(bank: Bank, rng: random.Random, spares: Iterator[Entry]) -> list[Source]:
    questions = [
        Entry((text["q"], "\n\n".join((text["what"], text["example"]))), label="explained")
        for text in bank.concepts
    ]
    tasks = [
        Entry(
            (text["task"].replace(": ", ".\n\n", 1), "\n\n".join((text["how"], text["limit"]))),
            label="practised",
        )
        for text in bank.concepts
    ]
    sessions = [session(bank, subject, path) for path in range(3) for subject in bank.sessions]
    seconds = [
        _second_answer(questions[text["concept"]], text["reply"])
        for text in bank.special["second_answers"]["psychology"]
    ]
    copied, shouted_at, near = (
        _take(questions, rng, 3),
        _take(questions, rng, 2),
        _take([*questions, *tasks], rng, 4),
    )
    for number, entry in enumerate(questions):
        if number % 4 and not entry.used:
            entry.plant = Plant("markup", more={"markup": tuple(MARKUPS)[number % 4 - 1]})
    questions += [
        *map(reworded, near[:3]),
        short(bank, 2),
        foreign(bank, "es", 1),
        garbled(next(spares)),
        rejected(
            "ragged_row", "ragged_row", ["x-1", "What is stress?", "It is", "a response", "of the body"]
        ),
        rejected("ragged_row", "ragged_row", ["x-2", "Why do people keep a diary?"]),
        rejected(
            "no_reply", "no_reply", ["x-3", "Is it normal to dream of an exam years later?", "", "explained"]
        ),
    ]
    tasks += [
        *seconds,
        *map(reworded, near[3:]),
        *map(copy_of, copied),
        *map(shouted, shouted_at),
        short(bank, 3),
        foreign(bank, "de", 1),
        rejected(
            "no_reply", "no_reply", {"instruction": "Name three signs of stress.", "input": "", "output": ""}
        ),
        rejected("unknown_shape", "no_reply", {"title": "Reading list", "body": "To be written."}),
    ]
    sessions += [
        *identified(bank.special["identified_session"]),
        rejected("ragged_row", "ragged_row", [["r-1", "1"]]),
        rejected("unknown_speaker", "unknown_role", [["r-2", "1", "observer", "The door is open.", ""]]),
        rejected(
            "no_reply",
            "no_reply",
            [
                ["r-3", "1", "client", "Hello? I think the sound is off on your side.", ""],
                ["r-3", "2", "client", "I will try again later, then.", ""],
            ],
        ),
    ]
    for entry in rng.sample(sessions[:30], 2):
        entry.plant = Plant("rows_out_of_order")
    return [
        Source(
            "psychoeducation",
            ("psychoeducation.csv",),
            "psychology",
            "Questions about psychology with answers",
            1,
            _csv_with_html,
            _shuffled(questions, rng),
        ),
        Source(
            "skills_instructions",
            ("skills.json",),
            "psychology",
            "Instructions to explain and practise skills",
            2,
            _json_array(_alpaca),
            _shuffled(tasks, rng),
        ),
        Source(
            "motivational_sessions",
            ("sessions.tsv",),
            "psychology",
            "Motivational sessions, an utterance a row",
            1,
            _utterances,
            _shuffled(sessions, rng),
        ),
    ]


def _voice(bank: Bank, rng: random.Random, spares: Iterator[Entry]) -> list[Source]:
    lines = [(name, place) for place in range(4) for name in bank.topics]
    talks = [
        spoken_talk(bank, name, place, 3 if number % 4 == 1 else 2)
        for number, (name, place) in enumerate(lines[:SPOKEN_USED])
    ]
    rng.shuffle(talks)
    told, called = talks[:56], talks[56:]
    names = identified(bank.special["identified_spoken"])
    copied, shouted_at, near = _take(told, rng, 3), _take(told, rng, 2), _take(told, rng, 2)
    leftover = (spoken_talk(bank, name, place, 2) for name, place in lines[SPOKEN_USED:])
    told += [
        *names[:2],
        reworded(near[0]),
        unanswered(next(leftover), " "),
        short(bank, 4),
        short(bank, 5),
        foreign(bank, "es", 2),
        rejected("no_turns", "no_turns", {"id": "empty", "conversations": []}),
        rejected("unknown_shape", "not_an_object", "end of tape"),
    ]
    called += [
        *names[2:],
        reworded(near[1]),
        *map(copy_of, copied),
        *map(shouted, shouted_at),
        unanswered(next(leftover), ""),
        foreign(bank, "fr", 1),
        garbled(next(leftover)),
        rejected("no_turns", "no_turns", None),
        rejected("no_turns", "no_turns", []),
    ]
    return [
        Source(
            "spoken_sessions",
            ("spoken_sessions.json",),
            "voice",
            "Transcripts of spoken sessions",
            2,
            _json_array(_sharegpt),
            _shuffled(told, rng),
        ),
        Source(
            "call_notes",
            ("calls.parquet",),
            "voice",
            "Transcripts of calls",
            3,
            _parquet,
            _shuffled(called, rng),
        ),
    ]


def _reasoning(bank: Bank, rng: random.Random, spares: Iterator[Entry]) -> list[Source]:
    cases = [vignette(bank, name, place) for place in range(2) for name in bank.topics]
    cases += [quoted_case(bank, name, place) for name, place in _cases(bank)[54 : 54 + QUOTES_USED]]
    copied, near = _take(cases, rng, 1), _take(cases, rng, 1)
    cases += [
        *map(reworded, near),
        *map(copy_of, copied),
        rejected("truncated_json", "malformed_json", _cut(_thought(next(spares)))),
        rejected(
            "no_reply",
            "no_reply",
            {"Question": "What keeps worry going?", "Complex_CoT": "…", "Response": None},
        ),
    ]
    return [
        Source(
            "case_reasoning",
            ("case_reasoning.jsonl",),
            "reasoning",
            "Case formulation with a chain of thought",
            2,
            _json_lines(_thought),
            _shuffled(cases, rng),
        )
    ]


def _personality(bank: Bank, rng: random.Random) -> list[Source]:
    talks = [
        Entry(tuple(talk), character["manner"], label=trait)
        for trait, character in bank.characters.items()
        for talk in character["talks"]
    ]
    talks += [
        rejected("no_roles", "no_roles", {"text": "A page from a diary, with nobody answering.", "trait": ""})
    ]
    talks = _shuffled(talks, rng)
    again = rng.choice([talk for talk in talks[:20] if not talk.plant])
    twin = Entry(
        again.turns, again.system, label=again.label, plant=Plant("exact_duplicate", "merged", of=again)
    )
    return [
        Source(
            "characters",
            ("characters/part-1.jsonl", "characters/part-2.jsonl"),
            "personality",
            "Helpers with a marked personality",
            2,
            _json_lines(_transcript),
            [*talks, twin],
        )
    ]


def _second_answer(first: Entry, reply: str) -> Entry:
    first.used = True
    return Entry((first.turns[0], reply), label=first.label, plant=Plant("second_answer", of=first))


def _shuffled(entries: list[Entry], rng: random.Random) -> list[Entry]:
    return rng.sample(entries, len(entries))


# --- records


def _roles(entry: Entry, user: str = "user", assistant: str = "assistant") -> list[tuple[str, str]]:
    names = (user, assistant)
    return [(names[place % 2], turn) for place, turn in enumerate(entry.turns)]


def _messages(entry: Entry) -> dict[str, Any]:
    turns = [("system", entry.system)] if entry.system else []
    messages = [{"role": role, "content": content} for role, content in [*turns, *_roles(entry)]]
    return {"messages": messages, "topic": entry.label}


def _dialog(entry: Entry) -> dict[str, Any]:
    turns = [{"speaker": role, "text": text} for role, text in _roles(entry, "seeker", "supporter")]
    return {"topic": entry.label, "dialog": turns}


def _sharegpt(entry: Entry) -> dict[str, Any]:
    return {
        "topic": entry.label,
        "conversations": [{"from": r, "value": v} for r, v in _roles(entry, "human", "gpt")],
    }


def _alpaca(entry: Entry) -> dict[str, Any]:
    instruction, _, quoted = entry.turns[0].partition("\n\n")
    return {"instruction": instruction, "input": quoted, "output": entry.turns[1]}


def _thought(entry: Entry) -> dict[str, Any]:
    return {"Question": entry.turns[0], "Complex_CoT": entry.reasoning or "", "Response": entry.turns[1]}


def _transcript(entry: Entry) -> dict[str, Any]:
    said = "".join(f"\n\n{role}: {turn}" for role, turn in _roles(entry, "Human", "Assistant"))
    return {"text": f"{entry.system}{said}", "trait": entry.label}


def _cut(record: dict[str, Any]) -> str:
    line = _json(record)
    return line[: len(line) * 3 // 5]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- files


def _json_lines(record: Callable[[Entry], dict[str, Any]]) -> Callable[[list[Entry]], Written]:
    def write(entries: list[Entry]) -> Written:
        lines = [_json(entry.raw if entry.raw is not None else record(entry)) for entry in entries]
        return Written("".join(f"{line}\n" for line in lines).encode(), _one_row_each(entries))

    return write


def _json_array(record: Callable[[Entry], dict[str, Any]]) -> Callable[[list[Entry]], Written]:
    def write(entries: list[Entry]) -> Written:
        records = [entry.raw if entry.raw is not None else record(entry) for entry in entries]
        lines = ",\n".join(json.dumps(value, ensure_ascii=False) for value in records)
        return Written(f"[\n{lines}\n]\n".encode(), _one_row_each(entries))

    return write


def _gzipped(write: Callable[[list[Entry]], Written]) -> Callable[[list[Entry]], Written]:
    def gzipped(entries: list[Entry]) -> Written:
        written = write(entries)
        return Written(gzip.compress(written.data, mtime=0), written.rows)

    return gzipped


def _one_row_each(entries: list[Entry]) -> list[list[int]]:
    return [[row] for row in range(1, len(entries) + 1)]


def _csv_with_html(entries: list[Entry]) -> Written:
    """Questions and answers, some of them as an editor on the web leaves them."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(("id", "prompt", "response", "kind"))
    for number, entry in enumerate(entries, start=1):
        if entry.raw is not None:
            table.writerow(entry.raw)
            continue
        markup = entry.plant.more.get("markup") if entry.plant else None
        answer = MARKUPS[markup](entry.turns[1]) if markup else entry.turns[1]
        table.writerow((f"q-{number:03}", entry.turns[0], answer, entry.label))
    return Written(stream.getvalue().encode(), _one_row_each(entries))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{part.replace(chr(39), '&#39;')}</p>" for part in text.split("\n\n"))


def _line_breaks(text: str) -> str:
    return text.replace("\n\n", "<br><br>").replace(" and ", "&nbsp;and ", 1).replace('"', "&quot;")


def _pasted(text: str) -> str:
    return text.replace(" the ", "\u00a0the ").replace(". ", ".\u00a0 ", 1) + "\n"


MARKUPS = {"paragraphs": _paragraphs, "line_breaks": _line_breaks, "no_break_spaces": _pasted}


def _utterances(entries: list[Entry]) -> Written:
    """One row for each utterance; the rows of a few sessions stand in another order than they were said."""
    stream = io.StringIO()
    table = csv.writer(stream, delimiter="\t", lineterminator="\n")
    table.writerow(("transcript_id", "utterance_id", "interlocutor", "utterance_text", "subject"))
    rows: list[list[int]] = []
    count = 0
    for number, entry in enumerate(entries, start=1):
        utterances = entry.raw or [
            [f"s-{number:03}", str(place), role, text, entry.label]
            for place, (role, text) in enumerate(_roles(entry, "client", "therapist"), start=1)
        ]
        if entry.plant and entry.plant.kind == "rows_out_of_order":
            utterances = [*utterances[1::2], *utterances[::2]]
        table.writerows(utterances)
        rows.append(list(range(count + 1, count + len(utterances) + 1)))
        count += len(utterances)
    return Written(stream.getvalue().encode(), rows)


MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


def _parquet(entries: list[Entry]) -> Written:
    is_raw = [bool(entry.plant and entry.plant.expected == "rejected") for entry in entries]
    messages = [e.raw if raw else _messages(e)["messages"] for e, raw in zip(entries, is_raw, strict=True)]
    table = pa.table({"call": range(1, len(entries) + 1), "messages": pa.array(messages, MESSAGES)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    return Written(sink.getvalue().to_pybytes(), _one_row_each(entries))


# --- recordings


@dataclass(frozen=True)
class Recordings:
    """The source of recordings: its files as they are, and what is expected of each."""

    files: dict[str, bytes]
    expected: list[dict[str, Any]]


def read_recordings(folder: Path) -> Recordings:
    """The recordings in ``folder``; raises :class:`FileNotFoundError` where one is missing."""
    expected = _load("recordings")["files"]
    names = [name for entry in expected for name in (entry["file"], entry.get("subtitles")) if name]
    for name in names:
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder / name} is missing; make_sample_speech.py writes the recordings")
    files = {name: (folder / name).read_bytes() for name in names}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return Recordings(files, [{**entry, **_hashes(entry, hashes)} for entry in expected])


def _hashes(entry: dict[str, Any], hashes: dict[str, str]) -> dict[str, str]:
    beside = {"subtitles_sha256": hashes[entry["subtitles"]]} if "subtitles" in entry else {}
    return {"sha256": hashes[entry["file"]], **beside}


# --- the folder


def make_files() -> dict[str, bytes]:
    """Every file of the folder by its name; raises :class:`FileNotFoundError` where a recording is missing."""
    sources = make_sources()
    recordings = read_recordings(FOLDER)
    files: dict[str, bytes] = {}
    places: dict[Entry, dict[str, Any]] = {}
    for source in sources:
        size = -(-len(source.entries) // len(source.files))
        for number, name in enumerate(source.files):
            entries = source.entries[number * size : (number + 1) * size]
            written = source.write(entries)
            files[name] = written.data
            for entry, rows in zip(entries, written.rows, strict=True):
                places[entry] = {"source": source.name, "file": name, "rows": rows}
    files["sources.yaml"] = _registry(sources).encode()
    files["planted.json"] = _truth(sources, places, recordings).encode()
    return files | recordings.files


def _registry(sources: list[Source]) -> str:
    lines = [
        "# The registry of the shipped sample. benchmarks/make_sample.py writes this folder; planted.json",
        "# says what was planted in it and what is expected to become of it. All of it is invented.",
    ]
    for source in sources:
        path = source.files[0] if len(source.files) == 1 else f"{Path(source.files[0]).parent}/*.jsonl"
        lines += [
            "",
            f"{source.name}:",
            f"  path: {path}",
            f"  category: {source.category}",
            f"  title: {source.title}",
            "  licence: Apache-2.0",
            f"  tier: {source.tier}",
        ]
    lines += [
        "",
        "# The voices are synthetic: espeak-ng speaks invented texts, nobody was recorded.",
        "recorded_talks:",
        "  recordings: recordings/*",
        "  category: voice",
        "  title: A talk and a monologue, spoken by synthetic voices",
        "  licence: Apache-2.0",
        "  tier: 2",
    ]
    return "\n".join(lines) + "\n"


def _truth(sources: list[Source], places: dict[Entry, dict[str, Any]], recordings: Recordings) -> str:
    planted = [
        {
            "kind": entry.plant.kind,
            **places[entry],
            "expected": entry.plant.expected,
            **({"reason": entry.plant.reason} if entry.plant.reason else {}),
            **({"of": places[entry.plant.of]} if entry.plant.of else {}),
            **entry.plant.more,
        }
        for source in sources
        for entry in source.entries
        if entry.plant
    ]
    entries = [entry for source in sources for entry in source.entries]
    dropped = Counter(
        entry.plant.reason for entry in entries if entry.plant and entry.plant.expected == "dropped"
    )
    rejected_rows: Counter[str] = Counter()
    for plant in planted:
        if plant["expected"] == "rejected":
            rejected_rows[plant["reason"]] += len(plant["rows"])
    expected = {
        "records": sum(len(place["rows"]) for place in places.values()),
        "rejected_records": dict(sorted(rejected_rows.items())),
        "conversations": sum(entry.expected != "rejected" for entry in entries),
        "merged": sum(entry.expected == "merged" for entry in entries),
        "dropped": dict(sorted(dropped.items())),
        "kept": KEPT,
    }
    return f'{{\n"expected": {_json(expected)},\n"planted": {_lines(planted)},\n"recordings": {_lines(recordings.expected)}\n}}\n'


def _lines(entries: list[dict[str, Any]]) -> str:
    """A JSON array with a line for each of its objects."""
    lines = ",\n  ".join(map(_json, entries))
    return f"[\n  {lines}\n]"


def content(name: str, data: bytes) -> object:
    """What a file says, whatever the version of the library that packed it."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".parquet"):
        return pq.read_table(pa.BufferReader(data)).to_pydict()
    return data


def differences(files: dict[str, bytes], folder: Path) -> list[str]:
    """Names of the files that are missing, changed or too many in the folder."""
    there = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return sorted(
        name
        for name in files.keys() | there.keys()
        if name not in files or name not in there or content(name, files[name]) != content(name, there[name])
    )


def main() -> int:
    """Write the folder, or compare it with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the folder differs")
    check = parser.parse_args().check
    try:
        files = make_files()
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    different = differences(files, FOLDER)
    for name in different:
        print(
            f"{FOLDER / name}: {'differs from' if check else 'written by'} {Path(__file__).name}",
            file=sys.stderr,
        )
    if check:
        return 1 if different else 0
    for name in different:
        if name not in files:
            (FOLDER / name).unlink()
            continue
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(files[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
