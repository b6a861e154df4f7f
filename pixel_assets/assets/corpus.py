"""Group corpus: the union of all conversations, each distinct one once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step import StepRun
from pixel_assets.conversation.corpus import CORPUS, INDEX_SQL, with_places
from pixel_assets.conversation.standard import CONVERSATIONS
from pixel_assets.store.data_version import row_hashes
from pixel_assets.store.lookup import Lookup
from pixel_assets.store.query import to_table
from pixel_assets.store.snapshot import KEY_TYPE, as_hashes


def corpus(run: StepRun) -> None:
    """Group by content over narrow columns, then fetch the text of those whose places changed."""
    conversations = run.inputs["conversations"]
    with run.query(hidden=True) as connection:
        index = to_table(connection, INDEX_SQL)
    keys = row_hashes(index)
    todo = np.flatnonzero(run.reuse(keys).compute)
    chosen = pa.concat_arrays(index["chosen"].cast(KEY_TYPE).chunks or [pa.array([], KEY_TYPE)])
    positions = Lookup(conversations.hashes()).find(as_hashes(chosen)[todo])
    line_of = np.full(conversations.rows, -1, np.int64)
    line_of[positions] = todo
    done = 0
    for batch, found in conversations.matching(line_of >= 0, CONVERSATIONS.names):
        lines = line_of[found]
        run.write(with_places(pa.Table.from_batches([batch]), index.take(pa.array(lines))), inputs=keys[lines])
        done += batch.num_rows
        run.say(done, len(todo), "conversations")
    run.measures["distinct"] = index.num_rows
    run.measures["copies_merged"] = conversations.rows - index.num_rows


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
    inputs=("conversations",),
    compute=corpus,
)
