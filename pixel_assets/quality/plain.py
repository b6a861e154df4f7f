"""Traits of many conversations at once, where all that is said is in plain characters.

The results are those of :mod:`pixel_assets.quality.traits.lengths`, which defines them; a test holds the two together.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.language import LONG_LOOK, Language, identify_longest

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_SPEAKERS: Final = ("system", "user", "assistant")
_DASH: Final = ord("-")
_TYPOGRAPHIC: Final = 0xE2  # first byte of the quotes, dashes and dots


class FewestWords(NamedTuple):
    """Words that a text needs so that its hash is used as a key."""

    group: int
    problem: int
    answer: int


class Turns(NamedTuple):
    """Turns of a batch: their texts one after the other, and which of them each conversation has."""

    data: npt.NDArray[np.uint8]
    offsets: Numbers  # of each turn in ``data``, and the end
    starts: Numbers  # first turn of each conversation, and the end
    speakers: npt.NDArray[np.int32]
    counts: Numbers  # turns of each conversation


def measure_plain(turns: pa.ListArray[Any], fewest: FewestWords) -> tuple[Mask, dict[str, Any]]:
    """Which conversations are plain, and the columns of their traits (without their ids), in order."""
    from pixel_assets.quality import kernels  # numba takes a while to import

    flat = _flat(turns)
    found = np.empty((len(turns), kernels.COLUMNS), np.int64)
    forms = np.empty(_most_bytes(flat, kernels.LONGEST_PREFIX), np.uint8)
    kernels.measure(flat.data, flat.offsets, flat.starts, flat.speakers, forms, found)
    plain = found[:, kernels.PLAIN] == 1
    found, said = found[plain], forms.data
    user_words, assistant_words = found[:, kernels.USER_WORDS], found[:, kernels.ASSISTANT_WORDS]
    text_keys = [_hash(said[start : max(start, end - 1)]) for start, end in _spans(found, kernels.SAID_START)]
    openings = [
        (words, _hash(said[start:end]) if words >= min(fewest.group, fewest.problem) else "")
        for words, (start, end) in zip(
            found[:, kernels.OPENING_WORDS].tolist(), _spans(found, kernels.OPENING_START), strict=True
        )
    ]
    answers = zip(found[:, kernels.ANSWER_WORDS].tolist(), _spans(found, kernels.ANSWER_START), strict=True)
    languages = [_language(flat, longest) for longest in found[:, kernels.LONGEST_USER : kernels.LONGEST_ASSISTANT + 1].tolist()]
    return plain, {
        "language": [language.code for language in languages],
        "language_confidence": [language.confidence for language in languages],
        "turns": flat.counts[plain],
        "user_turns": found[:, kernels.USER_TURNS],
        "assistant_turns": found[:, kernels.ASSISTANT_TURNS],
        "words": user_words + assistant_words,
        "user_words": user_words,
        "assistant_words": assistant_words,
        "characters": found[:, kernels.CHARACTERS],
        "empty_turns": found[:, kernels.EMPTY_TURNS],
        "unreadable": [
            round(unreadable / characters, 4) if unreadable else 0.0
            for unreadable, characters in found[:, [kernels.UNREADABLE, kernels.CHARACTERS]].tolist()
        ],
        "text_key": text_keys,
        "group_key": [
            opening if words >= fewest.group else key for key, (words, opening) in zip(text_keys, openings, strict=True)
        ],
        "problem_key": [opening if words >= fewest.problem else None for words, opening in openings],
        "answer_key": [_hash(said[start:end]) if words >= fewest.answer else None for words, (start, end) in answers],
    }


def _flat(turns: pa.ListArray[Any]) -> Turns:
    items = turns.flatten()
    texts = pc.struct_field(items, "content")
    _, offsets, data = texts.buffers()
    place = (
        np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1] if len(texts) else np.zeros(1, np.int32)
    )
    counts = pc.list_value_length(turns).to_numpy(zero_copy_only=False).astype(np.int64)
    return Turns(
        np.frombuffer(data or b"", np.uint8),
        place.astype(np.int64),
        np.concatenate(([0], np.cumsum(counts))),
        pc.index_in(pc.struct_field(items, "role"), pa.array(_SPEAKERS)).to_numpy(zero_copy_only=False),
        counts,
    )


def _most_bytes(turns: Turns, prefix: int) -> int:
    """Bytes that the normal forms need at most: a dash may become the word "minus", and each turn has its prefix."""
    written = turns.data[turns.offsets[0] : turns.offsets[-1]]
    dashes = int(np.count_nonzero(written == _DASH) + np.count_nonzero(written == _TYPOGRAPHIC))
    return len(written) + 4 * dashes + prefix * len(turns.speakers)


def _spans(found: Numbers, first: int) -> list[list[int]]:
    spans: list[list[int]] = found[:, first : first + 2].tolist()
    return spans


def _language(turns: Turns, longest: list[int]) -> Language:
    texts = []
    for turn in longest:
        if turn >= 0:
            start, end = turns.offsets[turn], turns.offsets[turn + 1]
            # No plain character has more than three bytes; one that is cut off lies beyond what is looked at
            texts.append(turns.data[start : min(end, start + 3 * LONG_LOOK)].tobytes().decode("utf-8", "ignore"))
    return identify_longest(texts)


def _hash(text: memoryview) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()
