"""How much a conversation asks of whoever learns from it: four parts of complexity, and its place in a curriculum."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from pixel_assets.quality.traits.evidence import Evidence, Points, Values
from pixel_assets.quality.traits.kinds import DECIMALS, Chosen
from pixel_assets.quality.traits.phrases import Family

HARDEST_GRADE: Final = 16.0  # of the readability index: a text for graduates
_HALFWAY: Final = {"emotions": 3.0, "feeling": 3.0, "clinical": 2.0, "relations": 2.0}  # where a part reaches a half
LONGEST: Final = 8192  # tokens, from which on a conversation is not longer for this purpose
MOST_TURNS: Final = 64
PROGRESSION: Final = {"complexity": 0.5, "length": 0.25, "turns": 0.25}  # weights


class Complexity(NamedTuple):
    """Each from 0 to 1, one entry a conversation."""

    linguistic: Values
    emotional: Values
    clinical: Values
    relational: Values
    whole: Values  # mean of the four
    progression: Values


def complexity(
    evidence: Evidence, characters: Points, topics: Chosen, topic: Family, emotion: Family, relation: Family
) -> Complexity:
    """Parts of complexity and the progression; ``characters`` are those of user and assistant.

    - linguistic: the automated readability index (Smith and Senter 1967) of all that is said, by ``HARDEST_GRADE``
    - emotional: mean of how many emotions the user names and how many points they have per 100 words
    - clinical: number of clinical topics, grave ones twice: comorbidity
    - relational: kinds of persons whom the user speaks of

    Numbers x without a bound become x / (x + h), a half at h. The progression orders rows from easy to hard: a half of
    complexity, a quarter each of the logarithms of tokens and of turns.
    """
    words, sentences = evidence.words.sum(1), evidence.sentences.sum(1)
    letters = np.maximum(characters - words, 0)
    grade = 4.71 * letters / np.maximum(words, 1) + 0.5 * words / np.maximum(sentences, 1) - 21.43
    linguistic = np.where(words > 0, np.clip(grade / HARDEST_GRADE, 0, 1), 0)
    felt = evidence.of(emotion)
    user_words = evidence.words[:, :3].sum(1)
    emotional = (
        _half_at("emotions", (felt > 0).sum(1)) + _half_at("feeling", 100 * felt.sum(1) / np.maximum(user_words, 50))
    ) / 2
    clinical = topics.there @ (topic.tagged("clinical").astype(np.int64) + topic.tagged("grave"))
    relations = (evidence.of(relation) > 0).sum(1)
    parts = (linguistic, emotional, _half_at("clinical", clinical), _half_at("relations", relations))
    whole = np.mean(parts, axis=0)
    length = np.minimum(np.log1p(evidence.tokens.sum(1)) / np.log1p(LONGEST), 1)
    turns = np.minimum(np.log1p(evidence.turns.sum(1)) / np.log1p(MOST_TURNS), 1)
    progression = sum(weight * part for weight, part in zip(PROGRESSION.values(), (whole, length, turns), strict=True))
    return Complexity(*(np.round(part, DECIMALS) for part in (*parts, whole, np.asarray(progression))))


def _half_at(part: str, values: Values | Points) -> Values:
    return np.asarray(values / (values + _HALFWAY[part]), np.float64)
