"""Therapeutic accuracy: what therapists do, in the codes of motivational interviewing, and how near that is to good practice.

Three heads. *Behaviour* says what a reply mostly is: a question, a reflection, input or something else (AnnoMI: Wu et al. 2022).
*Interview* says of each sentence whether it is rather from an interview that shows how it is done than from one that shows how it
is not, by vectors alone, for there are too few transcripts to weigh features by. What is said to nobody hardly counts: facts that
are added make no reply better. *Support* reads the conversation as a whole, and
tells emotional support that passed its authors' filter from such that failed (ESConv: Liu et al. 2021). How long anything is was
among its columns when it was fitted and is left out when it is applied, so that it does not learn to like what is long.

Deviations that motivational interviewing warns of, such as advice without permission or judgement, are found by phrases and count
against the conversation on top.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pixel_assets.quality.features.replies import Features
from pixel_assets.quality.heads.linear import Head, Values, logistic
from pixel_assets.quality.seen import Seen

BEHAVIOUR: Final = "behaviour"
GOOD: Final = ("not", "good")  # outputs of the other two
SIZES: Final = frozenset(
    {"length", "sentences", "asked_content", "sentence_length", "longer_than_prompt", "new_words", "prompt_length", "replies",
     "share_of_words", "mean:length", "mean:sentence_length", "mean:longer_than_prompt", "mean:different_words",
     "different_words"}
)  # fmt: skip
_ADDRESSING: Final = ("word:second_person", "questions", "told_questions")
_UNADDRESSED: Final = 0.05
DEVIATIONS: Final = {
    "advice_unasked": "advice without permission",
    "any:judgement": "judgement",
    "any:minimising": "minimising",
    "any:premature_interpretation": "premature interpretation",
}


# By how much log-odds fall if every reply deviates so: set by hand, for few labelled transcripts have any of it
PENALTIES: Final = {"advice_unasked": 0.5, "any:judgement": 3.0, "any:minimising": 3.0, "any:premature_interpretation": 1.5}


def without_sizes(features: Features) -> Features:
    """Features that are not about how long something is."""
    kept = [number for number, name in enumerate(features.names) if name not in SIZES]
    return Features(tuple(features.names[number] for number in kept), features.values[:, kept])


def addressed(seen: Seen) -> Values:
    """How much each sentence of a reply counts, (sentences,): what asks or speaks to the client all, anything else hardly."""
    features = seen.sentence_features
    spoken_to = sum((features.column(name) for name in _ADDRESSING), np.zeros(len(seen.of_sentence)))
    return np.where(spoken_to > 0, 1.0, _UNADDRESSED)


def pooled(values: Values, weights: Values, seen: Seen) -> Values:
    """Weighted means by conversation, (conversations, columns), of values by sentence of a reply; 0 for one without a reply."""
    owner = seen.exchanges.conversation[seen.of_sentence]
    total = np.zeros((seen.exchanges.conversations, values.shape[1]))
    np.add.at(total, owner, values * weights[:, None])
    return np.asarray(total / np.maximum(np.bincount(owner, weights, seen.exchanges.conversations), _UNADDRESSED)[:, None])


def mean_of_replies(values: Values, seen: Seen) -> Values:
    """Means by conversation of values by reply; 0 for a conversation without."""
    count = np.bincount(seen.exchanges.conversation, minlength=seen.exchanges.conversations)
    total = np.bincount(seen.exchanges.conversation, values, minlength=seen.exchanges.conversations)
    return np.asarray(total / np.maximum(count, 1))


def log_odds(head: Head, standardised: Values) -> Values:
    """Of being good, (rows,)."""
    logits = head.logits(standardised)
    return np.asarray(logits[:, 1] - logits[:, 0])


def accuracy(interview: Values, support: Values, penalty: Values) -> Values:
    """Probability from the log-odds of both, each of which counts half, for no set has labels of both, less a penalty."""
    return logistic((interview + support) / 2 - penalty)


def penalties(features: Features) -> Values:
    """What deviations take from the log-odds, (replies, :data:`PENALTIES`)."""
    return np.stack([weight * (features.column(name) > 0) for name, weight in PENALTIES.items()], axis=1)

