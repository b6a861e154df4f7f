"""Clean replies spoilt in known ways, for learning what clean language is. The same row is spoilt the same way everywhere."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.typed_yaml import read_yaml

PIECES: Final = Path(__file__).parent / "data" / "spoilt.yaml"
_WORD: Final = re.compile(r"\S+")
_SENTENCE: Final = re.compile(r"(?<=[.!?\n])\s+")
_SHARE: Final = (0.1, 0.35)  # of the words that are spoilt
_FEWEST_WORDS: Final = 6  # of a reply in which the order or the end of words can be told
_FEWEST_REPEATED: Final = 3  # words of a sentence that is said again
_WINDOW: Final = 4  # words within which the order is lost

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Exchange:
    """A reply with what it answers, and the reply before, which may be empty."""

    before: str
    prompt: str
    reply: str


def spoilt(exchange: Exchange, name: str) -> Mapping[str, Exchange]:
    """By kind, the exchange spoilt; a kind that cannot be made of it is missing. ``name`` decides all that is drawn."""
    found = {}
    for kind, spoil in KINDS.items():
        digest = hashlib.sha256(f"{kind}\x1f{name}".encode()).digest()
        made = spoil(exchange, np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big"))))
        if made is not None and made != exchange:
            found[kind] = made
    return found


class _Pieces(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    boilerplate: tuple[str, ...] = Field(min_length=2)
    markup: tuple[str, ...] = Field(min_length=1)
    mojibake: tuple[str, ...] = Field(min_length=1)
    noise: tuple[str, ...] = Field(min_length=1)
    grammar: dict[str, str]


@functools.cache
def _pieces() -> _Pieces:
    return read_yaml(PIECES, _Pieces).content


def _of_reply(change: Callable[[str, Random], str | None]) -> Callable[[Exchange, Random], Exchange | None]:
    def changed(exchange: Exchange, random: Random) -> Exchange | None:
        reply = change(exchange.reply, random)
        return None if not reply else Exchange(exchange.before, exchange.prompt, reply)

    return changed


def _shuffled(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    if len(words) < _FEWEST_WORDS:
        return None
    places = np.arange(len(words)) + random.uniform(0, _WINDOW, len(words))
    return " ".join(words[place] for place in np.argsort(places, kind="stable"))


def _dropped(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    kept = random.random(len(words)) >= random.uniform(*_SHARE)
    if len(words) < _FEWEST_WORDS or kept.all():
        return None
    return " ".join(word for word, stays in zip(words, kept.tolist(), strict=True) if stays)


def _typos(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    long = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    for place in _some(long, random):
        word, at = words[place], int(random.integers(1, len(words[place]) - 1))
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :] if at + 1 < len(word) else word[:at]
        words[place] = (swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:])[int(random.integers(3))]
    return " ".join(words) if long else None


def _some(places: list[int], random: Random) -> list[int]:
    count = max(1, round(len(places) * random.uniform(*_SHARE)))
    return sorted(random.permutation(np.array(places, np.int64))[:count].tolist())


def _small(text: str, _: Random) -> str | None:
    return re.sub(r"[.,!?](?=\s|$)", "", text.lower())


def _capitals(text: str, _: Random) -> str | None:
    return text.upper()


def _pasted(kind: str, least: int, most: int) -> Callable[[str, Random], str | None]:
    def paste(text: str, random: Random) -> str | None:
        words, pieces = _WORD.findall(text), getattr(_pieces(), kind)
        for _ in range(int(random.integers(least, most + 1))):
            piece = pieces[int(random.integers(len(pieces)))].replace("{n}", str(int(random.integers(10, 10_000))))
            words.insert(int(random.integers(len(words) + 1)), piece)
        return " ".join(words)

    return paste


def _mojibake(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    for place in _some(list(range(len(words))), random) if words else ():
        piece = _pieces().mojibake[int(random.integers(len(_pieces().mojibake)))]
        words[place] = words[place].replace("'", piece) if "'" in words[place] else words[place] + piece
    return " ".join(words)


def _boilerplate(text: str, random: Random) -> str | None:
    pieces = random.permutation(np.array(_pieces().boilerplate))[: int(random.integers(1, 4))].tolist()
    given = [piece.replace("{n}", str(int(random.integers(1, 1000)))) for piece in pieces]
    return " ".join([given[0], text, *given[1:]] if random.integers(2) else [text, *given])


def _repeated(text: str, random: Random) -> str | None:
    sentences = _SENTENCE.split(text.strip())
    long = [place for place, sentence in enumerate(sentences) if len(sentence.split()) >= _FEWEST_REPEATED]
    if not long:
        return None
    place = long[int(random.integers(len(long)))]
    again = [sentences[place]] * int(random.integers(2, 6))
    return " ".join([*sentences[: place + 1], *again, *sentences[place + 1 :]])


def _cut(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    if len(words) < _FEWEST_WORDS:
        return None
    kept = max(3, int(len(words) * random.uniform(0.3, 0.9)))
    cut = re.sub(r"[^\w]+$", "", " ".join(words[:kept]))
    return cut if kept < len(words) else None


def _keywords(text: str, _: Random) -> str | None:
    words = [word for word in re.findall(r"[A-Za-z]+", text.lower()) if len(word) > 4]
    return " ".join(words) if len(words) >= _FEWEST_WORDS else None


def _grammar(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    wrong = _pieces().grammar
    places = [place for place, word in enumerate(words) if word.lower() in wrong]
    count = max(1, round(len(places) * random.uniform(0.3, 0.9)))
    for place in random.permutation(np.array(places, np.int64))[:count].tolist():
        words[place] = wrong[words[place].lower()]
    return " ".join(words) if places else None


def _slips(text: str, random: Random) -> str | None:
    words = _WORD.findall(text)
    if len(words) < 3:
        return None
    for _ in range(int(random.integers(1, 5))):
        place = int(random.integers(1, len(words)))
        word, before = words[place], words[place - 1]
        match int(random.integers(5)):
            case 0:
                words[place] = f"{word.lower()} {word}"
            case 1:
                words[place] = f"{word} ,"
            case 2:
                words[place] = ('"', "(", "[")[int(random.integers(3))] + word
            case 3:
                words[place - 1 : place + 1] = [f"{before.rstrip('.,')}.{word.title()}"]
                words.append("")
            case _:
                words = [re.sub(r"^I(?=$|')", "i", each) for each in words]
    return " ".join(words).rstrip()


def _said_before(exchange: Exchange, _: Random) -> Exchange | None:
    long = len(exchange.reply.split()) >= 2 * _FEWEST_WORDS
    return Exchange(exchange.reply, exchange.prompt, exchange.reply) if long else None


def _noisy_prompt(exchange: Exchange, random: Random) -> Exchange | None:
    spoil = _mojibake if random.integers(2) else _pasted("markup", 2, 6)
    prompt = spoil(exchange.prompt, random)
    return Exchange(exchange.before, prompt, exchange.reply) if prompt else None


KINDS: Final[Mapping[str, Callable[[Exchange, Random], Exchange | None]]] = {
    "shuffled": _of_reply(_shuffled),
    "dropped": _of_reply(_dropped),
    "typos": _of_reply(_typos),
    "small_letters": _of_reply(_small),
    "capitals": _of_reply(_capitals),
    "markup": _of_reply(_pasted("markup", 1, 5)),
    "mojibake": _of_reply(_mojibake),
    "noise": _of_reply(_pasted("noise", 1, 5)),
    "boilerplate": _of_reply(_boilerplate),
    "repeated": _of_reply(_repeated),
    "cut": _of_reply(_cut),
    "keywords": _of_reply(_keywords),
    "grammar": _of_reply(_grammar),
    "slips": _of_reply(_slips),
    "said_before": _said_before,
    "noisy_prompt": _noisy_prompt,
}
