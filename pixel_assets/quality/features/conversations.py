"""What can be counted of a conversation: the rates of all its replies together, and how both sides share and change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.quality.features.exchanges import NONE, Exchanges
from pixel_assets.quality.features.lexicon import Lexicon, load_lexicon
from pixel_assets.quality.features.replies import Counted, Counts, Features, Values, count, rates, reply_features

_HURT: Final = ("sad", "fear", "anger", "shame", "difficult")
_MEANS: Final = (  # columns of a reply of which a conversation has the mean
    "length", "sentence_length", "longer_than_prompt", "ends_in_question", "ends_open", "of_prompt", "prompt_taken_up",
    "copied_from_prompt", "of_before", "copied_from_before", "different_words", "repeated", "feelings_met", "advice_unasked",
)  # fmt: skip
_WORDS: Final = 0  # column of counts


def conversation_features(
    exchanges: Exchanges, lexicon: Lexicon | None = None, counted: Counted | None = None, replies: Features | None = None
) -> Features:
    """Of every conversation, (conversations, names); zeros for one without replies.

    ``counted`` and ``replies`` are what was counted already, and the features of replies, if somebody has them.
    """
    lexicon = lexicon or load_lexicon()
    counted = counted or count(exchanges, lexicon)
    counts, replies = counted.of_texts, replies or reply_features(exchanges, lexicon, counted)
    said, asked = _summed(exchanges, counts, exchanges.reply), _summed(exchanges, counts, exchanges.prompt)
    many = np.bincount(exchanges.conversation, minlength=exchanges.conversations)
    columns = {
        "replies": np.log1p(many),
        "share_of_words": said[:, _WORDS] / np.maximum(said[:, _WORDS] + asked[:, _WORDS], 1),
        **rates(said, lexicon),
        **{f"user:{name}": values for name, values in rates(asked, lexicon).items()},
        **{f"mean:{name}": _mean(exchanges, replies.column(name), many) for name in _MEANS},
        **_balance(said, lexicon),
        **_change(exchanges, counts, many, lexicon),
    }
    return Features(tuple(columns), np.column_stack(list(columns.values())))


def _summed(exchanges: Exchanges, counts: Counts, texts: npt.NDArray[np.int64]) -> Counts:
    """Sums by conversation of the counts of some texts, one for each reply."""
    there = texts != NONE
    owner = exchanges.conversation[there]
    total = np.zeros((exchanges.conversations, counts.shape[1]), np.int64)
    if len(owner):
        first = np.flatnonzero(np.diff(owner, prepend=-1))  # replies stand in the order of their conversations
        total[owner[first]] = np.add.reduceat(counts[texts[there]], first)
    return total


def _mean(exchanges: Exchanges, values: Values, many: npt.NDArray[np.int64]) -> Values:
    return np.bincount(exchanges.conversation, values, exchanges.conversations) / np.maximum(many, 1)


def _balance(said: Counts, lexicon: Lexicon) -> Mapping[str, Values]:
    """Ratios that MITI 4.2.1 sums a session up by: reflections to questions, open to all questions, adherent to not."""
    of = {name: said[:, number] for number, name in enumerate(lexicon.kinds, said.shape[1] - len(lexicon.kinds))}
    reflections = of["reflection_opening"] + of["reflection_you"] + of["reflection_feeling"]
    adherent = of["affirmation"] + of["collaboration"] + of["asks_permission"]
    against = of["judgement"] + of["directive"] + of["minimising"]
    questions = of["open_question"] + of["closed_question"]
    return {
        "reflections_to_questions": np.log((reflections + 1) / (questions + 1)),
        "open_of_questions": (of["open_question"] + 1) / (questions + 2),
        "adherent_to_not": np.log((adherent + 1) / (against + 1)),
    }


def _change(exchanges: Exchanges, counts: Counts, many: npt.NDArray[np.int64], lexicon: Lexicon) -> Mapping[str, Values]:
    """How the user's words change from the first half of the conversation to the second, and whether the user gives thanks."""
    kinds = {name: number for number, name in enumerate(lexicon.kinds, counts.shape[1] - len(lexicon.kinds))}
    first = np.cumsum(many) - many
    place = np.arange(len(exchanges)) - first[exchanges.conversation]
    late = 2 * place >= many[exchanges.conversation]
    halves = [_summed(exchanges, counts, np.where(half, exchanges.prompt, NONE)) for half in (~late, late)]
    hurt, joy = (
        [_rate(half[:, [kinds[name] for name in names]].sum(1), half[:, _WORDS]) for half in halves]
        for names in (_HURT, ("joy",))
    )
    return {
        "user_hurts_less": hurt[0] - hurt[1],
        "user_joy_grows": joy[1] - joy[0],
        "user_says_more": np.log((halves[1][:, _WORDS] + 10) / (halves[0][:, _WORDS] + 10)),
        "user_thanks_late": np.minimum(halves[1][:, kinds["thanks"]], 3).astype(np.float64),
    }


def _rate(part: Counts, words: Counts) -> Values:
    return np.sqrt(part / (np.maximum(words, 20) / 100))
