"""Asking for conversations like a text in a shell: against an index that is built from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pixel_assets.assets.sources import SOURCE_FILES
from pixel_assets.build.graph import Asset, Graph, Step
from pixel_assets.build.project import open_project
from pixel_assets.build.step_run import StepRun
from pixel_assets.cli import app
from pixel_assets.dedup.fingerprints import BOILERPLATE, Boilerplate, boilerplate, examples, fingerprints
from pixel_assets.dedup.signatures import SIGNATURES, signatures
from pixel_assets.settings import load_settings

from ..end_to_end.tiny import bring_up

pytestmark = pytest.mark.usefixtures("no_settings")

CORPUS = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("source", pa.string()),
        ("turns", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    ]
)
SLEEP = "I lie awake every night before exams and my heart keeps racing until the morning comes"
ANSWER = "That sounds exhausting. What goes through your mind when you lie awake at night, just before an exam?"
GARDEN = "Since my sister moved away the garden is the only place where I feel calm"
CONVERSATIONS = [
    {"conversation_id": "a1", "source": "alpha", "turns": [("system", SLEEP), ("user", GARDEN), ("assistant", "Tell me more.")]},
    {"conversation_id": "b2", "source": "beta", "turns": [("user", SLEEP), ("assistant", ANSWER)]},
    {"conversation_id": "c3", "source": "beta", "turns": [("user", f"{SLEEP} and I worry"), ("assistant", "Since when?")]},
    {"conversation_id": "d4", "source": "beta", "turns": [("user", "It happens again"), ("assistant", SLEEP)]},
]  # fmt: skip


def corpus() -> pa.Table:
    rows = [{**row, "turns": [{"role": role, "content": content} for role, content in row["turns"]]} for row in CONVERSATIONS]
    return pa.Table.from_pylist(rows, CORPUS)


def _boilerplate(run: StepRun) -> None:
    rows = run.inputs["redacted_corpus"].read()
    run.write(examples(boilerplate(fingerprints(rows), 0.5, 50), rows))


def _signatures(run: StepRun) -> None:
    known = Boilerplate.of(run.inputs["boilerplate"].read(), 12)
    run.write(signatures(run.inputs["redacted_corpus"].read(), known))


def _step(name: str, schema: pa.Schema, inputs: tuple[str, ...], compute: Callable[[StepRun], None]) -> Step:
    return Step("dedup", (Asset(name, "as in the shipped graph", schema, key=(schema.names[0],)),), inputs, compute)


GRAPH = Graph(
    (SOURCE_FILES,),
    (
        _step("redacted_corpus", CORPUS, (), lambda run: run.write(corpus())),
        _step("boilerplate", BOILERPLATE, ("redacted_corpus",), _boilerplate),
        _step("minhash_signatures", SIGNATURES, ("redacted_corpus", "boilerplate"), _signatures),
    ),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A project whose graph has the three assets that are read, not built yet."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "sources.yaml").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setattr("pixel_assets.cli.GRAPH", GRAPH)
    places = {"dir": sources, "registry": sources / "sources.yaml"}
    return open_project(GRAPH, load_settings(warehouse=tmp_path / "warehouse", sources=places))


@pytest.fixture
def built(project: Any) -> None:
    assert bring_up(project).errors == {}


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["similar", *words])


def found(*words: str) -> list[tuple[str, str, float]]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return [(match["conversation_id"], match["role"], match["jaccard"]) for match in json.loads(result.stdout)["matches"]]


@pytest.mark.usefixtures("built")
def test_what_is_most_like_the_text_comes_first_by_its_exact_coefficient() -> None:
    assert found(SLEEP.upper()) == [("b2", "user", 1.0), ("d4", "assistant", 1.0), ("c3", "user", 14 / 17)]


@pytest.mark.usefixtures("built")
def test_a_side_and_a_number_of_matches_can_be_asked_for() -> None:
    assert found(SLEEP, "--role", "assistant") == [("d4", "assistant", 1.0)]
    assert found(SLEEP, "--role", "user", "--top", "1") == [("b2", "user", 1.0)]


@pytest.mark.usefixtures("built")
def test_json_says_how_many_were_searched_and_what_the_side_has_of_the_text() -> None:
    printed = json.loads(run(" ".join(SLEEP.split()[:9]), "--role", "user", "--top", "1", "--json").stdout)
    assert printed == {
        "searched": 4,
        "shingles": 7,
        "matches": [{"conversation_id": "b2", "role": "user", "jaccard": 0.5, "containment": 1.0, "source": "beta"}],
    }


@pytest.mark.usefixtures("built")
def test_the_lines_name_the_conversations_and_what_to_do_next() -> None:
    assert run(SLEEP).stdout.splitlines() == [
        "1.000  100% of the text  user       b2  beta",
        "1.000  100% of the text  assistant  d4  beta",
        "0.824  100% of the text  user       c3  beta",
        "among 4 conversations; `pixel why b2` tells all of one",
    ]


@pytest.mark.usefixtures("built")
def test_nothing_alike_is_said_in_so_many_words() -> None:
    assert run("a text of which nobody has ever said a single word").stdout == "nothing like it among 4 conversations\n"


@pytest.mark.usefixtures("built")
def test_a_text_without_words_is_refused() -> None:
    result = run("...")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the text has no words" in result.stderr


@pytest.mark.usefixtures("project")
def test_without_an_index_the_error_says_how_to_build_it() -> None:
    result = run(SLEEP)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no index yet" in result.stderr
    assert "pixel build minhash_signatures" in " ".join(result.stderr.split())
    assert SLEEP not in result.stderr
