"""The split of every conversation: the most held out of the places that it and all that is tied to it would have.

Rows are tied by an equal group key and by every pair that is given, over the whole corpus and not the mix alone, for a row that
leaves the mix must not free its neighbours. Nothing is remembered and nothing counted; a tie that is added can only take rows
from train to validation or test, never back. So what a model was once trained on may come to be held out of the next training,
and what was once held out is never trained on.

That has a price: a cluster of rows with k different places is in train with probability ``train ** k`` only. No rule without a
memory does better: if rows of different splits may come to be tied, and none may leave test, then the split of the cluster is the
most held out of its members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.clusters import components
from pixel_assets.selection.query import require_known, require_once
from pixel_assets.selection.splits.own_place import own_places
from pixel_assets.selection.splits.tables import SPLIT_NAMES, SPLITS

if TYPE_CHECKING:
    from pixel_assets.settings import SplitSettings

Rows = npt.NDArray[np.int64]
_SIDES: Final = ("left_id", "right_id")


def split(
    mix: pa.Table,
    groups: pa.Table,
    settings: SplitSettings,
    *,
    links: pa.Table | None = None,
    places: pa.Table | None = None,
    strata: pa.Table | None = None,
    times: pa.Table | None = None,
) -> pa.Table:
    """The split of each conversation of ``mix`` in the schema ``SPLITS``, in the order of their ids.

    ``mix`` has ``conversation_id`` and may be any part of the corpus: the split of a row does not depend on which other rows are
    asked for. All other tables are of the whole corpus: ``groups`` has ``conversation_id`` and ``group_key``; ``links`` has
    ``left_id`` and ``right_id`` of the pairs that must stay together; ``places``, ``strata`` and ``times`` are as in
    :func:`~pixel_assets.selection.splits.own_place.own_places`. Raises ``ValueError`` where a conversation is repeated, where one
    of the mix or of a pair has no group, or where a table is missing that the strategy asks for.
    """
    mix, groups = mix.select(["conversation_id"]), groups.select(["conversation_id", "group_key"])
    given = {name: table for name, table in (("places", places), ("strata", strata), ("times", times)) if table is not None}
    require_once(mix=mix, groups=groups, **given)
    require_known(mix=mix, groups=groups)
    rows = own_places(groups, settings, places=places, strata=strata, times=times)
    ids = rows["conversation_id"].combine_chunks()
    labels = _clusters(ids, rows["group_key"].combine_chunks(), links)
    most = np.zeros(len(labels), np.int8)
    np.maximum.at(most, labels, rows["place"].to_numpy())

    wanted = pc.is_in(ids, value_set=mix["conversation_id"].combine_chunks())
    owners = labels[np.asarray(wanted)]
    names = pa.array(SPLIT_NAMES).take(pa.array(most[owners]))
    return pa.table([ids.filter(wanted), names, rows["group_key"].filter(wanted), ids.take(pa.array(owners))], schema=SPLITS)


def _clusters(ids: pa.Array, group_keys: pa.Array, links: pa.Table | None) -> Rows:
    """For each row the first row that it is tied to; ``ids`` ascend, so that this is the one with the smallest id."""
    codes = np.asarray(group_keys.dictionary_encode().indices)
    _, first = np.unique(codes, return_index=True)
    left, right = [np.arange(len(ids))], [first[codes]]
    if links is not None and links.num_rows:
        for side, found in zip(_SIDES, (left, right), strict=True):
            at = pc.index_in(links[side].combine_chunks(), value_set=ids)
            if at.null_count:
                raise ValueError(f"groups: no row for {at.null_count} ends of links (expected one row for each conversation)")
            found.append(np.asarray(at))
    return components(len(ids), np.concatenate(left), np.concatenate(right))
