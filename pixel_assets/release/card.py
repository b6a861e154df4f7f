"""The card of a dataset: what it is for, whose work is in it, how it was made, its limits, and whom to ask for withdrawal.

It stands in two places. The exports have it with what they are made of; ``dataset_card`` adds how the dataset came to be. What a
card should say follows the template of the Hugging Face hub and datasheets for datasets (Gebru et al. 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import pyarrow as pa

from pixel_assets.release.blocks import SPLITS
from pixel_assets.release.facts import Facts
from pixel_assets.release.front_matter import front_matter
from pixel_assets.release.templates import render, words
from pixel_assets.store.schema import column

TEMPLATE: Final = "card.md.j2"
FILE: Final = "README.md"

DATASET_CARD = pa.schema(
    [
        column("file", pa.string(), "name of the card"),
        column("text", pa.string(), "the card in Markdown, with the front matter that the Hugging Face hub reads"),
        column("released", pa.int64(), "conversations of the splits"),
        column("contact", pa.string(), "where people ask for withdrawal; empty where the settings name nobody"),
    ]
)


class Step(NamedTuple):
    """What a stage took for one reason, and how many conversations were left."""

    stage: str
    reason: str
    rows: int
    left: int


def card(facts: Facts, info: Mapping[str, Any], contact: str = "") -> str:
    """The card in Markdown. ``info`` is front matter as for :func:`pixel_assets.release.front_matter.front_matter`.

    Equal facts give equal text; of what the facts lack nothing is said. Without a ``contact`` the card says that the publisher
    has to name one.
    """
    counts, categories = _present(facts)
    used = [source for source in facts.sources if source.released]
    return render(
        TEMPLATE,
        front=front_matter(counts, info, [source.origin.licence for source in used], categories),
        title=info.get("pretty_name", "Conversations"),
        facts=facts,
        categories=sorted({category for _, category in facts.split_categories}),
        released=sum(split.rows for split in facts.splits),
        generated=facts.generated,
        used=used,
        steps=list(steps(facts)),
        licences=licences(facts),
        contact=contact,
    )


def card_table(text: str, facts: Facts, contact: str) -> pa.Table:
    """The card as its asset, ``DATASET_CARD``: one row."""
    row = {"file": FILE, "text": text, "released": sum(split.rows for split in facts.splits), "contact": contact}
    return pa.Table.from_pylist([row], schema=DATASET_CARD)


def steps(facts: Facts) -> Iterator[Step]:
    """The way from all conversations to the mix, in the order of the stages."""
    left = facts.conversations
    for loss in facts.funnel:
        left -= loss.rows
        yield Step(loss.stage, loss.reason, loss.rows, left)


def licences(facts: Facts) -> str:
    """What the licences of the sources allow and ask for, in a few sentences."""
    used = [source.origin for source in facts.sources if source.released]
    if not used:
        return "No source is part of it."
    by_verdict = {verdict: [one.name for one in used if one.verdict == verdict] for verdict in ("allow", "research-only", "deny")}
    said = [f"{len(by_verdict['allow'])} of {len(used)} sources may be used for any purpose."]
    if by_verdict["research-only"]:
        said.append(f"For research only: {', '.join(by_verdict['research-only'])}; so the whole is for research only.")
    if barred := [one.name for one in used if not one.permitted]:
        said.append(f"NOT to be released: {', '.join(barred)}.")
    asked = sorted({constraint for one in used for constraint in one.constraints})
    said.append(f"Together they ask for: {words(asked)}." if asked else "None of them asks for more than its licence text.")
    return " ".join(said)


def _present(facts: Facts) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """Rows of each split, and the splits and categories, that have Parquet files; by the splits where none is exported."""
    files = [file for file in facts.files if file.format == "parquet" and file.split in SPLITS]
    if not files:
        return {split.name: split.rows for split in facts.splits}, set()
    counts: dict[str, int] = {}
    for file in files:
        counts[file.split] = counts.get(file.split, 0) + file.rows
    named = {(split, category) for split, category in facts.split_categories
             if any(f"/{split}-{category}-" in file.file for file in files)}  # fmt: skip
    return {split: counts[split] for split in SPLITS if split in counts}, named
