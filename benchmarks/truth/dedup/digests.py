"""MinHash digests from text: how fast, beside others, and whether they are datasketch's bit for bit."""

from __future__ import annotations

from functools import partial
from typing import Final

import datasketch
import numpy as np
import pyarrow as pa
from figures import Figure, Peer, figure

from pixel_assets.dedup.minhash import PERMUTATIONS, SCHEME, digests_of_texts, shingle_hash
from pixel_assets.quality.text import normalise
from truth.dedup.bench import DedupBench, times
from truth.dedup.peers import ask, by_processor, rate

GOALS: Final = {"daft": 4.0, "rensa": 15.0, "datasketch": 50.0}
ROWS: Final = {"daft": 100_000, "rensa": 20_000, "datasketch": 4_000}
NOTES: Final = {"daft": "its own expression, all threads", "rensa": "shingling in Python", "datasketch": "without shingling"}
COMPARED: Final = 500


def section(bench: DedupBench) -> list[Figure]:
    """Rates on one thread and on two, each peer, and the share of equal digests."""
    texts = bench.documents.texts
    digests_of_texts(texts[:100])  # compiles
    taken = [times(partial(digests_of_texts, texts, threads)) for threads in (1, 2)]
    one, two = (len(texts) / each.seconds for each in taken)
    rows = {name: min(most, len(texts)) for name, most in ROWS.items()}
    answers = ask(bench.peers, "dedup_digests.py", {"file": str(bench.documents.save(bench.folder("digests"))), "rows": rows})
    beside = [
        figure(
            f"digests, two threads, beside {name}", two, "rows/s", len(texts), Peer(f"{name} ({NOTES[name]})", rate(answer)),
            GOALS[name], at_least=True, peer_rows=answer["rows"],
        )
        for name, answer in answers.items()
    ]  # fmt: skip
    return [
        figure("digests, one thread", one, "rows/s", len(texts)),
        figure("digests, two threads", two, "rows/s", len(texts)),
        *beside,
        *by_processor("digests", len(texts), taken[0].cpu_seconds, answers),
        figure("digests equal to datasketch's", _equal(texts[:COMPARED].to_pylist()), "share", COMPARED, goal=1.0, at_least=True),
    ]


def _equal(texts: list[str]) -> float:
    ours = digests_of_texts(pa.array(texts))
    same = 0
    for text, digest in zip(texts, ours, strict=True):
        words = normalise(text).form.split()
        theirs = datasketch.MinHash(num_perm=PERMUTATIONS, hashfunc=shingle_hash, scheme=SCHEME)
        theirs.update_batch([" ".join(words[at : at + 3]).encode() for at in range(max(len(words) - 2, 1))])
        same += np.array_equal(digest, theirs.digest())
    return same / len(texts)
