"""Checks of corpus and traits, each on a table that is right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.conversation.corpus import PARTS

from .tables import Rows, find, judge

TURNS = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello, what brings you?"}]
CORPUS: Rows = [{"conversation_id": name, "turns": TURNS, "copies": copies} for name, copies in (("a", 1), ("b", 2))]
PLACES: Rows = [{"conversation_id": name, "file": "f", "rows": [row]} for name, row in (("a", 1), ("b", 2), ("b", 3))]
TRAITS: Rows = [{"conversation_id": name} for name in ("a", "b")]


def passes(folder: Path, name: str, rows: Rows, asset: str = "corpus", **others: Rows) -> bool:
    return judge(folder, find(asset, name), {asset: rows, **others}).passed


def test_not_empty(tmp_path: Path) -> None:
    assert passes(tmp_path, "not_empty", CORPUS)
    assert not passes(tmp_path / "none", "not_empty", [])


def test_unique_key(tmp_path: Path) -> None:
    assert passes(tmp_path, "unique_key", CORPUS)
    assert not passes(tmp_path / "twice", "unique_key", [*CORPUS, CORPUS[0]])
    assert not passes(tmp_path / "other", "unique_key", [*CORPUS, CORPUS[0] | {"copies": 9}])


def conserved(folder: Path, corpus: Rows, **parts: Rows) -> bool:
    return passes(folder, "conservation", corpus, **{name: parts.get(name, []) for name in PARTS})


def test_conservation_counts_copies(tmp_path: Path) -> None:
    assert conserved(tmp_path, CORPUS, conversations=PLACES)
    assert conserved(tmp_path / "none", [])
    assert not conserved(tmp_path / "lost", CORPUS[:1], conversations=PLACES)
    assert not conserved(tmp_path / "more", CORPUS, conversations=PLACES[:2])
    assert not conserved(tmp_path / "miscounted", [CORPUS[0], CORPUS[1] | {"copies": 1}], conversations=PLACES)


@pytest.mark.parametrize("part", PARTS)
def test_conservation_counts_what_each_part_gave(tmp_path: Path, part: str) -> None:
    rows: Rows = [{"conversation_id": "a", "scenario_id": "s", "file": "f", "rows": [1]}]
    assert conserved(tmp_path, CORPUS[:1], **{part: rows})
    assert not conserved(tmp_path / "lost", [], **{part: rows})


@pytest.mark.parametrize(
    "turns",
    [
        [{"role": "user", "content": "Hello"}],
        [{"role": "assistant", "content": "Hello"}],
        [{"role": "system", "content": "Be kind"}],
        [*TURNS, {"role": "therapist", "content": "Hello"}],
        [],
    ],
)
def test_standard_form_fails_without_both_speakers_or_with_an_unknown_role(tmp_path: Path, turns: list[dict[str, str]]) -> None:
    assert passes(tmp_path, "standard_form", CORPUS)
    assert not passes(tmp_path / "broken", "standard_form", [*CORPUS, {"conversation_id": "c", "turns": turns}])


def test_sources_complete_names_what_is_missing(tmp_path: Path) -> None:
    check = find("corpus", "sources_complete")
    assert judge(tmp_path, check, {"corpus": CORPUS}).passed
    lacking = judge(tmp_path, check, {"corpus": CORPUS}, missing=("call_notes", "characters"))
    assert not lacking.passed
    assert "call_notes, characters" in lacking.description
    assert not check.blocking


def test_traits_complete(tmp_path: Path) -> None:
    name, asset = "traits_complete", "conversation_traits"
    assert passes(tmp_path, name, TRAITS, asset, redacted_corpus=CORPUS)
    assert not passes(tmp_path / "lacking", name, TRAITS[:1], asset, redacted_corpus=CORPUS)
    assert not passes(tmp_path / "more", name, [*TRAITS, {"conversation_id": "c"}], asset, redacted_corpus=CORPUS)
    assert not passes(tmp_path / "other", name, [TRAITS[0], {"conversation_id": "c"}], asset, redacted_corpus=CORPUS)
