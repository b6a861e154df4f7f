"""The near-duplicate stage from text to clusters: how fast, beside others, and what it finds of what there is."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from figures import Figure, Peer, figure

from pixel_assets.dedup.clusters import cluster_table
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.pairs import Limits, near_duplicate_pairs
from pixel_assets.dedup.signatures import signatures
from pixel_assets.dedup.verify import compared_shingles
from pixel_assets.quality.text import normalise
from truth.dedup.bench import DedupBench, times
from truth.dedup.documents import Documents
from truth.dedup.peers import ask, by_processor, rate

GOALS: Final = {"text-dedup": 40.0, "datatrove": 300.0}
ROWS: Final = {"text-dedup": 100_000, "datatrove": 4_000}
SAMPLE: Final = 4000
THRESHOLD: Final = 0.8
NOTHING: Final = Boilerplate(np.empty(0, np.uint64), 12)
Pair = tuple[int, int]
Shingles = frozenset[tuple[str, ...]]


def section(bench: DedupBench) -> list[Figure]:
    """Rate, each peer, precision of all that was found, and recall on a sample."""
    table = bench.documents.conversations()
    find(table.slice(0, 200))  # compiles
    taken = times(lambda: clusters(table))
    ours = len(table) / taken.seconds
    folder = bench.folder("near")
    rows = {name: min(most, len(table)) for name, most in ROWS.items()}
    request = {"file": str(bench.documents.save(folder)), "scratch": str(folder), "rows": rows}
    answers = ask(bench.peers, "dedup_near.py", request)
    beside = [
        figure(
            f"near-duplicates end to end, beside {name}", ours, "rows/s", len(table), Peer(name, rate(answer)), GOALS[name],
            at_least=True, peer_rows=answer["rows"],
        )
        for name, answer in answers.items()
    ]  # fmt: skip
    return [
        figure("near-duplicates end to end, two threads", ours, "rows/s", len(table)),
        *beside,
        *by_processor("near-duplicates", len(table), taken.cpu_seconds, answers),
        *_accuracy(bench, table),
    ]


def find(table: pa.Table) -> pa.Table:
    """The pairs among conversations."""
    with tempfile.TemporaryDirectory() as scratch:
        return near_duplicate_pairs(
            signatures(table, NOTHING, threads=2),
            lambda rows: compared_shingles(table.take(pa.array(rows)), NOTHING, threads=2),
            Limits(),
            Path(scratch),
        )


def clusters(table: pa.Table) -> pa.Table:
    """The whole stage."""
    return cluster_table(find(table), table["conversation_id"], "near")


def _accuracy(bench: DedupBench, table: pa.Table) -> list[Figure]:
    found = {
        (int(pair["left_id"]), int(pair["right_id"])): pair["jaccard"] for pair in find(table).to_pylist() if pair["duplicate"]
    }
    texts = bench.documents.texts
    sets = {row: _shingles(texts[row].as_py()) for pair in found for row in pair}
    right = sum(_may_merge(sets[one], sets[two]) for one, two in found)
    exact = sum(abs(_jaccard(sets[one], sets[two]) - jaccard) < 1e-9 for (one, two), jaccard in found.items())
    truth = _brute_force(bench.documents)
    return [
        figure("near-duplicates, precision by exact Jaccard", right / len(found), "share", len(found), goal=1.0, at_least=True),
        figure("near-duplicates whose Jaccard is exact", exact / len(found), "share", len(found), goal=1.0, at_least=True),
        figure(
            f"near-duplicates, recall at J >= {THRESHOLD}, brute force", len(truth & found.keys()) / len(truth), "share",
            len(truth), goal=0.99, at_least=True,
        ),
    ]  # fmt: skip


def _brute_force(documents: Documents) -> set[Pair]:
    """All pairs among a sample, and what is made of the same as its first rows, that share a 3-gram and are alike enough."""
    chosen = np.flatnonzero(documents.made_of < SAMPLE // 2)[:SAMPLE]
    sets = {int(row): _shingles(documents.texts[int(row)].as_py()) for row in chosen}
    having: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, members in sets.items():
        for shingle in members:
            having[shingle].append(row)
    sharing = {pair for rows in having.values() if len(rows) > 1 for pair in combinations(sorted(rows), 2)}
    return {pair for pair in sharing if _jaccard(sets[pair[0]], sets[pair[1]]) >= THRESHOLD}


def _shingles(text: str) -> Shingles:
    words = normalise(text).form.split()
    return frozenset(tuple(words[at : at + 3]) for at in range(max(len(words) - 2, 1)))


def _jaccard(one: Shingles, two: Shingles) -> float:
    return len(one & two) / len(one | two)


def _may_merge(one: Shingles, two: Shingles) -> bool:
    return _jaccard(one, two) >= THRESHOLD or len(one & two) / min(len(one), len(two)) >= Limits().containment
