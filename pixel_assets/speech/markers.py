"""The markers of a voice: how somebody talks, in numbers, from the words and from how they are said.

They measure language, in small English word lists and rough times. They are no diagnosis and no assessment of a person: the same
person talks otherwise with a friend, in a lecture and on a bad day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pixel_assets.speech.counting import Counts, count
from pixel_assets.speech.prosody import confidence, prosody
from pixel_assets.speech.spoken import Spoken, Stretch
from pixel_assets.speech.traits import trait_estimates

HALF_EMPATHY: Final = 100  # words
USUAL_EMPATHY: Final = 0.2
FULL_EMPATHY: Final = 6.0  # weighted signs in 100 words, from which on empathy is 1
FULL_VALENCE: Final = 2  # words of feeling that halve what a single one says

Values = Mapping[str, float | None]  # by marker


@dataclass(frozen=True)
class Marker:
    """A number that is measured. ``grain`` is the step to which the overall profile rounds it.

    ``usual_spread`` is how far passages of one voice usually lie apart; less than that is never asked of a passage. It is None
    for markers by which passages are not compared: those of the recording rather than of the voice, and the estimates of
    traits, which are made of the other counts.
    """

    name: str
    description: str
    grain: float
    usual_spread: float | None = None


MARKERS: Final = (
    Marker("openness", "estimate of openness from language, 0 to 1; 0.5 is usual", 0.02),
    Marker("conscientiousness", "estimate of conscientiousness from language, 0 to 1; 0.5 is usual", 0.02),
    Marker("extraversion", "estimate of extraversion from language, 0 to 1; 0.5 is usual", 0.02),
    Marker("agreeableness", "estimate of agreeableness from language, 0 to 1; 0.5 is usual", 0.02),
    Marker("neuroticism", "estimate of neuroticism from language, 0 to 1; 0.5 is usual", 0.02),
    Marker("empathy", "signs of empathy, 0 to 1: reflections, validation, questions about feelings, second person", 0.05, 0.15),
    Marker("reflections", "phrases that give back what somebody said, in 100 words", 0.2),
    Marker("validations", "phrases that call a feeling understandable, in 100 words", 0.2),
    Marker("question_share", "share of the sentences that are questions", 0.02, 0.2),
    Marker("hedges", "words that make a statement less certain, in 100 words", 0.2, 1.5),
    Marker("directives", "phrases that tell somebody what to do, in 100 words", 0.2, 1.0),
    Marker("affirmations", "words that agree or encourage, in 100 words", 0.2, 1.5),
    Marker("fillers", "fillers and discourse markers, in 100 words", 0.2, 2.5),
    Marker("first_person", "share of the words that are I, we and their forms", 0.01, 0.04),
    Marker("second_person", "share of the words that are you and its forms", 0.01, 0.04),
    Marker("sentence_words", "mean length of sentences in words", 1.0, 8.0),
    Marker("vocabulary", "share of different words in 50 words", 0.02, 0.1),
    Marker("valence", "how pleasant the named feelings are, -1 to 1; 0 where none is named", 0.05, 0.35),
    Marker("arousal", "how stirred up the named feelings are, 0 to 1; null where none is named", 0.05, 0.2),
    Marker("valence_spread", "standard deviation of the valence of named feelings; null for fewer than two", 0.05),
    Marker("arousal_spread", "standard deviation of the arousal of named feelings; null for fewer than two", 0.05),
    Marker("pitch_range", "semitones between the 5th and 95th percentile of the words' pitches; null for few of them", 0.5, 4.0),
    Marker("words_per_minute", "words a minute while somebody speaks, short pauses included", 5.0, 35.0),
    Marker("articulation", "words a minute without the pauses; null for subtitles", 5.0, 40.0),
    Marker("pause_share", "share of the time of speech that is pauses; null for subtitles", 0.02, 0.1),
    Marker("mean_pause", "mean pause in seconds; null for subtitles", 0.05),
    Marker("confidence", "mean probability of the words, by the speech model; null for subtitles", 0.02),
)
DIGITS: Final = 4


@dataclass(frozen=True)
class Measured:
    """Markers of some words, and how many words and seconds they rest on."""

    words: int
    seconds: float
    values: Values
    counts: Counts
    pitch_spread: float | None


def measure_markers(spoken: Spoken, stretches: Sequence[Stretch]) -> Measured:
    """The markers of some stretches of a transcript, rounded; any number of words will do, none as well."""
    counts = count([form for stretch in stretches for form in spoken.forms[stretch.first : stretch.last]])
    how = prosody(spoken, stretches)
    heard = [probability for stretch in stretches for probability in spoken.probabilities[stretch.first : stretch.last]]
    values: dict[str, float | None] = {
        **trait_estimates(counts),
        **_style(counts),
        **_emotions(counts),
        "empathy": empathy(counts),
        "pitch_range": how.pitch_range,
        "words_per_minute": how.pace,
        "articulation": how.articulation,
        "pause_share": how.pause_share,
        "mean_pause": how.mean_pause,
        "confidence": confidence(heard),
    }
    rounded = {marker.name: _rounded(values[marker.name]) for marker in MARKERS}
    return Measured(counts.words, round(how.seconds, 2), rounded, counts, _rounded(how.pitch_spread))


def empathy(counts: Counts) -> float:
    """Signs of empathy from 0 to 1, drawn to what is usual where there are few words.

    Reflections and validation are what manuals of client-centred counselling and of motivational interviewing count as
    empathic listening (Miller and Rollnick, 2013); a question about feelings counts as much, the second person a little.
    """
    signs = (
        counts.rate("reflections") + counts.rate("validations") + counts.rate("feeling_questions")
        + 0.1 * counts.rate("second_person")
    )  # fmt: skip
    trust = counts.words / (counts.words + HALF_EMPATHY)
    return trust * min(1.0, signs / FULL_EMPATHY) + (1 - trust) * USUAL_EMPATHY


def _style(counts: Counts) -> dict[str, float | None]:
    per_hundred = ("reflections", "validations", "hedges", "directives", "affirmations", "fillers")
    first = counts.rate("first_singular") + counts.rate("first_plural")
    return {
        **{name: counts.rate(name) for name in per_hundred},
        "first_person": first / 100,
        "second_person": counts.rate("second_person") / 100,
        "question_share": counts.questions / len(counts.sentences) if counts.sentences else None,
        "sentence_words": counts.words / len(counts.sentences) if counts.sentences else None,
        "vocabulary": counts.variety if counts.words else None,
    }


def _emotions(counts: Counts) -> dict[str, float | None]:
    valences = [feeling.valence for feeling in counts.feelings]
    arousals = [feeling.arousal for feeling in counts.feelings]
    return {
        "valence": math.fsum(valences) / (len(valences) + FULL_VALENCE),
        "arousal": math.fsum(arousals) / len(arousals) if arousals else None,
        "valence_spread": _deviation(valences),
        "arousal_spread": _deviation(arousals),
    }


def _deviation(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0  # no negative zero
