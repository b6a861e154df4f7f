"""Compiled loops behind traits: many conversations in plain characters are measured at once, as text.py would measure each.

Plain is ASCII, and the typographic quotes, dashes, dots and spaces that ``text.normalise`` reads as ASCII. Importing this
loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

SYSTEM: Final = 0
USER: Final = 1
ASSISTANT: Final = 2

# Columns of what ``measure`` says of a conversation
PLAIN: Final = 0  # 1 if every word of user and assistant is plain; else the other columns mean nothing
USER_TURNS: Final = 1
ASSISTANT_TURNS: Final = 2
USER_WORDS: Final = 3
ASSISTANT_WORDS: Final = 4
CHARACTERS: Final = 5
EMPTY_TURNS: Final = 6
UNREADABLE: Final = 7
LONGEST_USER: Final = 8  # number of the turn, the first of equals; -1 where there is none
LONGEST_ASSISTANT: Final = 9
SAID_START: Final = 10  # in ``forms``: all that is said, each turn as "role:form" and a line end
SAID_END: Final = 11
OPENING_START: Final = 12  # in ``forms``: the first form of the user; empty where there is none
OPENING_END: Final = 13
OPENING_WORDS: Final = 14
ANSWER_START: Final = 15  # in ``forms``: the longest form of the assistant, the first of equals; empty where there is none
ANSWER_END: Final = 16
ANSWER_WORDS: Final = 17
COLUMNS: Final = 18

LONGEST_PREFIX: Final = len(b"assistant:\n")
_USER_PREFIX: Final = np.frombuffer(b"user:", np.uint8).copy()
_ASSISTANT_PREFIX: Final = np.frombuffer(b"assistant:", np.uint8).copy()
_MINUS: Final = np.frombuffer(b"minus", np.uint8).copy()
# Of each byte: the letter or digit in lower case, or 0
_LOWER: Final = np.array([ord(chr(b).lower()) if b < 128 and chr(b).isalnum() else 0 for b in range(256)], np.uint8)
_SPACE, _APOSTROPHE, _DASH, _UNDERSCORE = (ord(character) for character in " '-_")

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _is_sign(data: Any, start: Any, place: Any, following: Any, end: Any) -> Any:
    """Whether the dash at ``place`` stands before a digit and not after a word."""
    if following >= end or not 48 <= data[following] <= 57:
        return False
    return place == start or not (_LOWER[data[place - 1]] or data[place - 1] == _UNDERSCORE)


@_jit
def _plain_byte(data: Any, at: Any, end: Any) -> Any:
    """The ASCII byte that the character at ``at`` is read as, and the bytes that it takes; no bytes if it is not plain."""
    byte = data[at]
    if byte < 128:
        return byte, 1
    if byte == 0xC2 and at + 1 < end and data[at + 1] == 0xA0:  # no-break space
        return 32, 2
    if byte == 0xE2 and at + 2 < end and data[at + 1] == 0x80:
        last = data[at + 2]
        if last == 0x98 or last == 0x99:  # single quotes
            return 39, 3
        if last == 0x9C or last == 0x9D:  # double quotes
            return 34, 3
        if last == 0x93 or last == 0x94:  # dashes
            return 45, 3
        if last == 0xA6:  # three dots
            return 46, 3
    return 0, 0


@_jit
def _append(out: Any, at: Any, text: Any) -> Any:
    for byte in text:
        out[at] = byte
        at += 1
    return at


@_jit
def _read_turn(data: Any, start: Any, end: Any, out: Any, at: Any) -> Any:
    """Write the normal form; gives its end, words, characters, whether anything is seen, and unreadable characters.

    The number of characters is -1 for a text that is not plain.
    """
    words = characters = unreadable = 0
    seen = False
    inside = False  # of a word
    place = start
    while place < end:
        lower = _LOWER[data[place]]
        if lower:  # a letter or digit, as most are
            if not inside:
                if words:
                    out[at] = _SPACE
                    at += 1
                words += 1
                inside = True
            out[at] = lower
            at += 1
            characters += 1
            place += 1
            continue
        byte, size = _plain_byte(data, place, end)
        if size == 0:
            return at, 0, -1, False, 0
        characters += 1
        if byte != _SPACE:
            seen = seen or not (9 <= byte <= 13 or 28 <= byte <= 31)
            unreadable += byte == 127 or (byte < 32 and byte != 9 and byte != 10 and byte != 13)
        if byte == _DASH and _is_sign(data, start, place, place + size, end):
            if not inside:
                if words:
                    out[at] = _SPACE
                    at += 1
                words += 1
                inside = True
            at = _append(out, at, _MINUS)
        elif byte != _APOSTROPHE:  # which neither ends a word nor is part of it
            inside = False
        place += size
    return at, words, characters, seen or words > 0, unreadable


@_jit
def measure(data: Any, offsets: Any, starts: Any, speakers: Any, forms: Any, found: Any) -> Any:
    """Fill ``found``, shape (conversations, COLUMNS), and ``forms``, the bytes of what is said in normal form.

    Turn i has the text ``data[offsets[i]:offsets[i + 1]]`` and is by ``speakers[i]``; conversation c has the turns from
    ``starts[c]`` up to ``starts[c + 1]``.
    """
    at = 0
    for c in range(len(starts) - 1):
        row = found[c]
        row[:] = 0
        row[PLAIN] = 1
        row[LONGEST_USER] = row[LONGEST_ASSISTANT] = -1
        row[SAID_START] = at
        longest_user = longest_assistant = -1
        for i in range(starts[c], starts[c + 1]):
            if speakers[i] == SYSTEM:
                continue
            is_user = speakers[i] == USER
            begin = at
            at = _append(forms, at, _USER_PREFIX if is_user else _ASSISTANT_PREFIX)
            form = at
            at, words, characters, seen, unreadable = _read_turn(data, offsets[i], offsets[i + 1], forms, at)
            if characters < 0:
                row[PLAIN] = 0
                at = row[SAID_START]
                break
            row[CHARACTERS] += characters
            row[EMPTY_TURNS] += not seen
            row[UNREADABLE] += unreadable
            if is_user:
                row[USER_TURNS] += 1
                row[USER_WORDS] += words
                if characters > longest_user:
                    longest_user = characters
                    row[LONGEST_USER] = i
                if words and row[OPENING_END] == row[OPENING_START]:
                    row[OPENING_START], row[OPENING_END], row[OPENING_WORDS] = form, at, words
            else:
                row[ASSISTANT_TURNS] += 1
                row[ASSISTANT_WORDS] += words
                if characters > longest_assistant:
                    longest_assistant = characters
                    row[LONGEST_ASSISTANT] = i
                if at - form > row[ANSWER_END] - row[ANSWER_START]:
                    row[ANSWER_START], row[ANSWER_END], row[ANSWER_WORDS] = form, at, words
            if words:
                forms[at] = 10
                at += 1
            else:
                at = begin
        row[SAID_END] = at
