"""Compiled loops behind row hashes: XXH64 and the folding of values. Importing it loads numba, so it is imported late.

XXH64: Y. Collet, "xxHash fast digest algorithm", xxhash_spec.md 0.2.0.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_P1, _P2, _P3, _P4, _P5 = (
    np.uint64(0x9E3779B185EBCA87), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9),
    np.uint64(0x85EBCA77C2B2AE63), np.uint64(0x27D4EB2F165667C5),
)  # fmt: skip
_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _rotate(x: Any, bits: Any) -> Any:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@_jit
def _read(data: Any, at: Any, count: Any) -> Any:
    value = np.uint64(0)
    for i in range(count):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return value


@_jit
def _round(lane: Any, value: Any) -> Any:
    return _rotate(lane + value * _P2, 31) * _P1


@_jit
def _avalanche(h: Any) -> Any:
    h = (h ^ (h >> np.uint64(33))) * _P2
    h = (h ^ (h >> np.uint64(29))) * _P3
    return h ^ (h >> np.uint64(32))


@_jit
def xxh64(data: Any, start: Any, end: Any, seed: Any) -> Any:
    at = start
    if end - start >= 32:
        a, b, c, d = seed + _P1 + _P2, seed + _P2, seed, seed - _P1
        while at <= end - 32:
            a = _round(a, _read(data, at, 8))
            b = _round(b, _read(data, at + 8, 8))
            c = _round(c, _read(data, at + 16, 8))
            d = _round(d, _read(data, at + 24, 8))
            at += 32
        h = _rotate(a, 1) + _rotate(b, 7) + _rotate(c, 12) + _rotate(d, 18)
        for lane in (a, b, c, d):
            h = (h ^ _round(np.uint64(0), lane)) * _P1 + _P4
    else:
        h = seed + _P5
    h += np.uint64(end - start)
    while at <= end - 8:
        h = _rotate(h ^ _round(np.uint64(0), _read(data, at, 8)), 27) * _P1 + _P4
        at += 8
    if at <= end - 4:
        h = _rotate(h ^ (_read(data, at, 4) * _P1), 23) * _P2 + _P3
        at += 4
    while at < end:
        h = _rotate(h ^ (np.uint64(data[at]) * _P5), 11) * _P1
        at += 1
    return _avalanche(h)


@_jit
def hash_bytes(offsets: Any, data: Any, out: Any, seed0: Any, seed1: Any) -> None:
    for i in range(out.shape[0]):
        out[i, 0] = xxh64(data, offsets[i], offsets[i + 1], seed0)
        out[i, 1] = xxh64(data, offsets[i], offsets[i + 1], seed1)


@_jit
def fold_lists(offsets: Any, items: Any, out: Any) -> None:
    base = offsets[0]
    for i in range(out.shape[0]):
        for lane in range(2):
            h = _P5 + np.uint64(offsets[i + 1] - offsets[i])
            for j in range(offsets[i] - base, offsets[i + 1] - base):
                h = _rotate(h ^ _round(np.uint64(0), items[j, lane]), 27) * _P1 + _P4
            out[i, lane] = _avalanche(h)


@_jit
def mix_words(values: Any, out: Any, seed0: Any, seed1: Any) -> None:
    for i in range(out.shape[0]):
        out[i, 0] = _avalanche(values[i] * _P1 + seed0 + _P5)
        out[i, 1] = _avalanche(values[i] * _P1 + seed1 + _P5)


@_jit
def add_column(total: Any, values: Any, name0: Any, name1: Any) -> None:
    for i in range(total.shape[0]):
        total[i, 0] += _avalanche(values[i, 0] ^ name0)
        total[i, 1] += _avalanche(values[i, 1] ^ name1)


@_jit
def close(total: Any) -> None:
    for i in range(total.shape[0]):
        total[i, 0], total[i, 1] = _avalanche(total[i, 0]), _avalanche(total[i, 1])
