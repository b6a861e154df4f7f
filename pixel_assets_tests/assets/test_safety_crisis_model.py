"""The asset of the crisis classifier: it reads the files of the labelled sources in force, and depends on those alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.assets.safety import CRISIS_MODEL_STEP, is_labelled, labelled_files
from pixel_assets.assets.sources import RAW_RECORDS_STEP
from pixel_assets.build.graph import Graph
from pixel_assets.build.plan import make_plan
from pixel_assets.build.step import run_step
from pixel_assets.build.step_run import StepRun
from pixel_assets.errors import SourceError
from pixel_assets.safety.crisis.classifier import CRISIS_MODEL
from pixel_assets.safety.crisis.fit import labelled_rows
from pixel_assets.settings import REGISTRY_FILE
from pixel_assets.sources.files import list_files
from pixel_assets.sources.registry import load_registry

from ..end_to_end.tiny import Tiny, bring_up

FILES = {
    "cssrs_reddit/posts.csv": "User,Post,Label\nu,['x'],Supportive\n",
    "xstest/prompts.csv": "id,prompt\n1,x\n",
    "xstest/notes.md": "Which prompts these are.\n",
    "other/talk.csv": "question,answer\nx,y\n",
}
REGISTRY = """\
cssrs_reddit: {path: cssrs_reddit/posts.csv, category: mental_health, purpose: evaluation, title: T, licence: MIT}
xstest: {path: xstest/*.csv, category: mental_health, purpose: evaluation, title: T, licence: MIT}
other: {path: other/talk.csv, category: psychology, title: T, licence: MIT}
"""


class Labelled(Tiny):
    """A project with two labelled sources and one without labels."""

    def write(self) -> Labelled:
        for name, text in {"sources.yaml": REGISTRY, **FILES}.items():
            file = self.sources / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.write_text(text)
        lines = [
            f"[{stage}]\n{name} = {value!r}\n".replace("'", '"')
            for stage, values in self.settings.items() for name, value in values.items()
        ]  # fmt: skip
        (self.root / "pixel.toml").write_text("".join(lines))
        return self

    def more(self, name: str) -> None:
        """Another record in a file."""
        with (self.sources / name).open("a") as file:
            file.write("2,z\n")


@pytest.fixture
def labelled(tmp_path: Path) -> Labelled:
    return Labelled(tmp_path, settings={"crisis": {"model": "none"}}).write()


class Probe:
    """In place of the fit: what it would find in its folder."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def graph(self) -> Graph:
        def compute(run: StepRun) -> None:
            folder = labelled_files(run)
            files = (path for path in folder.rglob("*") if path.is_file())
            self.seen = {path.relative_to(folder).as_posix(): path.read_text() for path in files}
            run.write(CRISIS_MODEL.empty_table())

        return Graph(GRAPH.externals, (RAW_RECORDS_STEP, replace(CRISIS_MODEL_STEP, compute=compute)))


def test_the_fit_finds_the_files_of_labelled_sources_and_no_others(labelled: Labelled) -> None:
    probe = Probe()
    assert bring_up(labelled.project(probe.graph())).errors == {}
    assert probe.seen == {name: FILES[name] for name in ("cssrs_reddit/posts.csv", "xstest/prompts.csv")}


def test_a_source_that_is_left_out_is_not_read_though_its_file_is_there(labelled: Labelled) -> None:
    probe = Probe()
    project = labelled.change("sources", skip=["xstest"]).project(probe.graph())
    assert bring_up(project).errors == {}
    assert set(probe.seen) == {"cssrs_reddit/posts.csv"}


def test_a_file_that_changed_after_its_records_were_read_is_not_fitted_on(labelled: Labelled) -> None:
    project = labelled.project(Probe().graph())
    bring_up(project)
    labelled.more("xstest/prompts.csv")
    with pytest.raises(SourceError, match="source xstest: changed since it was read"):
        run_step(labelled.project(Probe().graph()), project.graph.maker["crisis_model"], force=True)


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ("cssrs_reddit/posts.csv", {"raw_records", "crisis_model"}),
        ("xstest/prompts.csv", {"raw_records", "crisis_model"}),
        ("xstest/notes.md", set()),
        ("other/talk.csv", {"raw_records"}),
    ],
)
def test_only_a_changed_file_of_a_labelled_source_makes_the_model_stale(labelled: Labelled, name: str, stale: set[str]) -> None:
    graph = Graph(GRAPH.externals, (RAW_RECORDS_STEP, CRISIS_MODEL_STEP))
    assert bring_up(labelled.project(graph)).errors == {}
    assert make_plan(labelled.project(graph)).stale == ()
    labelled.more(name)
    assert {item.step.name for item in make_plan(labelled.project(graph)).stale} == stale


def test_all_that_the_fit_opens_belongs_to_a_labelled_source_of_the_shipped_registry(tmp_path: Path, shared_data: Path) -> None:
    for source in filter(is_labelled, load_registry(REGISTRY_FILE)):
        for file in list_files(source, shared_data):
            (tmp_path / file.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file.name).symlink_to(file.path)
    assert labelled_rows(tmp_path).num_rows == labelled_rows(shared_data).num_rows


def test_the_cases_and_statements_that_are_fitted_on_are_data_files_of_the_step() -> None:
    declared = CRISIS_MODEL_STEP.data_files
    for folder in ("safety/labelled/hard_cases/", "safety/crisis/data/statements/", "safety/crisis/data/cues/"):
        assert any(file.startswith(folder) for file in declared)
