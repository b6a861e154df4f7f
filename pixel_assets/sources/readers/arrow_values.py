"""Rows of Arrow tables as JSON: nested values, dates, decimals and bytes included."""

from __future__ import annotations

import base64
import datetime
import decimal
import uuid
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa

# What Arrow and the conversion of its values raise for damaged data, depending on the place it hits; MemoryError
# where a length is damaged
DAMAGE = (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError)


def json_texts(batch: pa.RecordBatch) -> Iterator[bytes]:
    """The JSON text of each row."""
    yield from map(json_text, batch.to_pylist())


def json_text(record: dict[str, Any]) -> bytes:
    """A record of Python values as JSON text (UTF-8); raises TypeError for a value that has no JSON."""
    return orjson.dumps(record, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    """A value that JSON does not know, as text."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, datetime.date | datetime.time):  # a subclass of datetime, with nanoseconds
        return value.isoformat()
    if isinstance(value, decimal.Decimal | uuid.UUID | int):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
