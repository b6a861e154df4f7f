"""Counting cues in a stretch of words: how often each list is met, the sentences, and the feelings that are named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pixel_assets.speech.lexicon import Category, Feeling, Form

WINDOW: Final = 50  # words
NEGATION_REACH: Final = 3  # words after a negation whose feeling it turns round, as in "not very happy"
NEGATED: Final = -0.5  # "not happy" is less than "unhappy"


@dataclass(frozen=True)
class Counts:
    """What is counted in some words; ``hits`` are occurrences of each list, phrases included."""

    words: int
    hits: Mapping[Category, int]
    sentences: tuple[int, ...]  # words of each
    questions: int
    feelings: tuple[Feeling, ...]
    variety: float  # share of different words in 50 of them

    def rate(self, category: Category) -> float:
        """Occurrences in 100 words."""
        return 100 * self.hits.get(category, 0) / self.words if self.words else 0.0


def count(forms: Sequence[Form]) -> Counts:
    """Count the cues in some words, given by their forms."""
    hits: Counter[Category] = Counter()
    feelings: list[Feeling] = []
    sentences: list[int] = []
    counted_until: dict[Category, int] = {}  # so that a phrase within a phrase of the same list does not count
    questions, sentence_from, negated_until = 0, 0, -1
    for at, word in enumerate(forms):
        length, categories = _phrase(forms, at)
        for category in dict.fromkeys((*word.categories, *categories)) if categories else word.categories:
            if at >= counted_until.get(category, 0):
                hits[category] += 1
        if categories:
            counted_until |= dict.fromkeys(categories, at + length)
        if "negations" in word.categories:
            negated_until = at + NEGATION_REACH
        if word.feeling:
            valence, arousal = word.feeling
            feelings.append(Feeling(round(NEGATED * valence, 3), arousal) if at <= negated_until else word.feeling)
        if word.ends:
            sentences.append(at + 1 - sentence_from)
            questions += word.asks
            sentence_from, negated_until = at + 1, -1
    if sentence_from < len(forms):
        sentences.append(len(forms) - sentence_from)
    return Counts(len(forms), hits, tuple(sentences), questions, tuple(feelings), variety([word.text for word in forms]))


def together(parts: Iterable[Counts]) -> Counts:
    """The counts of several texts as if they were one; ``variety`` is their mean by words."""
    hits: Counter[Category] = Counter()
    sentences: list[int] = []
    feelings: list[Feeling] = []
    words = questions = 0
    different = 0.0
    for part in parts:
        hits.update(part.hits)
        sentences += part.sentences
        feelings += part.feelings
        words += part.words
        questions += part.questions
        different += part.words * part.variety
    return Counts(words, hits, tuple(sentences), questions, tuple(feelings), different / words if words else 0.0)


def variety(words: Sequence[str]) -> float:
    """Mean share of different words in windows of 50, one after the other: unlike that of a whole text, it hardly knows length.

    After the moving-average type–token ratio of Covington and McFall (2010). A text shorter than a window is one.
    """
    starts = range(0, max(1, len(words) - WINDOW + 1), WINDOW)
    shares = [len(set(words[start : start + WINDOW])) / len(words[start : start + WINDOW]) for start in starts if words]
    return sum(shares) / len(shares) if shares else 0.0


def _phrase(forms: Sequence[Form], at: int) -> tuple[int, tuple[Category, ...]]:
    """Length and lists of the longest phrase that begins here; none has length 0."""
    for rest, categories in forms[at].phrases:
        end = at + len(rest)
        if end < len(forms) and all(forms[at + 1 + n].text == text for n, text in enumerate(rest)):
            return 1 + len(rest), categories
    return 0, ()
