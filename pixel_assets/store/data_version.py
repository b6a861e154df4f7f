"""Data versions: what a table holds, whatever its row order, file layout, machine or library version.

Every row has a 128-bit hash defined here and nowhere else (XXH64 over the UTF-8 or little-endian bytes
of each value, folded by column name), and a data version is the hash of the column names and types,
the number of rows and the *sum* of their row hashes. A sum does not see order or layout, and it can be
updated: add the rows that came, subtract those that went.

XXH64: Y. Collet, "xxHash fast digest algorithm", xxhash_spec.md 0.2.0.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]  # shape (rows, 2): two independent 64-bit lanes a row

_P1, _P2, _P3, _P4, _P5 = (
    np.uint64(0x9E3779B185EBCA87), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9),
    np.uint64(0x85EBCA77C2B2AE63), np.uint64(0x27D4EB2F165667C5),
)  # fmt: skip
_SEEDS: Final = (np.uint64(0), np.uint64(0x5851F42D4C957F2D))
_NULL: Final = np.uint64(0xA5A5_5A5A_C3C3_3C3C)
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
def _xxh64(data: Any, start: Any, end: Any, seed: Any) -> Any:
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
def _hash_bytes(offsets: Any, data: Any, out: Any, seed0: Any, seed1: Any) -> None:
    for i in range(out.shape[0]):
        out[i, 0] = _xxh64(data, offsets[i], offsets[i + 1], seed0)
        out[i, 1] = _xxh64(data, offsets[i], offsets[i + 1], seed1)


@_jit
def _fold_lists(offsets: Any, items: Any, out: Any) -> None:
    base = offsets[0]
    for i in range(out.shape[0]):
        for lane in range(2):
            h = _P5 + np.uint64(offsets[i + 1] - offsets[i])
            for j in range(offsets[i] - base, offsets[i + 1] - base):
                h = _rotate(h ^ _round(np.uint64(0), items[j, lane]), 27) * _P1 + _P4
            out[i, lane] = _avalanche(h)


@_jit
def _mix_words(values: Any, out: Any, seed0: Any, seed1: Any) -> None:
    for i in range(out.shape[0]):
        out[i, 0] = _avalanche(values[i] * _P1 + seed0 + _P5)
        out[i, 1] = _avalanche(values[i] * _P1 + seed1 + _P5)


@_jit
def _add_column(total: Any, values: Any, name0: Any, name1: Any) -> None:
    for i in range(total.shape[0]):
        total[i, 0] += _avalanche(values[i, 0] ^ name0)
        total[i, 1] += _avalanche(values[i, 1] ^ name1)


@_jit
def _close(total: Any) -> None:
    for i in range(total.shape[0]):
        total[i, 0], total[i, 1] = _avalanche(total[i, 0]), _avalanche(total[i, 1])


def hash_bytes(data: bytes, seed: int = 0) -> int:
    """XXH64 of ``data``; equal to ``xxhash.xxh64_intdigest(data, seed)``."""
    array = np.frombuffer(data, np.uint8)
    return int(_xxh64(array, np.int64(0), np.int64(len(array)), np.uint64(seed)))


def row_hashes(table: pa.Table | pa.RecordBatch) -> Hashes:
    """Hash of every row: shape (rows, 2), uint64; the order of columns does not matter, their names do."""
    total = np.zeros((table.num_rows, 2), np.uint64)
    for name in table.schema.names:
        _combine(total, name, _column_hashes(table.column(name)))
    _close(total)  # else a sum over rows would be a sum over cells, and values could change rows unseen
    return total


def _combine(total: Hashes, name: str, values: Hashes) -> None:
    encoded = name.encode()
    _add_column(total, values, *(np.uint64(hash_bytes(encoded, int(seed))) for seed in _SEEDS))


def _column_hashes(column: pa.ChunkedArray | pa.Array) -> Hashes:
    if isinstance(column, pa.ChunkedArray):
        chunks = [_array_hashes(chunk) for chunk in column.chunks]
        return np.concatenate(chunks) if chunks else np.zeros((0, 2), np.uint64)
    return _array_hashes(column)


def _array_hashes(array: pa.Array) -> Hashes:
    out = np.empty((len(array), 2), np.uint64)
    kind = array.type
    if len(array) == 0:
        return out
    if pa.types.is_dictionary(kind):
        return _array_hashes(array.dictionary_decode())
    if pa.types.is_null(kind):
        out[:] = _NULL
        return out
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        wide = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
        _, starts, data = array.buffers()
        offsets = np.frombuffer(starts, np.int64 if wide else np.int32)[array.offset : array.offset + len(array) + 1]
        content = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
        _hash_bytes(offsets.astype(np.int64), content, out, *_SEEDS)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        offsets = array.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
        is_map = pa.types.is_map(kind)
        items = _map_entries(array, offsets) if is_map else array.values.slice(offsets[0], offsets[-1] - offsets[0])
        _fold_lists(offsets, _array_hashes(items), out)
    elif pa.types.is_struct(kind):
        out[:] = 0
        for i, field in enumerate(kind):
            _combine(out, field.name, _array_hashes(array.field(i)))
    else:
        _mix_words(_words(array), out, *_SEEDS)
    if array.null_count:
        out[~array.is_valid().to_numpy(zero_copy_only=False)] = _NULL
    return out


def _map_entries(array: pa.MapArray, offsets: npt.NDArray[np.int64]) -> pa.StructArray:
    start, length = offsets[0], offsets[-1] - offsets[0]
    return pa.StructArray.from_arrays([array.keys.slice(start, length), array.items.slice(start, length)], ["key", "value"])


def _words(array: pa.Array) -> Hashes:
    """The fixed-width values as 64-bit words: floats by their bits (one zero, one NaN), the rest as integers."""
    kind = array.type
    if pa.types.is_floating(kind):
        values = array.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
        values = np.where(np.isnan(values), np.float64("nan"), values)
        return (values + 0.0).view(np.uint64)  # -0.0 + 0.0 is 0.0
    if pa.types.is_boolean(kind):
        return array.fill_null(False).to_numpy(zero_copy_only=False).astype(np.uint64)
    if pa.types.is_temporal(kind):
        array = array.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    if not pa.types.is_integer(array.type):
        raise TypeError(f"no data version is defined for columns of type {kind}")
    return array.fill_null(0).cast(pa.uint64() if pa.types.is_unsigned_integer(array.type) else pa.int64()).to_numpy(
        zero_copy_only=False
    ).view(np.uint64)


def type_name(kind: pa.DataType) -> str:
    """Stable spelling of an Arrow type (Arrow's own may change between its versions)."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{f.name}: {type_name(f.type)}" for f in kind) + ">"
    if pa.types.is_map(kind):
        return f"map<{type_name(kind.key_type)}, {type_name(kind.item_type)}>"
    if pa.types.is_dictionary(kind):
        return type_name(kind.value_type)
    if pa.types.is_timestamp(kind):  # the same number is another moment in another unit
        return f"timestamp[{kind.unit}{', ' + kind.tz if kind.tz else ''}]"
    for test, name in _TYPE_NAMES:
        if test(kind):
            return name
    raise TypeError(f"no data version is defined for columns of type {kind}")


_TYPE_NAMES: Final = (
    (lambda t: pa.types.is_string(t) or pa.types.is_large_string(t), "string"),
    (lambda t: pa.types.is_binary(t) or pa.types.is_large_binary(t), "binary"),
    (pa.types.is_boolean, "bool"),
    (pa.types.is_int8, "int8"), (pa.types.is_int16, "int16"), (pa.types.is_int32, "int32"), (pa.types.is_int64, "int64"),
    (pa.types.is_uint8, "uint8"), (pa.types.is_uint16, "uint16"), (pa.types.is_uint32, "uint32"),
    (pa.types.is_uint64, "uint64"),
    (pa.types.is_float16, "float16"), (pa.types.is_float32, "float32"), (pa.types.is_float64, "float64"),
    (pa.types.is_date, "date"), (pa.types.is_null, "null"),
)  # fmt: skip


def total(hashes: Hashes) -> tuple[int, int]:
    """Sum of row hashes, each lane modulo 2**64."""
    lanes = hashes.sum(axis=0, dtype=np.uint64) if len(hashes) else np.zeros(2, np.uint64)
    return int(lanes[0]), int(lanes[1])


def add(left: tuple[int, int], right: tuple[int, int], sign: int = 1) -> tuple[int, int]:
    """``left`` plus (or, with ``sign`` -1, minus) ``right``, each lane modulo 2**64."""
    return (left[0] + sign * right[0]) % 2**64, (left[1] + sign * right[1]) % 2**64


def data_version(
    schema: pa.Schema, rows: int, sums: tuple[int, int], attachments: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> str:
    """Data version (64 hex digits) from column names and types, row count, summed row hashes and attached files.

    ``attachments`` maps the relative path of each attached file to its SHA-256.
    """
    content = {
        "columns": sorted([field.name, type_name(field.type)] for field in schema),
        "rows": rows,
        "sum": list(sums),
        "files": sorted(dict(attachments).items()),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def table_version(table: pa.Table) -> str:
    """Data version of a table in memory."""
    return data_version(table.schema, table.num_rows, total(row_hashes(table)))
