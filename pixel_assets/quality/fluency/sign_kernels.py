"""Compiled loops that read what stands between words: signs, and noise that is no text. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.quality.features.kernels import _read
from pixel_assets.quality.fluency import form

_NEWLINE, _BLANK, _TAB, _RETURN, _DELETE = 10, 32, 9, 13, 127
_STOP, _COMMA, _QUESTION, _EXCLAMATION, _QUOTE = (ord(sign) for sign in '.,?!"')
_LESS, _GREATER, _AND, _SEMICOLON, _SLASH, _COLON, _BACKSLASH = (ord(sign) for sign in "<>&;/:\\")
_OPENS: Final = np.array([chr(byte) in "([{" for byte in range(256)])
_CLOSES: Final = np.array([chr(byte) in ")]}" for byte in range(256)])
_MAY_BE_NOISE: Final = np.array([byte < 32 or byte >= 127 or chr(byte) in "<&:\\" for byte in range(256)])
_LONGEST_TAG, _LONGEST_ENTITY = 60, 8
_FIRST_EMOJI, _MANY_EMOJI, _LONG_RUN = 0xF0, 3, 4

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def read_noise(data: Any, offsets: Any, which: Any, counts: Any) -> None:
    """Add up, (len(which),), markup, controls and wrongly decoded text, as ``kernels.read_form`` counts them."""
    for row in range(len(which)):
        place, end = offsets[which[row]], offsets[which[row] + 1]
        while place < end:
            if not _MAY_BE_NOISE[data[place]]:
                place += 1
                continue
            byte, lower, size = _read(data, place, end)
            if byte >= 128:
                counts[row] += wrongly_decoded(data, place, end)
            if not lower:
                counts[row] += _is_markup(data, place, end, byte)
                counts[row] += _is_control(data, place, end, data[place])
            place += size


@_jit
def wrongly_decoded(data: Any, place: Any, end: Any) -> Any:
    """Whether here stands what UTF-8 looks like when it is read as Windows-1252, or the sign for what could not be read."""
    if place + 2 >= end:
        return False
    first, second, third = data[place], data[place + 1], data[place + 2]
    if first == 0xEF:
        return second == 0xBF and third == 0xBD
    if first != 0xC3 or not (second == 0x82 or second == 0x83 or second == 0xA2):
        return False
    return third == 0xC2 or (second == 0xA2 and third == 0xE2) or (second == 0x83 and third in (0xC6, 0xE2))


@_jit
def _is_markup(data: Any, place: Any, end: Any, byte: Any) -> Any:
    """Whether a tag, an entity, a link or an escaped line end begins here."""
    if place + 3 >= end:
        return False
    following = data[place + 1] | 32
    if byte == _LESS:
        is_tag = 97 <= following <= 122 or data[place + 1] == _SLASH
        return is_tag and _comes(data, place + 2, min(place + _LONGEST_TAG, end), _GREATER, _LESS)
    if byte == _AND:
        return _comes(data, place + 2, min(place + _LONGEST_ENTITY, end), _SEMICOLON, _BLANK)
    if byte == _COLON:
        return data[place + 1] == _SLASH and data[place + 2] == _SLASH
    return byte == _BACKSLASH and following in (110, 116, 117)


@_jit
def _comes(data: Any, place: Any, end: Any, wanted: Any, other: Any) -> Any:
    """Whether a byte comes before the end and before another one."""
    for i in range(place, end):
        if data[i] == wanted:
            return True
        if data[i] == other:
            return False
    return False


@_jit
def _is_control(data: Any, place: Any, end: Any, byte: Any) -> Any:
    """Whether a control character of ASCII, or a mark without width, begins here."""
    if byte < 32 or byte == _DELETE:
        return byte != _NEWLINE and byte != _TAB and byte != _RETURN
    return byte == 0xE2 and place + 2 < end and data[place + 1] == 0x80 and 0x8B <= data[place + 2] <= 0x8F


@_jit
def read_sign(data: Any, place: Any, end: Any, byte: Any, at: Any, hashed: Any, found: Any) -> None:
    """Count what stands between words; ``byte`` is the character here, or the plain one that it is read as."""
    found[form.MOJIBAKE] += byte >= 128 and wrongly_decoded(data, place, end)
    if byte in (_STOP, _COMMA, _QUESTION, _EXCLAMATION):
        at[form.SIGNS] = at[form.SIGNS] + 1 if at[form.LAST] in (byte, _BLANK) else 1
        apart = byte == _COMMA or at[form.LAST] == _BLANK
        found[form.SIGN_RUNS] += at[form.SIGNS] == 2 if apart else at[form.SIGNS] == _LONG_RUN
        found[form.SPACED] += at[form.LAST] in (_BLANK, _NEWLINE) and at[form.SIGNS] == 1
        found[form.COMMAS] += byte == _COMMA
    else:
        at[form.SIGNS] = 0
    if byte >= _FIRST_EMOJI:
        at[form.EMOJI] += 1
        found[form.EMOJI_RUNS] += at[form.EMOJI] == _MANY_EMOJI
    found[form.MARKUP] += _is_markup(data, place, end, byte)
    found[form.CONTROLS] += _is_control(data, place, end, data[place])
    at[form.QUOTES] += byte == _QUOTE
    if byte < 128 and _OPENS[byte]:
        at[form.BRACKETS] += 1
    elif byte < 128 and _CLOSES[byte]:
        if at[form.BRACKETS]:
            at[form.BRACKETS] -= 1
        else:  # a smiley and the item of a list have a bracket that nothing opens
            found[form.UNBALANCED] += not (at[form.LAST] in (_COLON, _STOP) or 48 <= at[form.LAST] <= 57)
    if byte in (_NEWLINE, _TAB, _RETURN):
        at[form.ARTICLE] = 0 if byte == _NEWLINE else at[form.ARTICLE]
        return
    at[form.ARTICLE], hashed[form.BEFORE] = 0, np.uint64(0)
    ends = byte in (_STOP, _COLON, _QUESTION, _EXCLAMATION) or byte >= 128
    at[form.CLOSED] = (at[form.CLOSED] or ends) and byte != _COMMA


@_jit
def stops(data: Any, place: Any, end: Any, byte: Any) -> Any:
    """Whether a sentence ends here: a stop before a small letter or a digit is none."""
    if byte != _STOP:
        return byte in (_QUESTION, _EXCLAMATION, _NEWLINE)
    following = data[place + 1] if place + 1 < end else np.uint8(_BLANK)
    return not (97 <= following <= 122 or 48 <= following <= 57)
