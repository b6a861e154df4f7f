"""Cutting a transcript into passages, each of which may become a conversation: something that is said, and what it answers.

Between speakers, a turn that ends with a question and its answer are a passage; so are a statement and a reply that reflects
it. A reply that reflects comes first: it takes the statement before it, even one that answered a question. What is left is cut
by itself at sentence ends: before a question that the speaker goes on to answer, at long pauses, and evenly where it is long.
Every word is in one passage, and the passages are in the order of the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, Literal

from pixel_assets.speech.counting import count
from pixel_assets.speech.cutting import Passage, Sentence, Sizes, sentences
from pixel_assets.speech.monologue import lone, monologue
from pixel_assets.speech.spoken import Spoken

Link = Literal["question", "reflection"]

LEAST_STATEMENT: Final = 4  # words that somebody can reflect
OPENING: Final = 30  # words of a reply in which it reflects, if it does


@dataclass(frozen=True)
class _Speech:
    """What one speaker says until another one does."""

    speaker: str
    sentences: tuple[Sentence, ...]

    @property
    def trailing(self) -> int:
        """How many of its sentences, at the end, are questions."""
        return next((n for n, sentence in enumerate(reversed(self.sentences)) if not sentence.asks), len(self.sentences))


def passages(spoken: Spoken, sizes: Sizes) -> list[Passage]:
    """The passages of a transcript in order; their words are all words of the transcript, each once."""
    speeches = _speeches(spoken)
    links = _links(spoken, speeches)
    found: list[Passage] = []
    begin = 0  # the first sentence of this speech that is in no passage yet
    for at, speech in enumerate(speeches):
        link = links[at]
        own = len(speech.sentences)
        if link is not None:
            own -= _asking(speech, begin, link, sizes, is_reply=at > 0 and links[at - 1] is not None)
        left: Sequence[Sentence] = speech.sentences[begin:own]
        unanswered: Sequence[Sentence] = ()
        if link is None and at + 1 < len(speeches):
            left, unanswered = _without_question(left, speech.trailing, sizes)
        found += monologue(spoken, speech.speaker, left, sizes)
        found += lone(speech.speaker, unanswered)
        begin = 0
        if link is not None:
            asked = speech.sentences[own:]
            reply = speeches[at + 1]
            most = len(reply.sentences) - (reply.trailing if links[at + 1] == "question" else 0)
            begin = _fitting(reply.sentences[:most], sizes.most - (asked[-1].last - asked[0].first))
            place = asked[0].first, asked[-1].last, reply.sentences[begin - 1].last
            found.append(Passage(*place, reply.speaker, "other", is_statement=link == "reflection"))
    return found


def _speeches(spoken: Spoken) -> list[_Speech]:
    return [
        _Speech(speaker, tuple(sentence for stretch in group for sentence in sentences(spoken, stretch.first, stretch.last)))
        for speaker, group in groupby(spoken.stretches, key=lambda stretch: stretch.speaker)
    ]


def _links(spoken: Spoken, speeches: Sequence[_Speech]) -> list[Link | None]:
    """How each speech is answered by the next one, if it is; no sentence is needed by two passages."""
    links: list[Link | None] = []
    for speech, following in pairwise(speeches):
        if speech.sentences[-1].asks:
            links.append("question")
        elif _size(speech) >= LEAST_STATEMENT and _reflects(spoken, following) and links[-1:] != ["reflection"]:
            links.append("reflection")
        else:
            links.append(None)
    links.append(None)
    for at in range(len(links) - 1):
        link, reply = links[at], speeches[at + 1]
        if link == "question" and links[at + 1] == "reflection":
            links[at] = None
        elif link is not None and links[at + 1] == "question" and reply.trailing == len(reply.sentences):
            links[at + (link == "reflection")] = None  # who answers with a question only, does not answer
    return links


def _size(speech: _Speech) -> int:
    return speech.sentences[-1].last - speech.sentences[0].first


def _reflects(spoken: Spoken, speech: _Speech) -> bool:
    first = speech.sentences[0].first
    counts = count(spoken.forms[first : min(first + OPENING, speech.sentences[-1].last)])
    return counts.hits.get("reflections", 0) + counts.hits.get("validations", 0) > 0


def _asking(speech: _Speech, begin: int, link: Link, sizes: Sizes, *, is_reply: bool) -> int:
    """How many sentences at the end are answered: of a reply its questions, else as many as fit in half a passage."""
    free = speech.sentences[begin:]
    if is_reply and link == "question":
        return min(speech.trailing, len(free))
    return _fitting(free[::-1], sizes.most // 2)


def _fitting(sentences: Sequence[Sentence], most: int) -> int:
    """How many sentences fit into ``most`` words; one at least."""
    total = 0
    for number, sentence in enumerate(sentences):
        total += sentence.words
        if number and total > most:
            return number
    return len(sentences)


def _without_question(
    sentences: Sequence[Sentence], trailing: int, sizes: Sizes
) -> tuple[Sequence[Sentence], Sequence[Sentence]]:
    """Take away the questions at the end, whose answer belongs to another passage, and with them what little is before them."""
    cut = len(sentences) - min(trailing, len(sentences))
    if trailing and sum(sentence.words for sentence in sentences[:cut]) < sizes.least:
        cut = 0
    return sentences[:cut], sentences[cut:]
