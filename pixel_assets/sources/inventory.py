"""The inventory: one row a file of a source, with its size and hash, what became of its records, and its terms.

In: counts by file, conversations to measure, what the registry says. Out: a table with the schema ``INVENTORY``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.store.schema import column

MEASURED_RECORDS: Final = 10_000  # lengths are measured on the head of a file, so that a large one costs no more than that

_REASON: Final = [pa.field("reason", pa.string(), nullable=False), pa.field("rows", pa.int64(), nullable=False)]
REASONS: Final = pa.list_(pa.field("item", pa.struct(_REASON), nullable=False))
INVENTORY = pa.schema(
    [
        column("source", pa.string(), "name of the source in the registry"),
        column("file", pa.string(), "file, relative to the sources folder; archive!member inside an archive"),
        column("bytes", pa.int64(), "size of the file; null where it is no file of its own", nullable=True),
        column("sha256", pa.string(), "hash of its bytes; null where it is no file of its own", nullable=True),
        column("records", pa.int64(), "records that were found in it"),
        column("conversations", pa.int64(), "conversations that were made from it"),
        column("rejected", pa.int64(), "records that gave no conversation"),
        column("rejected_for", REASONS, "how many of them for which reason, by reason"),
        column("mean_turns", pa.float64(), "turns of speech a conversation, over its first 10,000 records", nullable=True),
        column("mean_words", pa.float64(), "words of speech a conversation, over its first 10,000 records", nullable=True),
        column("format", pa.string(), "format that was detected or given; null where no conversation was made", nullable=True),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("tier", pa.int64(), "1 is curated by experts, 5 is raw"),
        column("licence", pa.string(), "SPDX identifier, or LicenseRef-… where there is none"),
        column("constraints", pa.list_(pa.field("item", pa.string(), nullable=False)), "what the licence asks for or forbids"),
        column("hub_dataset", pa.string(), "owner/name on the hub; null for files", nullable=True),
        column("hub_revision", pa.string(), "commit that it is pinned to", nullable=True),
        column("url", pa.string(), "where it comes from", nullable=True),
        column("citation", pa.string(), "how its authors want to be cited", nullable=True),
    ]
)


class FileFacts(NamedTuple):
    """A file as it lies there."""

    bytes: int
    sha256: str


@dataclass
class Lengths:
    """Turns and words of conversations, added up by file."""

    _sums: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))

    def add(self, conversations: pa.RecordBatch) -> None:
        """Count the speech of conversations (columns file, turns); system prompts are none."""
        turns = conversations.column("turns")
        flat = pc.list_flatten(turns)
        speech = pc.not_equal(pc.struct_field(flat, "role"), "system").to_numpy(zero_copy_only=False)
        text = pc.utf8_trim_whitespace(pc.struct_field(flat, "content"))
        words = pc.if_else(pc.equal(text, ""), 0, pc.list_value_length(pc.utf8_split_whitespace(text)))
        owner = np.repeat(np.arange(len(turns)), pc.list_value_length(turns).to_numpy(zero_copy_only=False))[speech]
        turn_counts = np.bincount(owner, minlength=len(turns))
        word_counts = np.bincount(owner, weights=words.to_numpy(zero_copy_only=False)[speech], minlength=len(turns))
        names, files = np.unique(conversations.column("file").to_numpy(zero_copy_only=False), return_inverse=True)
        for index, name in enumerate(names):
            mine = files == index
            for place, count in enumerate((mine.sum(), turn_counts[mine].sum(), word_counts[mine].sum())):
                self._sums[str(name)][place] += int(count)

    def means(self, file: str) -> tuple[float, float] | None:
        """Turns and words a conversation, or None for a file that gave none."""
        count, turns, words = self._sums.get(file, (0, 0, 0))
        return (turns / count, words / count) if count else None


def inventory(
    source: str, counts: Iterable[Mapping[str, Any]], files: Mapping[str, FileFacts], lengths: Lengths, entry: Any
) -> pa.Table:
    """One row for every file that lies there or that has records, by name.

    ``counts`` has file, records, conversations, rejected, rejected_for and format; ``entry`` the fields of the registry entry.
    """
    counted = {row["file"]: row for row in counts}
    nothing = {"records": 0, "conversations": 0, "rejected": 0, "rejected_for": [], "format": None}
    terms = {
        "source": source,
        **{name: getattr(entry, name) for name in ("category", "tier", "licence", "url", "citation")},
        "constraints": list(entry.constraints),
        "hub_dataset": entry.hub.dataset if entry.hub else None,
        "hub_revision": entry.hub.revision if entry.hub else None,
    }
    rows = []
    for name in sorted({*counted, *files}):
        facts, means = files.get(name), lengths.means(name)
        measured = {"mean_turns": means[0], "mean_words": means[1]} if means else {}
        lying = facts._asdict() if facts else {}
        rows.append({**nothing, **counted.get(name, {}), **measured, **lying, **terms, "file": name})
    return pa.Table.from_pylist(rows, schema=INVENTORY)
