"""The registry: what it accepts, and where it says that a mistake is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.settings import CATEGORIES, REGISTRY_FILE
from pixel_assets.sources.files import list_files
from pixel_assets.sources.registry import Expected, Quality, load_registry

OWN = ["merged_dataset", "consolidated_mental_health", "edge_case_scenarios"]  # dumps without a page of their own
HUB = {
    "Amod/mental_health_counseling_conversations", "EmoCareAI/Psych8k", "samhog/psychology-10k",
    "wesley7137/formatted_annotated_addiction_counseling_csv_SFT",
    "moremilk/CoT_Reasoning_Clinical_Diagnosis_Mental_Health", "moremilk/CoT_Neurodivergent_vs_Neurotypical_Interactions",
    "moremilk/CoT_Heartbreak_and_Breakups", "moremilk/CoT_Reasoning_Mens_Mental_Health",
    "Locutusque/hercules-v6.9", "ChaoticNeutrals/Synthetic-Dark-RP", "UnfilteredAI/dan_remixed",
    "jondurbin/gutenberg-dpo-v0.1", "Gryphe/Sonnet3.5-SlimOrcaDedupCleaned-20k",
}  # fmt: skip

GOOD = """\
# a comment
first:
  path: a/*.csv
  category: reasoning
  title: First
  licence: MIT
second:
  path: [b.json, c.json]
  category: personality
  title: Second
  licence: MIT
  format: messages
  options:
    user_roles: [caller]
    prompt: query
"""


def registry(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_entries_keep_the_order_of_the_file_and_one_pattern_is_a_list_of_one(tmp_path: Path) -> None:
    loaded = load_registry(registry(tmp_path, GOOD))
    assert loaded.names == ("first", "second")
    assert loaded.select("first").path == ("a/*.csv",)
    assert loaded.select("first").tier == 3
    hints = loaded.select("second").hints()
    assert (hints.name, hints.category, hints.format) == ("second", "personality", "messages")
    assert (hints.options.user_roles, hints.options.prompt) == (("caller",), ("query",))


def test_an_unknown_name_is_answered_with_close_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="first"):
        load_registry(registry(tmp_path, GOOD)).select("frist")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("  title: First", "  titel: First", 5, "unknown key 'titel'; close names: title"),
        ("second:", "first:", 7, "used twice"),
        ("category: reasoning", "category: resoning", 4, "category"),
        ("format: messages", "format: mesages", 12, "close names: messages"),
        ("    prompt: query", "    promt: query", 13, "unknown option 'promt'"),
        ("path: a/*.csv", "path: ../a.csv", 3, "not a relative path"),
        ("path: a/*.csv", "path: /etc/passwd", 3, "not a relative path"),
        ("path: a/*.csv", "path: []", 3, "path"),
        ("  licence: MIT\nsecond", "  title: Again\n  licence: MIT\nsecond", 6, "given twice"),
        ("first:", "First Source:", 2, "lower-case"),
        ("  category: reasoning", "  category: [", 4, "not valid YAML"),
        ("  title: First\n", "", 2, "title"),
        ("  path: a/*.csv\n", "", 2, "path: a source has one of path, hub, recordings and playlist; none is given"),
        ("  category: reasoning", "  hub: {dataset: o/n}\n  category: reasoning", 3, "path and hub are given"),
        ("  licence: MIT", "  licence: MIT\n  constraints: [free]", 7, "constraints.0: Input should be 'attribution'"),
        ("  licence: MIT", "  licence: MIT\n  constraints: [gated, gated]", 7, "given twice"),
        ("  licence: MIT", "  licence: MIT\n  expected:\n    records: 0", 8, "expected.records: Input should be greater"),
        ("  licence: MIT", "  licence: MIT\n  expected:\n    rows: 1", 8, "unknown key 'rows'; close names: records"),
        ("  licence: MIT", "  licence: MIT\n  expected:\n    records: 1\n    records: 2", 9, "'expected.records' is given twice"),
        ("  licence: MIT", "  licence: MIT\n  quality: {turns: [4, 2]}", 7, "[4.0, 2.0] is not a range"),
        ("  licence: MIT", "  licence: MIT\n  file_labels: run", 7, "the expression names no label"),
        ("  licence: MIT", "  licence: MIT\n  file_labels: (?P<run>", 7, "not a regular expression"),
        ("  path: a/*.csv", "  hub:\n    dataset: o/n\n    revision: main", 5, "hub.revision"),
        ("  path: a/*.csv", "  hub:\n    dataset: name", 4, "hub.dataset"),
        ("  path: a/*.csv", "  hub:\n    datasets: o/n", 4, "unknown key 'datasets'; close names: dataset"),
        ("  path: a/*.csv", "  hub: o/n", 3, "hub: "),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    file = registry(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SettingsError) as caught:
        load_registry(file)
    assert f"{file}, line {line}" in caught.value.where
    assert says in caught.value.what


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_a_registry_without_entries_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="holds no sources"):
        load_registry(registry(tmp_path, text))


def test_a_missing_registry_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_registry(tmp_path / "absent.yaml")


def test_the_shipped_registry_is_valid_and_says_where_each_source_comes_from() -> None:
    shipped = load_registry(REGISTRY_FILE)
    assert [source.name for source in shipped if not source.url] == OWN
    assert {source.category for source in shipped} == set(CATEGORIES)
    assert {source.hub.dataset for source in shipped if source.hub} == HUB


def test_what_is_not_licensed_in_so_many_words_says_what_constrains_it() -> None:
    shipped = load_registry(REGISTRY_FILE)
    free = {"CC0-1.0", "LicenseRef-public-domain"}
    assert [source.name for source in shipped if not source.constraints and source.licence not in free] == []
    unread = {"LicenseRef-unverified", "LicenseRef-unstated", "LicenseRef-internal", "LicenseRef-publicly-available"}
    assert [source.name for source in shipped if source.licence in unread and "unstated" not in source.constraints] == []
    marks = {"-NC": "non_commercial", "-ND": "no_derivatives", "-SA": "share_alike", "GPL": "share_alike"}
    for mark, constraint in marks.items():
        assert [source.name for source in shipped if mark in source.licence and constraint not in source.constraints] == []


def test_every_shared_file_belongs_to_one_shipped_source(shared_data: Path) -> None:
    local = load_registry(REGISTRY_FILE).narrowed((), ("hub", *OWN))
    found = Counter(file.name for source in local for file in list_files(source, shared_data))
    there = {path.relative_to(shared_data).as_posix() for path in shared_data.rglob("*") if path.is_file()}
    assert there - set(found) == {"README.md"}
    assert [name for name, sources in found.items() if sources > 1] == []


def test_the_labels_of_file_names_are_found_in_every_file(shared_data: Path) -> None:
    for source in load_registry(REGISTRY_FILE).narrowed((), ("hub", *OWN)):
        if source.file_labels and source.name != "plagiarism":  # which has a table beside its texts
            names = [file.name for file in list_files(source, shared_data)]
            assert [name for name in names if not re.search(source.file_labels, name)] == []


MANY = """\
alpha: {path: a, category: voice, title: A, licence: MIT}
alpine: {hub: {dataset: o/n}, category: reasoning, title: A, licence: MIT}
beta: {path: b, category: reasoning, title: B, licence: MIT}
"""


@pytest.mark.parametrize(
    ("only", "skip", "left"),
    [
        ((), (), ["alpha", "alpine", "beta"]),
        (("beta", "alpha"), (), ["alpha", "beta"]),
        (("al*",), (), ["alpha", "alpine"]),
        ((), ("hub",), ["alpha", "beta"]),
        (("hub",), (), ["alpine"]),
        (("local",), ("b*",), ["alpha"]),
        (("category:reasoning",), ("hub",), ["beta"]),
        (("alpha", "category:reasoning"), (), ["alpha", "alpine", "beta"]),
    ],
)
def test_sources_are_narrowed_by_names_places_and_categories(
    tmp_path: Path, only: tuple[str, ...], skip: tuple[str, ...], left: list[str]
) -> None:
    assert list(load_registry(registry(tmp_path, MANY)).narrowed(only, skip).names) == left


def test_hub_may_be_skipped_where_nothing_is_of_the_hub(tmp_path: Path) -> None:
    assert load_registry(registry(tmp_path, GOOD)).narrowed((), ("hub",)).names == ("first", "second")


@pytest.mark.parametrize(
    ("only", "skip", "says"),
    [
        (("alpah",), (), "PIXEL_SOURCES_ONLY.*'alpah' names no source.*Close names: alpha"),
        ((), ("gamma*",), "PIXEL_SOURCES_SKIP"),
        (("category:voices",), (), "Close names: category:voice"),
        (("category:psychology",), (), "names no source"),
        (("hub",), ("al*",), "none of 3 sources is left"),
    ],
)
def test_a_word_that_names_nothing_is_an_error_with_close_names(
    tmp_path: Path, only: tuple[str, ...], skip: tuple[str, ...], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        load_registry(registry(tmp_path, MANY)).narrowed(only, skip)


def test_the_profile_has_defaults_that_judge_little(tmp_path: Path) -> None:
    first = load_registry(registry(tmp_path, GOOD)).select("first")
    assert (first.expected, first.quality) == (Expected(records=None, bytes=None, tolerance=0.1), Quality(max_rejected=0.5))
    assert (first.constraints, first.hints().file_labels) == ((), None)


def test_a_source_that_is_left_out_is_told_from_one_that_does_not_exist(tmp_path: Path) -> None:
    narrowed = load_registry(registry(tmp_path, MANY)).narrowed((), ("alpha",))
    with pytest.raises(UsageError, match="'alpha' is left out"):
        narrowed.select("alpha")
    with pytest.raises(UsageError, match="no source is called 'alfa'"):
        narrowed.select("alfa")
