"""Near-duplicates by text-dedup and datatrove, in the environment of ``make peers``: this file imports nothing of the product.

In, on standard input: ``{"file": Parquet with the columns id and text, "scratch": folder, "rows": {"text-dedup": …, "datatrove":
…}}``. Out, on standard output: for each of them ``{"seconds": …, "cpu_seconds": …, "rows": …, "kept": …}``. Word 3-grams, 128
permutations in 16 bands of 8, threshold 0.8. text-dedup is timed as its command, for it has no other door; datatrove stage by
stage within one process, without what it takes to start.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig

BANDS, ROWS = 16, 8


def by_text_dedup(file: Path, rows: int, scratch: Path) -> tuple[float, int]:
    """Its command on a folder with one file; the seconds that it takes in all."""
    folder = scratch / "texts"
    folder.mkdir()
    pq.write_table(pq.read_table(file).slice(0, rows), folder / "train.parquet")
    options = {
        "path": folder, "split": "train", "column": "text", "output": scratch / "out", "cache_dir": scratch / "cache", "ngram": 3,
        "min_length": 0, "num_perm": BANDS * ROWS, "threshold": 0.8, "b": BANDS, "r": ROWS, "num_proc": 2, "batch_size": 1000,
    }  # fmt: skip
    command = [sys.executable, "-m", "text_dedup.minhash", *(f"--{name}={value}" for name, value in options.items())]
    variables = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    begun = time.perf_counter()
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"text-dedup failed: {done.stderr[-1500:]}")
    from datasets import load_from_disk

    return seconds, len(load_from_disk(str(scratch / "out")))


def by_datatrove(file: Path, rows: int, scratch: Path) -> tuple[float, int]:
    """Its four stages, one after the other."""
    table = pq.read_table(file).slice(0, rows)
    read = zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)
    documents = [Document(text=text, id=str(id_)) for id_, text in read]
    config = MinhashConfig(n_grams=3, num_buckets=BANDS, hashes_per_bucket=ROWS)
    signatures, buckets, removed = (str(scratch / name) for name in ("signatures", "buckets", "removed"))
    begun = time.perf_counter()
    MinhashDedupSignature(output_folder=signatures, config=config).run(iter(documents), 0, 1)
    for bucket in range(BANDS):
        MinhashDedupBuckets(input_folder=signatures, output_folder=buckets, config=config).run(None, bucket, BANDS)
    MinhashDedupCluster(input_folder=buckets, output_folder=removed, config=config).run(None, 0, 1)
    kept = sum(1 for _ in MinhashDedupFilter(input_folder=removed).run(iter(documents), 0, 1))
    return time.perf_counter() - begun, kept


PEERS: dict[str, Callable[[Path, int, Path], tuple[float, int]]] = {"text-dedup": by_text_dedup, "datatrove": by_datatrove}


def main() -> None:
    """Read, find duplicates, write."""
    asked = json.load(sys.stdin)
    found = {}
    for name, rows in asked["rows"].items():
        scratch = Path(asked["scratch"]) / name
        scratch.mkdir()
        spent = sum(os.times()[:4])  # with those of processes that are started
        seconds, kept = PEERS[name](Path(asked["file"]), rows, scratch)
        cpu_seconds = sum(os.times()[:4]) - spent
        found[name] = {"seconds": seconds, "cpu_seconds": cpu_seconds, "rows": rows, "kept": kept}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
