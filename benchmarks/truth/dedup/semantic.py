"""The semantic index: how fast, beside SemHash and other indexes, at what recall against brute force."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
from figures import Figure, Peer, figure
from planted.corpus import CHUNK, Maker, Recipe
from planted.plan import Rates

from pixel_assets.conversation.standard import TURNS
from pixel_assets.dedup.nearest import MOST, Grid, common_part, neighbours, on_grid
from pixel_assets.quality.embeddings import embeddings
from pixel_assets.vectors.static import StaticVectors
from truth.dedup.bench import DedupBench, seconds
from truth.dedup.peers import ask

COSINE: Final = 0.9
SEED: Final = 20_261_123
PEERS: Final = ("semhash", "faiss", "hnswlib", "usearch")
_BLOCK: Final = 2048
Keys = npt.NDArray[np.int64]


def section(bench: DedupBench) -> list[Figure]:
    """Rates, each beside the recall: of the pairs of rows that have at most as many neighbours as an index is asked for."""
    grid = _grid(bench.rows)
    rows = len(grid.norms)
    neighbours(Grid(grid.vectors[:5000], grid.norms[:5000]), COSINE)  # compiles
    begun = time.perf_counter()
    sparse = _brute_force(grid)
    exact = rows / (time.perf_counter() - begun)
    figures: list[Figure] = []
    alone = 0.0
    for threads in (1, 2):
        rate = rows / seconds(partial(neighbours, grid, COSINE, threads=threads))
        name = f"semantic index, {threads} thread{'s' * (threads > 1)}"
        figures.append(figure(name, rate, "rows/s", rows, Peer("brute force by matrices", exact)))
        alone = alone or rate
    found = _recall(*neighbours(grid, COSINE), rows, sparse)
    figures.append(figure(f"semantic index, recall at cosine >= {COSINE}", found, "share", len(sparse), goal=0.99, at_least=True))
    folder = bench.folder("semantic")
    np.save(folder / "vectors.npy", grid.vectors.astype(np.float32))
    request = {"file": str(folder / "vectors.npy"), "cosine": COSINE, "most": MOST, "peers": PEERS, "scratch": str(folder)}
    for name, answer in ask(bench.peers, "dedup_semantic.py", request).items():
        left, right = np.load(answer["pairs"])
        recall, goal = _recall(left, right, rows, sparse), 1.0 if name == "semhash" else None
        peer = Peer(f"{name}, recall {recall:.3f}", rows / answer["seconds"])
        figures.append(
            figure(
                f"semantic index, 1 thread, beside {name}", alone, "rows/s", rows, peer, goal, at_least=True, peer_recall=recall
            )
        )
    return figures


def _grid(rows: int) -> Grid:
    """Vectors of the planted corpus, whose rows are as long as counselling dialogues are."""
    maker = Maker(Recipe(rows, Rates(malformed=0), SEED))
    lines = [line for start in range(0, rows, CHUNK) for line in maker.chunk(start).lines.splitlines()]
    turns = pa.array([orjson.loads(line)["messages"] for line in lines], TURNS)
    table = pa.table({"conversation_id": [f"{number:08d}" for number in range(len(turns))], "turns": turns})
    whole = embeddings(table, StaticVectors.load())["whole"].combine_chunks().drop_null()
    vectors = np.asarray(whole.flatten()).reshape(len(whole), -1)
    return on_grid(vectors, common_part(vectors))


def _brute_force(grid: Grid) -> Keys:
    """The pairs of which both rows are in ``MOST`` at most, as left * rows + right, ascending."""
    vectors, rows = grid.vectors.astype(np.float32), len(grid.norms)
    found = []
    for first in range(0, rows, _BLOCK):
        scores = vectors[first : first + _BLOCK] @ vectors[first:].T
        left, right = np.nonzero(scores >= COSINE * grid.norms[first : first + _BLOCK, None] * grid.norms[None, first:])
        found.append(((left + first) * rows + right + first)[right > left])
    keys = np.concatenate(found)
    counts = np.bincount(keys // rows, minlength=rows) + np.bincount(keys % rows, minlength=rows)
    few = (counts[keys // rows] <= MOST) & (counts[keys % rows] <= MOST)
    sparse: Keys = keys[few]
    return sparse


def _recall(left: Keys, right: Keys, rows: int, sparse: Keys) -> float:
    keys = np.minimum(left, right) * rows + np.maximum(left, right)
    return float(np.isin(sparse, keys).mean()) if len(sparse) else 1.0
