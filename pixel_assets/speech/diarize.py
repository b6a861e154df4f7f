"""From a transcript to turns: who speaks, told by pauses, punctuation and the pitch of voices.

No model of voices is used, for none comes in a package. The words are cut into utterances at pauses (short ones count after
a question, longer ones after a sentence). The utterances are one speaker's or, if their pitches fall into two groups far
apart, two speakers'. So a man and a woman are told apart, two voices of like pitch are taken for one, and there are never
more than two. An utterance without a pitch of its own is the other speaker's after a question, else the same one's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from pixel_assets.speech.transcript import Transcript, Word

CLOSING: Final = "\"'”’)]»"  # what may stand behind the mark that ends a sentence
SENTENCE_ENDS: Final = (".", "!", "?", "…", "。", "？", "！")
QUESTION_ENDS: Final = ("?", "？")


@dataclass(frozen=True)
class Cues:
    """From which pause on an utterance ends, in seconds, and how far apart voices must be to be two."""

    after_question: float = 0.2
    after_sentence: float = 0.6
    anywhere: float = 2.0
    least_semitones: float = 5.0  # between the two voices; one voice's own sentences differ by less
    least_spreads: float = 4.0  # between the two voices, in standard deviations within one of them
    least_share: float = 0.1  # of the time spoken, for each voice


@dataclass(frozen=True)
class Turn:
    """What one speaker says until the other one does, or until a long pause."""

    speaker: str
    words: tuple[Word, ...]

    @property
    def start(self) -> float:
        """When its first word starts, in seconds."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """When its last word ends, in seconds."""
        return self.words[-1].end

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join(word.text for word in self.words)


def turns(transcript: Transcript, cues: Cues | None = None) -> list[Turn]:
    """The turns of a transcript in order; every word of it is in one. Speakers are ``speaker_1`` and ``speaker_2``, in order."""
    cues = cues or Cues()
    utterances = list(_utterances(transcript.words, cues))
    found: list[Turn] = []
    for speaker, words in zip(_speakers(utterances, cues), utterances, strict=True):
        if found and found[-1].speaker == speaker and words[0].start - found[-1].end < cues.anywhere:
            found[-1] = Turn(speaker, found[-1].words + words)
        else:
            found.append(Turn(speaker, words))
    return found


def _utterances(words: Sequence[Word], cues: Cues) -> Iterator[tuple[Word, ...]]:
    first = 0
    for at, (word, following) in enumerate(pairwise(words), start=1):
        if following.start - word.end >= _least_pause(word.text, cues):
            yield tuple(words[first:at])
            first = at
    if words:
        yield tuple(words[first:])


def _least_pause(text: str, cues: Cues) -> float:
    bare = text.rstrip(CLOSING)
    if bare.endswith(QUESTION_ENDS):
        return cues.after_question
    return cues.after_sentence if bare.endswith(SENTENCE_ENDS) else cues.anywhere


def _speakers(utterances: Sequence[tuple[Word, ...]], cues: Cues) -> list[str]:
    heights = [_semitones(words) for words in utterances]
    bound = _between_voices(utterances, heights, cues)
    voices: list[bool] = []  # whether it is the higher voice
    for at, height in enumerate(heights):
        if bound is None:
            voices.append(False)
        elif height is not None:
            voices.append(height > bound)
        elif not voices:
            voices.append(False)
        else:
            asked = utterances[at - 1][-1].text.rstrip(CLOSING).endswith(QUESTION_ENDS)
            voices.append(voices[-1] != asked)
    return ["speaker_1" if voice == voices[0] else "speaker_2" for voice in voices]


def _semitones(words: Sequence[Word]) -> float | None:
    pitches = [word.pitch for word in words if word.pitch]
    return 12 * math.log2(float(np.median(pitches))) if pitches else None


def _between_voices(utterances: Sequence[tuple[Word, ...]], heights: Sequence[float | None], cues: Cues) -> float | None:
    """The height that parts the two voices, by the cut that leaves the least variance on both sides; None for one voice."""
    known = sorted((height, words[-1].end - words[0].start) for words, height in zip(utterances, heights, strict=True) if height)
    values, seconds = (np.array(column) for column in zip(*known, strict=True)) if known else (np.zeros(0), np.zeros(0))
    if len(values) < 2:
        return None
    spreads = [values[:cut].var() * cut + values[cut:].var() * (len(values) - cut) for cut in range(1, len(values))]
    cut = int(np.argmin(spreads)) + 1
    apart = values[cut:].mean() - values[:cut].mean()
    within = math.sqrt(spreads[cut - 1] / len(values))
    share = min(seconds[:cut].sum(), seconds[cut:].sum()) / max(seconds.sum(), 1e-9)
    if apart < cues.least_semitones or apart < cues.least_spreads * within or share < cues.least_share:
        return None
    return float(values[cut - 1] + values[cut]) / 2
