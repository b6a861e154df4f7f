"""The card: front matter that lists the splits there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.release.card import Credit, write_card


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


def credit(source: str, licence: str, *constraints: str, citation: str | None = None, url: str | None = None) -> Credit:
    return Credit(source, f"The {source} | set", licence, constraints, url, citation, 3)


def test_the_card_credits_the_sources_with_what_their_licences_ask_for(tmp_path: Path) -> None:
    credits = [
        credit("one", "CC-BY-4.0", "attribution", citation="One et al.,\n The One", url="https://example.org/1"),
        credit("two", "CC-BY-NC-4.0", "attribution", "non_commercial"),
    ]
    text = write_card(tmp_path / "README.md", {"train": 6}, {}, credits).read_text(encoding="utf-8")
    assert text.partition("## Sources\n")[2] == (
        "\n"
        "| source | conversations | licence | what it asks for | cite as |\n"
        "|---|---|---|---|---|\n"
        "| [The one \\| set](https://example.org/1) (`one`) | 3 | CC-BY-4.0 | attribution | One et al., The One |\n"
        "| The two \\| set (`two`) | 3 | CC-BY-NC-4.0 | attribution, non commercial |  |\n"
    )


@pytest.mark.parametrize(
    ("licences", "front"),
    [
        (["CC-BY-4.0", "CC-BY-4.0"], "cc-by-4.0"),
        (["MIT"], "mit"),
        (["MIT", "CC-BY-4.0"], "other"),
        (["LicenseRef-internal"], "other"),
    ],
)
def test_the_front_matter_has_the_one_licence_that_all_share(tmp_path: Path, licences: list[str], front: str) -> None:
    credits = [credit(f"s{number}", licence) for number, licence in enumerate(licences)]
    text = write_card(tmp_path / "README.md", {"train": 1}, {"pretty_name": "Pixel"}, credits).read_text(encoding="utf-8")
    assert f"\nlicense: {front}\n" in text


def test_configs_of_another_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="configs"):
        write_card(tmp_path / "README.md", {"train": 1}, {"configs": []})
