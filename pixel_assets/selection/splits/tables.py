"""The forms of the splits, of what leaks between them, and of how they are filled."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pixel_assets.store.schema import column

SPLIT_NAMES: Final = ("train", "validation", "test")  # from the least to the most held out

SPLITS: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "a conversation of the mix"),
        column("split", pa.string(), "train, validation or test"),
        column("group_key", pa.string(), "group that it belongs to; a group is never divided"),
        column(
            "cluster_key",
            pa.string(),
            "smallest id of the corpus that groups and duplicates tie it to, over however many steps; a cluster is never divided",
        ),
    ]
)

LEAKAGE: Final = pa.schema(
    [
        column("kind", pa.string(), "what is shared: group_key, text_key, or the relation of a pair such as near_duplicate"),
        column("key", pa.string(), "the key that occurs in more than one split; of a pair both ids with + between"),
        column("splits", pa.string(), "splits it occurs in, such as train+test"),
        column("rows", pa.int64(), "conversations with this key"),
    ]
)

CLUSTER_SIZES: Final = pa.schema(
    [
        column("cluster_key", pa.string(), "what ties the conversations"),
        column("split", pa.string(), "split that they are in"),
        column("rows", pa.int64(), "conversations of the mix"),
        column("share", pa.float64(), "their share of the mix"),
    ]
)

STRATUM_SHARES: Final = pa.schema(
    [
        column("stratum", pa.string(), "conversations that are alike in what the settings name, such as voice × sleep"),
        column("clusters", pa.float64(), "clusters that they belong to, counted as so many of equal size: (Σ size)² / Σ size²"),
        column("split", pa.string(), "train, validation or test"),
        column("rows", pa.int64(), "conversations of the stratum in the split"),
        column("share", pa.float64(), "their share of the stratum"),
        column("asked", pa.float64(), "share that the settings ask for"),
        column("off", pa.float64(), "how far the share is from it"),
    ]
)
