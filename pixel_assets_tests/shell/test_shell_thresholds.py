"""``pixel thresholds``: what it foresees is what decisions then do, and it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pixel_assets import cli
from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import Project
from pixel_assets.build.step import run_step
from pixel_assets.errors import UsageError
from pixel_assets.shell.thresholds import Foreseen, Line, foresee, show_foreseen, write_picture

from ..end_to_end.tiny import bring_up, files_of
from ..quality.scored import conversation, scored_project

pytestmark = pytest.mark.usefixtures("no_settings")

ROWS = [
    conversation("a1", score_coherence=0.95, score_overall=0.9),
    conversation("a2", score_coherence=0.6, score_overall=0.9),
    conversation("a3", score_coherence=0.95, score_overall=0.5),
    conversation("a4", score_coherence=0.1, score_overall=0.1, words=2),  # falls for its length
    conversation("b1", "beta", "voice", missing=["coherence: no reply"]),
    conversation("b2", "beta", "voice", score_coherence=0.2, score_overall=0.3, text_key="same"),
    conversation("b3", "beta", "voice", score_coherence=0.8, score_overall=0.8, text_key="same"),
]
SCORE = st.none() | st.floats(0, 1)
ASKED = ("coherence=0.7", "overall=0.7")


@pytest.fixture
def built(tmp_path: Path) -> Project:
    project = scored_project(tmp_path, ROWS)
    assert bring_up(project).errors == {}
    return project


def lines(found: Foreseen) -> dict[str, Line]:
    return {line.name: line for line in found.lines}


def test_each_threshold_alone_and_all_together_are_counted_among_what_is_otherwise_kept(built: Project) -> None:
    found = foresee(built, "off", ASKED)
    assert found.at_least == {"coherence": 0.7, "overall": 0.7}
    assert lines(found) == {
        "all": Line("all", 7, 5, 5, {"coherence": 4, "overall": 4}, 3),
        "alpha": Line("alpha", 4, 3, 3, {"coherence": 2, "overall": 2}, 1),
        "beta": Line("beta", 3, 2, 2, {"coherence": 2, "overall": 2}, 2),
    }
    assert [line.name for line in foresee(built, "off", ASKED, "category").lines] == ["all", "psychology", "voice"]


def test_what_stands_now_is_under_the_thresholds_of_the_settings(built: Project) -> None:
    found = foresee(built)
    assert (found.preset, found.missing) == ("lenient", "keep")
    assert lines(found)["all"].together == lines(found)["all"].now == 5


def test_scores_are_shown_with_what_they_mean_what_is_below_and_who_lacks_them(built: Project) -> None:
    (coherence,) = [each for each in foresee(built, "off", ASKED).scores if each.score == "coherence"]
    assert (coherence.at_least, coherence.without, coherence.below, sum(coherence.histogram)) == (0.7, 1, 1, 4)
    assert "belong where they stand" in coherence.meaning


def test_a_preset_that_is_named_stands_for_itself(tmp_path: Path) -> None:
    project = scored_project(tmp_path, ROWS, thresholds={"preset": "off", "coherence": 0.99})
    bring_up(project)
    assert foresee(project).at_least == {"coherence": 0.99}
    assert foresee(project, instead=["coherence=0.5"]).at_least == {"coherence": 0.5}
    assert foresee(project, "off").at_least == {}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(("alpha", "beta")), st.sampled_from("xyz"), SCORE, SCORE, st.integers(2, 30)),
        min_size=1, max_size=12,
    ),
    asked=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    missing=st.sampled_from(("keep", "drop")),
)  # fmt: skip
def test_what_is_foreseen_is_what_decisions_then_keep(
    memory_path: Path, rows: list[Any], asked: tuple[float, float], missing: str
) -> None:
    told = [
        conversation(f"c{number}", source, text_key=key, score_coherence=one, score_overall=two, words=words)
        for number, (source, key, one, two, words) in enumerate(rows)
    ]
    wanted = {"preset": "off", "coherence": asked[0], "overall": asked[1], "missing": missing}
    folder = memory_path / str(len(list(memory_path.iterdir())))
    project = scored_project(folder, told, thresholds=wanted)
    foreseen_of = scored_project(folder, told, thresholds={"preset": "off", "missing": missing})
    bring_up(foreseen_of)
    foreseen = foresee(foreseen_of, "off", [f"coherence={asked[0]!r}", f"overall={asked[1]!r}"])
    assert bring_up(project).errors == {}
    kept = [row["conversation_id"] for row in project.table("decisions").read().to_pylist() if row["keep"]]
    source = {row["conversation_id"]: row["source"] for row in told}
    assert lines(foreseen)["all"].together == len(kept)
    for name in {*source.values()}:
        assert lines(foreseen)[name].together == sum(source[each] == name for each in kept)


def test_a_changed_threshold_makes_decisions_stale_and_nothing_that_was_scored_or_reported(
    built: Project, tmp_path: Path
) -> None:
    changed = scored_project(tmp_path, ROWS, thresholds={"coherence": 0.7})
    assert {item.step.name for item in make_plan(changed).stale} == {"decisions"}
    assert bring_up(changed).computed == {("decisions", "_")}
    dropped = {row["conversation_id"]: row["detail"] for row in changed.table("decisions").read().to_pylist() if not row["keep"]}
    assert dropped == {"a2": "coherence 0.600 < 0.7", "a4": "words 2 < 8", "b2": "coherence 0.200 < 0.7"}
    back = scored_project(tmp_path, ROWS)
    assert bring_up(back).computed == set()


def test_nothing_is_written_but_the_picture_that_is_asked_for(built: Project, tmp_path: Path) -> None:
    before = files_of(built.warehouse.root / "data") | files_of(built.warehouse.root / "ledger")
    found = foresee(built, "mission")
    assert files_of(built.warehouse.root / "data") | files_of(built.warehouse.root / "ledger") == before
    write_picture(found, tmp_path / "scores.png")
    assert (tmp_path / "scores.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="the picture cannot be written: No such file"):
        write_picture(found, tmp_path / "none" / "scores.png")


def test_the_table_says_of_what_it_counts(built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    show_foreseen(foresee(built, "off", ASKED))
    shown = capsys.readouterr().out
    assert "7 conversations; 5 would be kept if no score were asked for" in shown
    assert "Of those otherwise kept, each threshold alone keeps" in shown
    (coherence,) = [line.split() for line in shown.splitlines() if line.startswith("coherence")]
    assert coherence[-4:] == ["0.7", "4", "80.0%", "1"]
    (beta,) = [line.split() for line in shown.splitlines() if line.startswith("beta")]
    assert beta == ["beta", "2", "2", "2", "2", "2", "100.0%"]


@pytest.mark.parametrize("word", ["coherence", "coherence=", "coherence=90", "coherence=nan", "=0.5x"])
def test_what_is_no_threshold_is_refused(built: Project, word: str) -> None:
    with pytest.raises(UsageError, match=r"no threshold can be read from .*expected NAME=VALUE, the value from 0 to 1"):
        foresee(built, None, [word])


def test_unknown_presets_and_scores_are_named_with_those_that_exist(built: Project) -> None:
    with pytest.raises(UsageError, match=r"no preset is called 'strict'.*mission, balanced"):
        foresee(built, "strict")
    with pytest.raises(UsageError, match=r"no score is called 'warmth'.*coherence, empathy"):
        foresee(built, None, ["warmth=0.5"])


def test_before_anything_is_built_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"redacted_corpus is not built yet. Run `pixel build redacted_corpus`"):
        foresee(scored_project(tmp_path, ROWS))
    assert not (tmp_path / "warehouse").exists()


def test_scores_of_another_state_of_the_corpus_are_refused(built: Project, tmp_path: Path) -> None:
    more = scored_project(tmp_path, [*ROWS, conversation("c1", score_coherence=0.5)])
    run_step(more, more.graph.steps[0])
    run_step(more, more.graph.steps[1])
    with pytest.raises(UsageError, match="are not of the same state"):
        foresee(more)


def test_the_command_prints_json(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "open_project", lambda _: built)
    done = CliRunner().invoke(cli.app, ["thresholds", "--preset", "off", "--set", ASKED[0], "--set", ASKED[1], "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert set(printed) == {"preset", "meaning", "at_least", "missing", "by", "lines", "scores"}
    assert printed["lines"][1] == {
        "name": "alpha", "conversations": 4, "now": 3, "otherwise": 3, "alone": {"coherence": 2, "overall": 2}, "together": 1,
    }  # fmt: skip
    assert CliRunner().invoke(cli.app, ["thresholds", "--set", "x"]).exit_code == 2
