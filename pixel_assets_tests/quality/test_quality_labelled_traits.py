"""Labelled topics and emotions, and the kinds that stand for their labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.labelled.rows import half
from pixel_assets.quality.labelled.traits import KINDS, OTHER, as_labels, read_emotions, read_topics
from pixel_assets.quality.traits.phrases import load_phrases
from pixel_assets.typed_yaml import read_yaml


def test_a_kind_is_taken_for_a_label_of_its_set_or_for_none() -> None:
    found = as_labels("topic", ["sad", "counsel_chat", "esconv", "sad", "nowhere"], ["work", "work", "law", "none", "work"])
    assert found == ["work", "workplace-relationships", "job crisis", OTHER, OTHER]


def test_labels_with_the_same_kinds_are_one() -> None:
    assert set(as_labels("topic", ["counsel_chat"] * 2, ["couple", "intimacy"])) == {"relationships"}


@pytest.mark.parametrize("trait", ["topic", "emotion"])
def test_every_kind_that_stands_for_a_label_exists(trait: str) -> None:
    labels = read_yaml(KINDS, dict[str, dict[str, dict[str, list[str]]]]).content[trait]
    named = {kind for by_label in labels.values() for kinds in by_label.values() for kind in kinds}
    assert named <= set(load_phrases().families[trait].kinds)


def test_rows_have_a_known_label_and_groups_are_never_torn(shared_data: Path) -> None:
    for trait, rows in (("topic", read_topics(shared_data)), ("emotion", read_emotions(shared_data))):
        known = read_yaml(KINDS, dict[str, dict[str, dict[str, list[str]]]]).content[trait]
        assert {row.dataset for row in rows} == set(known)
        assert all(row.label in known[row.dataset] and row.turns for row in rows)
        fit, report = half(rows, "fit"), half(rows, "report")
        assert not {(row.dataset, row.group) for row in fit} & {(row.dataset, row.group) for row in report}
