"""Preference pairs: a prompt with the reply that was preferred and the one that was not, redacted as one conversation.

Exported as TRL's DPO trainer reads them: ``prompt``, ``chosen`` and ``rejected``, each a list of messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import PREFERENCE_PAIRS, TURNS, pair_id
from pixel_assets.release.formats import Writer, json_lines
from pixel_assets.release.layout import plain_file
from pixel_assets.release.rejected import REJECTED_EXPORTS, rejected
from pixel_assets.store.schema import column

if TYPE_CHECKING:
    from pixel_assets.settings import ExportSettings

PARTS: Final = ("prompt", "chosen", "rejected")
PREFERENCE: Final = "preference"
REDACTED_PREFERENCES: Final = pa.schema(
    [
        *PREFERENCE_PAIRS,
        column("release_id", pa.string(), "hash of the three parts after redaction: what exports call the pair"),
        column("redactions", pa.int32(), "identifiers that were replaced"),
        column("identifiers_left", pa.int32(), "identifiers that are still found after that; such a pair is not exported"),
    ]
)
PAIRS: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("split", pa.string()),
        pa.field("category", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        *(pa.field(name, TURNS, nullable=False) for name in PARTS),
        pa.field("reason", pa.string()),  # why it is not exported
    ]
)
_EXPORTED: Final = pa.schema([field for field in PAIRS if field.name not in ("split", "reason")])


class Cleaned(NamedTuple):
    """Turns without identifiers, and for each conversation how many were replaced and how many are left."""

    turns: pa.ListArray
    redactions: pa.Array
    left: pa.Array


class Written(NamedTuple):
    """A file of pairs: its split, its path in the export, and how many pairs it holds."""

    split: str
    file: str
    rows: int


def redact_preferences(pairs: pa.Table, redact: Callable[[pa.StringArray, pa.ListArray], Cleaned]) -> pa.Table:
    """Rows of ``REDACTED_PREFERENCES`` for rows of ``PREFERENCE_PAIRS``, in their order.

    ``redact`` takes ids and turns. The three parts of a pair go in as one conversation, so that a person has the same surrogate
    in all of them.
    """
    parts = {name: pairs.column(name).combine_chunks() for name in PARTS}
    lengths = np.stack([_lengths(parts[name]) for name in PARTS], axis=1)  # (pairs, 3)
    cleaned = redact(pairs.column("pair_id").combine_chunks(), _joined(parts, lengths))
    changed = dict(zip(PARTS, _parted(cleaned.turns, lengths), strict=True))
    columns = {name: changed.get(name, pairs.column(name)) for name in PREFERENCE_PAIRS.names}
    counts = np.asarray(cleaned.redactions)
    touched = np.flatnonzero(counts > 0)
    said = [changed[name].take(pa.array(touched)).to_pylist() for name in PARTS]
    fresh = pa.array([pair_id(*each) for each in zip(*said, strict=True)], pa.string())
    ids = pc.replace_with_mask(pairs.column("pair_id").combine_chunks(), pa.array(counts > 0), fresh)
    more = {"release_id": ids, "redactions": cleaned.redactions, "identifiers_left": cleaned.left}
    return pa.table(columns | more, schema=REDACTED_PREFERENCES)


def write_preferences(
    batches: Iterable[pa.RecordBatch], folder: Path, settings: ExportSettings
) -> tuple[list[Written], pa.Table]:
    """Write the pairs that have no reason against them, and give the files and rows of ``REJECTED_EXPORTS`` for the others.

    ``batches`` have the columns of ``PAIRS`` and are ordered by split and id.
    """
    against: list[pa.Table] = [REJECTED_EXPORTS.empty_table()]
    files: dict[tuple[str, int], Written] = {}
    where, opener = plain_file(PREFERENCE, "jsonl", settings.compression), json_lines(settings.compression)
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        current: tuple[str, int] | None = None
        writer: Writer | None = None
        for rows in _by_split(batches):
            good = pc.is_null(rows.column("reason"))
            bad = rows.filter(pc.invert(good))
            against.append(rejected(bad, bad.column("reason").to_pylist(), PREFERENCE))
            kept, split = rows.filter(good).select(_EXPORTED.names), rows.column("split")[0].as_py()
            while kept.num_rows:
                number, inside = divmod(counts.get(split, 0), settings.shard_rows)
                if (split, number) != current or writer is None:
                    stack.close()
                    current, name = (split, number), where(split, number, "")
                    writer = stack.enter_context(opener(folder / name, _EXPORTED))
                    files[current] = Written(split, name, 0)
                taken = kept.slice(0, settings.shard_rows - inside)
                writer.write(taken)
                files[current] = files[current]._replace(rows=files[current].rows + taken.num_rows)
                counts[split] = counts.get(split, 0) + taken.num_rows
                kept = kept.slice(taken.num_rows)
    return list(files.values()), pa.concat_tables(against)


def _by_split(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of one split each."""
    for batch in batches:
        table = pa.Table.from_batches([batch]).select(PAIRS.names).cast(PAIRS)
        splits: list[Any] = table.column("split").to_pylist()
        ends = [place for place in range(1, len(splits)) if splits[place] != splits[place - 1]]
        for start, end in zip([0, *ends], [*ends, len(splits)], strict=True):
            if end > start:
                yield table.slice(start, end - start)


def _lengths(turns: pa.ListArray) -> npt.NDArray[np.int64]:
    return np.asarray(pc.list_value_length(turns).to_numpy(zero_copy_only=False)).astype(np.int64)


def _joined(parts: dict[str, pa.ListArray], lengths: npt.NDArray[np.int64]) -> pa.ListArray:
    """The turns of prompt, chosen and rejected of each pair in one list."""
    flat = pa.concat_arrays([pc.list_flatten(parts[name]) for name in PARTS])
    firsts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths.T.ravel())])[:-1].reshape(len(PARTS), -1).T
    order = _places(firsts.ravel(), lengths.ravel())
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths.sum(axis=1))])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat.take(pa.array(order)), type=TURNS)


def _parted(turns: pa.ListArray, lengths: npt.NDArray[np.int64]) -> list[pa.ListArray]:
    """The lists of prompts, chosen and rejected replies again."""
    flat = pc.list_flatten(turns)
    firsts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths.ravel())])[:-1].reshape(lengths.shape)
    found = []
    for number in range(len(PARTS)):
        places = _places(firsts[:, number], lengths[:, number])
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[:, number])])
        found.append(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat.take(pa.array(places)), type=TURNS))
    return found


def _places(firsts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers from each first on, as many as its length, one after another."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(firsts - before, lengths) + np.arange(int(lengths.sum()))
