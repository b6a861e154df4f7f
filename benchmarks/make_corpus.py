"""Make a corpus of any size: JSON Lines of messages, one file a category, realistic in length and language.

    python benchmarks/make_corpus.py FOLDER --rows 608458
    python benchmarks/make_corpus.py FOLDER --change 0.01     # edit that share of the rows, anywhere in the files

Texts are put together from the sentences of the shipped sample, so they are invented, English, and as long
as counselling dialogues are (about 900 bytes a record). The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from pathlib import Path

import orjson
import yaml

from pixel_assets.settings import CATEGORIES, SAMPLE_DIR, MixSettings

SENTENCE = re.compile(r"(?<=[.?!])\s+")
SEED = 20_261_122


def sentences() -> list[str]:
    """Every sentence of the sample's chats, sorted."""
    found: set[str] = set()
    lines = [*(SAMPLE_DIR / "chats.jsonl").read_bytes().splitlines()]
    lines += gzip.decompress((SAMPLE_DIR / "evening_support.jsonl.gz").read_bytes()).splitlines()
    for line in lines:
        for text in re.findall(r'"(?:content|text)":\s*"((?:[^"\\]|\\.)*)"', line.decode()):
            found |= {part for part in SENTENCE.split(text) if part.isascii() and "\\" not in part and len(part) > 25}
    return sorted(found)


def record(random_: random.Random, pool: list[str], number: int) -> bytes:
    """One conversation of two to six turns as a line of JSON."""
    messages = []
    for turn in range(2 * random_.choices((1, 2, 3), (5, 3, 1))[0]):
        said = " ".join(random_.choices(pool, k=random_.randint(2, 6)))
        if turn == 0:
            said = f"{said} It has been {number % 997 + 2} days, and this is the {number}th time that I think of it."
        messages.append({"role": "assistant" if turn % 2 else "user", "content": said})
    return orjson.dumps({"messages": messages})


def make(folder: Path, rows: int) -> None:
    """Write one file a category, in the ratios of the mix, and the registry beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    random_, pool = random.Random(SEED), sentences()
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
    random_, pool, changed = random.Random(seed), sentences(), 0
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_bytes().splitlines()
        for at in random_.sample(range(len(lines)), round(len(lines) * share)):
            lines[at] = record(random_, pool, seed * 1000 + at)
            changed += 1
        path.write_bytes(b"\n".join(lines) + b"\n")
    return changed


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--change", type=float, help="share of the rows of an existing corpus to replace")
    options = parser.parse_args()
    if options.change is not None:
        print(f"{change(options.folder, options.change):,} records changed")
    else:
        make(options.folder, options.rows)
        print(f"{options.rows:,} records in {options.folder}")


if __name__ == "__main__":
    main()
