"""Data versions: what a table holds, whatever its row order, file layout, machine or library version.

Every row has a 128-bit hash defined here and nowhere else (XXH64 over the UTF-8 or little-endian bytes
of each value, folded by column name), and a data version is the hash of the column names and types,
the number of rows and the *sum* of their row hashes. A sum does not see order or layout, and it can be
updated: add the rows that came, subtract those that went.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]  # shape (rows, 2): two independent 64-bit lanes a row

DEFINITION: Final = 2  # of row hashes; a part of every fingerprint, for hashes of two definitions must never meet
_SEEDS: Final = (np.uint64(0), np.uint64(0x5851F42D4C957F2D))
_NULL: Final = np.uint64(0xA5A5_5A5A_C3C3_3C3C)


def hash_bytes(data: bytes, seed: int = 0) -> int:
    """XXH64 of ``data``; equal to ``xxhash.xxh64_intdigest(data, seed)``."""
    from pixel_assets.store import kernels

    array = np.frombuffer(data, np.uint8)
    return int(kernels.xxh64(array, np.int64(0), np.int64(len(array)), np.uint64(seed)))


def row_hashes(table: pa.Table | pa.RecordBatch) -> Hashes:
    """Hash of every row: shape (rows, 2), uint64; the order of columns does not matter, their names do."""
    from pixel_assets.store import kernels

    total = np.zeros((table.num_rows, 2), np.uint64)
    for name in table.schema.names:
        _combine(total, name, _column_hashes(table.column(name)))
    kernels.close(total)  # else a sum over rows would be a sum over cells, and values could change rows unseen
    return total


def _combine(total: Hashes, name: str, values: Hashes) -> None:
    from pixel_assets.store import kernels

    encoded = name.encode()
    kernels.add_column(total, values, *(np.uint64(hash_bytes(encoded, int(seed))) for seed in _SEEDS))


def _column_hashes(column: pa.ChunkedArray | pa.Array) -> Hashes:
    if isinstance(column, pa.ChunkedArray):
        chunks = [_array_hashes(chunk) for chunk in column.chunks]
        return np.concatenate(chunks) if chunks else np.zeros((0, 2), np.uint64)
    return _array_hashes(column)


def _array_hashes(array: pa.Array) -> Hashes:
    from pixel_assets.store import kernels  # numba takes a while to import, and a plan needs no hash

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
        kernels.hash_bytes(offsets.astype(np.int64), content, out, *_SEEDS)
    elif pa.types.is_fixed_size_list(kind):
        return _array_hashes(array.cast(pa.list_(kind.value_type)))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        offsets = array.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
        is_map = pa.types.is_map(kind)
        items = _map_entries(array, offsets) if is_map else array.values.slice(offsets[0], offsets[-1] - offsets[0])
        kernels.fold_lists(offsets, _array_hashes(items), out)
    elif pa.types.is_struct(kind):
        out[:] = 0
        for i, field in enumerate(kind):
            _combine(out, field.name, _array_hashes(array.field(i)))
    else:
        kernels.mix_words(_words(array), out, *_SEEDS)
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
        words: Hashes = (values + 0.0).view(np.uint64)  # -0.0 + 0.0 is 0.0
        return words
    if pa.types.is_boolean(kind):
        words = array.fill_null(False).to_numpy(zero_copy_only=False).astype(np.uint64)
        return words
    if pa.types.is_temporal(kind):
        array = array.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    if not pa.types.is_integer(array.type):
        raise TypeError(f"no data version is defined for columns of type {kind}")
    wide = array.fill_null(0).cast(pa.uint64() if pa.types.is_unsigned_integer(array.type) else pa.int64())
    words = wide.to_numpy(zero_copy_only=False).view(np.uint64)
    return words


def type_name(kind: pa.DataType) -> str:
    """Stable spelling of an Arrow type (Arrow's own may change between its versions)."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pa.types.is_fixed_size_list(kind):
        return f"list<{type_name(kind.value_type)}>[{kind.list_size}]"
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
