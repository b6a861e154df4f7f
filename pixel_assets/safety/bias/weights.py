"""Hints for the mix: by how much the conversations of a group would count more or less to reach the rates that are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.errors import SettingsError
from pixel_assets.safety.bias.report import members
from pixel_assets.store.schema import column

MIX_HINTS: Final = pa.schema(
    [
        column("axis", pa.string(), "such as gender or religion"),
        column("group", pa.string(), "group of that axis"),
        column("weight", pa.float64(), "mean weight of the conversations that speak of the group; 1 leaves them as they are"),
        column("why", pa.string(), "rate of the group now, wanted, and with the weights"),
    ]
)
_ROUNDS: Final = 100
_NEAR: Final = 1e-6
_DIGITS: Final = 6


def weights(
    findings: pa.Table,
    conversations: pa.Table,
    targets: Mapping[str, float],
    bounds: tuple[float, float] = (0.25, 4.0),
) -> pa.Table:
    """Mean weight of each group that has a target, as MIX_HINTS.

    Raking (iterative proportional fitting, Deming & Stephan 1940): the conversations that speak of a group, and those that do
    not, are weighted in turn until each group has its target. ``targets`` are shares of all conversations by ``axis:group``;
    a group that nobody speaks of gets no hint. Weights are clipped to ``bounds``, so a far target is only come close to.
    Raises ``SettingsError`` for a target that is no share.
    """
    for name, share in targets.items():
        if not 0 < share < 1:
            raise SettingsError(f"{share} is no share", where=f"target of {name}", expected="a number between 0 and 1")
    found = members(findings, conversations["conversation_id"])
    wanted = {
        (axis, group): (places, targets[f"{axis}:{group}"])
        for axis, groups in found.items() for group, places in groups.items()
        if f"{axis}:{group}" in targets and 0 < len(places) < len(conversations)
    }  # fmt: skip
    weight = np.clip(_raked([*wanted.values()], len(conversations)), *bounds)
    total = float(weight.sum())
    rows = [
        {
            "axis": axis, "group": group, "weight": round(float(weight[places].mean()), _DIGITS),
            "why": f"rate {len(places) / len(conversations):.4f}, wanted {target:.4f}, "
                   f"with the weights {float(weight[places].sum()) / total:.4f}",
        }
        for (axis, group), (places, target) in wanted.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, MIX_HINTS)


def _raked(margins: list[tuple[npt.NDArray[np.int64], float]], conversations: int) -> npt.NDArray[np.float64]:
    """A weight for each conversation, 1 on average."""
    weight = np.ones(conversations)
    for _ in range(_ROUNDS):
        furthest = 0.0
        for places, target in margins:
            total = float(weight.sum())
            share = float(weight[places].sum()) / total
            furthest = max(furthest, abs(share - target))
            inside = weight[places] * (target / share)
            weight *= (1 - target) / (1 - share)
            weight[places] = inside
        if furthest < _NEAR:
            break
    mean: npt.NDArray[np.float64] = weight * (conversations / weight.sum()) if conversations else weight
    return mean
