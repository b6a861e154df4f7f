"""What can be measured of the language of a reply, by column.

All is measured in the reply, the turn that it answers (of which only what is no text counts) and the reply before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.quality.features.exchanges import NONE, Exchanges
from pixel_assets.quality.features.lexicon import Lexicon, load_lexicon
from pixel_assets.quality.features.replies import GENERAL, count
from pixel_assets.quality.fluency import form as k
from pixel_assets.quality.fluency.pairs import WordPairs

LEXICON: Final = (Path(__file__).parent / "data" / "words.yaml", Path(__file__).parent / "data" / "signs.yaml")
# Measures that a reply has more or less of by its nature, so that they are compared with what is usual at its length
USUAL: Final = (
    "word order", "odd pairs of words", "long words", "long sentences", "function words", "different words", "unknown words",
    "small letters begin sentences", "no end mark", "words said again", "commas",
)  # fmt: skip
WORSE: Final = (  # of these, more never makes language better, and less never makes it worse
    "odd pairs of words", "unknown words", "small letters begin sentences", "no end mark", "words said again",
)  # fmt: skip
PROMPT: Final = "noise in the prompt"
# Slips and noise, of which there should be none: more of one never makes language better
NONE_EXPECTED: Final = (
    "doubled words", "wrong article", "agreement", "small i", "capitals throughout", "markup", "control characters",
    "wrongly decoded characters", "runs of emoji", "runs of signs", "runs of one letter", "blank before a sign",
    "brackets or quotes left open", "no blank behind a sign", "sentences said again", "taken from the reply before",
    "disclaimer of being a model", "formula of referral", "closing formula", "opening formula", PROMPT,
)  # fmt: skip
MEASURES: Final = (*USUAL, *NONE_EXPECTED)
_FEWEST_WORDS: Final = 10  # a shorter text is taken for one of this length where noise is counted by the word
_PHRASES: Final = {
    "agreement": "agreement", "disclaimer of being a model": "own_nature", "formula of referral": "referral_formula",
    "closing formula": "closing_formula", "opening formula": "opening_formula",
}  # fmt: skip

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """Of every reply its words, and its measures in the order of ``MEASURES``."""

    words: Counts  # (replies,)
    values: Values  # (replies, measures)


def measure(exchanges: Exchanges, pairs: WordPairs) -> Measured:
    """Measures of every reply of some exchanges."""
    own = pairs.read(exchanges.texts, exchanges.reply)
    words = own[:, k.WORDS]
    columns = {
        **_usual(own),
        **_slips(own),
        **_phrases(exchanges, load_lexicon(LEXICON)),
        **_said_again(exchanges),
        PROMPT: _of_prompt(exchanges),
    }
    return Measured(words, np.column_stack([columns[name] for name in MEASURES]).astype(np.float64))


def _usual(own: Counts) -> Mapping[str, Values]:
    words, sentences, neighbours = (np.maximum(own[:, name], 1) for name in (k.WORDS, k.SENTENCES, k.PAIRS))
    return {
        "word order": own[:, k.TOGETHER] / (k.STEP * neighbours),
        "odd pairs of words": own[:, k.ODD_PAIRS] / neighbours,
        "long words": own[:, k.SYLLABLES] / words,
        "long sentences": np.log(words / sentences),
        "unknown words": np.sqrt(own[:, k.UNKNOWN] / words),
        "small letters begin sentences": own[:, k.SMALL] / sentences,
        "no end mark": own[:, k.OPEN].astype(np.float64),
        "commas": np.sqrt(own[:, k.COMMAS] / words),
    }


def _slips(own: Counts) -> Mapping[str, Values]:
    hundreds = np.maximum(own[:, k.WORDS], _FEWEST_WORDS) / 100
    counted = {
        "doubled words": k.DOUBLED, "wrong article": k.ARTICLES, "small i": k.SMALL_I, "capitals throughout": k.SHOUTED,
        "markup": k.MARKUP, "control characters": k.CONTROLS, "wrongly decoded characters": k.MOJIBAKE,
        "runs of emoji": k.EMOJI_RUNS, "runs of signs": k.SIGN_RUNS, "runs of one letter": k.LETTER_RUNS,
        "blank before a sign": k.SPACED, "brackets or quotes left open": k.UNBALANCED, "no blank behind a sign": k.JOINED,
        "sentences said again": k.AGAIN,
    }  # fmt: skip
    return {name: np.sqrt(own[:, column] / hundreds) for name, column in counted.items()}


def _phrases(exchanges: Exchanges, lexicon: Lexicon) -> Mapping[str, Values]:
    own = count(exchanges, lexicon).of_texts[exchanges.reply]
    kinds = {name: number for number, name in enumerate(lexicon.kinds, len(GENERAL))}
    words, sentences = np.maximum(own[:, 0], 1), np.maximum(own[:, 1], 2)
    found = {name: np.sqrt(own[:, kinds[kind]] / sentences) for name, kind in _PHRASES.items()}
    return {**found, "function words": own[:, kinds["function"]] / words}


def _said_again(exchanges: Exchanges) -> Mapping[str, Values]:
    from pixel_assets.quality.features import comparing_kernels as kernels

    words = exchanges.words
    lengths = np.diff(words.starts)
    room = max(16, 1 << (4 * int(lengths.max(initial=0))).bit_length())
    found = np.zeros((len(exchanges), kernels.COMPARED), np.int64)
    kernels.compare(
        words.hashes, words.starts, np.zeros(len(words.hashes), np.uint8), exchanges.reply, exchanges.before,
        np.zeros(room, np.uint64), np.zeros(room, np.int64), found,
    )  # fmt: skip
    triples, again = found[:, kernels.TRIPLES], found[:, kernels.TRIPLES] - found[:, kernels.DIFFERENT_TRIPLES]
    return {
        "different words": found[:, kernels.DIFFERENT_WORDS] / np.maximum(lengths[exchanges.reply], 1),
        "words said again": again / np.maximum(triples, 1),
        "taken from the reply before": np.maximum(found[:, kernels.SHARED_TRIPLES] / np.maximum(triples, _FEWEST_WORDS) - 0.1, 0),
    }


def _of_prompt(exchanges: Exchanges) -> Values:
    """Markup, controls and wrongly decoded text in the turn that is answered, at most 1: how somebody writes is no noise."""
    from pixel_assets.quality.features.words import _buffers
    from pixel_assets.quality.fluency import sign_kernels  # numba takes a while to import

    found = np.zeros(len(exchanges), np.float64)
    there = exchanges.prompt != NONE
    offsets, data = _buffers(exchanges.texts)
    prompt = exchanges.prompt[there]
    words, noise = np.diff(exchanges.words.starts)[prompt], np.zeros(len(prompt), np.int64)
    sign_kernels.read_noise(data, offsets, prompt, noise)
    found[there] = np.minimum(np.sqrt(noise / (np.maximum(words, _FEWEST_WORDS) / 100)), 1.0)
    return found
