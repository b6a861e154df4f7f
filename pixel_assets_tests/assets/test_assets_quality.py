"""The assets of quality: each step reads its own settings, and the model is fitted on the labelled sources that are there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.assets.scores import (
    _LABELLED as LABELLED,
)
from pixel_assets.assets.scores import CLINICAL_FINDINGS_STEP, QUALITY_MODEL_STEP, QUALITY_READINGS_STEP, QUALITY_SCORES_STEP
from pixel_assets.assets.selection import DECISIONS_STEP
from pixel_assets.assets.sources import RAW_RECORDS_STEP
from pixel_assets.build.graph import Graph
from pixel_assets.quality.model import ABOUT, QualityModel
from pixel_assets.settings import REGISTRY_FILE
from pixel_assets.sources.registry import load_registry

from ..end_to_end.tiny import Tiny, bring_up
from ..quality.made_up_sets import write_sets

FILES = {
    "annomi": "annomi/AnnoMI-simple.csv", "annomi_annotators": "annomi/AnnoMI-full.csv", "epitome": "epitome/*.csv",
    "esconv": "esconv/esc-valid.txt", "esconv_failed": "esconv/FailedESConv.json",
    "counsel_chat_2020": "counsel_chat/20200325_counsel_chat.csv", "empathetic_dialogues": "empathetic_dialogues/*.csv",
    "mentalchat16k": "mentalchat16k/instructions_with_topics.jsonl", "capybara": "sft_formats/capybara_test.parquet",
}  # fmt: skip


@pytest.mark.parametrize(
    ("step", "settings"),
    [
        (QUALITY_MODEL_STEP, ("quality",)),
        (QUALITY_READINGS_STEP, ("quality",)),
        (CLINICAL_FINDINGS_STEP, ()),
        (QUALITY_SCORES_STEP, ("scores",)),
        (DECISIONS_STEP, ("decisions", "thresholds", "merging", "representatives", "licences")),
    ],
)
def test_a_threshold_is_read_by_decisions_alone_and_weights_by_the_scores(step: Any, settings: tuple[str, ...]) -> None:
    assert step.settings == settings


def test_labelled_sources_are_those_of_the_registry_with_the_files_that_are_read() -> None:
    assert FILES.keys() == LABELLED
    registry = load_registry(REGISTRY_FILE)
    paths = {source.name: ",".join(source.path) for source in registry if source.name in LABELLED}
    assert paths == FILES


class Labelled(Tiny):
    """A project whose sources are made-up labelled sets."""

    def write(self) -> Labelled:
        write_sets(self.sources)
        rows = (f"{name}: {{path: {path}, category: mental_health, title: T, licence: MIT}}" for name, path in FILES.items())
        (self.sources / "sources.yaml").write_text("\n".join(rows))
        lines = (f'[{stage}]\n{name} = "{value}"\n' for stage, values in self.settings.items() for name, value in values.items())
        (self.root / "pixel.toml").write_text("".join(lines))
        return self


@pytest.mark.parametrize(("model", "heads"), [("fitted", True), ("none", False)])
def test_the_model_is_fitted_on_the_sources_or_left_out(tmp_path: Path, model: str, heads: bool) -> None:
    labelled = Labelled(tmp_path, settings={"quality": {"model": model}}).write()
    project = labelled.project(Graph(GRAPH.externals, (RAW_RECORDS_STEP, QUALITY_MODEL_STEP)))
    assert bring_up(project).errors == {}
    table = project.table("quality_model").read()
    assert bool(table.num_rows) == heads
    if heads:
        assert QualityModel.of(table).tiers.keys() == {"static"}
        told = {row["name"]: json.loads(row["note"]) for row in table.to_pylist() if row["tier"] == ABOUT}
        assert told["half"] == "all"
        assert told["static"]["empathy"]["replies"] > 0
