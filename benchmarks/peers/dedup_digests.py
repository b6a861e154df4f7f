"""MinHash digests by other libraries, in the environment of ``make peers``: this file imports nothing of the product.

In, on standard input: ``{"file": Parquet with the column text, "rows": {"daft": …, "rensa": …, "datasketch": …}}``. Out, on
standard output: for each of them ``{"seconds": …, "cpu_seconds": …, "rows": …}``, the best of some runs. 128 permutations of
word 3-grams; loading is not timed. datasketch gets ready-made shingles, in the scheme whose digests the product's equal.
"""

import json
import os
import sys
import time
from collections.abc import Callable

import daft
import datasketch
import pyarrow.parquet as pq
import rensa

PERMUTATIONS = 128
REPEATS = 3
Times = tuple[float, float]  # seconds by the clock, and of processors


def shingles(text: str) -> list[str]:
    """Runs of three words, split at spaces."""
    words = text.split()
    return [" ".join(words[at : at + 3]) for at in range(max(len(words) - 2, 1))]


def timed(work: Callable[[], object]) -> Times:
    """The shortest of some runs, by either measure."""
    times = []
    for _ in range(REPEATS):
        begun, spent = time.perf_counter(), sum(os.times()[:4])
        work()
        times.append((time.perf_counter() - begun, sum(os.times()[:4]) - spent))
    return min(one for one, _ in times), min(two for _, two in times)


def by_daft(texts: list[str]) -> Times:
    """Daft's own expression, on as many threads as it takes."""
    frame = daft.from_pydict({"text": texts})
    return timed(lambda: frame.select(frame["text"].minhash(num_hashes=PERMUTATIONS, ngram_size=3, seed=1)).collect())


def by_rensa(texts: list[str]) -> Times:
    """One RMinHash a text, shingling included."""

    def work() -> None:
        for text in texts:
            one = rensa.RMinHash(num_perm=PERMUTATIONS, seed=1)
            one.update(shingles(text))
            one.digest()

    return timed(work)


def by_datasketch(texts: list[str]) -> Times:
    """One MinHash a text, of shingles that are there already."""
    ready = [[shingle.encode() for shingle in shingles(text)] for text in texts]

    def work() -> None:
        for each in ready:
            datasketch.MinHash(num_perm=PERMUTATIONS, scheme="affine32").update_batch(each)

    return timed(work)


PEERS: dict[str, Callable[[list[str]], Times]] = {"daft": by_daft, "rensa": by_rensa, "datasketch": by_datasketch}


def main() -> None:
    """Read, hash, write."""
    asked = json.load(sys.stdin)
    texts = pq.read_table(asked["file"], columns=["text"])["text"].to_pylist()
    found = {}
    for name, rows in asked["rows"].items():
        PEERS[name](texts[:100])  # loads what is loaded late
        seconds, cpu_seconds = PEERS[name](texts[:rows])
        found[name] = {"seconds": seconds, "cpu_seconds": cpu_seconds, "rows": min(rows, len(texts))}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
