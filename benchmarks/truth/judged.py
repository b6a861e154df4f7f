"""What every section needs: the rows to report, and figures with their interval over groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from figures import Figure, Peer, figure

from pixel_assets.labelled.measures import Counts, Rows, auc, interval
from pixel_assets.labelled.rows import Half, Labelled, half

R = TypeVar("R", bound=Labelled)
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
DIGITS: Final = 3


@dataclass(frozen=True)
class Bench:
    """What is measured on."""

    data: Path  # folder of the labelled sets
    which: Half  # the rows that are reported
    rows: int  # conversations of the made-up corpus that speed is measured on
    peers: Path | None  # interpreter of the peers' environment, if they are wanted

    def reported(self, rows: Sequence[R]) -> list[R]:
        """The rows to report; none of them was fitted or tuned on."""
        return half(rows, self.which)


def measured(
    name: str, groups: Sequence[str], measure: Callable[[Rows], float], *, goal: float | None = None, at_least: bool = True,
    known: str = "", beside: Peer | None = None, **more: Any,
) -> Figure:  # fmt: skip
    """A share with its 95 % interval; ``measure`` is given the numbers of the rows to count.

    What a peer reaches stands beside it, while the goal is one for the value itself.
    """
    value = measure(np.arange(len(groups)))
    ends = [round(end, DIGITS) for end in interval(groups, measure)]
    sure = None if any(map(math.isnan, ends)) else ends
    peer = {"peer": beside.name, "peer_value": round(beside.value, DIGITS)} if beside else {}
    made = figure(
        name, value, "share", len(groups), goal=goal, at_least=at_least,
        interval=sure, groups=len(set(groups)), known=known, **more,
    )  # fmt: skip
    return made | peer


def decisions(
    name: str, groups: Sequence[str], truth: Bools, predicted: Bools, *, recall: float | None = None,
    false_alarms: float | None = None, known: str = "", **more: Any,
) -> list[Figure]:  # fmt: skip
    """Recall, false alarms, precision and F1 of a yes or no; those that need a class that is not there are left out.

    ``more`` is added to the last of them.
    """

    def of(attribute: str) -> Callable[[Rows], float]:
        return lambda drawn: float(getattr(Counts.of(truth[drawn], predicted[drawn]), attribute))

    found: list[Figure] = []
    if truth.any():
        found.append(measured(f"{name}: recall", groups, of("recall"), goal=recall, known=known))
    if not truth.all():
        found.append(
            measured(
                f"{name}: false alarms", groups, of("false_alarms"), goal=false_alarms, at_least=False,
                known="" if truth.any() else known,
            )
        )  # fmt: skip
    if truth.any() and not truth.all():
        found += [measured(f"{name}: {each}", groups, of(each)) for each in ("precision", "f1")]
    if found:
        found[-1] |= more
    return found


def ranked(
    name: str, groups: Sequence[str], truth: Bools, scores: Floats, *, goal: float | None = None, known: str = ""
) -> list[Figure]:
    """The area under the ROC curve, where both classes are there."""
    if not truth.any() or truth.all():
        return []
    return [measured(f"{name}: AUC", groups, lambda drawn: auc(truth[drawn], scores[drawn]), goal=goal, known=known)]


def count(name: str, value: float, unit: str, n: int, **more: Any) -> Figure:
    """A figure that is no estimate and has no interval."""
    return figure(name, value, unit, n, **more)
