"""The declared graph: its order is checked, and names select steps or are answered with the nearest."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Asset, Check, External, Graph, Step, asset, plain
from pixel_assets.errors import UsageError
from pixel_assets.settings import DecisionSettings, MixSettings

from .toy import FILES, STEPS, graph

TOY = graph()


def _names(steps: list[Step]) -> list[str]:
    return [step.name for step in steps]


def _passes(_: CheckRun) -> Verdict:
    return Verdict(True, "")


def test_a_step_stands_after_what_it_reads() -> None:
    with pytest.raises(ValueError, match="step words reads lines, which no step before it makes"):
        Graph((FILES,), (STEPS[1], STEPS[0]))
    with pytest.raises(ValueError, match="step lines reads files, which no step before it makes"):
        Graph((), STEPS)


def test_a_check_judges_what_is_made() -> None:
    with pytest.raises(ValueError, match="check size judges pools, which no step makes"):
        graph((Check("size", "pools", "", _passes),))


@pytest.mark.parametrize("name", ["_hash", "_input", "filename", "file_row_number"])
def test_a_column_may_not_have_a_name_of_the_store(name: str) -> None:
    table = Asset("taken", "", pa.schema([pa.field(name, pa.string())]), (name,))
    with pytest.raises(ValueError, match=f"step taken has a column {name}, a name that the store keeps"):
        Graph((), (Step("out", (table,), (), lambda _: None),))


def test_assets_and_their_makers_in_order() -> None:
    assert list(TOY.assets) == ["lines", "words", "bad_lines", "pool", "lengths", "picked", "summary"]
    assert TOY.maker["bad_lines"].name == "words"
    assert "files" not in TOY.maker


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["lines"], ["lines"]),
        (["bad_lines"], ["lines", "words"]),
        (["lengths"], ["lines", "words", "pool", "lengths"]),
        (["picked", "lines"], ["lines", "words", "pool", "lengths", "picked"]),
        (["group:in"], ["lines", "words"]),
        (["group:out"], ["lines", "words", "pool", "lengths", "picked", "summary"]),
        (["*"], ["lines", "words", "pool", "lengths", "picked", "summary"]),
        ([], []),
    ],
)
def test_a_selection_has_all_that_is_upstream(words: list[str], chosen: list[str]) -> None:
    assert _names(TOY.select(words)) == chosen


def test_named_steps_come_alone_and_in_order() -> None:
    assert _names(TOY.named(["picked", "bad_lines"])) == ["words", "picked"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("word", "one of words"),
        ("sumary", "one of summary"),
        ("group:ou", "one of group:out"),
        ("zzz", "one of lines, words, bad_lines, pool, lengths, picked, summary, group:in, group:out"),
        ("", "one of lines, words, bad_lines, pool, lengths, picked, summary, group:in, group:out"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(word: str, expected: str) -> None:
    with pytest.raises(UsageError, match=f"no asset or group is called '{word}'") as caught:
        TOY.select([word])
    assert caught.value.expected.startswith(expected)
    assert caught.value.exit_code == 2


def test_one_asset_by_name() -> None:
    assert asset(TOY, "bad_lines") is TOY.assets["bad_lines"]
    with pytest.raises(UsageError, match="no asset or group is called 'bad_line'"):
        asset(TOY, "bad_line")


@pytest.mark.parametrize("word", ["group:in", "*"])
def test_a_group_is_not_an_asset(word: str) -> None:
    with pytest.raises(UsageError):
        asset(TOY, word)


def test_ancestors_and_parents() -> None:
    assert TOY.ancestors(TOY.maker["picked"]) == {"lines", "words", "pool", "lengths"}
    assert TOY.ancestors(TOY.maker["lines"]) == set()
    assert [step.name for step in TOY.upstream(TOY.maker["picked"])] == ["pool", "lengths"]


def test_a_parent_that_is_read_twice_is_one_parent() -> None:
    schema = pa.schema([("n", pa.int64())])
    both = Step("g", (Asset("both", "", schema, ("n",)),), ("words", "bad_lines"), STEPS[2].compute)
    joined = Graph((FILES,), (*STEPS[:2], both))
    assert [step.name for step in joined.upstream(both)] == ["words"]


def test_the_checks_of_a_step_are_those_of_all_its_assets() -> None:
    checks = tuple(Check(name, on, "", _passes) for name, on in (("x", "words"), ("y", "pool"), ("z", "bad_lines")))
    judged = graph(checks)
    assert [check.name for check in judged.checks_of(judged.maker["words"])] == ["x", "z"]
    assert judged.checks_of(judged.maker["summary"]) == []


def test_a_blocking_check_is_an_error_and_another_a_warning() -> None:
    assert Check("x", "words", "", _passes).severity == "WARN"
    assert Check("x", "words", "", _passes, blocking=True).severity == "ERROR"


def test_settings_come_plain_and_equal_to_what_the_ledger_gives_back() -> None:
    assert plain(DecisionSettings(languages=("en", "de")))["languages"] == ["en", "de"]
    assert plain(MixSettings()) == plain(MixSettings(target=100_000))
    assert plain(("a", "b")) == ["a", "b"]
    assert plain({"k": ("v",)}) == {"k": ["v"]}
    assert plain(None) is None


def test_every_step_of_the_real_graph_declares_what_exists() -> None:
    package = Path(__file__).parents[2] / "pixel_assets"
    for step in GRAPH.steps:
        assert all((package / name).is_file() for name in step.data_files), step.name
        for made in step.assets:
            assert set(made.key) <= set(made.schema.names), made.name
            for column, origins in made.derived_from.items():
                assert column in made.schema.names, (made.name, column)
                for name, field in origins:
                    assert field in GRAPH.assets[name].schema.names, (made.name, column, name, field)
                    assert name in step.inputs, (made.name, column, name)
    assert all(isinstance(external, External) for external in GRAPH.externals)
