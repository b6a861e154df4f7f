"""Conversations a second of the readings of quality on a made-up corpus, beside the bag of words in the same run.

The shipped model is timed, whichever judges elsewhere: what weights say makes no difference. The contextual reader takes so long
that it reads few conversations, and on one core alone. Two processes read half of the corpus each, as a build does, once they are
up: loading and compiling are not timed. The bag of words has one regression on the same replies, where the product gives all of
its scores.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
from figures import Figure, Peer, figure
from planted.corpus import CHUNK, Maker, Recipe
from planted.plan import Rates

from pixel_assets.quality.labelled.empathy import read_epitome
from truth.quality import product
from truth.quality.bag_of_words import BagOfWords, Text
from truth.quality.bench import BAG, QualityBench
from truth.quality.counselling import replied
from truth.quality.judge import Judge, shipped

SEED: Final = 20_261_122
REPEATS: Final = 3
ENOUGH: Final = 10  # seconds
PROCESSES: Final = 2
FEW: Final = 200  # conversations for the contextual reader

Conversation = list[dict[str, str]]


def made_up(rows: int) -> list[Conversation]:
    """Invented conversations, as long as counselling ones are."""
    maker = Maker(Recipe(rows, Rates(malformed=0), SEED))
    lines = [line for start in range(0, rows, CHUNK) for line in maker.chunk(start).lines.splitlines()]
    return [orjson.loads(line)["messages"] for line in lines]


def section(bench: QualityBench) -> list[Figure]:
    """One core with its peer, then two, then the contextual reader."""
    corpus = made_up(bench.rows)
    turns = product.column(corpus)
    with one_core():
        own = len(turns) / seconds(lambda: product.readings(turns, shipped("static")))
        peer = _bag(bench, corpus)
        contextual = _contextual(turns.slice(0, FEW))
    return [
        figure("speed, static readings, one core, made-up corpus", own, "rows/s", len(turns), peer),
        *_two(turns, shipped("static"), own),
        figure("speed, contextual readings, one core, made-up corpus", contextual, "rows/s", min(FEW, len(turns)), peer),
    ]


def _contextual(turns: pa.ListArray) -> float:
    """Read once, after the model was loaded for one of them."""
    judge = shipped("contextual")
    product.readings(turns.slice(0, 1), judge)
    begun = time.perf_counter()
    product.readings(turns, judge)
    return len(turns) / (time.perf_counter() - begun)


def _bag(bench: QualityBench, corpus: list[Conversation]) -> Peer | None:
    learned = bench.fitted(read_epitome)
    bag = BagOfWords.fitted([Text(row.reply) for row in learned], np.array([row.explorations.level for row in learned]))
    if bag is None:
        return None
    texts = [replied(turns) for turns in corpus]
    return Peer(BAG, len(corpus) / seconds(lambda: bag.said(texts)))


def _two(turns: pa.ListArray, judge: Judge, one: float) -> list[Figure]:
    if len(os.sched_getaffinity(0)) < PROCESSES:
        return []
    half = -(-len(turns) // PROCESSES)
    halves, judges = [turns.slice(number * half, half) for number in range(PROCESSES)], [judge] * PROCESSES
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        taken = seconds(lambda: sum(pool.map(_read, halves, judges)))
    own = len(turns) / taken
    return [figure("speed, static readings, two cores, made-up corpus", own, "rows/s", len(turns), Peer("one core", one))]


def _read(turns: pa.ListArray, judge: Judge) -> int:
    return int(product.readings(turns, judge).num_rows)


def seconds(work: Callable[[], Any]) -> float:
    """The shortest of some runs after a first that does not count; where one takes long it is the only one that does."""
    work()
    taken: list[float] = []
    while len(taken) < REPEATS and sum(taken) < ENOUGH:
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this process, all its threads and its children on one core."""
    allowed = os.sched_getaffinity(0)
    threads = [int(name) for name in os.listdir("/proc/self/task")]
    for thread in threads:
        os.sched_setaffinity(thread, {min(allowed)})
    try:
        yield
    finally:
        for thread in [int(name) for name in os.listdir("/proc/self/task")]:
            os.sched_setaffinity(thread, allowed)
