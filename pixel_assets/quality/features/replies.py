"""What can be counted of a reply: what its sentences do, what its words are about, and what it has of what was said before.

All is counted in the reply, the turn that it answers and the reply before, so that no other conversation matters. Rates are by
sentence or by word, and their roots are taken, which steadies the variance of counts (Bartlett 1936): a long reply does not score
by its length. How long it is stands in columns of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.quality.features.exchanges import NONE, Exchanges
from pixel_assets.quality.features.lexicon import Lexicon, load_lexicon

GENERAL: Final = (
    "words",
    "sentences",
    "questions",
    "exclamations",
    "told_questions",
    "asked_content",
)  # columns of counts that come before those of kinds
FEELINGS: Final = ("sad", "fear", "anger", "shame", "joy")
_FEWEST_WORDS, _FEWEST_SENTENCES = 10, 2  # a shorter text is taken for one of this length: one word says little

Counts = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Features:
    """Named columns."""

    names: tuple[str, ...]
    values: Values  # (rows, names)

    def column(self, name: str) -> Values:
        """One column; raises ``ValueError`` for a name that there is not."""
        return self.values[:, self.names.index(name)]


@dataclass(frozen=True)
class Counted:
    """What was counted in every text of some exchanges."""

    of_texts: Counts  # (texts, columns): GENERAL, then by kind of the lexicon how many words or sentences there are
    content: npt.NDArray[np.uint8]  # of each word, whether it is one of content
    last: npt.NDArray[np.uint64]  # (texts,): kinds of the last sentence, as bits


def count(exchanges: Exchanges, lexicon: Lexicon) -> Counted:
    """Count words and signs in every text."""
    from pixel_assets.quality.features import kernels  # numba takes a while to import

    words = exchanges.words
    found = np.zeros((len(words), len(GENERAL) + len(lexicon.kinds)), np.int64)
    content, last = np.zeros(len(words.hashes), np.uint8), np.zeros(len(words), np.uint64)
    kernels.count_phrases(
        words.hashes, words.marks, words.starts, lexicon.keys, lexicon.steps, lexicon.accepted, lexicon.masks,
        len(lexicon.words), found, content, last,
    )  # fmt: skip
    return Counted(found, content, last)


def reply_features(exchanges: Exchanges, lexicon: Lexicon | None = None, counted: Counted | None = None) -> Features:
    """Of every reply, (replies, names); the lexicon is the packaged one if none is given, and ``counted`` what it counted."""
    lexicon = lexicon or load_lexicon()
    counted = counted or count(exchanges, lexicon)
    own, prompted = counted.of_texts[exchanges.reply], _prompted(exchanges, counted.of_texts)
    columns = {
        **_form(exchanges, own, prompted, counted.content),
        **rates(own, lexicon),
        **_signs(own, counted.last[exchanges.reply], lexicon),
        **_bearing(prompted, own, lexicon),
        **_taken_up(exchanges, counted.content),
    }
    return Features(tuple(columns), np.column_stack(list(columns.values())))


def rates(counts: Counts, lexicon: Lexicon) -> Mapping[str, Values]:
    """Roots of how often each kind comes up: words in a hundred, signs and questions in a sentence; ``counts`` may be sums."""
    words = np.maximum(counts[:, 0], _FEWEST_WORDS) / 100
    sentences = np.maximum(counts[:, 1], _FEWEST_SENTENCES)
    found = {name: np.sqrt(counts[:, 2 + number] / sentences) for number, name in enumerate(GENERAL[2:5])}
    for number, name in enumerate(lexicon.kinds, len(GENERAL)):
        of_words = name in lexicon.words
        found[f"{'word' if of_words else 'sign'}:{name}"] = np.sqrt(counts[:, number] / (words if of_words else sentences))
    return found


def _form(exchanges: Exchanges, own: Counts, prompted: Counts, content: npt.NDArray[np.uint8]) -> Mapping[str, Values]:
    """Length, and how the reply ends."""
    from pixel_assets.quality.features import kernels

    there = own[:, 0] > 0
    last = exchanges.words.starts[exchanges.reply + 1][there] - 1
    mark, function = np.full(len(own), kernels.NOTHING), np.zeros(len(own), bool)
    mark[there], function[there] = exchanges.words.marks[last], content[last] == 0
    length = np.log1p(own[:, 0])
    return {
        "length": length,
        "sentences": np.log1p(own[:, 1]),
        "asked_content": np.log1p(own[:, 5]),
        "sentence_length": np.log1p(own[:, 0] / np.maximum(own[:, 1], 1)),
        "longer_than_prompt": length - np.log1p(prompted[:, 0]),
        "ends_in_question": (mark == kernels.QUESTION).astype(np.float64),
        "ends_open": (mark == kernels.OPEN).astype(np.float64),
        "ends_in_function_word": ((mark == kernels.OPEN) & function).astype(np.float64),
    }


def _signs(own: Counts, last: npt.NDArray[np.uint64], lexicon: Lexicon) -> Mapping[str, Values]:
    """Whether a sign is there at all, which a long reply has more room for, and whether the last sentence has it."""
    found = {}
    for number, name in enumerate(lexicon.kinds):
        if name in lexicon.signs:
            found[f"any:{name}"] = (own[:, len(GENERAL) + number] > 0).astype(np.float64)
            found[f"last:{name}"] = ((last >> np.uint64(number)) & np.uint64(1)).astype(np.float64)
    return found


def _bearing(prompted: Counts, own: Counts, lexicon: Lexicon) -> Mapping[str, Values]:
    """What the reply has to do with kinds that came up in the prompt."""
    kinds = {name: number for number, name in enumerate(lexicon.kinds, len(GENERAL))}
    feelings = [kinds[name] for name in FEELINGS if name in kinds]
    asked = prompted[:, kinds["asks_advice"]] > 0
    sentences = np.maximum(own[:, 1], _FEWEST_SENTENCES)
    advice = np.sqrt((own[:, kinds["advice"]] + own[:, kinds["directive"]]) / sentences)
    allowed = asked | (own[:, kinds["asks_permission"]] > 0)
    return {
        "prompt_length": np.log1p(prompted[:, 0]),
        "prompt_asks": np.sqrt(prompted[:, 2] / np.maximum(prompted[:, 1], _FEWEST_SENTENCES)),
        "prompt_feels": np.sqrt(prompted[:, feelings].sum(1) / (np.maximum(prompted[:, 0], _FEWEST_WORDS) / 100)),
        "feelings_met": ((prompted[:, feelings] > 0) & (own[:, feelings] > 0)).sum(1).astype(np.float64),
        "advice_unasked": np.where(allowed, 0.0, advice),
        "advice_asked": np.where(allowed, advice, 0.0),
    }


def _taken_up(exchanges: Exchanges, content: npt.NDArray[np.uint8]) -> Mapping[str, Values]:
    """What the reply has of the prompt and of the reply before, and what it says twice; words are compared as they are."""
    from pixel_assets.quality.features import comparing_kernels as kernels

    words = exchanges.words
    longest = int(np.diff(words.starts).max(initial=0))
    room = max(16, 1 << (4 * longest).bit_length())
    keys, columns = np.zeros(room, np.uint64), {}
    for name, other in (("prompt", exchanges.prompt), ("before", exchanges.before)):
        found = np.zeros((len(exchanges), kernels.COMPARED), np.int64)
        kernels.compare(words.hashes, words.starts, content, exchanges.reply, other, keys, np.zeros(room, np.int64), found)
        columns[f"of_{name}"] = _share(found[:, kernels.SHARED], found[:, kernels.TYPES])
        columns[f"copied_from_{name}"] = _share(found[:, kernels.SHARED_TRIPLES], found[:, kernels.TRIPLES])
        if name == "prompt":
            lengths = np.diff(words.starts)[exchanges.reply]
            columns["prompt_taken_up"] = _share(found[:, kernels.SHARED], found[:, kernels.OTHER_TYPES])
            columns["new_words"] = np.log1p(found[:, kernels.TYPES] - found[:, kernels.SHARED])
            columns["different_words"] = _share(found[:, kernels.DIFFERENT_WORDS], lengths)
            columns["repeated"] = _share(
                found[:, kernels.TRIPLES] - found[:, kernels.DIFFERENT_TRIPLES], found[:, kernels.TRIPLES]
            )
    return columns


def _share(part: Counts, whole: Counts) -> Values:
    return part / np.maximum(whole, 1)


def _prompted(exchanges: Exchanges, counts: Counts) -> Counts:
    """Counts of the prompt of each reply; zeros where there is none."""
    return np.where((exchanges.prompt != NONE)[:, None], counts[np.maximum(exchanges.prompt, 0)], 0)
