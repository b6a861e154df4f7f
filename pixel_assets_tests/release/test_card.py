"""The card: front matter that lists the splits there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.release.card import write_card


def test_the_card_lists_the_splits_that_have_rows(tmp_path: Path) -> None:
    info = {"pretty_name": "Pixel", "license": "apache-2.0", "language": ["en"]}
    card = write_card(tmp_path / "README.md", {"train": 2, "validation": 0, "test": 1}, info)
    assert card.read_text(encoding="utf-8") == (
        "---\n"
        "configs:\n"
        "- config_name: default\n"
        "  data_files:\n"
        "  - path: data/train-*.parquet\n"
        "    split: train\n"
        "  - path: data/test-*.parquet\n"
        "    split: test\n"
        "language:\n"
        "- en\n"
        "license: apache-2.0\n"
        "pretty_name: Pixel\n"
        "---\n"
        "\n"
        "# Pixel\n"
        "\n"
        "| split | conversations |\n"
        "|---|---|\n"
        "| train | 2 |\n"
        "| test | 1 |\n"
    )


def test_configs_of_another_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="configs"):
        write_card(tmp_path / "README.md", {"train": 1}, {"configs": []})
