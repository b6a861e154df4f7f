"""Compiled loops over what each side says: words side by side, runs of them as hashes, and sets of runs.

Importing this loads numba, so it is imported late. A *stream* is what one side of a conversation says, as hashes of words: stream
2c is the user's side of conversation c, stream 2c + 1 the assistant's; its words are ``hashes[starts[s]:starts[s + 1]]``.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

# Rolling hash of a run: a polynomial modulo 2 ** 64 (Karp and Rabin 1987) over words that are well mixed hashes already
BASE: Final = np.uint64(0x9E3779B97F4A7C15)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def power(length: Any) -> Any:
    """What the first word of a run is multiplied by when it leaves."""
    value = np.uint64(1)
    for _ in range(length):
        value *= BASE
    return value


@_jit
def fill_sides(hashes: Any, turn_starts: Any, speakers: Any, starts: Any, assistant: Any, sides: Any, side_starts: Any) -> None:
    """Fill the words of conversations side by side: of each first those of all turns but the assistant's, then the
    assistant's.
    """
    at = 0
    for c in range(len(starts) - 1):
        for side in range(2):
            for turn in range(starts[c], starts[c + 1]):
                if (speakers[turn] == assistant) == (side == 1):
                    for place in range(turn_starts[turn], turn_starts[turn + 1]):
                        sides[at] = hashes[place]
                        at += 1
            side_starts[2 * c + side + 1] = at


@_jit
def fill_keys(hashes: Any, starts: Any, keys: Any) -> None:
    """Fill one hash for each stream, of all its words."""
    for stream in range(len(keys)):
        value = BASE
        for place in range(starts[stream], starts[stream + 1]):
            value = value * BASE + hashes[place]
        keys[stream] = value


@_jit
def fill_runs(hashes: Any, starts: Any, length: Any, runs: Any, owners: Any) -> None:
    """Fill the hash of every run of ``length`` words that lies within one stream, and the stream."""
    leaving = power(length)
    at = 0
    for stream in range(len(starts) - 1):
        begin, end = starts[stream], starts[stream + 1]
        value = np.uint64(0)
        for place in range(begin, end):
            value = value * BASE + hashes[place]
            if place >= begin + length:
                value -= hashes[place - length] * leaving
            if place >= begin + length - 1:
                runs[at], owners[at] = value, stream
                at += 1


@_jit
def mark_covered(hashes: Any, starts: Any, length: Any, runs: Any, covered: Any) -> None:
    """Set the words that lie within one of ``runs``, which ascend."""
    leaving = power(length)
    for stream in range(len(starts) - 1):
        begin, end = starts[stream], starts[stream + 1]
        value, done = np.uint64(0), begin
        for place in range(begin, end):
            value = value * BASE + hashes[place]
            if place >= begin + length:
                value -= hashes[place - length] * leaving
            if place < begin + length - 1:
                continue
            near = np.searchsorted(runs, value)
            if near < len(runs) and runs[near] == value:
                covered[max(done, place - length + 1) : place + 1] = True
                done = place + 1


@_jit
def fill_sets(hashes: Any, starts: Any, left_out: Any, length: Any, members: Any, set_starts: Any) -> Any:
    """Fill the different runs of ``length`` words of each text, ascending, without those in the ascending ``left_out``;
    gives the end.
    """
    leaving = power(length)
    at = 0
    for text in range(len(starts) - 1):
        begin, end = starts[text], starts[text + 1]
        value, top = np.uint64(0), at
        for place in range(begin, end):
            value = value * BASE + hashes[place]
            if place >= begin + length:
                value -= hashes[place - length] * leaving
            if place >= begin + length - 1:
                near = np.searchsorted(left_out, value)
                if near == len(left_out) or left_out[near] != value:
                    members[top] = value
                    top += 1
        members[at:top] = np.sort(members[at:top])
        kept = at
        for place in range(at, top):
            if place == at or members[place] != members[place - 1]:
                members[kept] = members[place]
                kept += 1
        at = kept
        set_starts[text + 1] = at
    return at
