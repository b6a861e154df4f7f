"""A single JSON document: one record, or a wrapper around one list of records.

``{"data": [{…}, …], "version": 1}`` is a wrapper; ``{"conversations": [{"from": …}, …]}`` is a dialogue. What
stands beside the list in a wrapper is about the list, and is left out; where it holds more than the list, the
document is one record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.encoding import DAMAGED
from pixel_assets.sources.readers.rows import Row, Unreadable, to_batches

SPLITS = {"train", "training", "valid", "validation", "val", "dev", "test", "eval"}
MAX_DOCUMENT_CHARS = 2**31
SPEAKER_KEYS = {"role", "from", "speaker", "interlocutor"}
SPEECH_KEYS = {"content", "value", "text", "utterance", "sentences"}


def read_json_document(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Rows of the document, numbered from 1; raises Unreadable when it is not valid JSON."""
    with content.text() as stream:
        text = stream.read(MAX_DOCUMENT_CHARS)
        if stream.read(1):
            raise Unreadable("a JSON document of more than 2 GiB, which must be read as a whole")
    document = _parse(text)
    records = wrapped_records(document)
    yield from to_batches((_row(number, record) for number, record in enumerate(records, start=1)), batch_rows)


def wrapped_records(document: Any) -> list[Any]:
    """The records in a document: the elements of its only list of objects, of its splits, or itself."""
    if not isinstance(document, dict):
        return [document]
    lists = {key: value for key, value in document.items() if isinstance(value, list)}
    wrappers = [key for key, value in lists.items() if value and all(map(_is_record, value))]
    splits = bool(wrappers) and all(key.lower() in SPLITS for key in wrappers)
    if len(wrappers) == len(lists) and (len(wrappers) == 1 or splits):
        records = [record for key in wrappers for record in lists[key]]
        if _outweigh(records, [value for key, value in document.items() if key not in lists]):
            return records
    return [document]


def _outweigh(records: list[Any], beside: list[Any]) -> bool:
    """Whether records hold as many values as the objects of objects that stand beside them."""
    nested = [value for value in beside if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values())]
    left = sum(map(_count_values, nested))
    for record in records:
        if left <= 0:
            break
        left -= _count_values(record)
    return left <= 0


def _count_values(value: Any) -> int:
    """How many texts, numbers and other single values there are in a value of any shape."""
    count, todo = 0, [value]
    while todo:
        part = todo.pop()
        if isinstance(part, dict | list):
            todo.extend(part.values() if isinstance(part, dict) else part)
        else:
            count += 1
    return count


def _is_record(value: Any) -> bool:
    """An object that is not one turn of a dialogue."""
    return isinstance(value, dict) and not (SPEAKER_KEYS & value.keys() and SPEECH_KEYS & value.keys())


def _parse(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        pass  # the slower parser also takes NaN, large numbers and control characters in strings
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not valid JSON at line {error.lineno}, column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise Unreadable("JSON that is nested too deep or holds an endless number") from error


def _row(number: int, record: Any) -> Row:
    try:
        return Row(number, orjson.dumps(record))
    except orjson.JSONEncodeError:
        pass  # a value that only the slower parser could read
    try:
        text = json.dumps(record, ensure_ascii=False)
    except RecursionError:
        return Row(number, None, "nested_too_deep: the record cannot be written as JSON")
    if DAMAGED.search(text):
        return Row(number, None, "invalid_encoding: the record is not valid UTF-8")
    return Row(number, text.encode("utf-8", "replace"))
