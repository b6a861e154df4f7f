"""Strategies of the mix against each other, and against plain baselines, on one made-up pool.

    python benchmarks/mix.py
    python benchmarks/mix.py --rows 30000 --json
    python benchmarks/mix.py --peer PYTHON     # a Python with submodlib-py 0.0.3, for facility location beside ours

A sixth of the pool is chosen. Beside the strategies stand a random choice and the best scores of each category. ``bounded`` is
hybrid with bounds on topics, on a rare population and on sources. Vectors lie in clusters, a tenth are near-duplicates of others.

Facility location is compared on ``--peer-rows`` rows of one category, since others need the similarities of all rows at once:
with a plain greedy choice in numpy, and with submodlib. The value is the mean cosine of all rows with the nearest chosen one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from figures import Figure, Peer, figure, show
from mix_pool import RATIOS, made_up

from pixel_assets.selection.mix import MixRules, compose
from pixel_assets.selection.mix.coverage import coverage_gains

PART: Final = 6  # of the pool that is chosen: one in so many
SAMPLE: Final = 10_000  # rows whose nearest chosen row is looked for
NEAR: Final = 0.99  # cosine of near-duplicates
BOUNDS: Final[dict[str, Any]] = {
    "balances": {"topic": {"at_most": 0.08}, "population:veteran": {"at_least": 0.05}}, "source_cap": 0.25,
}  # fmt: skip
STRATEGIES: Final[dict[str, dict[str, Any]]] = {
    "proportional": {},
    "quality_weighted": {"strategy": "quality_weighted"},
    "diverse": {"strategy": "diverse"},
    "iterative": {"strategy": "iterative"},
    "hybrid": {"strategy": "hybrid"},
    "bounded": {"strategy": "hybrid", **BOUNDS},
}
UNITS: Final = {
    "quality": "score", "coverage": "cosine", "distance": "length", "topics": "number", "entropy": "bits", "ratio off": "share",
    "near-duplicates": "share", "largest source": "share", "seconds": "s",
}  # fmt: skip

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Trial:
    """A pool as arrays, one entry for each row."""

    kept: pa.Table
    vectors: Floats
    category: npt.NDArray[np.str_]
    sample: Mask

    @classmethod
    def of(cls, kept: pa.Table, vectors: pa.Table, seed: int) -> Trial:
        """Of what ``made_up`` gives."""
        whole = vectors["whole"].combine_chunks()
        flat = np.asarray(whole.values, np.float32).reshape(len(whole), -1)
        sample = np.zeros(len(flat), np.bool_)
        sample[np.random.default_rng(seed + 1).permutation(len(flat))[:SAMPLE]] = True
        return cls(kept, flat, np.asarray(kept["category"].to_pylist()), sample)

    def measures(self, chosen: Mask, seconds: float) -> dict[str, float]:
        """Of one choice; the names are those of ``UNITS``."""
        near, doubled = self._nearness(chosen)
        topics = np.unique(np.asarray(self.kept["trait_topic"].to_pylist())[chosen], return_counts=True)[1]
        shares = topics / topics.sum()
        sources = np.asarray(self.kept["source"].to_pylist())
        of_source = [
            np.unique(sources[chosen & (self.category == name)], return_counts=True)[1].max()
            / (chosen & (self.category == name)).sum()
            for name in RATIOS
        ]
        off = [abs((chosen & (self.category == name)).sum() / chosen.sum() - ratio) for name, ratio in RATIOS.items()]
        values = (
            np.nanmean(self.kept["score"].to_numpy()[chosen]), near.mean(), np.sqrt(np.maximum(2 - 2 * near, 0)).mean(),
            len(topics), -(shares * np.log2(shares)).sum(), max(off), doubled / chosen.sum(), max(of_source), seconds,
        )  # fmt: skip
        return {name: float(value) for name, value in zip(UNITS, values, strict=True)}

    def _nearness(self, chosen: Mask) -> tuple[Floats, int]:
        """Cosines of sampled rows with the nearest chosen row of their category; and chosen rows with a near-duplicate."""
        near, doubled = [], 0
        for name in RATIOS:
            some = self.vectors[chosen & (self.category == name)]
            near.append(_largest(self.vectors[self.sample & (self.category == name)], some))
            doubled += int((_largest(some, some, itself=True) >= NEAR).sum())
        return np.concatenate(near), doubled


def _largest(rows: Floats, others: Floats, *, itself: bool = False) -> Floats:
    """The largest cosine of each row with any of the others; not with itself where both are the same rows."""
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), 1024):
        near = rows[start : start + 1024] @ others.T
        if itself:
            near[np.arange(len(near)), start + np.arange(len(near))] = -1
        found[start : start + 1024] = near.max(axis=1)
    return found


def baselines(trial: Trial, target: int, seed: int) -> dict[str, Callable[[], Mask]]:
    """A random choice and the best scores, of each category its part."""

    def first(order: npt.NDArray[np.int64]) -> Mask:
        chosen = np.zeros(len(order), np.bool_)
        for name, ratio in RATIOS.items():
            chosen[order[trial.category[order] == name][: round(target * ratio)]] = True
        return chosen

    score = trial.kept["score"].to_numpy(zero_copy_only=False)
    return {
        "random": lambda: first(np.random.default_rng(seed).permutation(len(score))),
        "top quality": lambda: first(np.argsort(-np.nan_to_num(score), kind="stable")),
    }


def strategies(kept: pa.Table, vectors: pa.Table, target: int, seed: int) -> dict[str, Callable[[], Mask]]:
    """Every strategy of the product."""
    names = np.asarray(kept["conversation_id"].to_pylist())

    def choose(asked: dict[str, Any]) -> Mask:
        table = compose(kept, MixRules(target=target, ratios=RATIOS, seed=seed, **asked), vectors).table
        return np.isin(names, np.asarray(table["conversation_id"].to_pylist()))

    return {name: lambda asked=asked: choose(asked) for name, asked in STRATEGIES.items()}  # type: ignore[misc]


def compare(rows: int, seed: int) -> dict[str, dict[str, float]]:
    """Measures of every baseline and strategy, by name."""
    strategies_of_few = strategies(*made_up(1000, seed), 100, seed)
    for name in ("bounded", "diverse"):  # compiles the loops
        strategies_of_few[name]()
    kept, vectors = made_up(rows, seed)
    trial = Trial.of(kept, vectors, seed)
    found = {}
    for name, choose in (baselines(trial, rows // PART, seed) | strategies(kept, vectors, rows // PART, seed)).items():
        started = time.perf_counter()
        chosen = choose()
        found[name] = trial.measures(chosen, time.perf_counter() - started)
    return found


def plain_greedy(vectors: Floats, count: int) -> npt.NDArray[np.int64]:
    """Facility location without anything clever: every step looks at all rows."""
    near = np.maximum(vectors @ vectors.T, 0)
    best, chosen = np.zeros(len(near), np.float32), np.zeros(count, np.int64)
    for step in range(count):
        added = np.array([np.maximum(row - best, 0).sum() for row in near])
        added[chosen[:step]] = -1
        chosen[step] = added.argmax()
        best = np.maximum(best, near[chosen[step]])
    return chosen


def facility_location(rows: int, whole: int, peer: str | None, seed: int) -> list[Figure]:
    """Ours in cells, beside a plain greedy choice and submodlib; and how long a category of the size ``whole`` takes."""
    _, table = made_up(whole, seed)
    every = np.asarray(table["whole"].combine_chunks().values, np.float32).reshape(whole, -1)
    few = every[:rows]
    count = rows // PART

    def value(chosen: npt.NDArray[np.int64]) -> float:
        return float(_largest(few, few[chosen]).mean())

    def timed(choose: Callable[[], npt.NDArray[np.int64]]) -> tuple[npt.NDArray[np.int64], float]:
        started = time.perf_counter()
        return choose(), time.perf_counter() - started

    ours, seconds = timed(lambda: np.argsort(-coverage_gains(few), kind="stable")[:count])
    tiny = few[: rows // 8]
    tenth = len(tiny) // PART
    plain, plain_seconds = timed(lambda: plain_greedy(tiny, tenth))
    same, same_seconds = timed(lambda: np.argsort(-coverage_gains(tiny), kind="stable")[:tenth])
    of_tiny = [float(_largest(tiny, tiny[chosen]).mean()) for chosen in (same, plain)]
    _, all_seconds = timed(lambda: np.argsort(-coverage_gains(every), kind="stable")[: whole // PART])
    figures = [
        figure(f"{whole // PART:,} of {whole:,} by coverage", all_seconds, "s", whole, goal=30),
        figure(
            f"{tenth:,} of {len(tiny):,}: coverage",
            of_tiny[0],
            "cosine",
            len(tiny),
            Peer("a plain greedy choice", of_tiny[1]),
            0.99,
            at_least=True,
        ),
        figure(
            f"{tenth:,} of {len(tiny):,}: seconds", same_seconds, "s", len(tiny), Peer("a plain greedy choice", plain_seconds)
        ),
    ]
    if peer:
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder) / "vectors.npy", few)
            command = [peer, str(Path(__file__).with_name("mix_peer.py")), str(Path(folder) / "vectors.npy"), str(count)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        theirs = value(np.array(told["rows"]))
        figures += [
            figure(
                f"{count:,} of {rows:,}: coverage", value(ours), "cosine", rows, Peer("submodlib", theirs), 0.99, at_least=True
            ),
            figure(f"{count:,} of {rows:,}: seconds", seconds, "s", rows, Peer("submodlib", told["seconds"])),
        ]
    return figures


def as_figures(found: dict[str, dict[str, float]], rows: int) -> list[Figure]:
    """One figure for each strategy and measure, beside that of the random choice."""
    return [
        figure(f"{name}: {measure}", value, UNITS[measure], rows, goal=0.005 if measure == "ratio off" else None)
        | {"peer": "random", "peer_value": round(found["random"][measure], 3)}
        for name, measures in found.items()
        for measure, value in measures.items()
    ]


def print_table(found: dict[str, dict[str, float]]) -> None:
    """A row for each strategy, a column for each measure."""
    print(f"{'':16}" + "".join(f"{name:>16}" for name in UNITS))
    for name, measures in found.items():
        print(
            f"{name:18}" + "".join(f"{measures[each]:16.0f}" if each == "topics" else f"{measures[each]:16.3f}" for each in UNITS)
        )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=120_000, help="conversations of the pool")
    parser.add_argument("--peer", help="a Python with submodlib-py, for facility location beside ours")
    parser.add_argument("--peer-rows", type=int, default=8_000, help="rows that facility location is compared on")
    parser.add_argument("--seed", type=int, default=1, help="seed of the pool and of the choice")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    found = compare(options.rows, options.seed)
    figures = facility_location(min(options.peer_rows, options.rows), options.rows, options.peer, options.seed)
    measured = as_figures(found, options.rows)
    if not options.json:
        print_table(found)
    show(measured + figures if options.json else figures, as_json=options.json)
    raise SystemExit(0 if all(each["met"] is not False for each in measured + figures) else 1)


if __name__ == "__main__":
    main()
