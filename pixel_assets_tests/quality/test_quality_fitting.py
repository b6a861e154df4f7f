"""Heads fitted on made-up sets: what is read of them, that they tell apart what is planted, and that a fit can be repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pixel_assets.errors import PixelError
from pixel_assets.quality.fitting.accuracy import fit_accuracy
from pixel_assets.quality.fitting.coherence import learn_columns
from pixel_assets.quality.fitting.fit import fit_model
from pixel_assets.quality.heads.tables import QUALITY_MODEL, rows_of
from pixel_assets.quality.labelled.counselling import read_annomi, read_esconv, read_failed_esconv
from pixel_assets.quality.labelled.dialogues import read_dialogues
from pixel_assets.quality.labelled.empathy import MECHANISMS, read_epitome
from pixel_assets.quality.model import ABOUT, PACKAGED, QualityModel, read_model, write_model


def told(file: Path) -> dict[str, Any]:
    return {row["name"]: json.loads(row["note"]) for row in read_model(file).to_pylist() if row["tier"] == ABOUT}


def test_only_the_half_that_may_be_fitted_on_is_read(fitted_heads: Path, sets: Path) -> None:
    about = told(fitted_heads)
    assert about["half"] == "fit"
    figures = about["static"]
    assert figures["coherence"]["replies"] == sum(row.fit for row in read_dialogues(sets)) < len(read_dialogues(sets))
    assert figures["empathy"]["replies"] == sum(row.fit for row in read_epitome(sets)) < len(read_epitome(sets))
    accuracy = figures["therapeutic_accuracy"]
    assert accuracy["interview"]["conversations"] == sum(row.fit for row in read_annomi(sets))


def test_held_out_rows_are_told_apart_by_what_was_planted(fitted_heads: Path) -> None:
    figures = told(fitted_heads)["static"]
    assert figures["coherence"]["auc"]["shuffled"]["all"] > 0.9
    assert figures["empathy"]["emotional_reactions"]["macro_f1"] > 0.7
    assert figures["therapeutic_accuracy"]["interview"]["auc"] > 0.9
    assert figures["therapeutic_accuracy"]["behaviour"]["macro_f1"] > 0.7


def test_all_heads_are_kept_and_read_again(fitted_heads: Path, tmp_path: Path) -> None:
    model = QualityModel.load(fitted_heads)
    assert list(model.tiers) == ["static"]
    assert list(model.tiers["static"].mechanisms.both) == list(MECHANISMS)
    write_model(model.table(), tmp_path / "again.parquet")
    kept = [row for row in read_model(fitted_heads).to_pylist() if row["tier"] != ABOUT]
    assert read_model(tmp_path / "again.parquet").to_pylist() == kept


def test_the_same_rows_give_the_same_heads(fitted_heads: Path, sets: Path) -> None:
    interviews = [row for row in read_annomi(sets) if row.fit]
    supports = [row for row in [*read_esconv(sets), *read_failed_esconv(sets)] if row.fit]
    columns = learn_columns([row for row in read_dialogues(sets) if row.fit], "static")
    again = fit_accuracy(interviews, supports, "static", columns)
    kept = read_model(fitted_heads).to_pylist()
    for name, head in (("behaviour", again.behaviour), ("interview", again.interview), ("support", again.support)):
        blank = dict.fromkeys(QUALITY_MODEL.names)
        assert [blank | row for row in rows_of(head, "static", name)] == [
            row for row in kept if row["head"] == name and row["name"] != "pooled"
        ]


def test_the_packaged_model_has_both_tiers_and_says_how_it_came_about() -> None:
    assert set(QualityModel.load().tiers) == {"static", "contextual"}
    about = told(PACKAGED)
    assert about["half"] == "all"
    assert about["command"].startswith("python -m pixel_assets.quality.fitting")


def test_a_folder_without_the_sets_is_said(tmp_path: Path) -> None:
    with pytest.raises(PixelError, match=r"."):
        fit_model(tmp_path, ["static"])


def test_a_model_that_is_empty_or_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PixelError, match="is empty"):
        QualityModel.of(QUALITY_MODEL.empty_table())
    pq.write_table(read_model(PACKAGED).select(["tier"]), tmp_path / "other.parquet")
    with pytest.raises(PixelError, match="cannot be read"):
        read_model(tmp_path / "other.parquet")
    with pytest.raises(PixelError, match="cannot be read"):
        read_model(tmp_path / "none.parquet")
