"""Compiled loops behind static vectors: texts to word pieces, word pieces to sums.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

CODES: Final = 0x110000  # how many code points there are
_LONGEST_WORD: Final = 100  # characters; a longer word is unknown, as in BERT's tokenizer
_SPACE: Final = 32
_FIRST, _FURTHER = 0, 1  # roots of the trie: pieces that begin a word, and pieces that go on with one
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_SAFE: Final = 1 << 27  # below it 256 squares can be added up in 64 bits

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _slot(keys: Any, node: Any, byte: Any) -> Any:
    """Where the child of a node is kept, or the free place where it would be."""
    key = np.int64(node) * 256 + byte
    mask = len(keys) - 1
    at = np.int64((np.uint64(key) * _GOLDEN) >> np.uint64(32)) & mask
    while keys[at] >= 0 and keys[at] != key:
        at = (at + 1) & mask
    return at


@_jit
def build_trie(data: Any, starts: Any, further: Any, keys: Any, children: Any, piece_of: Any) -> None:
    """Put pieces ``data[starts[i]:starts[i + 1]]`` into a trie; ``keys`` comes filled with -1, its length a power of two.

    ``further`` says of each piece whether it goes on with a word. ``piece_of`` gets the piece that ends at a node, or -1.
    """
    nodes = 2
    piece_of[:] = -1
    for i in range(len(starts) - 1):
        node = _FURTHER if further[i] else _FIRST
        for place in range(starts[i], starts[i + 1]):
            at = _slot(keys, node, data[place])
            if keys[at] < 0:
                keys[at] = np.int64(node) * 256 + data[place]
                children[at] = nodes
                nodes += 1
            node = children[at]
        piece_of[node] = i


@_jit
def _decode(data: Any, place: Any, end: Any) -> Any:
    """The code point of a character that is not ASCII, and its bytes; what is not UTF-8 reads as U+FFFD of one byte."""
    lead = np.int64(data[place])
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if lead < 0xC0 or place + size > end:
        return 0xFFFD, 1
    code = lead & (0xFF >> (size + 1))
    for i in range(1, size):
        code = (code << 6) | (np.int64(data[place + i]) & 0x3F)
    if code >= CODES:
        return 0xFFFD, 1
    return code, size


@_jit
def mark_codes(data: Any, first: Any, last: Any, seen: Any) -> None:
    """Set ``seen`` for every code point above ASCII in the bytes from ``first`` to ``last``."""
    place = first
    while place < last:
        if data[place] < 128:
            place += 1
        else:
            code, size = _decode(data, place, last)
            seen[code] = 1
            place += size


@_jit
def _pieces(word: Any, length: Any, keys: Any, children: Any, piece_of: Any, found: Any, at: Any) -> Any:
    """Write the longest pieces of a word from left to right; nothing if a part of it is no piece. Gives the new end."""
    begin = at
    place = 0
    root = _FIRST
    while place < length:
        node, piece, after = root, -1, place
        for i in range(place, length):
            slot = _slot(keys, node, word[i])
            if keys[slot] < 0:
                break
            node = children[slot]
            if piece_of[node] >= 0:
                piece, after = piece_of[node], i + 1
        if piece < 0:
            return begin
        found[at] = piece
        at += 1
        place, root = after, _FURTHER
    return at


@_jit
def tokenise(
    data: Any, ends: Any, spans: Any, read: Any, keys: Any, children: Any, piece_of: Any, found: Any, starts: Any
) -> None:
    """Fill ``found`` with the pieces of each text ``data[ends[i]:ends[i + 1]]``, and ``starts`` with where those of text i begin.

    Character c is read as ``read[spans[c, 0]:spans[c, 1]]``, in which a blank ends a word.
    """
    word = np.empty(4 * _LONGEST_WORD + 8, np.uint8)
    at = 0
    for i in range(len(ends) - 1):
        starts[i] = at
        length, characters = 0, 0
        place = ends[i]
        while place < ends[i + 1]:
            code, size = np.int64(data[place]), 1
            if code >= 128:
                code, size = _decode(data, place, ends[i + 1])
            place += size
            for k in range(spans[code, 0], spans[code, 1]):
                byte = read[k]
                if byte == _SPACE:
                    if characters <= _LONGEST_WORD:
                        at = _pieces(word, length, keys, children, piece_of, found, at)
                    length, characters = 0, 0
                    continue
                characters += byte & 0xC0 != 0x80
                if characters <= _LONGEST_WORD:
                    word[length] = byte
                    length += 1
        if characters <= _LONGEST_WORD:
            at = _pieces(word, length, keys, children, piece_of, found, at)
    starts[len(ends) - 1] = at


@_jit
def sums(pieces: Any, starts: Any, vectors: Any, found: Any) -> None:
    """Add to each row of ``found``, whole numbers, the vectors of its pieces."""
    for i in range(len(starts) - 1):
        for place in range(starts[i], starts[i + 1]):
            piece = pieces[place]
            for k in range(vectors.shape[1]):
                found[i, k] += vectors[piece, k]


@_jit
def to_unit(sums: Any, found: Any) -> None:
    """Fill each row of ``found`` with the sum of the same row, brought to length 1; zeros stay.

    Sums and squares are whole numbers, so neither order nor machine can change them; root and division round as IEEE 754 says.
    """
    for i in range(len(sums)):
        total = sums[i].copy()
        highest = np.max(np.abs(total))
        while highest >= _SAFE:
            total >>= 1
            highest >>= 1
        square = np.int64(0)
        for k in range(len(total)):
            square += total[k] * total[k]
        length = np.sqrt(np.float64(square))
        for k in range(len(total)):
            found[i, k] = np.float32(total[k] / length) if square else np.float32(0)

