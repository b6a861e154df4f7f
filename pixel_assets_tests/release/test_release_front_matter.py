"""The front matter of a card: the splits there are, and the licence that all sources share."""

from __future__ import annotations

import pytest
import yaml

from pixel_assets.release.front_matter import front_matter


def test_the_splits_that_have_rows_are_listed() -> None:
    info = {"pretty_name": "Pixel", "license": "apache-2.0", "language": ["en"]}
    assert front_matter({"train": 2, "validation": 0, "test": 1}, info) == (
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
    )


def test_each_category_has_a_configuration_of_the_splits_that_hold_it() -> None:
    front = yaml.safe_load(front_matter({"train": 2, "test": 1}, {}, (), {("train", "voice"), ("train", "a"), ("test", "a")}))
    assert [(one["config_name"], [part["path"] for part in one["data_files"]]) for one in front["configs"]] == [
        ("default", ["data/train-*.parquet", "data/test-*.parquet"]),
        ("a", ["data/train-a-*.parquet", "data/test-a-*.parquet"]),
        ("voice", ["data/train-voice-*.parquet"]),
    ]


@pytest.mark.parametrize(
    ("licences", "front"),
    [
        (["CC-BY-4.0", "CC-BY-4.0"], "cc-by-4.0"),
        (["MIT"], "mit"),
        (["MIT", "CC-BY-4.0"], "other"),
        (["LicenseRef-internal"], "other"),
    ],
)
def test_it_has_the_one_licence_that_all_share(licences: list[str], front: str) -> None:
    assert yaml.safe_load(front_matter({"train": 1}, {"pretty_name": "Pixel"}, licences))["license"] == front


def test_configs_of_another_are_refused() -> None:
    with pytest.raises(ValueError, match="configs"):
        front_matter({"train": 1}, {"configs": []})
