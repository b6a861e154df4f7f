"""Near vectors by SemHash and by indexes of vectors, in the environment of ``make peers``; imports nothing of the product.

In, on standard input: ``{"file": .npy with vectors of whole numbers, float32 (n, dimensions), of nearly equal length, "cosine":
…, "most": neighbours of a row, "peers": [names], "scratch": folder}``. Out, on standard output: for each of them ``{"seconds":
…, "pairs": .npy file with left and right (2, pairs)}``; making the index counts. One thread each.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import faiss
import hnswlib
import numpy as np
from semhash import SemHash
from usearch.index import Index

Vectors = Any
Pairs = tuple[Any, Any]
SEED = 1


class Ready:
    """An encoder for what was encoded before."""

    def encode(self, inputs: Any, **_: Any) -> Any:
        """Never asked: the vectors are given."""
        raise NotImplementedError


def by_semhash(vectors: Vectors, cosine: float, most: int) -> tuple[float, Pairs]:
    """Its deduplication is timed; its pairs are what its index gives it."""
    records = [f"{number}" for number in range(len(vectors))]
    begun = time.perf_counter()
    made = SemHash.from_embeddings(vectors, records, Ready())
    made.self_deduplicate(cosine)
    seconds = time.perf_counter() - begun
    found = [others for others, _ in made.index.query_threshold(made.index.vectors, threshold=cosine)]
    left = np.repeat(np.arange(len(vectors)), [len(each) for each in found])
    return seconds, (left, np.concatenate(found).astype(np.int64))


def by_faiss(vectors: Vectors, cosine: float, most: int) -> tuple[float, Pairs]:
    """An inverted file, all within reach."""
    faiss.omp_set_num_threads(1)
    begun = time.perf_counter()
    lists = max(round(1.6 * len(vectors) ** 0.5), 1)
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(vectors.shape[1]), vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = SEED
    index.train(vectors)
    index.add(vectors)
    index.nprobe = 8
    bound = cosine * float(np.square(vectors, dtype=np.float64).sum(axis=1).min())
    limits, _, others = index.range_search(vectors, bound)
    left = np.repeat(np.arange(len(vectors)), np.diff(limits.astype(np.int64)))
    return time.perf_counter() - begun, (left, others)


def by_hnswlib(vectors: Vectors, cosine: float, most: int) -> tuple[float, Pairs]:
    """A graph, with a bounded number of neighbours."""
    begun = time.perf_counter()
    index = hnswlib.Index("cosine", vectors.shape[1])
    index.init_index(len(vectors), ef_construction=100, M=16, random_seed=SEED)
    index.add_items(vectors, num_threads=1)
    index.set_ef(max(2 * most, 50))
    others, distances = index.knn_query(vectors, k=most, num_threads=1)
    return time.perf_counter() - begun, _near(others, distances, cosine)


def by_usearch(vectors: Vectors, cosine: float, most: int) -> tuple[float, Pairs]:
    """A graph, with a bounded number of neighbours."""
    begun = time.perf_counter()
    index = Index(ndim=vectors.shape[1], metric="cos", dtype="f32", connectivity=16, expansion_add=100, expansion_search=2 * most)
    index.add(np.arange(len(vectors)), vectors, threads=1)
    found = index.search(vectors, most, threads=1)
    return time.perf_counter() - begun, _near(found.keys, found.distances, cosine)


def _near(others: Any, distances: Any, cosine: float) -> Pairs:
    near = 1 - distances.ravel() >= cosine
    return np.repeat(np.arange(len(others)), others.shape[1])[near], others.ravel()[near].astype(np.int64)


PEERS: dict[str, Callable[[Vectors, float, int], tuple[float, Pairs]]] = {
    "semhash": by_semhash, "faiss": by_faiss, "hnswlib": by_hnswlib, "usearch": by_usearch,
}  # fmt: skip


def main() -> None:
    """Read, search, write."""
    asked = json.load(sys.stdin)
    vectors = np.load(asked["file"])
    found = {}
    for name in asked["peers"]:
        seconds, pairs = PEERS[name](vectors, asked["cosine"], asked["most"])
        file = Path(asked["scratch"]) / f"{name}.npy"
        np.save(file, np.array(pairs))
        found[name] = {"seconds": seconds, "pairs": str(file)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
