"""The variants of a train split: so many of each kind, chosen by hash, verified, and never like what is held out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import conversation_id
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.quality.traits.lengths import describe_many
from pixel_assets.selection.augment.contexts import with_context
from pixel_assets.selection.augment.draw import number
from pixel_assets.selection.augment.inputs import Material
from pixel_assets.selection.augment.likeness import HeldOut
from pixel_assets.selection.augment.paraphrases import paraphrases
from pixel_assets.selection.augment.tables import AUGMENTED, KINDS
from pixel_assets.selection.augment.variant import Parent, Variant
from pixel_assets.selection.quotas import Demand, largest_remainder
from pixel_assets.vectors.static import StaticVectors

if TYPE_CHECKING:
    from pixel_assets.settings import AugmentationSettings

_AT_ONCE: Final = 1024  # conversations that are held as Python values
Row = dict[str, Any]


def augment(
    given: Material, settings: AugmentationSettings, model: StaticVectors, boilerplate: Boilerplate, scratch: Path
) -> pa.Table:
    """Variants of the conversations in ``given.parents`` in the schema ``AUGMENTED``, in the order of their ids.

    Of all kinds together there are at most ``settings.share`` times as many as parents; each kind may give an equal part, and
    what it cannot fill stays empty. Parents are taken in the order of a hash of seed, kind and id, so that a parent that is added
    or taken away changes few others. A variant is left out that is in the corpus already, that shares its text or its opening
    with a held-out conversation, or that nearly repeats one. ``scratch`` is a folder for files that are gone at the end.
    """
    limit = int(settings.share * given.parents.num_rows)
    kinds = [kind for kind in KINDS if kind in settings.kinds]
    parts = largest_remainder(limit, [Demand(kind, 1.0, limit) for kind in kinds])
    held_out = HeldOut.of(given.held_out, boilerplate)
    kept, taken = [AUGMENTED.empty_table()], pa.array([], pa.string())
    for kind in kinds:
        rows = AUGMENTED.empty_table()
        for some in _made(kind, given, settings, model):
            if rows.num_rows >= parts[kind]:
                break
            new = _admitted(some, kind, given, taken)
            new = new.filter(pa.array(~held_out.near(new, settings.near, scratch)))
            rows = _once(pa.concat_tables([rows, new]))
        rows = rows.slice(0, parts[kind])
        kept.append(rows)
        taken = pa.concat_arrays([taken, *rows["conversation_id"].chunks])
    return pa.concat_tables(kept).sort_by("conversation_id").combine_chunks()


def _made(kind: str, given: Material, settings: AugmentationSettings, model: StaticVectors) -> Iterator[pa.Table]:
    """Variants of a kind in the order in which they are taken, some at a time, without keys."""
    if kind == "crisis":
        for rows in _in_order(given.scenarios, "conversation_id", settings.seed, kind):
            yield _table([row | {"parent_id": None, "kind": kind} for row in rows])
    elif kind == "counterfactual":
        for rows in _in_order(given.swapped, "pair_id", settings.seed, kind):
            parents = _parents(given.parents, [row["conversation_id"] for row in rows])
            swaps = {row["pair_id"]: Variant(row["turns"], None, row["detail"]) for row in rows}
            of = [(parents[row["conversation_id"]], swaps[row["pair_id"]]) for row in rows]
            yield _table([_row(kind, parent, variant) for parent, variant in of if parent.can_lose_reasoning])
    else:
        for rows in _in_order(given.parents, "conversation_id", settings.seed, kind):
            some = [Parent.of(row) for row in rows]
            variants = (
                [with_context(parent, settings.seed) for parent in some]
                if kind == "context"
                else paraphrases(some, settings.seed, model, settings.cosine)
            )
            yield _table([_row(kind, parent, made) for parent, made in zip(some, variants, strict=True) if made is not None])


def _in_order(table: pa.Table, name: str, seed: int, kind: str) -> Iterator[list[Row]]:
    """The rows by the hash of seed, kind and a column that tells them apart."""
    keys: list[str] = table[name].to_pylist()
    order = sorted(range(len(keys)), key=lambda at: (number(seed, kind, keys[at]), keys[at]))
    for first in range(0, len(order), _AT_ONCE):
        yield table.take(pa.array(order[first : first + _AT_ONCE], pa.int64())).to_pylist()


def _parents(parents: pa.Table, names: list[str]) -> dict[str, Parent]:
    wanted = parents.filter(pc.is_in(parents["conversation_id"], value_set=pa.array(names, pa.string())))
    return {row["conversation_id"]: Parent.of(row) for row in wanted.to_pylist()}


def _row(kind: str, parent: Parent, made: Variant) -> Row:
    return {
        "conversation_id": conversation_id(made.turns, made.reasoning), "parent_id": parent.conversation_id,
        "kind": kind, "detail": made.detail, "category": parent.category, "source": parent.source,
        "turns": made.turns, "reasoning": made.reasoning,
    }  # fmt: skip


def _table(rows: list[Row]) -> pa.Table:
    """Rows with the keys of what they say."""
    plain = pa.schema([AUGMENTED.field(name) for name in AUGMENTED.names if name not in ("text_key", "group_key")])
    table = pa.Table.from_pylist(rows, schema=plain).combine_chunks()
    keyed = [describe_many(batch) for batch in table.select(["conversation_id", "turns"]).to_batches()]
    for name in ("text_key", "group_key"):
        column = pa.chunked_array([batch.column(name) for batch in keyed], pa.string())
        table = table.append_column(AUGMENTED.field(name), column)
    return table.select(AUGMENTED.names)


def _admitted(rows: pa.Table, kind: str, given: Material, taken: pa.Array) -> pa.Table:
    """Those that are new, and in which nothing is said that is held out."""
    unwanted = [(given.held_out, "text_key"), (given.held_out, "group_key")]
    if kind != "crisis":  # scenarios are of the corpus
        unwanted.append((given.known, "conversation_id"))
    if kind not in ("crisis", "context"):  # a system prompt is not what anybody says
        unwanted.append((given.known, "text_key"))
    rows = rows.filter(pc.invert(pc.is_in(rows["conversation_id"], value_set=taken)))
    for table, name in unwanted:
        rows = rows.filter(pc.invert(pc.is_in(rows[name], value_set=table[name].combine_chunks())))
    return rows


def _once(rows: pa.Table) -> pa.Table:
    """The first row of every conversation."""
    _, first = np.unique(rows["conversation_id"].to_numpy(zero_copy_only=False).astype(str), return_index=True)
    return rows.take(pa.array(np.sort(first)))
