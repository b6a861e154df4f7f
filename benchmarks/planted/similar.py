"""Chats that are like another one: equal up to spelling, near to a measured degree, or chained one to the next.

Similarity is the Jaccard index of the sets of word 3-grams of all that is said, turn after turn; words are those of
:func:`pixel_assets.quality.text.normalise`.
"""

from __future__ import annotations

import random
from typing import Final, NamedTuple

import numpy as np

from pixel_assets.quality.text import normalise
from planted.chats import ENGLISH, Chat
from planted.prose import Prose, write

BUCKETS: Final = (0.95, 0.85, 0.7, 0.5)
FEWEST_WORDS: Final = 60  # below this one word more or less is too large a step
STEP: Final = 20  # words by which one chat of a chain is ahead of the one before it
LENGTH: Final = 140  # words of each chat of a chain


Shingles = frozenset[tuple[str, str, str]]


class Near(NamedTuple):
    """A chat and how similar it is to its original."""

    chat: Chat
    jaccard: float


def shingles(chat: Chat) -> Shingles:
    """Word 3-grams of all that user and helper say."""
    words = normalise("\n".join(chat.turns)).form.split()
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def jaccard(one: Shingles, other: Shingles) -> float:
    """Similarity of two sets, from 0 to 1."""
    return len(one & other) / (len(one | other) or 1)


def respelled(chat: Chat, member: int) -> Chat:
    """The same words with other capitals, spaces or punctuation; each member of a cluster in its own way."""
    ways = (str.lower, str.upper, lambda text: text.replace(".", " ..."), lambda text: text.replace(" ", "  "), str.title)
    way = ways[member % len(ways)]
    return Chat(tuple(f"{way(turn)}{'!' * (member // len(ways))}" for turn in chat.turns), chat.system)


def nearly(chat: Chat, bucket: float, spare: list[str], random_: random.Random) -> Near:
    """Replace words by those of ``spare``, spread over the chat, then add some, until the similarity is ``bucket``.

    A word replaced costs three 3-grams and brings three, a word added brings one: so the measured similarity is within
    0.02 of the bucket for a chat of 60 words or more. The words of ``spare`` must each count as one word.
    """
    turns = [turn.split() for turn in chat.turns]
    original = shingles(chat)
    replaced = int(len(original) * (1 - bucket) / (3 * (1 + bucket)))
    places = [(turn, place) for turn, words in enumerate(turns) for place in range(len(words))]
    step = len(places) / (replaced + 1)
    for number in range(replaced):
        turn, place = places[int((number + 0.5 + random_.random() * 0.3) * step)]
        turns[turn][place] = random_.choice(spare)
    now = shingles(Chat(tuple(" ".join(words) for words in turns)))
    shared, either = len(original & now), len(original | now)
    turns[-1] += random_.choices(spare, k=max(0, round(shared / bucket) - either))
    changed = Chat(tuple(" ".join(words) for words in turns), chat.system)
    return Near(changed, jaccard(original, shingles(changed)))


def make_chain(prose: Prose, rng: np.random.Generator, members: int) -> list[Chat]:
    """Chats that look through a window at one long text: each shares three quarters of its 3-grams with the next one,
    and nothing with those eight places away. Joining whatever is similar would make one cluster of them all."""
    needed = LENGTH + STEP * members
    words = " ".join(write(prose, rng, np.full(needed // 80 + 2, 80), np.full(needed // 80 + 2, ENGLISH))).split()
    chats = []
    for start in range(0, STEP * members, STEP):
        window = words[start : start + LENGTH]
        chats.append(Chat((" ".join(window[: LENGTH // 2]), " ".join(window[LENGTH // 2 :]))))
    return chats
