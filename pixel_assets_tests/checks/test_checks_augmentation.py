"""Checks on what is added to the train split: each way in which it could reach over to what is held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.settings import AugmentationSettings, load_settings

from .tables import Rows, find, judge

SPLIT: Rows = [
    {"conversation_id": "t", "split": "train", "group_key": "gt"},
    {"conversation_id": "v", "split": "validation", "group_key": "gv"},
    {"conversation_id": "u", "split": "test", "group_key": "gu"},
]
TRAITS: Rows = [{"conversation_id": name, "text_key": f"x{name}", "group_key": f"g{name}"} for name in "tvuz"]
VARIANT = {"conversation_id": "n", "parent_id": "t", "kind": "paraphrase", "text_key": "xn", "group_key": "gt"}
SCENARIO = {"conversation_id": "z", "parent_id": None, "kind": "crisis", "text_key": "xz", "group_key": "gz"}


def tables(variants: Rows, near: Rows | None = None) -> dict[str, Rows]:
    return {
        "augmented_train": variants, "dataset_splits": SPLIT, "conversation_traits": TRAITS,
        "duplicate_pairs": near or [], "semantic_pairs": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("variants", "near", "wrong"),
    [
        ([VARIANT, SCENARIO], [{"left_id": "t", "right_id": "z"}], {}),
        ([VARIANT | {"parent_id": "v"}], [], {"parent_not_in_train": 1}),
        ([VARIANT | {"parent_id": "nobody"}], [], {"parent_not_in_train": 1}),
        ([VARIANT | {"parent_id": None}], [], {"without_parent": 1}),
        ([VARIANT | {"text_key": "xu"}], [], {"text_held_out": 1}),
        ([VARIANT | {"group_key": "gv"}], [], {"opening_held_out": 1}),
        ([SCENARIO], [{"left_id": "u", "right_id": "z"}], {"duplicate_held_out": 1}),
        ([SCENARIO | {"conversation_id": "t"}], [], {"in_the_mix": 1}),
        ([VARIANT, VARIANT], [], {"twice": 1}),
    ],
)
def test_augmented_train_only(tmp_path: Path, variants: Rows, near: Rows, wrong: dict[str, int]) -> None:
    check = find("augmented_train", "augmented_train_only")
    assert check.blocking
    verdict = judge(tmp_path, check, tables(variants, near))
    assert {name: count for name, count in verdict.measured.items() if count} == wrong
    assert verdict.passed == (not wrong)


def test_augmented_share_says_how_many_of_each_kind_and_which_kind_there_is_none_of(tmp_path: Path) -> None:
    check = find("augmented_train", "augmented_share")
    given = {name: rows for name, rows in tables([VARIANT]).items() if name in ("augmented_train", "dataset_splits")}
    asked = load_settings(augmentation=AugmentationSettings(share=1.0, kinds=("paraphrase", "context")))
    right = judge(tmp_path, check, given, settings=asked)
    assert right.passed
    assert right.description == "1 variants, 100.0% of train (at most 100%); 1 paraphrase; none of kind context"
    assert not judge(tmp_path / "many", check, given).passed
    unasked = load_settings(augmentation=AugmentationSettings(share=1.0, kinds=("context",)))
    assert not judge(tmp_path / "unasked", check, given, settings=unasked).passed
