"""What is computed over texts rather than matched: endings in mid-sentence, loops, replies given twice, encoded data.

Every measure reads the folded texts once and says, for each of them, where the evidence is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts

Places = npt.NDArray[np.int64]  # (n, 3): number of the text, and the first byte and the end of the evidence in the folded data

LONG_REPLY: Final = 120  # bytes from which on a reply is expected to end properly
LONGEST_TAIL: Final = 60  # bytes before the end that are looked at
LONGEST_GREETING: Final = 3  # words that may stand before a closing comma
LOOP_WORDS: Final = 6  # words of a run that is looked for again
LOOP_SHARE: Final = 0.3  # of the runs of a text that were there before
FEWEST_LOOP_WORDS: Final = 40
FEWEST_REPEATED: Final = 40  # bytes: shorter replies ("I see.") may be said twice
LONGEST_HEX: Final = 40
LONGEST_CODE: Final = 60
LONGEST_WORD: Final = 200
CODE_ENTROPY: Final = 4.2  # bits a character; words of any language have less, base64 about 5.5


@dataclass(frozen=True)
class Endings:
    """Texts of some length that do not end as texts do; the evidence is what stands after the last end mark, 60 bytes at most."""

    truncated: Places  # in mid-sentence
    unfinished: Places  # only the end mark is missing


def endings(texts: FoldedTexts, rows: npt.NDArray[np.int64], unending: frozenset[str]) -> Endings:
    """Of some texts, those that end in mid-sentence and those that only lack an end mark though they use them before.

    Mid-sentence is after an opening bracket, a dash, a comma (other than that of a greeting: "Warm regards,"), or one of the
    words that are no sentence's last ("the", "and"), with or without three dots.
    """
    from pixel_assets.safety.content import kernels  # numba takes a while to import

    found, ends = np.zeros((len(rows), 2), np.int64), np.zeros(len(rows), np.int8)
    kernels.find_endings(texts.data, texts.starts, rows, LONG_REPLY, LONGEST_TAIL, found, ends)
    odd = np.flatnonzero(ends != kernels.PROPER)
    is_truncated = np.zeros(len(rows), np.bool_)
    for k in odd.tolist():
        tail = texts.data[found[k, 0] : found[k, 1]].tobytes().decode("utf-8", "replace").split()
        words = [word.strip(".,").lower() for word in tail]
        is_truncated[k] = (words and words[-1] in unending) or (ends[k] == kernels.OPEN and len(words) > LONGEST_GREETING)
    places = np.column_stack([rows, found])
    return Endings(places[is_truncated], places[~is_truncated & ((ends == kernels.OPEN) | (ends == kernels.UNMARKED))])


def loops(texts: FoldedTexts, rows: npt.NDArray[np.int64]) -> Places:
    """Of some texts, those in which a share of at least ``LOOP_SHARE`` of all runs of six words was there before.

    The evidence goes from the first run that is said again to the last.
    """
    from pixel_assets.safety.content import kernels

    found = np.zeros((len(rows), 2), np.int64)
    kernels.find_loops(texts.data, texts.starts, rows, LOOP_WORDS, FEWEST_LOOP_WORDS, LOOP_SHARE, found)
    looping = found[:, 1] > 0
    return np.column_stack([rows, found])[looping]


def repeats(texts: FoldedTexts, rows: npt.NDArray[np.int64], conversation: npt.NDArray[np.int32]) -> Places:
    """Of some texts, those that an earlier one of the same conversation equals but for space and case.

    ``conversation`` has an entry for every text. Equal is what has the same 64-bit FNV-1a hash and the same number of bytes.
    """
    from pixel_assets.safety.content import kernels

    keys = np.zeros((len(rows), 2), np.uint64)
    kernels.hash_texts(texts.data, texts.starts, rows, keys)
    long = keys[:, 1] >= FEWEST_REPEATED
    rows, keys = rows[long], keys[long]
    order = np.lexsort((rows, keys[:, 1], keys[:, 0], conversation[rows]))
    rows, keys = rows[order], keys[order]
    same = np.zeros(len(rows), np.bool_)
    same[1:] = (keys[1:] == keys[:-1]).all(axis=1) & (conversation[rows[1:]] == conversation[rows[:-1]])
    again = np.sort(rows[same])
    return np.column_stack([again, texts.starts[again], texts.starts[again + 1] - 1])


def blobs(texts: FoldedTexts) -> Places:
    """The first run of encoded data in each text that has one: hexadecimal, base64, or no space for very long."""
    from pixel_assets.safety.content import kernels

    found = np.zeros((len(texts), 2), np.int64)
    kernels.find_blobs(texts.data, texts.starts, LONGEST_HEX, LONGEST_CODE, LONGEST_WORD, CODE_ENTROPY, found)
    rows = np.flatnonzero(found[:, 1])
    return np.column_stack([rows, found[rows]])


def replies(turns: Turns) -> npt.NDArray[np.int64]:
    """Numbers of the turns of the assistant."""
    return np.flatnonzero(turns.role == "assistant")
