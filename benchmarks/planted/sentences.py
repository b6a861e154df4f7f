"""Sentences that are put into a chat: identifiers, statements of a crisis, and what only looks like them."""

from __future__ import annotations

import functools
import random
from typing import Any, Final

import yaml

from planted.chats import SENTENCE, TEXTS, Chat
from planted.truth import Span

SEVERITIES: Final = ("none", "passive", "active", "plan")
IBAN_MODULUS: Final = 97


@functools.cache
def texts(name: str) -> dict[str, Any]:
    """A file of ``corpus_text``."""
    loaded: dict[str, Any] = yaml.safe_load((TEXTS / f"{name}.yaml").read_text())
    return loaded


def insert(chat: Chat, turn: int, sentence: str, random_: random.Random) -> tuple[Chat, int]:
    """The chat with a sentence between two of a turn, and the character at which it begins."""
    parts = SENTENCE.split(chat.turns[turn])
    place = random_.randint(0, len(parts))
    before = " ".join(parts[:place])
    start = len(before) + bool(before)
    return chat.said(turn, " ".join([*parts[:place], sentence, *parts[place:]])), start


def with_identifiers(chat: Chat, random_: random.Random) -> tuple[Chat, tuple[Span, ...]]:
    """One to three identifiers, each in another turn as far as there are turns."""
    spans: list[Span] = []
    turns = random_.sample(range(len(chat.turns)), min(random_.choice((1, 1, 2, 3)), len(chat.turns)))
    for turn in turns:
        label = random_.choice(sorted(texts("identifiers")["sentences"]))
        value = identifier(label, random_)
        sentence = random_.choice(texts("identifiers")["sentences"][label])
        chat, start = insert(chat, turn, sentence.format(**{label: value}), random_)
        start += sentence.index("{")
        spans.append(Span(turn, start, start + len(value), label))
    return chat, tuple(sorted(spans, key=lambda span: span.turn))


def with_crisis(chat: Chat, random_: random.Random) -> tuple[Chat, Span]:
    """A graded statement in one of the user's turns; half of the time the helper answers to it."""
    severity = random_.choice(SEVERITIES)
    statement = random_.choice(texts("crisis")[severity])
    turn = random_.randrange(0, len(chat.turns), 2)
    chat, start = insert(chat, turn, statement, random_)
    if severity != "none" and random_.random() < 0.5:
        chat = chat.said(turn + 1, f"{random_.choice(texts('crisis')['replies'])} {chat.turns[turn + 1]}")
    return chat, Span(turn, start, start + len(statement), severity)


def with_sentence(chat: Chat, sentences: list[str], label: str, random_: random.Random) -> tuple[Chat, Span]:
    """One of the sentences in one of the user's turns."""
    sentence = random_.choice(sentences)
    turn = random_.randrange(0, len(chat.turns), 2)
    chat, start = insert(chat, turn, sentence, random_)
    return chat, Span(turn, start, start + len(sentence), label)


def identifier(label: str, random_: random.Random) -> str:
    """An invented person, phone number, e-mail address, postal address, account, record number or date of birth."""
    made_up = texts("identifiers")
    first, last = random_.choice(made_up["first_names"]), random_.choice(made_up["last_names"])
    match label:
        case "person":
            return f"{first} {last}"
        case "phone":
            code, line = random_.randint(201, 989), random_.randint(100, 199)
            return random_.choice(("({0}) 555-0{1}", "{0}-555-0{1}", "+1 {0} 555 0{1}")).format(code, line)
        case "email":
            return f"{first}.{last}@example.org".lower()
        case "address":
            return f"{random_.randint(1, 240)} {random_.choice(made_up['streets'])}, {random_.choice(made_up['towns'])}"
        case "iban":
            return _iban(random_)
        case "medical_record":
            return f"MRN {random_.randint(0, 99_999_999):08}"
        case "date_of_birth":
            return f"{random_.randint(1, 28):02}/{random_.randint(1, 12):02}/{random_.randint(1950, 2006)}"
    raise ValueError(f"no identifier is called {label!r}")


def _iban(random_: random.Random) -> str:
    """An account number of British form with right check digits, at a bank that does not exist."""
    account = f"TEST{random_.randint(0, 10**14 - 1):014}"
    digits = "".join(str(int(character, 36)) for character in f"{account}GB00")
    number = f"GB{IBAN_MODULUS + 1 - int(digits) % IBAN_MODULUS:02}{account}"
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
