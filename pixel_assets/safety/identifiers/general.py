"""Words with a capital that are words in general: at the begin of a sentence, in another language, or made as nouns are made.

The model of :mod:`names` knows words by the lists that they stand in. What it cannot know from them is told by rules here.
"""

from __future__ import annotations

import functools
import re
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.identifiers.gazetteers import BIT
from pixel_assets.safety.identifiers.names import Runs
from pixel_assets.safety.identifiers.tokens import (
    BLANK,
    CAPITAL,
    COLON,
    COMMA,
    INITIAL,
    LETTER,
    LINE,
    POSSESSIVE,
    QUOTE,
    SENTENCE,
    START,
    UPPER,
    Tokens,
)
from pixel_assets.wording.folding import FoldedTexts

LEAST_FOREIGN: Final = 3  # words of another language from which on a text is in that language
FOREIGN_SHARE: Final = 1 / 8  # of the words of a text; both must be reached
_ENDINGS: Final = (
    "isation", "ization", "isations", "ising", "izing", "fusion", "ceptive", "phobia", "phobic", "therapy", "osis", "ological",
    "ment", "ments", "ness", "ities", "ivity", "ative", "able", "ible", "ously", "fully", "ingly",
)  # fmt: skip
_LONGEST_ENDING: Final = max(map(len, _ENDINGS))
_SHORTEST_STEM: Final = 3
_LONGEST_TITLE: Final = 4  # letters of a title that a full stop shortens, such as Prof.
_OPENING: Final = (START, LINE, SENTENCE, COLON, QUOTE)
_LONGEST_WORD: Final = 32  # letters of an unknown word that are looked at
_SHORT_SMALL: Final = 3  # letters up to which a name in small letters is more often a slip of the keyboard
_EXCLAMATION: Final = re.compile(
    r"[aehouwymgnf]*h+m*|[aw]+[ow]+|y+[aeh]+[sphw]*|o+[fy]|w+o+w*(?:h+o+)?|u+h*[ghmno]+|.*(.)\1\1.*", re.IGNORECASE
)
_JOINED: Final = re.compile(
    r"(?!(?:Ma?c|De|Di|Du|La|Le|O|Fitz|Van|Von|St|El|Al|Ben|Da|Del)[A-Z][a-z]+$)\w*[a-z][A-Z]\w*"
)  # UnitPrice


def _bits(*names: str) -> np.uint32:
    return np.uint32(sum(BIT[name] for name in names))


_ORDINARY: Final = _bits("common", "word")
_KNOWN: Final = _bits("given", "surname", "city", "region", "country")
_CUES: Final = _bits("title", "greeting", "kin", "introduction", "person_preposition")
_ANNOUNCING: Final = _bits("title", "greeting", "kin", "introduction", "person_preposition", "given_common")


def is_general(texts: FoldedTexts, tokens: Tokens, runs: Runs) -> npt.NDArray[np.bool_]:
    """Of every run of words whether it is a word in general, whatever the model says of it; shape (n,)."""
    if not len(runs):
        return np.zeros(0, bool)
    first = runs.first
    single = runs.stop == first + 1
    bits, shape = tokens.bits[first], tokens.shape[first]
    letter = single & ((shape & LETTER) != 0)
    counted = np.concatenate([np.zeros(1, np.int64), np.cumsum((tokens.bits & _KNOWN) != 0)])
    known = counted[runs.stop] > counted[first]
    small = (shape & CAPITAL) == 0
    foreign = _in_other_language(texts, tokens)[tokens.row[first]] & ~runs.cued & (~known | small)
    slip = small & single & ~runs.cued & (tokens.end[first] - tokens.start[first] <= _SHORT_SMALL) & ~_announced(tokens, first)
    slip |= (
        single & ~runs.cued & ((bits & _bits("particle")) != 0) & ~_announced(tokens, first)
    )  # "El" begins a sentence in Spanish
    everyday = (bits & (_ORDINARY | _bits("function"))) != 0
    slip |= single & everyday & ~runs.cued & _in_capitals(tokens)[tokens.row[first]] & ~_announced(tokens, first)
    general: npt.NDArray[np.bool_] = letter | foreign | slip | (single & _opens(texts, tokens, runs, bits, shape))
    unknown = np.flatnonzero(single & ~known & ~general)
    general[unknown] = _is_no_word_for_a_name(texts, tokens, first[unknown])
    return general


def _in_capitals(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Of every text whether most of its words are in capitals: a capital then says nothing of a word of the dictionary."""
    words = np.bincount(tokens.row, minlength=int(tokens.row[-1]) + 1)
    capitals = np.bincount(tokens.row[(tokens.shape & (UPPER | LETTER)) != 0], minlength=len(words))
    shouted: npt.NDArray[np.bool_] = capitals * 2 > words
    return shouted


def _announced(tokens: Tokens, words: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether right before a word, in its sentence, stands one after which names come: "with", "my sister", "hi"."""
    before = np.maximum(words - 1, 0)
    same = (words > 0) & (tokens.row[before] == tokens.row[words]) & np.isin(tokens.gap[words], (BLANK, COMMA, COLON))
    announced: npt.NDArray[np.bool_] = same & ((tokens.bits[before] & _ANNOUNCING) != 0)
    return announced


def _opens(
    texts: FoldedTexts, tokens: Tokens, runs: Runs, bits: npt.NDArray[np.uint32], shape: npt.NDArray[np.uint8]
) -> npt.NDArray[np.bool_]:
    """A word of the dictionary that has its capital from its place: nothing before or after it says that it is a name."""
    before, after = np.maximum(runs.first - 1, 0), np.minimum(runs.stop, len(tokens) - 1)
    preceded = (runs.first > 0) & (tokens.row[before] == tokens.row[runs.first])
    ended = (tokens.gap[runs.first] == INITIAL) & (tokens.end[before] - tokens.start[before] > _LONGEST_TITLE)
    quoted = texts.data[np.maximum(tokens.start[runs.first] - 1, 0)] == ord('"')
    opens = np.isin(tokens.gap[runs.first], _OPENING) | ended | quoted
    preceded &= ((tokens.bits[before] & _CUES) != 0) & ~ended & ~np.isin(tokens.gap[runs.first], (START, LINE, SENTENCE, COLON))
    followed = (runs.stop < len(tokens)) & (tokens.row[after] == tokens.row[runs.first])
    gap = tokens.gap[after]
    acts = followed & (gap == BLANK) & ((bits & _bits("given")) != 0) & ((tokens.bits[after] & _bits("person_verb")) != 0)
    named = (bits & _bits("given_common")) != 0
    addressed = named & (~followed | np.isin(gap, (COMMA, COLON, SENTENCE, LINE)) | ((shape & POSSESSIVE) != 0))
    everyday = (bits & (_ORDINARY | _bits("calendar"))) != 0
    opening: npt.NDArray[np.bool_] = everyday & ((shape & UPPER) == 0) & opens & ~preceded & ~acts & ~addressed & ~runs.cued
    return opening


def _in_other_language(texts: FoldedTexts, tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Of every text whether it is written in another language than English."""
    words = np.bincount(tokens.row, minlength=len(texts))
    foreign = np.bincount(tokens.row[(tokens.bits & _bits("foreign")) != 0], minlength=len(texts))
    return (foreign >= LEAST_FOREIGN) & (foreign >= words * FOREIGN_SHARE)


def _is_no_word_for_a_name(texts: FoldedTexts, tokens: Tokens, words: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether an unknown word is made as nouns are, cried out ("Awww"), joined of several ("UnitPrice"), or after a "#"."""
    starts = tokens.start[words]
    ends = np.minimum(tokens.end[words], starts + _LONGEST_WORD)
    said = (texts.data[start:end].tobytes() for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
    general = np.fromiter(map(_is_no_name, said), bool, len(words))
    tagged: npt.NDArray[np.bool_] = (texts.data[np.maximum(starts - 1, 0)] == ord("#")) & (starts > 0)
    return general | tagged


@functools.lru_cache(1 << 14)
def _is_no_name(said: bytes) -> bool:
    word = said.decode("latin-1")
    tail = word[max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING) :].lower()
    return tail.endswith(_ENDINGS) or bool(_EXCLAMATION.fullmatch(word) or _JOINED.fullmatch(word))
