"""Compiled loops behind folding: texts in UTF-8 become the bytes that are searched. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.wording.characters import CHANGED, LATIN, ROUGH, WORD

_BLANK: Final = 32
_SEPARATOR: Final = 10
_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def folded_lengths(data: Any, offsets: Any, flags: Any, lookalikes: Any, places: Any, pool: Any, lengths: Any) -> None:
    """Fill ``lengths`` with the bytes of each folded text, less than 0 for one that is not in ASCII (where ~length it is)."""
    nowhere, no_origin = np.empty(0, np.uint8), np.empty(0, np.int32)
    for i in range(len(lengths)):
        high = np.uint8(0)
        for at in range(offsets[i], offsets[i + 1]):
            high |= data[at]
        if high < 128:
            lengths[i] = offsets[i + 1] - offsets[i]
        else:
            end, _ = _fold_text(data, offsets[i], offsets[i + 1], flags, lookalikes, places, pool, False, nowhere, no_origin)
            lengths[i] = ~end


@_jit
def fold_all(
    data: Any, offsets: Any, flags: Any, lookalikes: Any, places: Any, pool: Any, starts: Any, kept: Any, out: Any, origin: Any
) -> None:
    """Write each text at its start in ``out`` and a separator behind it; where it is kept, the characters in ``origin`` too."""
    for i in range(len(kept)):
        here = out[starts[i] : starts[i + 1]]
        if kept[i] < 0:
            _copy_plain(data[offsets[i] : offsets[i + 1]], here)
        else:
            origins = origin[kept[i] : kept[i] + len(here)]
            _, origins[-1] = _fold_text(data, offsets[i], offsets[i + 1], flags, lookalikes, places, pool, True, here, origins)
        here[-1] = _SEPARATOR


@_jit
def _copy_plain(data: Any, out: Any) -> None:
    for k in range(np.uint32(len(data))):
        out[k] = data[k] if np.uint8(data[k] - np.uint8(32)) < np.uint8(95) else np.uint8(_BLANK)


@_jit
def _decode(data: Any, at: Any, end: Any) -> Any:
    """The code point at ``at`` and its bytes; never reads beyond ``end``."""
    byte = np.int32(data[at])
    if byte < 0x80:
        return byte, 1
    size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
    if at + size > end:
        return byte, 1
    code = byte & (0xFF >> (size + 1))
    for k in range(1, size):
        code = code << 6 | (data[at + k] & 0x3F)
    return (code, size) if code <= 0x10FFFF else (np.int32(0xFFFD), size)


@_jit
def _read_word(data: Any, at: Any, end: Any, flags: Any, lookalikes: Any, places: Any, pool: Any) -> Any:
    """Where the word at ``at`` ends, and whether it holds Latin letters or digits, and letters that are no true look-alikes."""
    latin = other = False
    while at < end:
        code, size = _decode(data, at, end)
        if flags[code] & LATIN:
            latin = True
        elif flags[code] & WORD:
            other = other or not lookalikes[code] or flags[code] & ROUGH != 0
        elif not (flags[code] & CHANGED and pool[places[code]] == 0):  # what folds to nothing does not part a word
            break
        at += size
    return at, latin, other


@_jit
def _has_similar(data: Any, at: Any, end: Any, lookalikes: Any) -> Any:
    while at < end:
        if data[at] < 128:
            at += 1
            continue
        code, size = _decode(data, at, end)
        if lookalikes[code]:
            return True
        at += size
    return False


@_jit
def _is_foreign(data: Any, at: Any, end: Any, flags: Any, lookalikes: Any, places: Any, pool: Any) -> Any:
    """Whether there is a word without Latin letters that is not made of true look-alikes alone."""
    while at < end:
        code, size = _decode(data, at, end)
        if flags[code] & WORD:
            at, latin, other = _read_word(data, at, end, flags, lookalikes, places, pool)
            if other and not latin:
                return True
        else:
            at += size
    return False


@_jit
def _fold_text(
    data: Any, at: Any, end: Any, flags: Any, lookalikes: Any, places: Any, pool: Any, write: Any, out: Any, origin: Any
) -> Any:
    """Fold one text to ``out`` if ``write``; gives its bytes there and its characters."""
    has_similar = _has_similar(data, at, end, lookalikes)
    is_foreign = has_similar and _is_foreign(data, at, end, flags, lookalikes, places, pool)
    word_end, read_as_latin = at, False
    to = character = 0
    while at < end:
        code, size = _decode(data, at, end)
        if has_similar and at >= word_end and flags[code] & WORD:
            word_end, latin, other = _read_word(data, at, end, flags, lookalikes, places, pool)
            read_as_latin = latin or not (other or is_foreign)
        if has_similar and read_as_latin and at < word_end and lookalikes[code]:
            if write:
                out[to], origin[to] = lookalikes[code], character
            to += 1
        elif size == 1:
            if write:
                out[to], origin[to] = data[at] if 32 <= code < 127 else np.uint8(_BLANK), character
            to += 1
        elif flags[code] & CHANGED:
            place = places[code]
            for k in range(pool[place]):
                if write:
                    out[to + k], origin[to + k] = pool[place + 1 + k], character
            to += pool[place]
        else:
            for k in range(size):
                if write:
                    out[to + k], origin[to + k] = data[at + k], character
            to += size
        at += size
        character += 1
    return to, character
