"""Figures of a benchmark, printed for a person or as JSON.

A figure is a dictionary: name, value, unit, goal, met, peer, peer_value, ratio, n, interval; a benchmark may add more. A
goal bounds the ratio where there is one, else the value; unless it is said to be at least that, it is at most that.
What others reached elsewhere stands under ``known``, in words.
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


def line(figure: Figure, width: int = 44) -> str:
    """A figure as one line of text, its name padded to ``width``."""
    digits = 3 if figure["unit"] == "share" else 2
    text = f"{figure['name']:{width}} {figure['value']:10,.{digits}f} {figure['unit']:7}"
    if figure["ratio"] is not None:
        text += f" = {figure['ratio']:7.3f} x {figure['peer']} ({figure['peer_value']:.2f})"
    elif figure["peer"]:
        text += f" beside {figure['peer_value']:.2f} of {figure['peer']}"
    if figure["interval"]:
        text += " [{}, {}]".format(*figure["interval"])
    if figure["goal"] is not None:
        text += f"  goal {figure['goal']}: {'met' if figure['met'] else 'NOT met'}"
    return text + (f"  (known: {figure['known']})" if figure.get("known") else "")


def show(figures: list[Figure], *, as_json: bool, details: tuple[str, ...] = ()) -> None:
    """Print the figures; as text with what stands under the names of ``details`` below each."""
    if as_json:
        print(json.dumps(figures))
        return
    width = max((len(figure["name"]) for figure in figures), default=0)
    for figure in figures:
        print(line(figure, width))
        for name in details:
            for row in _rows(figure.get(name) or ()):
                print(f"    {name.replace('_', ' ')}: {row}")


def _rows(detail: Any) -> list[str]:
    """A table as a line for each of its rows, a row as one line."""
    if not isinstance(detail, dict):
        return [str(detail)] if detail != () else []
    if any(isinstance(value, dict) for value in detail.values()):
        return [f"{name}: {', '.join(_rows(row))}" for name, row in detail.items()]
    return [", ".join(f"{name} {value}" for name, value in detail.items())]
