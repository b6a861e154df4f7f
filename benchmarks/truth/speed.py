"""Rows a second of every detector, and of Presidio's default pipeline on the rows that it is compared on.

The clock is that of this process and its peer, one after the other in the same run; loading and compiling are not timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson
from figures import Figure, Peer, figure
from planted.corpus import CHUNK, Maker, Recipe
from planted.plan import Rates

from pixel_assets.safety.content.examine import examine_content
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import undecided
from pixel_assets.safety.hate.detect import detect_hate
from pixel_assets.safety.identifiers.doubts import doubtful
from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.identifiers.identify import identify
from pixel_assets.safety.identifiers.thorough import recogniser
from pixel_assets.safety.turns import Turns
from truth.identifiers import ask_presidio, read_all
from truth.judged import Bench

GOAL: Final = 50
SEED: Final = 20_261_122
REPEATS: Final = 3
ENOUGH: Final = 10  # seconds
FIRST: Final = 50


def _crisis(turns: Turns) -> object:
    """Cues, regressions and reader, as a build runs them."""
    found = detect(turns)
    return CrisisModel.load().highest_scores(turns, found, undecided(turns, found))


DETECTORS: Final[dict[str, Callable[[Turns], object]]] = {
    "identifiers": lambda turns: identify(turns, recogniser("packaged")),
    "identifiers, fast pass alone": identify,
    "crisis": _crisis,
    "crisis, cues alone": detect,
    "hate": detect_hate,
    "content": examine_content,
}


def section(bench: Bench) -> list[Figure]:
    """Labelled rows beside the peer, then a made-up corpus."""
    texts = [row.text for row in bench.reported(read_all(bench.data))]
    lists = [[{"role": "user", "content": text}] for text in texts]
    return [*_labelled(bench, texts, lists), *_corpus(bench.rows)]


def _labelled(bench: Bench, texts: list[str], lists: list[list[dict[str, str]]]) -> list[Figure]:
    theirs = len(texts) / ask_presidio(bench.peers, tuple(texts)).seconds if bench.peers else None
    peer = Peer("presidio default", theirs) if theirs else None
    return [
        figure(
            f"speed, {name}, labelled rows", len(texts) / seconds(DETECTORS[name], lists), "rows/s", len(texts),
            peer, GOAL if peer and name.startswith("identifiers") else None, at_least=True,
        )
        for name in DETECTORS
    ]  # fmt: skip


def seconds(detector: Callable[[Turns], object], lists: Iterable[Any]) -> float:
    """The shortest of some runs, each over new turns, since what was folded once is kept.

    A few rows go before them, so that everything is loaded; where one run takes long it is the only one.
    """
    lists = list(lists)
    detector(Turns.of(lists[:FIRST]))
    taken: list[float] = []
    while len(taken) < REPEATS and sum(taken) < ENOUGH:
        turns = Turns.of(lists)
        begun = time.perf_counter()
        detector(turns)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _corpus(rows: int) -> list[Figure]:
    maker = Maker(Recipe(rows, Rates(malformed=0), SEED))
    lines = [line for start in range(0, rows, CHUNK) for line in maker.chunk(start).lines.splitlines()]
    conversations = [orjson.loads(line)["messages"] for line in lines]
    turns = Turns.of(conversations)
    in_doubt = float(doubtful(turns, find_fast(turns)).mean())
    return [
        figure("speed, turns that the thorough pass reads, made-up corpus", in_doubt, "share", len(turns)),
        *(
            figure(f"speed, {name}, made-up corpus", rows / seconds(detector, conversations), "rows/s", rows, turns=len(turns))
            for name, detector in DETECTORS.items()
        ),
    ]
