"""Does it sound like somebody talking, and like the voice that talks elsewhere: two scores of a passage, each from 0 to 1.

Authenticity. Talk differs from writing read aloud: it is contracted, personal and full of discourse markers (Biber 1988, the
dimension "involved versus informational"), its sentences are of uneven length, and its melody moves. Each part is from 0 to 1
and drawn to a half where there are few words (n of them):

    contractions   contractions in 100 words / 4, at most 1
    person         first and second person in 100 words / 10, at most 1
    discourse      fillers, hedges and affirmations in 100 words / 4, at most 1
    unevenness     standard deviation of the sentences' lengths / (0.6 × their mean), at most 1; a half for one sentence
    part           (n × part + 20 × 0.5) / (n + 20)
    heard          (mean probability of the words − 0.4) / 0.55, between 0 and 1; left out without probabilities
    melody         standard deviation of the pitch in semitones / 3, at most 1; left out without pitches

    authenticity = weighted mean of the parts × (1 − recited)
    recited      = (boilerplate + listing / 2) in 100 words / 5, at most 1

So it never falls when one of the parts rises while the others stay, and never rises with boilerplate.

Consistency. The passage's markers are compared with the overall profile, in spreads of the voice between recordings (or the
marker's usual spread, if that is larger), and drawn to the profile where there are few words:

    distance    = root mean square of (passage − mean) / spread × n / (n + 50), over the markers that both have
    consistency = 1 − distance / 2.5, at least 0
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from pixel_assets.speech.counting import Counts
from pixel_assets.speech.markers import MARKERS, Measured
from pixel_assets.speech.profile import Overall

WEIGHTS: Final = {"contractions": 0.2, "person": 0.2, "discourse": 0.15, "unevenness": 0.15, "heard": 0.15, "melody": 0.15}
FULL_CONTRACTIONS, FULL_PERSON, FULL_DISCOURSE = 4.0, 10.0, 4.0  # in 100 words
FULL_UNEVENNESS: Final = 0.6
PRIOR_WORDS: Final = 20
UNHEARD, WELL_HEARD = 0.4, 0.95  # mean probability of words
FULL_MELODY: Final = 3.0  # semitones
ALL_RECITED: Final = 5.0  # in 100 words
HALF_COMPARED: Final = 50  # words
FARTHEST: Final = 2.5  # spreads
DIGITS: Final = 3


def authenticity(measured: Measured) -> float:
    """How much some words sound like talk, rounded; 0.5 is in doubt."""
    parts = _parts(measured)
    weight = math.fsum(WEIGHTS[name] for name in parts)
    score = math.fsum(WEIGHTS[name] * part for name, part in parts.items()) / weight
    return round(score * (1 - recited(measured.counts)), DIGITS)


def recited(counts: Counts) -> float:
    """How much of it is boilerplate and numbered lists, from 0 to 1."""
    return min(1.0, (counts.rate("boilerplate") + counts.rate("listing") / 2) / ALL_RECITED)


def consistency(measured: Measured, overall: Overall | None) -> float:
    """How near some words are to the profile, rounded; 1 where there is nothing to compare."""
    if overall is None:
        return 1.0
    trust = measured.words / (measured.words + HALF_COMPARED)
    away = [
        trust * (value - mean) / max(overall.spread[marker.name] or 0.0, marker.usual_spread)
        for marker in MARKERS
        if marker.usual_spread is not None
        and (value := measured.values[marker.name]) is not None
        and (mean := overall.mean[marker.name]) is not None
    ]
    distance = math.sqrt(math.fsum(each * each for each in away) / len(away)) if away else 0.0
    return round(max(0.0, 1 - distance / FARTHEST), DIGITS)


def _parts(measured: Measured) -> dict[str, float]:
    counts = measured.counts
    person = counts.rate("first_singular") + counts.rate("first_plural") + counts.rate("second_person")
    discourse = counts.rate("fillers") + counts.rate("hedges") + counts.rate("affirmations")
    parts = {
        "contractions": min(1.0, counts.rate("contractions") / FULL_CONTRACTIONS),
        "person": min(1.0, person / FULL_PERSON),
        "discourse": min(1.0, discourse / FULL_DISCOURSE),
        "unevenness": _unevenness(counts.sentences),
    }
    known = {name: (counts.words * part + PRIOR_WORDS * 0.5) / (counts.words + PRIOR_WORDS) for name, part in parts.items()}
    heard = measured.values["confidence"]
    if heard is not None:
        known["heard"] = max(0.0, min(1.0, (heard - UNHEARD) / (WELL_HEARD - UNHEARD)))
    if measured.pitch_spread is not None:
        known["melody"] = min(1.0, measured.pitch_spread / FULL_MELODY)
    return known


def _unevenness(sentences: Sequence[int]) -> float:
    if len(sentences) < 2:
        return 0.5
    mean = sum(sentences) / len(sentences)
    deviation = math.sqrt(math.fsum((length - mean) ** 2 for length in sentences) / len(sentences))
    return min(1.0, deviation / mean / FULL_UNEVENNESS)
