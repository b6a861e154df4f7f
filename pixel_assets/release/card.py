"""The card of an exported dataset: front matter by which Hugging Face finds its splits, and whose work is in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from pixel_assets.release.blocks import SPLITS

# SPDX identifiers that Hugging Face knows in the front matter, where it wants them in small letters.
_KNOWN_LICENCES: Final = frozenset(
    {
        "Apache-2.0", "MIT", "CC0-1.0", "BSD-3-Clause", "AGPL-3.0",
        "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "CC-BY-ND-4.0",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Credit:
    """A source that is part of the export, and what its authors ask for."""

    source: str
    title: str
    licence: str
    constraints: tuple[str, ...]
    url: str | None
    citation: str | None
    conversations: int


def write_card(
    file: Path, counts: Mapping[str, int], info: Mapping[str, Any], credits: Sequence[Credit] = (),
    categories: Collection[tuple[str, str]] = (),
) -> Path:  # fmt: skip
    """Write the card ``file`` for the Parquet files in the folder ``data`` beside it, and return its path.

    Takes and raises what :func:`front_matter` does. ``credits`` become a table as well.
    """
    front = front_matter(counts, info, credits, categories)
    table = "".join(f"| {name} | {counts[name]} |\n" for name in SPLITS if counts.get(name, 0))
    title = info.get("pretty_name", "Conversations")
    text = f"---\n{front}---\n\n# {title}\n\n| split | conversations |\n|---|---|\n{table}{_sources(credits)}"
    file.write_text(text, encoding="utf-8", newline="")
    return file


def front_matter(
    counts: Mapping[str, int], info: Mapping[str, Any], credits: Sequence[Credit] = (),
    categories: Collection[tuple[str, str]] = (),
) -> str:  # fmt: skip
    """What stands before the text of a card, as YAML.

    ``info`` is further front matter (``pretty_name``, ``language`` …). ``credits`` give ``license``: their licence where they all
    have the same one that the hub knows, else ``other``. Splits without rows are not listed, as they have no files; each category
    that is in ``categories`` (split, category) gets a configuration of its own beside the default one. Raises ``ValueError``
    where ``info`` brings ``configs`` of its own.
    """
    if "configs" in info:
        raise ValueError("info: configs are written from the splits (expected none)")
    present = [split for split in SPLITS if counts.get(split, 0)]
    configs = [
        {
            "config_name": "default",
            "data_files": [{"split": name, "path": f"data/{name}-*.parquet"} for name in present],
        }
    ]
    for category in sorted({category for _, category in categories}):
        held = [name for name in present if (name, category) in categories]
        paths = [{"split": name, "path": f"data/{name}-{category}-*.parquet"} for name in held]
        configs.append({"config_name": category, "data_files": paths})
    licence = {"license": _front_licence(credits)} if credits else {}
    return str(yaml.safe_dump({**licence, **info, "configs": configs}, sort_keys=True, allow_unicode=True, width=1000))


def _front_licence(credits: Sequence[Credit]) -> str:
    licences = {credit.licence for credit in credits}
    return licences.pop().lower() if len(licences) == 1 and licences <= _KNOWN_LICENCES else "other"


def _sources(credits: Sequence[Credit]) -> str:
    if not credits:
        return ""
    head = "\n## Sources\n\n| source | conversations | licence | what it asks for | cite as |\n|---|---|---|---|---|\n"
    return head + "".join(map(_row, credits))


def _row(credit: Credit) -> str:
    name = f"[{_cell(credit.title)}]({credit.url})" if credit.url else _cell(credit.title)
    asks = ", ".join(constraint.replace("_", " ") for constraint in credit.constraints)
    cite = _cell(credit.citation or "")
    return f"| {name} (`{credit.source}`) | {credit.conversations} | {credit.licence} | {asks} | {cite} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
