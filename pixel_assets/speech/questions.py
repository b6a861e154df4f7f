"""Questions for passages that nobody asked for: made from the topic of the passage, and only from its text.

The topic is a noun phrase in the passage's own words: one or two words behind an article, a possessive or "about", those that
come most often, the first of equals. The question is chosen by the hash of the passage, so that equal passages are asked alike.
"""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pixel_assets.speech.counting import Counts
from pixel_assets.speech.lexicon import Form, categories, prompts

Invites = Literal["question", "invitation"]

# The asker's word for it: what the speaker calls mine is yours to whoever asks, and the other way round
ARTICLES: Final = {
    "the": "the", "a": "a", "an": "an", "my": "your", "your": "my", "our": "our", "his": "the", "her": "the", "their": "the",
    "about": "",  # no article, but what follows it is what the talk is about
}  # fmt: skip
MOST_WORDS: Final = 2  # a longer run of words behind an article mostly holds a verb
LEAST_LETTERS: Final = 3
LEAST_INNER: Final = 2  # words of inner life
LEAST_INNER_RATE: Final = 3.0  # in 100 words


@dataclass(frozen=True)
class _Phrase:
    article: str
    words: tuple[str, ...]  # in lower case
    written: str


def speaks_of_inner_life(counts: Counts) -> bool:
    """Whether a passage names feelings or inner life often enough to be an answer to an invitation to reflect."""
    named = counts.hits.get("inner_life", 0) + sum(1 for feeling in counts.feelings if abs(feeling.valence) > 0.3)
    return named >= LEAST_INNER and 100 * named >= LEAST_INNER_RATE * counts.words


def made_question(texts: Sequence[str], forms: Sequence[Form], invites: Invites) -> str:
    """A question to which the words, given as written and by their forms, may be the answer."""
    found = topic(texts, forms)
    choices = prompts()[invites if found else f"{invites}_without_topic"]
    digest = hashlib.blake2b(" ".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return choices[int.from_bytes(digest, "big") % len(choices)].replace("{topic}", found or "")


def topic(texts: Sequence[str], forms: Sequence[Form]) -> str | None:
    """What the words are about, as somebody who asks would call it; None where no noun phrase is found."""
    times = Counter(form.text for form in forms)
    best: _Phrase | None = None
    most = 0.0
    for phrase in _phrases(texts, forms):
        score = sum(times[word] for word in phrase.words) / len(phrase.words) + 0.25 * len(phrase.words)
        if score > most:
            best, most = phrase, score
    return f"{ARTICLES[best.article]} {best.written}".strip() if best else None


def _phrases(texts: Sequence[str], forms: Sequence[Form]) -> Iterator[_Phrase]:
    for at, form in enumerate(forms):
        if form.text in ARTICLES and not form.pauses:
            end = _end(forms, at + 1)
            words = tuple(each.text for each in forms[at + 1 : end])
            if 1 <= len(words) <= MOST_WORDS and words[-1] not in _vague():
                yield _Phrase(form.text, words, " ".join(_bare(text) for text in texts[at + 1 : end]))


def _end(forms: Sequence[Form], first: int) -> int:
    """Where the run of words ends that may be a noun phrase."""
    at = first
    while at < len(forms) and _is_content(forms[at].text):
        at += 1
        if forms[at - 1].pauses:
            break
    return at


def _is_content(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and word.isalpha() and word not in _stop() and not word.endswith("ly")


def _bare(text: str) -> str:
    return text.strip(".,;:!?…\"'”“’‘()[]«»-–—")


@functools.cache
def _stop() -> frozenset[str]:
    return frozenset(categories()["function"]) | frozenset(categories()["common_verbs"])


@functools.cache
def _vague() -> frozenset[str]:
    return frozenset(categories()["vague"])
