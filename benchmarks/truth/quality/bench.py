"""What every section on quality needs: rows to report, rows that plain baselines learn from, and figures beside those."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from figures import Figure, Peer

from pixel_assets.labelled.measures import Rows, interval
from pixel_assets.labelled.rows import Labelled, half
from pixel_assets.quality.labelled.dialogues import ReplyRow, read_dialogues
from pixel_assets.quality.labelled.spoilt import spoilt
from truth.judged import DIGITS, Bench, measured
from truth.quality.judge import Judge

R = TypeVar("R", bound=Labelled)
Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

MAJORITY: Final = "majority"
BAG: Final = "bag of words"


@dataclass(frozen=True)
class QualityBench(Bench):
    """What is measured on, by which models, and where the baselines learn."""

    learned: Path | None  # folder whose fit half the baselines are fitted on; none if it is itself counted
    judge: Judge

    def fitted(self, read: Callable[[Path], Sequence[R]]) -> list[R]:
        """The rows that baselines are fitted on: those of the fit half, and never a row that is reported."""
        return half(read(self.learned), "fit") if self.learned else []


@cache
def true_replies(folder: Path) -> list[ReplyRow]:
    """Every reply of the dialogue sets, read once."""
    return read_dialogues(folder)


@cache
def failed_replies(folder: Path) -> list[ReplyRow]:
    """Failures made of them; another reply only comes from the same half."""
    return spoilt(true_replies(folder))


def of_group(row: Labelled) -> str:
    """The name of a row's group among those of several sets."""
    return f"{row.dataset} {row.group}"


def one_of(name: str, count: int) -> int:
    """A number from 0 up to ``count``, by a hash of a name: which failure of a reply stands for all of them."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % max(1, count)


def compared(
    name: str, groups: Sequence[str], measure: Callable[[Rows, Array], float], said: Array, plain: Mapping[str, Array], *,
    goal: float | None = None, known: str = "", fixed: Mapping[str, float] | None = None, **more: Any,
) -> Figure:  # fmt: skip
    """A figure of what the product said, beside what baselines said of the same rows.

    ``measure`` is given numbers of rows and what was said of all. Baselines that have one figure whatever the rows stand under
    ``fixed``. ``difference`` is that of the product to the bag of words, with the interval over the same draws.
    """
    rows = np.arange(len(groups))
    values = {baseline: measure(rows, given) for baseline, given in plain.items()} | dict(fixed or {})
    baselines = {baseline: round(value, DIGITS) for baseline, value in values.items()}
    if BAG in plain:
        low, high = interval(groups, lambda drawn: measure(drawn, said) - measure(drawn, plain[BAG]))
        ahead = round(measure(rows, said) - values[BAG], DIGITS)
        more["difference"] = {f"to {BAG}": ahead, "interval": [round(low, DIGITS), round(high, DIGITS)]}
    return measured(
        name, groups, lambda drawn: measure(drawn, said), goal=goal, known=known,
        beside=Peer(BAG, values[BAG]) if BAG in values else None, baselines=baselines, **more,
    )  # fmt: skip
