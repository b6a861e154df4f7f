"""How much of planted contamination is found, how often something is found that is none, and how fast.

    python benchmarks/contamination.py
    python benchmarks/contamination.py --json --data FOLDER --rows 50000

Beside every figure stand two plain rules, measured in the same run on the same rows: any common run of 13 words (that of Brown et
al. 2020) and any of 8 words, without a guard against boilerplate. References and most rows are of the labelled sets; what is
planted says ``truth/dedup/contamination_cases.py``. The questions of mqp are those of the half by which no bound was chosen.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from figures import Figure, Peer, figure, show
from truth.dedup.contamination_cases import Cases, planted
from truth.judged import measured

from pixel_assets.dedup.contamination import Limits, Vectors, contamination
from pixel_assets.dedup.overlaps import scan
from pixel_assets.dedup.references import references
from pixel_assets.errors import PixelError
from pixel_assets.labelled.measures import Rows
from pixel_assets.quality.embeddings import embeddings
from pixel_assets.quality.text import normalise
from pixel_assets.vectors.static import StaticVectors

SHARED: Final = Path(__file__).parents[2] / "shared" / "data"
TURN: Final = pa.struct([("role", pa.string()), ("content", pa.string())])
SCHEMA: Final = pa.schema([("conversation_id", pa.string()), ("source", pa.string()), ("turns", pa.list_(TURN))])
RULES: Final = {"any 13 words": 13, "any 8 words": 8}
MADE_WORDS, MADE_VOCABULARY = 150, 20_000
BATCH: Final = 8192
GOALS: Final = {"verbatim": 1.0, "case and punctuation": 1.0, "in a longer chat": 1.0, "in two turns": 1.0, "short prompt": 1.0}

Sides = list[list[str]]


def found_by_us(cases: Cases, known: pa.Table, rows: pa.Table) -> tuple[list[set[int]], list[set[str]]]:
    """For each case the references that it is said to give away, and how."""
    model = StaticVectors.load()
    columns = ["conversation_id", "user"]
    vectors = Vectors(
        embeddings(known, model).select(columns), embeddings(rows, model).select(columns).to_batches(BATCH),
        lambda ids: rows.filter(pc.is_in(rows["conversation_id"], ids)),
    )  # fmt: skip
    told = contamination(known, rows.to_batches(BATCH), rows.num_rows, Limits(), vectors).table
    found: list[set[int]] = [set() for _ in cases.cases]
    ways: list[set[str]] = [set() for _ in cases.cases]
    for each in told.filter(told["contaminated"]).to_pylist():
        found[int(each["conversation_id"])].add(int(each["reference"]))
        ways[int(each["conversation_id"])].add(each["how"])
    return found, ways


def found_by_rule(cases: Cases, length: int) -> list[set[int]]:
    """For each case the references with which it has a run of so many words in common."""
    holders: dict[tuple[str, ...], set[int]] = {}
    for number, chat in enumerate(cases.references):
        for run in _runs([normalise(text).form.split() for text in chat], length):
            holders.setdefault(run, set()).add(number)
    found = []
    for case in cases.cases:
        sides = [normalise(" ".join(case.turns[side::2])).form.split() for side in (0, 1)]
        found.append(set().union(*(holders[run] for run in _runs(sides, length) if run in holders)))
    return found


def _runs(sides: Sides, length: int) -> set[tuple[str, ...]]:
    return {tuple(words[place : place + length]) for words in sides for place in range(len(words) - length + 1)}


def accuracy(cases: Cases) -> list[Figure]:
    """Recall by kind of what gives a reference away, false alarms by kind of what does not, and both in all."""
    known = _table(list(cases.references))
    found, ways = found_by_us(cases, known, _table([case.turns for case in cases.cases]))
    by_rule = {name: found_by_rule(cases, length) for name, length in RULES.items()}
    figures = []
    for kind in dict.fromkeys(case.kind for case in cases.cases):
        places = [place for place, case in enumerate(cases.cases) if case.kind == kind]
        positive = cases.cases[places[0]].reference is not None
        shares = {name: _share(cases, told, places) for name, told in {"": found, **by_rule}.items()}
        how = {way: sum(way in ways[place] for place in places) for way in ("13-gram", "whole", "vectors")}
        hits = np.array([_hit(cases, found, place) for place in places])

        def mean(rows: Rows, hits: npt.NDArray[np.bool_] = hits) -> float:
            return float(hits[rows].mean())

        figures.append(
            measured(
                f"{kind}, {'found' if positive else 'false alarms'}",
                [str(place) for place in places],
                mean,
                goal=GOALS.get(kind) if positive or kind.startswith("mqp") else 0.01,
                at_least=positive,
                beside=Peer("any 13 words", shares["any 13 words"]),
                baselines={name: round(shares[name], 3) for name in RULES},
                how=how,
            )
        )
    made = [place for place, case in enumerate(cases.cases) if not case.kind.startswith("mqp")]
    return figures + _in_all("without mqp", cases, found, by_rule, made)


def _in_all(
    name: str, cases: Cases, found: list[set[int]], by_rule: dict[str, list[set[int]]], places: list[int]
) -> list[Figure]:
    """Precision and recall over the given cases."""
    figures = []
    for measure, goal in (("precision", 0.98), ("recall", 0.9)):
        shares = {rule: _measure(measure, cases, told, places) for rule, told in {"": found, **by_rule}.items()}
        made = figure(f"{measure}, {name}", shares[""], "share", len(places), goal=goal, at_least=True)
        baselines = {rule: round(shares[rule], 3) for rule in RULES}
        figures.append(made | {"peer": "any 13 words", "peer_value": baselines["any 13 words"], "baselines": baselines})
    return figures


def _measure(measure: str, cases: Cases, told: list[set[int]], places: list[int]) -> float:
    """A row that is found by another reference than its own counts as found wrongly."""
    right = sum(_hit(cases, told, place) for place in places if cases.cases[place].reference is not None)
    flagged = sum(bool(told[place]) for place in places)
    positive = sum(cases.cases[place].reference is not None for place in places)
    return right / max(flagged if measure == "precision" else positive, 1)


def _hit(cases: Cases, told: list[set[int]], place: int) -> bool:
    """Whether the right reference was told of a case that has one, or any of one that has none."""
    reference = cases.cases[place].reference
    return bool(told[place]) if reference is None else reference in told[place]


def _share(cases: Cases, told: list[set[int]], places: list[int]) -> float:
    return sum(_hit(cases, told, place) for place in places) / len(places)


def speed(rows: int) -> list[Figure]:
    """Conversations of 150 made-up words, looked through for an eighth as many references, on one core."""
    known = references(_made(max(rows // 8, 1), 1), Limits().templates)
    batches = _made(rows, 2).to_batches(BATCH)
    scan(known, batches[:1], rows)  # compiles
    begun = time.perf_counter()
    scan(known, batches, Limits().most(rows))
    rate = rows / (time.perf_counter() - begun)
    return [figure("conversations looked through for runs of words", rate, "rows/s", rows, goal=50_000, at_least=True)]


def _made(rows: int, seed: int) -> pa.Table:
    words = np.array([f"word{number}" for number in range(MADE_VOCABULARY)])
    drawn = words[np.random.default_rng(seed).zipf(1.3, (rows, MADE_WORDS)) % MADE_VOCABULARY]
    half = MADE_WORDS // 2
    return _table([(" ".join(each[:half]), " ".join(each[half:])) for each in drawn])


def _table(chats: list[Any]) -> pa.Table:
    """Chats as conversations whose ids are their places."""
    turns = [[{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(chat) if text] for chat in chats]
    ids = list(map(str, range(len(chats))))
    return pa.table([ids, ["planted"] * len(chats), turns], SCHEMA)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the labelled sets")
    parser.add_argument("--rows", type=int, default=40_000, help="made-up conversations that speed is measured on")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    try:
        figures = accuracy(planted(options.data)) + speed(options.rows)
    except PixelError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    show(figures, as_json=options.json, details=("baselines", "how"))
    raise SystemExit(0 if all(each["met"] is not False for each in figures) else 1)


if __name__ == "__main__":
    main()
