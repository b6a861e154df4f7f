"""Cutting what one speaker says without being asked: before questions of their own, at long pauses, and evenly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pixel_assets.speech.counting import count
from pixel_assets.speech.cutting import Passage, Sentence, Sizes
from pixel_assets.speech.spoken import Spoken

LEAST_ANSWER: Final = 4  # words that answer one's own question
LEAST_QUESTION: Final = 3  # words of a question that one answers oneself; shorter ones are tags

Section = tuple[Sequence[Sentence], Sequence[Sentence]]  # what is asked, or nothing; and what is said


def lone(speaker: str, sentences: Sequence[Sentence]) -> Iterator[Passage]:
    """A question without an answer."""
    if sentences:
        yield Passage(sentences[0].first, sentences[-1].last, sentences[-1].last, speaker, "nobody")


def monologue(spoken: Spoken, speaker: str, sentences: Sequence[Sentence], sizes: Sizes) -> Iterator[Passage]:
    """The passages of what one speaker says without being asked."""
    if not sentences:
        return
    if all(sentence.asks for sentence in sentences):
        yield from lone(speaker, sentences)
        return
    for questions, answer in _sections(spoken, sentences, sizes):
        asked = sum(sentence.words for sentence in questions)
        for number, group in enumerate(_packed(answer, sizes, asked)):
            is_first = number == 0 and asked > 0
            begin = questions[0].first if is_first else group[0].first
            yield Passage(begin, group[0].first, group[-1].last, speaker, "self" if is_first else "nobody")


def _sections(spoken: Spoken, sentences: Sequence[Sentence], sizes: Sizes) -> Iterator[Section]:
    """Cut where the speaker asks something and goes on to answer it; a short lead-in belongs to the question."""
    asked: Sequence[Sentence] = ()
    begin = at = 0
    while at < len(sentences):
        end = at
        while end < len(sentences) and sentences[end].asks:
            end += 1
        answer_end = end
        while answer_end < len(sentences) and not sentences[answer_end].asks:
            answer_end += 1
        if end > at and _is_answered(spoken, sentences[at:end], sentences[end:answer_end], sizes):
            lead_in = sum(sentence.words for sentence in sentences[begin:at])
            if lead_in >= sizes.least or asked:
                yield asked, sentences[begin:at]
                begin = at
            asked, begin = sentences[begin:end], end
        at = answer_end
    yield asked, sentences[begin:]


def _is_answered(spoken: Spoken, questions: Sequence[Sentence], answer: Sequence[Sentence], sizes: Sizes) -> bool:
    words = sum(sentence.words for sentence in answer)
    asked = sum(sentence.words for sentence in questions)
    if words < LEAST_ANSWER or not sizes.least <= words + asked or asked > sizes.most // 2:
        return False
    last = questions[-1]
    checks = count(spoken.forms[last.first : last.last]).hits.get("audience_checks", 0)
    return last.words >= LEAST_QUESTION and not checks


def _packed(sentences: Sequence[Sentence], sizes: Sizes, asked: int) -> list[list[Sentence]]:
    """Groups of about one length, none longer than a passage may be (the first together with what was asked).

    A sentence that is longer is a group of its own.
    """
    total = asked + sum(sentence.words for sentence in sentences)
    even = -(-total // -(-total // sizes.most))
    groups: list[list[Sentence]] = [[]]
    size = asked
    for sentence in sentences:
        if groups[-1] and size + sentence.words > sizes.most:
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += sentence.words
        if size >= even or (sentence.pause and size >= sizes.pause_words):
            groups.append([])
            size = 0
    if not groups[-1]:
        groups.pop()
    return _without_rest(groups, sizes, asked)


def _without_rest(groups: list[list[Sentence]], sizes: Sizes, asked: int) -> list[list[Sentence]]:
    """The last group joins the one before it, if it is short and fits."""
    if len(groups) > 1:
        rest, before = (sum(sentence.words for sentence in group) for group in (groups[-1], groups[-2]))
        before += asked if len(groups) == 2 else 0
        if rest < sizes.least and rest + before <= sizes.most:
            last = groups.pop()
            groups[-1] += last
    return groups
