"""The corpus: one row a distinct conversation, with every place that it was found in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.conversation.standard import CONVERSATIONS, FLAGS, ROWS, TURNS
from pixel_assets.store.data_version import Hashes
from pixel_assets.store.schema import column

PARTS: Final = ("conversations", "voice_conversations", "knowledge_conversations", "edge_case_conversations")  # assets

PROVENANCE: Final = pa.struct(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("rows", ROWS, nullable=False),
    ]
)

CORPUS = pa.schema(
    [
        column("conversation_id", pa.string(), "hash of turns and reasoning: equal content, equal id"),
        column("source", pa.string(), "source of the place that counts: the first by source, file and row"),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("format", pa.string(), "format that was detected or given by the registry"),
        column("turns", TURNS, "what was said, in order: role (system, user, assistant) and content"),
        column("reasoning", pa.string(), "chain of thought that came with the last reply", nullable=True),
        column("flags", FLAGS, "repairs that were made; sorted"),
        column(
            "metadata",
            pa.string(),
            "labels that came with it, as a JSON object with sorted keys",
            nullable=True,
        ),
        column("copies", pa.int64(), "how many times this very conversation was found"),
        column(
            "provenances",
            pa.list_(pa.field("item", PROVENANCE, nullable=False)),
            "every place it was found in: source, file and rows",
        ),
    ]
)

_TAKEN: Final = [name for name in CORPUS.names if name in CONVERSATIONS.names]


@dataclass(frozen=True)
class Copies:
    """Which rows of ``conversations`` are the same conversation."""

    group: npt.NDArray[np.int64]  # of each row
    counts: npt.NDArray[np.int64]  # rows of each group
    keys: Hashes  # of each group: hash of all its rows, places included, in no order


def find_copies(ids: Hashes, hashes: Hashes) -> Copies:
    """Group rows by the hash of their conversation id, shape (n, 2); ``hashes`` are those of the whole rows."""
    order = np.lexsort((ids[:, 1], ids[:, 0]))
    ordered = ids[order]
    starts = np.ones(len(ids), bool)
    starts[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    group = np.empty(len(ids), np.int64)
    group[order] = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    keys = np.add.reduceat(hashes[order], first, axis=0, dtype=np.uint64) if len(ids) else hashes
    return Copies(group, np.diff(np.append(first, len(ids))), keys)


def single(rows: pa.Table) -> pa.Table:
    """Rows of the corpus from conversations that were found once."""
    places = pa.StructArray.from_arrays([pa.concat_arrays(rows[f.name].chunks) for f in PROVENANCE], fields=list(PROVENANCE))
    provenances = pa.ListArray.from_arrays(pa.array(range(len(places) + 1), pa.int32()), places)
    columns = {name: rows[name] for name in _TAKEN}
    return _corpus({**columns, "copies": pa.array([1] * rows.num_rows), "provenances": provenances})


def merged(rows: pa.Table) -> pa.Table:
    """Rows of the corpus from all copies of some conversations: the first by source, file and rows stands for all."""
    in_order = rows.sort_by([("conversation_id", "ascending"), ("source", "ascending"), ("file", "ascending")])
    groups: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(in_order["conversation_id"].to_pylist()):
        groups[name].append(i)
    places = in_order.select([f.name for f in PROVENANCE]).to_pylist()
    for members in groups.values():
        members.sort(key=lambda i: tuple(places[i].values()))
    chosen = in_order.take(pa.array([members[0] for members in groups.values()], pa.int64()))
    columns = {name: chosen[name] for name in _TAKEN}
    provenances = [[places[i] for i in members] for members in groups.values()]
    copies = [len(members) for members in groups.values()]
    return _corpus({**columns, "copies": copies, "provenances": pa.array(provenances, CORPUS.field("provenances").type)})


def _corpus(columns: dict[str, object]) -> pa.Table:
    return pa.table(columns).select(CORPUS.names).cast(CORPUS)
