"""The card: what it says follows from the facts, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import yaml

from pixel_assets.release.card import DATASET_CARD, Step, card, card_table, licences, steps

from .facts import facts

INFO = {"pretty_name": "Pixel", "language": ["en"]}


def section(text: str, name: str) -> str:
    return text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_the_front_matter_is_that_of_the_exports() -> None:
    front = yaml.safe_load(card(facts(), INFO).split("---\n")[1])
    assert front["license"] == "other"
    assert front["configs"][0]["data_files"] == [
        {"split": "train", "path": "data/train-*.parquet"}, {"split": "test", "path": "data/test-*.parquet"}
    ]  # fmt: skip


def test_sources_are_credited_with_what_they_ask_for() -> None:
    assert section(card(facts(), INFO), "Sources").splitlines()[3:5] == [
        "| [The \\| one](https://example.org/1) (`one`) | voice | 1 | CC-BY-4.0 | attribution | One et al., The One |",
        "| The two (`two`) | psychology | 2 | CC-BY-NC-4.0 | attribution, non commercial |  |",
    ]


def test_one_licence_for_research_makes_the_whole_for_research() -> None:
    assert licences(facts()) == (
        "1 of 2 sources may be used for any purpose. For research only: two; so the whole is for research only. "
        "Together they ask for: attribution, non commercial."
    )


def test_a_source_that_may_not_be_released_is_named() -> None:
    found = facts()
    one, two = found.sources
    barred = replace(two, origin=replace(two.origin, verdict="deny", permitted=False))
    assert "NOT to be released: two." in licences(replace(found, sources=(one, barred)))


def test_the_steps_go_down_to_the_mix() -> None:
    assert list(steps(facts())) == [
        Step("length", "too_short", 1, 5), Step("near_duplicates", "near_duplicate", 1, 4), Step("mix", "not_needed", 1, 3)
    ]  # fmt: skip


def test_without_a_contact_the_publisher_is_told_to_name_one() -> None:
    assert "publisher has to name a contact" in section(card(facts(), INFO), "Withdrawal")
    told = section(card(facts(), INFO, "data@example.org"), "Withdrawal")
    assert "writes to data@example.org" in told
    assert "publisher" not in told


def test_it_says_how_much_was_generated_and_what_it_is_not_for() -> None:
    text = card(facts(), INFO)
    assert "1 of them (33.3 %) were generated" in text
    assert "not for clinical use" in section(text, "Limits")
    assert "name 2 (1)" in section(text, "Safety")


def test_files_stand_there_with_their_checksums_and_versions() -> None:
    told = section(card(facts(), INFO), "Files")
    assert f"| `parquet/data/train-00000-of-00001.parquet` | 2 | 20 | `{'1e' * 32}` |" in told
    assert "- `dataset_splits` 5e" in told


def test_equal_facts_give_equal_text() -> None:
    assert card(facts(), INFO) == card(facts(backwards=True), INFO)


def test_the_asset_has_one_row() -> None:
    table = card_table("text", facts(), "")
    assert table.schema.equals(DATASET_CARD)
    assert table.to_pylist() == [{"file": "README.md", "text": "text", "released": 3, "contact": ""}]
