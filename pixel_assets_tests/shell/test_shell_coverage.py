"""The coverage of the matrix in a shell: shades, the cells that are empty, a picture, and what to do before it is built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pixel_assets.cli import app
from pixel_assets.generation.coverage import COVERAGE

from ..build.told import told_project

pytestmark = pytest.mark.usefixtures("no_settings")


def cell(disorder: str, population: str | None, conversations: int, reason: str | None = None) -> dict[str, Any]:
    place = {"disorder": disorder, "modality": "cbt", "population": population}
    return {**place, "required": reason is None, "reason": reason, "scenarios": 2, "conversations": conversations}


CELLS = [
    cell("panic_disorder", None, 9),
    cell("panic_disorder", "students", 0),
    cell("insomnia_disorder", None, 1),
    cell("insomnia_disorder", "students", 0, "impossible"),
]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = told_project(tmp_path, {"generation_coverage": CELLS})
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(project.warehouse.root))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["coverage", *words])


def test_the_map_is_printed_with_the_cells_that_are_empty(built: Path) -> None:
    lines = run().stdout.splitlines()
    assert lines[0] == "disorder × modality"
    assert "panic disorder    !" in lines
    assert "insomnia disorder ░" in lines
    assert lines[-2:] == [
        "2 of 3 required cells have a conversation",
        "  empty  panic_disorder × cbt × students: 2 scenarios",
    ]


def test_json_has_every_cell_in_order_with_all_that_is_known_of_it(built: Path) -> None:
    printed = json.loads(run("--json").stdout)
    assert printed == [CELLS[2], CELLS[3], CELLS[0], CELLS[1]]
    assert set(printed[0]) == set(COVERAGE.names)


def test_a_picture_is_written_where_it_is_asked_for(built: Path) -> None:
    assert run("--png", str(built / "map.png")).exit_code == 0
    assert (built / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_says_where(built: Path) -> None:
    result = run("--png", str(built / "none" / "map.png"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "none/map.png: the picture cannot be written: No such file" in " ".join(result.stderr.split())


def test_before_it_is_built_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(tmp_path / "none"))
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "not built yet. Run `pixel build generation_coverage`" in " ".join(result.stderr.split())
    assert not (tmp_path / "none").exists()
