"""Invented chats as long as counselling dialogues are, made many at once.

Lengths: the pairs of turns are geometric with mean 1.67, at most 12; the words of a turn are log-normal, the user's
with median 30 and sigma 0.75, the helper's with median 44 and sigma 0.6, between 5 and 400. As JSON, a record has about
930 bytes in the mean, 750 in the median and 2,200 at the 95th percentile.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from pixel_assets.settings import SAMPLE_DIR
from planted.prose import Positions, Prose, read_prose, write

TEXTS: Final = Path(__file__).parents[1] / "corpus_text"
SENTENCE: Final = re.compile(r"(?<=[.?!。？！])\s+")
ENGLISH: Final = 0
CONTINUED: Final = 0.4  # chance of one more pair of turns
MOST_PAIRS: Final = 12
FEWEST_WORDS, MOST_WORDS = 5, 400
# What speaks of numbers, names or danger in the sample stays out, so that the planted truth is all there is
TELLING: Final = re.compile(
    r"\d|suicid|kill|\bdie|\bdy|death|dead|hurt|harm|alive|my life|emergency|crisis|hotline|name is", re.I
)


@dataclass(frozen=True)
class Chat:
    """Turns, the user's first and then in alternation, with what came beside them."""

    turns: tuple[str, ...]
    system: str | None = None
    thought: str | None = None

    def said(self, turn: int, text: str) -> Chat:
        """The chat with another text in one turn."""
        return replace(self, turns=(*self.turns[:turn], text, *self.turns[turn + 1 :]))


def sample_sentences() -> list[str]:
    """Every English sentence of the shipped sample's chats, sorted."""
    found: set[str] = set()
    lines = [*(SAMPLE_DIR / "chats.jsonl").read_bytes().splitlines()]
    lines += gzip.decompress((SAMPLE_DIR / "evening_support.jsonl.gz").read_bytes()).splitlines()
    for line in lines:
        for text in re.findall(r'"(?:content|text)":\s*"((?:[^"\\]|\\.)*)"', line.decode()):
            found |= {part for part in SENTENCE.split(text) if part.isascii() and "\\" not in part and len(part) > 25}
    return sorted(found)


def load_prose() -> Prose:
    """English from the shipped sample, and the languages of ``corpus_text/languages.yaml``."""
    others: dict[str, str] = yaml.safe_load((TEXTS / "languages.yaml").read_text())
    english = [sentence for sentence in sample_sentences() if not TELLING.search(sentence)]
    return read_prose({"en": english} | {code: SENTENCE.split(text) for code, text in others.items()})


def make_chats(prose: Prose, rng: np.random.Generator, languages: Positions, pairs: Positions | None = None) -> list[Chat]:
    """One chat for each number of a language in ``prose``."""
    if pairs is None:
        pairs = np.minimum(rng.geometric(1 - CONTINUED, len(languages)), MOST_PAIRS)
    count = int(pairs.sum())
    lengths = np.empty(2 * count)
    lengths[::2] = rng.lognormal(np.log(30), 0.75, count)
    lengths[1::2] = rng.lognormal(np.log(44), 0.6, count)
    words: Positions = np.clip(lengths, FEWEST_WORDS, MOST_WORDS).astype(np.int64)
    texts = write(prose, rng, words, np.repeat(languages, 2 * pairs))
    ends = np.cumsum(2 * pairs).tolist()
    return [Chat(tuple(texts[start:end])) for start, end in zip([0, *ends], ends, strict=False)]
