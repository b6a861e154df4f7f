"""Redaction: the identifiers of whole conversations replaced, in what was said, in the reasoning and in the metadata.

In: columns of the corpus. Out: the same columns without identifiers, and a row of ``pii_findings`` for each that was found. What
holds: equal input, equal output; a conversation's result depends on that conversation alone; and redacting what was redacted
changes nothing, because a surrogate can be seen to be one (:mod:`.reserved`), and because each conversation is searched again
after replacement until nothing more is found. Conversations without identifiers pass at Arrow's speed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import TURN, TURNS
from pixel_assets.safety.identifiers.gathering import Policy as Policy
from pixel_assets.safety.identifiers.gathering import Texts, as_turns, gather, search
from pixel_assets.safety.identifiers.identify import drop_surrogates, identify
from pixel_assets.safety.identifiers.merge import merge
from pixel_assets.safety.identifiers.metadata import write_texts
from pixel_assets.safety.identifiers.repeats import find_repeats
from pixel_assets.safety.identifiers.replacing import Replaced, replace_in
from pixel_assets.safety.identifiers.reserved import is_surrogate
from pixel_assets.safety.identifiers.spans import Span
from pixel_assets.safety.identifiers.tables import PII_FINDINGS
from pixel_assets.safety.identifiers.thorough import Remembering
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts, fold

ROUNDS: Final = 8  # searches after replacement; two are the rule, a list of many names takes more


@dataclass(frozen=True)
class Redacted:
    """Conversations without identifiers, in the order that they were given in."""

    turns: pa.ListArray
    reasoning: pa.StringArray | None
    metadata: pa.StringArray | None
    findings: pa.Table  # PII_FINDINGS
    redactions: pa.Int32Array  # identifiers that were replaced, a number for each conversation
    redacted_types: pa.ListArray  # their types, sorted
    left: pa.Int32Array  # identifiers that the search after replacement still finds; 0 unless a rule contradicts another


def redact(
    ids: pa.StringArray,
    turns: pa.ListArray | pa.ChunkedArray,
    reasoning: pa.StringArray | None = None,
    metadata: pa.StringArray | None = None,
    policy: Policy | None = None,
) -> Redacted:
    """Replace the identifiers of some conversations; all columns have one entry a conversation.

    ``ids`` are their conversation ids, ``metadata`` JSON objects of which keys stay and texts are searched.
    """
    policy = policy or Policy()
    if policy.recogniser is not None:
        policy = replace(policy, recogniser=Remembering(policy.recogniser))
    ids, column = _one(ids), _one(turns)
    reasoning, metadata = _one(reasoning), _one(metadata)
    said = Turns.of(column)
    texts = gather(said, reasoning, metadata, policy)
    replaced = _replace(texts, policy)
    changed = [number for number, each in enumerate(replaced.texts) if each.edits]
    conversations = np.array(texts.conversation, np.int64)
    left = np.zeros(len(column), np.int32)
    for number, found in replaced.left.items():
        left[conversations[number]] += found
    counts = np.zeros(len(column), np.int32)
    np.add.at(counts, conversations, [len(spans) for spans in replaced.spans])
    return Redacted(
        turns=_put_turns(column, said, {texts.row[n]: replaced.texts[n].text for n in changed if texts.part[n] == "turn"}),
        reasoning=_put(
            reasoning, {texts.conversation[n]: replaced.texts[n].text for n in changed if texts.part[n] == "reasoning"}
        ),
        metadata=_put_metadata(metadata, texts, replaced),
        findings=_findings(texts, replaced, ids),
        redactions=pa.array(counts),
        redacted_types=_types(texts, replaced, len(column)),
        left=pa.array(left),
    )


@dataclass(frozen=True)
class _Result:
    texts: list[Replaced]
    spans: list[list[Span]]  # what was replaced, of each text
    left: Mapping[int, int]  # how much the last search of a text found, by its number


def remaining(turns: pa.ListArray | pa.ChunkedArray, policy: Policy | None = None) -> list[Span]:
    """What the fast pass still finds in redacted turns: what a check states."""
    policy = policy or Policy()
    said = Turns.of(_one(turns))
    return [span for span in drop_surrogates(identify(said, None, policy.allowed), said) if span.type in policy.types]


def _replace(texts: Texts, policy: Policy) -> _Result:
    """Replace, search what came out, and do it again with what was found there, until nothing is."""
    spans = [list(found) for found in texts.spans]
    folded = fold(texts.text)
    results = [Replaced(text, (), ()) for text in texts.text]
    open_rows = [rows for rows in texts.rows if any(spans[number] for number in rows)]
    left: dict[int, int] = {}
    for turn in range(ROUNDS):
        changed: list[int] = []
        for rows in open_rows:
            before = [results[number].text for number in rows]
            _replace_rows(rows, spans, texts, folded, results, policy)
            changed += [number for number, text in zip(rows, before, strict=True) if results[number].text != text]
        more = _find_again(changed, results, policy)
        left.update((number, len(more.get(number, ()))) for number in changed)
        open_rows = [rows for rows in open_rows if any(number in more for number in rows)]
        if not open_rows or turn == ROUNDS - 1:
            break  # what is found after the last round is not replaced any more, but counted
        for number, found in more.items():
            spans[number] = merge([*spans[number], *found], texts.text)
    return _Result(results, spans, {number: found for number, found in left.items() if found})


def _replace_rows(
    rows: range, spans: list[list[Span]], texts: Texts, folded: FoldedTexts, results: list[Replaced], policy: Policy
) -> None:
    """Replace what is known in the texts of one conversation, wherever in them it stands again."""
    known = [span for number in rows for span in spans[number]]
    found = merge([*known, *_not_surrogates(find_repeats(known, texts.text, folded, rows), texts.text)], texts.text)
    for number in rows:
        spans[number] = []
    for span in found:
        spans[span.row].append(span)
    results[rows.start : rows.stop] = replace_in(
        [texts.text[number] for number in rows], [spans[number] for number in rows], policy.style, policy.seed
    )


def _find_again(numbers: Sequence[int], results: Sequence[Replaced], policy: Policy) -> Mapping[int, list[Span]]:
    """What there still is to replace in some new texts, at its places in the old ones, by number of the text.

    A text that is as it was has been searched; what is found in a text depends on that text alone.
    """
    more: dict[int, list[Span]] = defaultdict(list)
    if not numbers:
        return more
    turns = as_turns([results[number].text for number in numbers], np.arange(len(numbers)))
    for span in search(turns, policy):
        if span.type in policy.types:
            number = numbers[span.row]
            start, end = results[number].old(span.start, span.end)
            more[number].append(Span(number, start, end, span.type, span.rule, span.score, span.found_by))
    return more


def _not_surrogates(spans: Sequence[Span], texts: Sequence[str]) -> list[Span]:
    return [span for span in spans if not is_surrogate(texts[span.row][span.start : span.end])]


def _findings(texts: Texts, replaced: _Result, ids: pa.StringArray) -> pa.Table:
    rows: list[tuple[Any, ...]] = []
    for number, result in enumerate(replaced.texts):
        gone, others = replaced.spans[number], texts.others[number]
        if not (gone or others):
            continue
        of_text = (texts.conversation[number], texts.part[number], texts.turn[number])
        edits = zip(result.edits, result.new_starts, strict=True)
        new = [(start, start + len(edit.new)) for edit, start in edits if edit.span >= 0]
        found = [(span, True, *place) for span, place in zip(gone, new, strict=True)]
        found += [(span, False, result.new(span.start), result.new(span.end)) for span in others if not _touches(span, gone)]
        rows += [
            (*of_text, span.start, span.end, span.type, span.rule, span.found_by, span.score, is_replaced, start, end)
            for span, is_replaced, start, end in sorted(found)
        ]
    columns = zip(*rows, strict=True) if rows else [()] * len(PII_FINDINGS)
    conversations, *others_of = (list(column) for column in columns)
    names = ids.take(pa.array(conversations, pa.int64()))
    typed = [pa.array(values, field.type) for values, field in zip(others_of, list(PII_FINDINGS)[1:], strict=True)]
    return pa.table([names, *typed], schema=PII_FINDINGS)


def _touches(span: Span, disjoint: Sequence[Span]) -> bool:
    before = bisect_left(disjoint, span.end, key=lambda other: other.start)
    return before > 0 and disjoint[before - 1].end > span.start


def _types(texts: Texts, replaced: _Result, conversations: int) -> pa.ListArray:
    """The different types of what was replaced, for every conversation."""
    lengths = np.zeros(conversations + 1, np.int32)
    values: list[str] = []
    for rows in texts.rows:
        types = sorted({span.type for number in rows for span in replaced.spans[number]})
        if types:
            lengths[texts.conversation[rows.start] + 1] = len(types)
            values += types
    return pa.ListArray.from_arrays(pa.array(np.cumsum(lengths, dtype=np.int32)), pa.array(values, pa.string()))


def _put(column: pa.StringArray | None, new: Mapping[int, str]) -> pa.StringArray | None:
    """A column with other texts at some rows."""
    if column is None or not new:
        return column
    mask = np.zeros(len(column), bool)
    rows = sorted(new)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array([new[row] for row in rows], pa.string()))


def _put_turns(column: pa.ListArray, said: Turns, new: Mapping[int, str]) -> pa.ListArray:
    if not new:
        return column
    content = _put(said.content, new)
    roles = pc.struct_field(pc.list_flatten(column), "role")
    flat = pa.StructArray.from_arrays([roles, content], fields=list(TURN))
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)]))
    return pa.ListArray.from_arrays(offsets, flat, type=TURNS)


def _put_metadata(metadata: pa.StringArray | None, texts: Texts, replaced: _Result) -> pa.StringArray | None:
    if metadata is None:
        return None
    new = {}
    for rows in texts.rows:
        numbers = [number for number in rows if texts.part[number] == "metadata"]
        if any(replaced.texts[number].edits for number in numbers):
            conversation = texts.conversation[rows.start]
            new[conversation] = write_texts(metadata[conversation].as_py(), [replaced.texts[n].text for n in numbers])
    return _put(metadata, new)


def _one(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
