"""The docs say what the code does: generated sections, names of everything, links, and examples that run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import click
import duckdb
import pytest
import typer

from pixel_assets.assets import GRAPH
from pixel_assets.build.plan import Plan
from pixel_assets.build.reasons import Kind
from pixel_assets.cli import app
from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.hints import Options
from pixel_assets.generation.edge_cases.judge import broken
from pixel_assets.generation.edge_cases.load import DATA as EDGE_CASES
from pixel_assets.generation.edge_cases.load import load_edge_cases
from pixel_assets.generation.edge_cases.produce import edge_rows
from pixel_assets.generation.endpoint.answer import Reason
from pixel_assets.generation.form import Form
from pixel_assets.generation.produce import Judging
from pixel_assets.knowledge.load import DATA as KNOWLEDGE
from pixel_assets.knowledge.load import check_knowledge, load_knowledge
from pixel_assets.orchestration.waves import Summary
from pixel_assets.settings import Settings, variable
from pixel_assets.shell import reference
from pixel_assets.sources.registry import Source, load_registry
from pixel_assets.speech.transcript import DropReason
from pixel_assets.speech.voice_pairs import RejectReason
from pixel_assets.store.catalogue import SYSTEM_TABLES, SYSTEM_VIEWS

from .conftest import REPOSITORY, Once

PAGES = sorted([REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SECTION_OF = {
    "README.md": "graph",
    "docs/architecture.md": "graph",
    "docs/conversations.md": "flags",
    "docs/warehouse.md": "views",
    "docs/settings.md": "settings",
    "docs/commands.md": "commands",
    "docs/clinical-rules.md": "clinical rules",
}


def page(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def command_names() -> set[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group)
    return {path for path, _ in reference.commands(group)}


def setting_names() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        stage = getattr(field.annotation, "model_fields", None)
        yield from (f"{name}.{inner}" for inner in stage) if stage else (name,)


@pytest.fixture(scope="module")
def sample(once: Once) -> Path:
    """A warehouse with the shipped sample, built once by the command, with what it printed beside it."""

    def fill(folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PIXEL_")}
        environment["PIXEL_WAREHOUSE"] = str(folder / "warehouse")
        environment |= {"PIXEL_SCENARIOS_CONVERSATIONS": "60", "PIXEL_EDGECASES_CONVERSATIONS": "1"}
        command = [sys.executable, "-m", "pixel_assets", "build", "--json"]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder / "build.json").write_text(done.stdout)

    return once("docs-sample", fill)


@pytest.fixture
def catalogue(sample: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample / "warehouse" / "pixel.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("name", reference.FILES)
def test_generated_sections_are_what_the_code_generates(name: str) -> None:
    assert f"<!-- generated: {SECTION_OF[name]} -->" in page(name)
    assert reference.updated(page(name)) == page(name), "run `make docs`"


def test_a_section_that_is_out_of_date_is_found_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in reference.FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(page(name).replace("training_mix", "other_mix"))
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    monkeypatch.setattr(reference, "SECTIONS", {**reference.SECTIONS, "settings": lambda: "- one\n- two"})
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    text = (tmp_path / "docs/settings.md").read_text()
    assert "<!-- generated: settings -->\n\n- one\n- two\n\n<!-- end -->" in text
    assert "# Settings" in text


def test_every_view_column_and_check_is_documented() -> None:
    text = page("docs/warehouse.md")
    for asset in GRAPH.assets.values():
        section = text.split(f"### `{asset.name}`")[1].split("\n#")[0]
        names = [*(field.name for field in asset.schema), *(check.name for check in GRAPH.checks if check.asset == asset.name)]
        assert [name for name in names if f"`{name}`" not in section] == []
    for table, (_, columns) in {**SYSTEM_TABLES, **SYSTEM_VIEWS}.items():
        assert all(f"`{column}`" in text.split(f"### `{table}`")[1] for column in columns)


def test_every_column_has_a_description_and_the_type_that_the_catalogue_gives(catalogue: duckdb.DuckDBPyConnection) -> None:
    text = page("docs/warehouse.md")
    for view in [*GRAPH.assets, *SYSTEM_TABLES, *SYSTEM_VIEWS]:
        section = text.split(f"### `{view}`")[1].split("\n#")[0]
        for column, kind, *_ in catalogue.execute(f'DESCRIBE "{view}"').fetchall():
            found = re.search(rf"^\| `{column}` \| `(.*?)` \| (\S+)", section, re.MULTILINE)
            assert found, f"{view}.{column} has no description"
            assert found[1].replace('"', "") == kind.replace('"', "")


def test_every_setting_is_documented_with_its_variable_and_what_it_does() -> None:
    text = page("docs/settings.md")
    for name in setting_names():
        assert re.search(rf"^\| `{name}` \| `{variable(name)}` .*\| [^|\s][^|]* \|$", text, re.MULTILINE), name


def test_every_command_is_documented_with_an_example() -> None:
    sections = {part.split("`")[0]: part for part in page("docs/commands.md").split("\n## `")[1:]}
    assert set(sections) == command_names()
    assert [name for name, text in sections.items() if name not in text.partition("Example: ")[2]] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_and_targets_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    code = " \n".join([*(body for _, body in BLOCK.findall(text)), *re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))])
    commands = {f"pixel {word}" for word in re.findall(r"(?:^|[\s/])pixel ([a-z][a-z-]*)\b(?!\.)", code, re.MULTILINE)}
    assert commands <= command_names()
    targets = set(re.findall(r"^([a-z]+):.*## ", page("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|\s)make ([a-z]+)", code, re.MULTILINE)) <= targets


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", path.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        if anchor:
            assert anchor in _anchors(target), link


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


SQL = [(path.name, query) for path in PAGES for query in blocks(path.read_text(encoding="utf-8"), "sql")]


@pytest.mark.parametrize(("name", "query"), SQL, ids=[f"{name}-{i}" for i, (name, _) in enumerate(SQL)])
def test_sql_in_the_docs_runs_and_finds_something(name: str, query: str, catalogue: duckdb.DuckDBPyConnection) -> None:
    assert catalogue.sql(query).fetchall()


OTHER_YAML = ("generation.md", "exports.md", "withdrawal.md")  # their blocks are of other files than the registry


def test_registry_entries_in_the_docs_are_valid(tmp_path: Path) -> None:
    pages = [path for path in PAGES if path.name not in OTHER_YAML]
    entries = [block for path in pages for block in blocks(path.read_text(encoding="utf-8"), "yaml")]
    assert len(entries) == 7
    for entry in entries:
        (tmp_path / "sources.yaml").write_text(entry)
        assert len(load_registry(tmp_path / "sources.yaml")) == 1


def test_the_entry_in_the_docs_fits_into_the_knowledge_base(tmp_path: Path) -> None:
    entry, _ = blocks(page("docs/generation.md"), "yaml")
    shutil.copytree(KNOWLEDGE, tmp_path / "data")
    (tmp_path / "data" / "documented.yaml").write_text(entry)
    checked = check_knowledge(tmp_path / "data")
    assert checked.problems == ()
    assert "letter_to_oneself" in checked.knowledge.entries


def test_the_edge_case_in_the_docs_judges_its_own_replies_and_can_be_spoken(tmp_path: Path) -> None:
    _, written = blocks(page("docs/generation.md"), "yaml")
    shutil.copytree(EDGE_CASES, tmp_path / "data")
    (tmp_path / "data" / "documented.yaml").write_text(written)
    judging = Judging(load_knowledge())
    case = load_edge_cases(judging.knowledge, tmp_path / "data")["wants_a_verdict_on_a_marriage"]
    assert [broken(case, reply) for reply in case.written.good] == [frozenset()] * 2
    assert [broken(case, reply.text) for reply in case.written.bad] == [frozenset(reply.breaks) for reply in case.written.bad]
    assert [edge_rows(case, number, 1, judging)[1] for number in range(10)] == [[]] * 10


def test_every_setting_of_voice_and_generation_is_explained_where_it_matters() -> None:
    text = page("docs/voice.md") + page("docs/generation.md")
    stages = ("recordings", "diversity")
    assert [name for name in setting_names() if name.partition(".")[0] in stages and f"`{name}`" not in text] == []


def test_every_form_rejection_and_alert_of_voice_and_generation_is_explained() -> None:
    generation, voice, operations = (page(f"docs/{name}.md") for name in ("generation", "voice", "operations"))
    assert [form for form in get_args(Form) if f"| `{form}` |" not in generation] == []
    assert [reason for reason in get_args(Reason) if f"`{reason}`" not in generation] == []
    assert [reason for reason in (*get_args(RejectReason), *get_args(DropReason)) if f"`{reason}`" not in voice] == []
    groups = {asset.name: step.group for step in GRAPH.steps for asset in step.assets}
    alerts = {check.name for check in GRAPH.checks if groups[check.asset] in ("voice", "knowledge", "safety")} - {"unique_key"}
    assert [name for name in sorted(alerts) if f"| `{name}` on " not in operations] == []


def test_every_registry_key_format_and_option_is_documented() -> None:
    text = page("docs/adding-a-source.md")
    keys = [name for name in Source.model_fields if name != "name"]
    names = [*keys, *(known.name for known in FORMATS), *(option.name for option in fields(Options))]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_settings_in_the_docs_are_valid() -> None:
    (text,) = blocks(page("docs/settings.md"), "toml")
    content = tomllib.loads(text)
    assert {"warehouse", "decisions", "mix"} == set(content)
    assert Settings(**content).mix.target == content["mix"]["target"]
    for path in PAGES:
        for text in blocks(path.read_text(encoding="utf-8"), "toml"):
            assert Settings(**tomllib.loads(text))


def test_json_in_the_docs_has_the_keys_that_commands_print(sample: Path) -> None:
    plan, build = (json.loads(block) for block in blocks(page("docs/operations.md"), "json"))
    real: dict[str, Any] = json.loads((sample / "build.json").read_text())
    assert list(plan) == list(Plan((), (), 0).to_json())
    assert list(build) == list(Summary().to_json()) == list(real)
    assert list(build["built"][0]) == list(real["built"][0])
    assert list(build["checks"]) == list(real["checks"])


def test_every_kind_of_reason_is_explained() -> None:
    for name in ("docs/architecture.md", "docs/operations.md"):
        assert [kind for kind in get_args(Kind) if f"`{kind}`" not in page(name)] == []
