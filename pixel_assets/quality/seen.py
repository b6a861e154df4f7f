"""What the heads of quality look at: replies, their sentences, features of both, and vectors of what is said.

Vectors come in two tiers. Those of the static tier are sums over word pieces, for a whole corpus; those of the contextual tier
come from a transformer, which knows the order of words and takes a few thousand times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality.features.conversations import conversation_features
from pixel_assets.quality.features.exchanges import NONE, Exchanges
from pixel_assets.quality.features.lexicon import load_lexicon
from pixel_assets.quality.features.replies import Counted, Features, count, reply_features
from pixel_assets.quality.sentences import Sentences, split_sentences
from pixel_assets.vectors.contextual import ContextualVectors
from pixel_assets.vectors.minilm import BASE_VERSION
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.wording.folding import FoldedTexts, fold

Tier = Literal["static", "contextual"]
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
CONTEXT_TURNS: Final = 4  # before a reply, that it may refer to

Values = npt.NDArray[np.float64]
Encode = Callable[[pa.Array], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Seen:
    """Replies of some conversations; a reply is known by its place in ``exchanges``."""

    exchanges: Exchanges
    tier: Tier

    @cached_property
    def counted(self) -> Counted:
        """Words and signs of every turn, counted once."""
        return count(self.exchanges, load_lexicon())

    @cached_property
    def features(self) -> Features:
        """Of replies, (replies, names)."""
        return reply_features(self.exchanges, counted=self.counted)

    @cached_property
    def whole(self) -> Features:
        """Of conversations, (conversations, names)."""
        return conversation_features(self.exchanges, counted=self.counted, replies=self.features)

    @cached_property
    def sentences(self) -> Sentences:
        """Of all turns."""
        return split_sentences(self.exchanges.texts)

    @cached_property
    def of_sentence(self) -> npt.NDArray[np.int64]:
        """For every sentence of a reply, in order, the place of the reply."""
        return self._reply_of_turn[self.sentences.owner[self._replied]]

    @cached_property
    def sentence_features(self) -> Features:
        """Of every sentence of a reply, as if it were the whole reply to the turn before."""
        exchanges, said = self.exchanges, self.sentences.texts.filter(pa.array(self._replied))
        texts = pa.concat_arrays([exchanges.texts.cast(pa.large_string()), said])
        number = np.arange(len(said), dtype=np.int64)
        nothing = np.full(len(said), NONE, np.int64)
        prompts = exchanges.prompt[self.of_sentence]
        return reply_features(Exchanges(texts, number + len(exchanges.texts), prompts, nothing, number, len(said), number))

    @cached_property
    def folded(self) -> FoldedTexts:
        """Sentences of replies, folded."""
        return fold(self.sentences.texts.filter(pa.array(self._replied)))

    @cached_property
    def sentence_vectors(self) -> Values:
        """Of every sentence of a reply, (sentences, dimensions), of length 1 or 0."""
        return self._vectors[self._replied]

    @cached_property
    def turn_vectors(self) -> Values:
        """Of every turn, (turns, dimensions): sums over its sentences, each by its words."""
        found = np.zeros((len(self.exchanges.texts), self._vectors.shape[1]))
        np.add.at(found, self.sentences.owner, self._vectors * self.sentences.words[:, None])
        return found

    @cached_property
    def reply_vectors(self) -> Values:
        """Of every reply, (replies, dimensions), of length 1 or 0."""
        return to_length_1(self.turn_vectors[self.exchanges.reply])

    @cached_property
    def context_vectors(self) -> Values:
        """Of the turns before every reply, at most :data:`CONTEXT_TURNS`, (replies, dimensions)."""
        found = np.zeros((len(self.exchanges), self.turn_vectors.shape[1]))
        for before in range(1, CONTEXT_TURNS + 1):
            turn = self.exchanges.reply - before
            there = turn >= self.exchanges.first_turn
            found[there] += self.turn_vectors[turn[there]]
        return found

    @cached_property
    def prompt_vectors(self) -> Values:
        """Of the turn that every reply answers, (replies, dimensions); zeros where it answers nobody."""
        found = self.turn_vectors[np.maximum(self.exchanges.prompt, 0)]
        found[self.exchanges.prompt == NONE] = 0
        return found

    @cached_property
    def _vectors(self) -> Values:
        return _ENCODE[self.tier](self.sentences.texts).astype(np.float64)

    @cached_property
    def _reply_of_turn(self) -> npt.NDArray[np.int64]:
        found = np.full(len(self.exchanges.texts), NONE, np.int64)
        found[self.exchanges.reply] = np.arange(len(self.exchanges))
        return found

    @cached_property
    def _replied(self) -> npt.NDArray[np.bool_]:
        """Which sentences are of replies."""
        return np.not_equal(self._reply_of_turn[self.sentences.owner], NONE)


def version_of(tier: Tier) -> str:
    """Of the vectors of a tier."""
    return StaticVectors.load().version if tier == "static" else BASE_VERSION


def to_length_1(vectors: Values) -> Values:
    """Rows brought to length 1; zeros stay."""
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))


def _static(texts: pa.Array) -> npt.NDArray[np.float32]:
    return StaticVectors.load().encode(texts)


def _contextual(texts: pa.Array) -> npt.NDArray[np.float32]:
    """Each text that comes up more than once is read once."""
    encoded = texts.dictionary_encode()
    found = ContextualVectors.load().encode(encoded.dictionary)
    return np.take(found, np.asarray(encoded.indices), axis=0)


_ENCODE: Final[dict[Tier, Encode]] = {"static": _static, "contextual": _contextual}
