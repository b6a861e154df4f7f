"""Raw records become conversations in the standard form, or rejected records with a reason: all of them.

In: batches of raw records and what the format of their file is. Out: Arrow tables. Every input row
stands in the ``rows`` of a conversation or among the rejected records, and never in both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from pixel_assets.conversation.detect import Detection, detect, sample_records
from pixel_assets.conversation.formats.base import Draft, GroupRejection, NumberedRecord, Rejection
from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standard import conversation_id
from pixel_assets.conversation.table_builder import Standardized, TableBuilder
from pixel_assets.conversation.text import clean

LARGEST_INTEGER = 2**63 - 1


class Finished(NamedTuple):
    """A conversation after cleaning."""

    id: str
    roles: list[str]
    contents: list[str]
    reasoning: str | None
    flags: list[str]
    metadata: bytes | None


class Outcome(NamedTuple):
    """What became of one draft or record: it is one of the two."""

    finished: Finished | None
    rejection: Rejection | None


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
        _add(builder, [_finish(draft) for draft in result], files[index], (rows[index],), (index,))
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
        outcome = Outcome(None, result.rejection) if isinstance(result, GroupRejection) else _finish(result.draft)
        own_rows = tuple(rows[index] for index in result.indices)
        _add(builder, [outcome], files[result.indices[0]], own_rows, result.indices)
    return builder.build()


def standardize_file(batches: Iterable[pa.RecordBatch], source: SourceHints) -> Iterator[Standardized]:
    """Detect the format of one file and convert it, batch by batch where the format allows it."""
    waiting = iter(batches)
    seen: list[pa.RecordBatch] = []

    def looked_at() -> Iterator[pa.RecordBatch]:
        for batch in waiting:
            seen.append(batch)
            yield batch

    detection = detect(sample_records(looked_at()), source.format)
    everything = chain(seen, waiting)
    if detection.grouped:
        yield standardize_group(everything, detection, source)
    else:
        for batch in everything:
            yield standardize_batch(batch, detection, source)


def _add(
    builder: TableBuilder,
    outcomes: Sequence[Outcome],
    file: str,
    rows: tuple[int, ...],
    indices: tuple[int, ...],
) -> None:
    """The conversations among the outcomes; only where there is none, the rejection of every row."""
    finished = [outcome.finished for outcome in outcomes if outcome.finished]
    for item in finished:
        flags = item.flags if len(finished) == len(outcomes) else sorted({*item.flags, "instances_dropped"})
        builder.add(
            item.id, file, rows, indices[0], item.roles, item.contents, item.reasoning, flags, item.metadata
        )
    if finished:
        return
    rejection = next(
        (outcome.rejection for outcome in outcomes if outcome.rejection),
        Rejection("no_turns", "the record holds no dialogue"),
    )
    for row, index in zip(rows, indices, strict=True):
        builder.reject(file, row, index, *rejection)


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


def _finish(draft: Draft) -> Outcome:
    """Clean and merge the turns of a draft and give it its id."""
    roles: list[str] = []
    contents: list[str] = []
    flags: set[str] = set(draft.flags)
    for role, content in draft.turns:
        text, repairs = clean(content)
        if repairs:
            flags.update(repairs)
        if roles and roles[-1] == role:
            contents[-1] = f"{contents[-1]}\n{text}" if contents[-1] and text else contents[-1] or text
            flags.add("turns_merged")
        else:
            roles.append(role)
            contents.append(text)
    if "assistant" not in roles:
        return Outcome(None, Rejection("no_reply", f"none of {len(draft.turns)} turns is by the assistant"))
    if "user" not in roles:
        return Outcome(None, Rejection("no_user_turn", f"none of {len(draft.turns)} turns is by the user"))
    reasoning = _reasoning(draft.reasoning, roles, contents, flags)
    turns = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]
    metadata = orjson.dumps(draft.metadata, option=orjson.OPT_SORT_KEYS) if draft.metadata else None
    identity = conversation_id(turns, reasoning)
    return Outcome(Finished(identity, roles, contents, reasoning, sorted(flags), metadata), None)


def _reasoning(given: str | None, roles: list[str], contents: list[str], flags: set[str]) -> str | None:
    """The chain of thought: what came beside the reply, or what the last reply begins with in think tags."""
    if given is not None:
        text, repairs = clean(given)
        flags.update(repairs)
        return text or None
    last = contents[-1]
    if roles[-1] != "assistant" or not last.startswith("<think>") or "</think>" not in last:
        return None
    thought, _, reply = last.removeprefix("<think>").partition("</think>")
    contents[-1] = reply.strip()
    flags.add("reasoning_separated")
    return thought.strip() or None
