"""Make a corpus of any size. Everything in it is invented, and the same arguments give the same bytes.

    python benchmarks/make_corpus.py FOLDER --rows 608458                  # one file a category, all of them sound
    python benchmarks/make_corpus.py FOLDER --change 0.01                  # edit that share of its rows, anywhere
    python benchmarks/make_corpus.py FOLDER --rows 608458 --planted        # one file, and the truth beside it
    python benchmarks/make_corpus.py FOLDER --rows 608458 --mixed          # the same with records of many shapes
    python benchmarks/make_corpus.py FOLDER --planted --rate near_duplicate=0.1 --rate malformed=0

The files by category are put together from the sentences of the shipped sample. The planted corpus, merged_dataset.jsonl,
is a walk over their words, as long as counselling dialogues are; truth.parquet says what was planted in which row:
duplicates (exact, in spelling, near at a measured similarity, chained), shared forms and system prompts, identifiers,
statements of a crisis, what only looks like them, other languages, and malformed rows with the reason to reject them.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

import orjson
import yaml
from planted.chats import sample_sentences
from planted.corpus import Recipe, write_corpus
from planted.plan import Rates

from pixel_assets.settings import CATEGORIES, MixSettings

SEED = 20_261_122
MOST_PROCESSES = 2  # more of them wait for the one that writes


def record(random_: random.Random, pool: list[str], number: int) -> bytes:
    """One conversation of two to six turns as a line of JSON."""
    messages = []
    for turn in range(2 * random_.choices((1, 2, 3), (5, 3, 1))[0]):
        said = " ".join(random_.choices(pool, k=random_.randint(2, 6)))
        if turn == 0:
            said = f"{said} I have read {number % 997 + 2} pages on it, and this is line {number} of my notebook."
        messages.append({"role": "assistant" if turn % 2 else "user", "content": said})
    return orjson.dumps({"messages": messages})


def make(folder: Path, rows: int) -> None:
    """Write one file a category, in the ratios of the mix, and the registry beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    random_, pool = random.Random(SEED), sample_sentences()
    ratios = MixSettings().ratios
    start = 0
    entries = {}
    for i, category in enumerate(CATEGORIES):
        count = rows - start if i == len(CATEGORIES) - 1 else round(rows * ratios[category])
        with (folder / f"{category}.jsonl").open("wb") as file:
            file.writelines(record(random_, pool, number) + b"\n" for number in range(start, start + count))
        entries[f"made_up_{category}"] = {
            "path": f"{category}.jsonl",
            "category": category,
            "title": f"Made-up {category} conversations",
            "licence": "Apache-2.0",
        }
        start += count
    (folder / "sources.yaml").write_text(yaml.safe_dump(entries, sort_keys=False))


def change(folder: Path, share: float, seed: int = SEED + 1) -> int:
    """Replace a share of the records of every file by new ones, spread evenly by chance; gives their number."""
    random_, pool, changed = random.Random(seed), sample_sentences(), 0
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        for at in random_.sample(range(len(lines)), round(len(lines) * share)):
            lines[at] = record(random_, pool, seed * 1000 + at)
            changed += 1
        path.write_bytes(b"\n".join(lines) + b"\n")
    return changed


def make_planted(folder: Path, recipe: Recipe) -> None:
    """Write the corpus with planted truth, and say on standard error how far it is."""
    started = time.perf_counter()

    def progress(done: int, rows: int) -> None:
        rate = done / (time.perf_counter() - started)
        print(f"\r{done:,} of {rows:,} records, {rate:,.0f} a second", end="", file=sys.stderr, flush=True)

    write_corpus(folder, recipe, min(MOST_PROCESSES, os.cpu_count() or 1), progress)
    print(file=sys.stderr)


def rates(given: list[str]) -> Rates:
    """Rates from options such as ``near_duplicate=0.1``."""
    try:
        return Rates(**{name: float(share) for name, _, share in (option.partition("=") for option in given)})
    except (TypeError, ValueError) as error:
        raise SystemExit(f"--rate: {error}; rates are {', '.join(vars(Rates()))}") from None


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--change", type=float, help="share of the rows of an existing corpus to replace")
    parser.add_argument("--planted", action="store_true", help="one file, with planted truth beside it")
    parser.add_argument("--mixed", action="store_true", help="planted, with records of many shapes")
    parser.add_argument("--rate", action="append", default=[], metavar="KIND=SHARE", help="share of the rows with a plant")
    parser.add_argument("--seed", type=int, default=SEED, help="of the planted corpus")
    options = parser.parse_args()
    if options.change is not None:
        print(f"{change(options.folder, options.change):,} records changed")
        return
    if options.planted or options.mixed or options.rate:
        make_planted(options.folder, Recipe(options.rows, rates(options.rate), options.seed, options.mixed))
    else:
        make(options.folder, options.rows)
    print(f"{options.rows:,} records in {options.folder}")


if __name__ == "__main__":
    main()
