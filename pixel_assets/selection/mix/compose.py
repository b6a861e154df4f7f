"""Composing the mix: quotas from the ratios, an order of each category, and what quotas and bounds take from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.selection.mix.account import CategoryShare, MixResult, holdings
from pixel_assets.selection.mix.filling import fill_quotas
from pixel_assets.selection.mix.orders import Order, order_of
from pixel_assets.selection.mix.pool import Ints, Pool, pool_of
from pixel_assets.selection.mix.rules import MixRules
from pixel_assets.selection.mix.tables import MIX
from pixel_assets.selection.query import count_by
from pixel_assets.selection.quotas import Demand, fill, largest_remainder, shrink


def compose(kept: pa.Table, rules: MixRules, vectors: pa.Table | None = None) -> MixResult:
    """Take from ``kept`` as many of each category as the ratios ask for, in the order of the strategy and within the bounds.

    ``kept`` has ``conversation_id``, ``category``, ``source``, ``score`` (float64, nullable) and, for each of ``rules.traits``, a
    column of text (``traits.columns`` names them); ``vectors`` has ``conversation_id`` and ``whole`` (a list of fixed size, of
    length 1 or null), and is asked for where ``rules.needs_vectors``. The order of their rows does not matter.

    What is below the minimum quality is left out first. Quotas are apportioned by largest remainder and sum to the target
    exactly. Where a category is short, ``shortfall="fill"`` lets the others give more, in proportion to their ratios, up to the
    target or to all there is; ``"shrink"`` takes the largest total at which every category that has any rows fills its quota. A
    category with ratio 0 gives nothing, under either. Raises ``ValueError`` where an id is repeated.
    """
    pool, below = pool_of(kept, rules)
    shares = _shares(pool, rules)
    quotas = {share.category: share.taken for share in shares}
    orders = {}
    for code, category in enumerate(pool.category.values):
        if quotas[category]:
            rows = np.flatnonzero(pool.category.codes == code)
            near = _vectors_of(pool, rows, vectors) if rules.needs_vectors else None
            orders[category] = order_of(pool, rows, quotas[category], rules, near)
    taken = fill_quotas(pool, orders, quotas, rules)
    parts = [_table(pool, order, taken) for order in orders.values()]
    table = pa.concat_tables([MIX.empty_table(), *parts]).sort_by("conversation_id").combine_chunks()
    chosen = pool.table.filter(pa.array(taken))
    return MixResult(table, shares, holdings(chosen, rules), below)


def _shares(pool: Pool, rules: MixRules) -> tuple[CategoryShare, ...]:
    available = count_by(pool.table, "category")
    ratios = dict.fromkeys(available, 0.0) | dict(rules.ratios)
    demands = [
        Demand(name, ratio, available.get(name, 0))
        for name, ratio in sorted(ratios.items(), key=lambda item: (-item[1], item[0]))
    ]
    wanted = largest_remainder(rules.target, demands)
    taken = (fill if rules.shortfall == "fill" else shrink)(rules.target, demands)
    return tuple(CategoryShare(d.name, d.ratio, wanted[d.name], d.available, taken[d.name]) for d in demands)


def _vectors_of(pool: Pool, rows: Ints, vectors: pa.Table | None) -> npt.NDArray[np.floating]:
    """(rows, dimensions): vectors of some rows of the pool, zeros where there is none."""
    if vectors is None:
        raise ValueError("mix: the strategy needs vectors (expected a table with conversation_id and whole)")
    whole = vectors["whole"].combine_chunks()
    flat = np.asarray(whole.values).reshape(-1, whole.type.list_size)[whole.offset : whole.offset + len(whole)]
    wanted = pc.index_in(pool.table["conversation_id"].take(pa.array(rows)), vectors["conversation_id"].combine_chunks())
    there = np.asarray(pc.fill_null(pc.take(pc.is_valid(whole), wanted), False))
    found = np.zeros((len(rows), flat.shape[1]), flat.dtype)
    found[there] = flat[np.asarray(pc.fill_null(wanted, 0))[there]]
    return found


def _table(pool: Pool, order: Order, taken: npt.NDArray[np.bool_]) -> pa.Table:
    """The rows of an order that are taken, with their places."""
    chosen = taken[order.rows]
    rows = pool.table.take(pa.array(order.rows[chosen]))
    places = {"position": np.arange(len(rows)), "gain": order.gain[chosen], "round": order.round[chosen].astype(np.int32)}
    columns = {name: rows[name] for name in ("conversation_id", "category", "source", "score")} | places
    return pa.table(columns).select(MIX.names).cast(MIX)
