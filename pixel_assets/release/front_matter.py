"""The front matter of a card, by which the Hugging Face hub knows a dataset and ``datasets.load_dataset`` finds its splits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def front_matter(
    counts: Mapping[str, int], info: Mapping[str, Any], licences: Collection[str] = (),
    categories: Collection[tuple[str, str]] = (),
) -> str:  # fmt: skip
    """What stands before the text of a card, as YAML, for the Parquet files in the folder ``data`` beside it.

    ``info`` is further front matter (``pretty_name``, ``language`` …). ``licences`` of the sources give ``license``: theirs where
    all have the same one that the hub knows, else ``other``. Splits without rows are not listed, as they have no files; each
    category that is in ``categories`` (split, category) gets a configuration of its own beside the default one. Raises
    ``ValueError`` where ``info`` brings ``configs`` of its own.
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
    licence = {"license": _one_licence(set(licences))} if licences else {}
    return str(yaml.safe_dump({**licence, **info, "configs": configs}, sort_keys=True, allow_unicode=True, width=1000))


def _one_licence(licences: set[str]) -> str:
    return licences.pop().lower() if len(licences) == 1 and licences <= _KNOWN_LICENCES else "other"
