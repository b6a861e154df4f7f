"""Group corpus: the union of all conversations, each distinct one once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of
from pixel_assets.conversation.corpus import CORPUS, PARTS, find_copies, merged, single
from pixel_assets.conversation.standard import CONVERSATIONS
from pixel_assets.store.union import Union


def corpus(run: StepRun) -> None:
    """Group by content over narrow columns, then fetch the text of those whose places changed."""
    conversations = Union(tuple(run.inputs.values()))
    copies = find_copies(keys_of(conversations.read(["conversation_id"])["conversation_id"]), conversations.hashes())
    todo = run.reuse(copies.keys).compute
    alone = copies.counts == 1
    done, total = 0, int(todo.sum())
    for batch, rows in conversations.matching((todo & alone)[copies.group], CONVERSATIONS.names):
        run.write(single(pa.Table.from_batches([batch])), inputs=copies.keys[copies.group[rows]])
        done += batch.num_rows
        run.say(done, total, "conversations")
    parts = list(conversations.matching((todo & ~alone)[copies.group], CONVERSATIONS.names))
    if parts:
        table = merged(pa.Table.from_batches([batch for batch, _ in parts]))
        group_of = dict(
            zip(
                (name for batch, _ in parts for name in batch.column("conversation_id").to_pylist()),
                copies.group[np.concatenate([rows for _, rows in parts])].tolist(),
                strict=True,
            )
        )
        run.write(table, inputs=copies.keys[[group_of[name] for name in table["conversation_id"].to_pylist()]])
    run.measures["distinct"] = len(copies.counts)
    run.measures["copies_merged"] = conversations.rows - len(copies.counts)


CORPUS_STEP = Step(
    group="corpus",
    assets=(
        Asset(
            "corpus",
            "One row a distinct conversation of any source, with all the places that it was found in.",
            CORPUS,
            key=("conversation_id",),
            derived_from={
                **{name: (("conversations", name),) for name in CORPUS.names if name in CONVERSATIONS.names},
                "provenances": (("conversations", "source"), ("conversations", "file"), ("conversations", "rows")),
            },
        ),
    ),
    inputs=PARTS,
    compute=corpus,
)
