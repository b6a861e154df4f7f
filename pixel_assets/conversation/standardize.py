"""Raw records become conversations in the standard form, or rejected records with a reason: all of them.

In: batches of raw records and what the format of their file is. Out: Arrow tables. Every input row
stands in the ``rows`` of a conversation or among the rejected records, and never in both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
import pyarrow as pa

from pixel_assets.conversation.detect import Detection, detect, sample_records
from pixel_assets.conversation.finish import Outcome, finish
from pixel_assets.conversation.formats.base import Draft, GroupRejection, NumberedRecord, Rejection
from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.table_builder import Origin, Standardized, TableBuilder

LARGEST_INTEGER = 2**63 - 1


def standardize_batch(batch: pa.RecordBatch, detection: Detection, source: SourceHints) -> Standardized:
    """Conversations and rejections of a batch of raw records, for a format that takes records one by one.

    Raises ValueError when the format gathers several records: such a file goes to
    :func:`standardize_group` as a whole.
    """
    if detection.grouped:
        raise ValueError(f"format {detection.name} gathers records: use standardize_group")
    builder = TableBuilder(source, detection.name)
    convert = detection.format.convert if detection.format else None
    unknown = Rejection(detection.reason, detection.explanation)
    files: list[Any] = batch.column("file").to_pylist()
    rows: list[Any] = batch.column("row").to_pylist()
    for index, parsed in enumerate(_parsed(batch)):
        if isinstance(parsed, Rejection):
            builder.reject(files[index], rows[index], index, *parsed)
            continue
        result = convert(parsed, source.options) if convert else unknown
        if isinstance(result, Rejection):
            builder.reject(files[index], rows[index], index, *result)
            continue
        labels = file_labels(source.file_labels, files[index]) if source.file_labels else None
        outcomes = [_finish(_labelled(draft, labels), source) for draft in result]
        _add(builder, outcomes, Origin(files[index], (rows[index],), index), (index,))
    return builder.build()


def standardize_group(
    batches: Iterable[pa.RecordBatch], detection: Detection, source: SourceHints
) -> Standardized:
    """Conversations and rejections of one file whose format gathers records; the file is held in memory.

    Raises ValueError when the format takes records one by one.
    """
    if detection.format is None or detection.format.convert_all is None:
        raise ValueError(f"format {detection.name} takes records one by one: use standardize_batch")
    builder = TableBuilder(source, detection.name)
    files: list[Any] = []
    rows: list[Any] = []
    records: list[NumberedRecord] = []
    for batch in batches:
        start = len(rows)
        files += batch.column("file").to_pylist()
        rows += batch.column("row").to_pylist()
        for index, parsed in enumerate(_parsed(batch), start=start):
            if isinstance(parsed, Rejection):
                builder.reject(files[index], rows[index], index, *parsed)
            else:
                records.append(NumberedRecord(index, parsed))
    for result in detection.format.convert_all(records, source.options):
        file = files[result.indices[0]]
        if isinstance(result, GroupRejection):
            outcome = Outcome(None, result.rejection)
        else:
            labels = file_labels(source.file_labels, file) if source.file_labels else None
            outcome = _finish(_labelled(result.draft, labels), source)
        origin = Origin(file, tuple(rows[index] for index in result.indices), result.indices[0])
        _add(builder, [outcome], origin, result.indices)
    return builder.build()


def standardize_file(
    batches: Iterable[pa.RecordBatch], source: SourceHints, detection: Detection | None = None
) -> Iterator[Standardized]:
    """Convert one file, batch by batch where the format allows it; detect the format unless it is given."""
    waiting = iter(batches)
    seen: list[pa.RecordBatch] = []

    def looked_at() -> Iterator[pa.RecordBatch]:
        for batch in waiting:
            seen.append(batch)
            yield batch

    if detection is None:
        detection = detect(sample_records(looked_at()), source.format)
    everything = chain(seen, waiting)
    if detection.grouped:
        yield standardize_group(everything, detection, source)
    else:
        for batch in everything:
            yield standardize_batch(batch, detection, source)


@lru_cache(maxsize=256)
def file_labels(pattern: str, file: str) -> dict[str, str]:
    """Labels that stand in the name of a file: the named groups of a regular expression that is found in it."""
    found = re.search(pattern, file)
    return {name: value for name, value in found.groupdict().items() if value} if found else {}


def _labelled(draft: Draft, labels: dict[str, str] | None) -> Draft:
    """The draft with the labels of its file; those that it has itself win."""
    return draft._replace(metadata={**labels, **draft.metadata}) if labels else draft


def _finish(draft: Draft, source: SourceHints) -> Outcome:
    """What became of a draft; of one that was withdrawn nothing but that it was."""
    outcome = finish(draft, source.category)
    if outcome.finished and outcome.finished.id in source.withdrawn:
        return Outcome(None, Rejection("withdrawn", "its removal was asked for"))
    return outcome


def _add(builder: TableBuilder, outcomes: Sequence[Outcome], origin: Origin, indices: tuple[int, ...]) -> None:
    """The conversations and pairs among the outcomes; only without a conversation, the rejection of every row."""
    finished = [outcome.finished for outcome in outcomes if outcome.finished]
    for outcome in outcomes:
        if outcome.finished:
            dropped = len(finished) < len(outcomes)
            builder.add(outcome.finished, origin, ("instances_dropped",) if dropped else ())
        if outcome.pair:
            builder.add_pair(outcome.pair, origin)
    if finished:
        return
    rejection = next(
        (outcome.rejection for outcome in outcomes if outcome.rejection),
        Rejection("no_turns", "the record holds no dialogue"),
    )
    for row, index in zip(origin.rows, indices, strict=True):
        builder.reject(origin.file, row, index, *rejection)


def _parsed(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | Rejection]:
    """Each record as an object, or why it is none."""
    records = batch.column("record").cast(pa.binary()).to_pylist()
    for record, problem in zip(records, batch.column("problem").to_pylist(), strict=True):
        if problem is not None or record is None:
            reason, _, detail = (problem or "unreadable_record").partition(":")
            yield Rejection(reason.strip(), detail.strip())
            continue
        try:
            value = orjson.loads(record)
        except ValueError:
            value = _parsed_slowly(record)
        if isinstance(value, dict | Rejection):
            yield value
        else:
            yield Rejection(
                "not_an_object", f"the record is a JSON {type(value).__name__}, expected an object"
            )


def _parsed_slowly(record: bytes) -> Any:
    """What the fast parser refuses and others write: NaN, control characters, halves of surrogate pairs."""
    try:
        value = json.loads(record, strict=False, parse_int=_integer)
        if b"\\u" in record:
            whole = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
            value = json.loads(whole, strict=False, parse_int=_integer)
    except json.JSONDecodeError as error:
        return Rejection("malformed_json", f"not valid JSON at line {error.lineno}, column {error.colno}")
    except (RecursionError, ValueError):
        return Rejection("malformed_json", "nested too deep, or a number too long to read")
    return value


def _integer(digits: str) -> int | float:
    number = int(digits)
    return number if -LARGEST_INTEGER <= number <= LARGEST_INTEGER else float(digits)
