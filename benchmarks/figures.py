"""Figures of a benchmark, printed for a person or as JSON.

A figure is a dictionary: name, value, unit, goal, met, peer, peer_value, ratio, n, interval; a benchmark may add more. A
goal bounds the ratio where there is a peer, else the value; unless it is said to be at least that, it is at most that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Figure = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """What a value is compared with, measured in the same run."""

    name: str
    value: float


def figure(
    name: str, value: float, unit: str, n: int, peer: Peer | None = None, goal: float | None = None, *,
    at_least: bool = False, **more: Any,
) -> Figure:  # fmt: skip
    """One figure; ``more`` is added to it as it is."""
    ratio = None if peer is None else value / peer.value
    judged = value if ratio is None else ratio
    met = None if goal is None else judged >= goal if at_least else judged <= goal
    return {
        "name": name, "value": round(value, 3), "unit": unit, "goal": goal, "met": met,
        "peer": peer.name if peer else None, "peer_value": round(peer.value, 3) if peer else None,
        "ratio": None if ratio is None else round(ratio, 3), "n": n, "interval": None, **more,
    }  # fmt: skip


def line(figure: Figure) -> str:
    """A figure as one line of text."""
    text = f"{figure['name']:44} {figure['value']:10,.2f} {figure['unit']:7}"
    if figure["peer"]:
        text += f" = {figure['ratio']:7.3f} x {figure['peer']} ({figure['peer_value']:.2f})"
    if figure["goal"] is not None:
        text += f"  goal {figure['goal']}: {'met' if figure['met'] else 'NOT met'}"
    return text


def show(figures: list[Figure], *, as_json: bool) -> None:
    """Print the figures."""
    print(json.dumps(figures) if as_json else "\n".join(map(line, figures)))
