"""The minimal card of an exported dataset: the front matter by which Hugging Face finds its splits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pixel_assets.release.blocks import SPLITS


def write_card(file: Path, counts: Mapping[str, int], info: Mapping[str, Any]) -> Path:
    """Write the card ``file`` for the Parquet files in the folder ``data`` beside it, and return its path.

    ``info`` is further front matter (``pretty_name``, ``license``, ``language`` …). Splits without rows
    are not listed, as they have no files. Raises ``ValueError`` where ``info`` brings ``configs`` of its own.
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
    front = yaml.safe_dump({**info, "configs": configs}, sort_keys=True, allow_unicode=True, width=1000)
    title = info.get("pretty_name", "Conversations")
    table = "".join(f"| {name} | {counts[name]} |\n" for name in present)
    text = f"---\n{front}---\n\n# {title}\n\n| split | conversations |\n|---|---|\n{table}"
    file.write_text(text, encoding="utf-8", newline="")
    return file
