"""Reference docs from what they describe: views and columns, settings, commands, clinical rules, and the picture of the graph.

In: the graph, the settings model, the command line and the rules. Out: Markdown, put between the markers of a section
in README.md and docs/; all else in these files is written by hand.
``python -m pixel_assets.shell.reference`` writes the sections, ``--check`` only says whether they are up to date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
import typer

from pixel_assets.assets import GRAPH
from pixel_assets.build.graph import Asset, Graph, Step
from pixel_assets.cli import app
from pixel_assets.conversation.flags import MEANINGS
from pixel_assets.generation.validate.rules import rules_table
from pixel_assets.settings import Settings, variable
from pixel_assets.shell.console import err, out
from pixel_assets.store.catalogue import SYSTEM_TABLES, SYSTEM_VIEWS
from pixel_assets.store.history import RECORDED, RECORDED_MEANING, view_name
from pixel_assets.store.schema import description
from pixel_assets.store.snapshot import sql_type

ROOT: Final = Path(__file__).parents[2]


def graph_diagram(graph: Graph = GRAPH) -> str:
    """The asset graph as a Mermaid flowchart; double borders mark assets with one partition a source."""
    lines = ["```mermaid", "flowchart LR"]
    groups: dict[str, list[str]] = {}
    for external in graph.externals:
        groups.setdefault(external.group, []).append(f"{external.name}([{external.name}])")
    for step in graph.steps:
        shape = "{0}[[{0}]]" if step.partitioned else "{0}[{0}]"
        groups.setdefault(step.group, []).extend(shape.format(asset.name) for asset in step.assets)
    for group, nodes in groups.items():
        lines += [f"  subgraph group_{group}[{group}]", *(f"    {node}" for node in nodes), "  end"]
    lines += [f"  {name} --> {asset.name}" for step in graph.steps for asset in step.assets for name in step.inputs]
    return "\n".join([*lines, "```"])


def warehouse_reference(graph: Graph = GRAPH) -> str:
    """Every view with its columns, key, inputs and checks, and the catalogue's own tables."""
    parts: list[str] = []
    group = ""
    for step in graph.steps:
        if step.group != group:
            group = step.group
            parts.append(f"## Group {group}")
        parts += [_view(graph, step, asset) for asset in step.assets]
    parts.append("## System tables")
    for name, (text, columns) in {**SYSTEM_TABLES, **SYSTEM_VIEWS}.items():
        rows = [(f"`{column}`", f"`{kind}`", meaning) for column, (kind, meaning) in columns.items()]
        parts.append(f"### `{name}`\n\n{text}\n\n" + _table(("column", "type", "what it holds"), rows))
    return "\n\n".join(parts)


def _view(graph: Graph, step: Step, asset: Asset) -> str:
    made = f"Made from {_code(step.inputs)}" + (", by source." if step.partitioned else ".")
    facts = [f"One row for each {_code(asset.key)}.", made]
    if step.settings:
        facts.append(f"Settings: {_code(step.settings)}.")
    if step.source_fields:
        facts.append(f"Keys of the registry that it reads: {_code(step.source_fields)}.")
    if step.registry_fields:
        facts.append(f"Keys of all registry entries that it reads: {_code(step.registry_fields)}.")
    if asset.published_as:
        facts.append(f"Its files are published as `warehouse/{asset.published_as}/`.")
    if asset.keeps_history:
        facts.append(
            f"Every row that it ever had stays in `{view_name(asset.name)}`, which has the column `{RECORDED}` besides: "
            f"{RECORDED_MEANING}."
        )
    rows = []
    for field in asset.schema:
        origins = _code(f"{source}.{column}" for source, column in asset.derived_from.get(field.name, ()))
        meaning = description(field) + (" (may be null)" if field.nullable and "null" not in description(field) else "")
        rows.append((f"`{field.name}`", f"`{sql_type(field.type)}`", meaning, origins))
    table = _table(("column", "type", "what it holds", "comes from"), rows)
    checks = [
        f"- `{check.name}` ({'blocks what is downstream' if check.blocking else 'warns'}): {check.description}"
        for check in graph.checks
        if check.asset == asset.name
    ]
    found = ["Checks:", "\n".join(checks)] if checks else []
    return "\n\n".join([f"### `{asset.name}`", asset.description, " ".join(facts), table, *found])


def settings_reference(graph: Graph = GRAPH) -> str:
    """Every setting with its variable, type, default and meaning, and what it rebuilds."""
    schema = Settings.model_json_schema()
    top = {name: spec for name, spec in schema["properties"].items() if "$ref" not in spec}
    parts = ["## Top level", _settings_table("", top)]
    for stage, spec in schema["properties"].items():
        if "$ref" in spec:
            model = schema["$defs"][spec["$ref"].rsplit("/", 1)[-1]]
            table = _settings_table(f"{stage}.", model["properties"])
            parts += [f"## `[{stage}]`", f"{model['description']} {_readers(graph, stage)}", table]
    return "\n\n".join(parts)


def _readers(graph: Graph, stage: str) -> str:
    assets = [asset.name for step in graph.steps if stage in step.settings for asset in step.assets]
    checks = [f"{check.asset}: {check.name}" for check in graph.checks if stage in check.settings]
    if not assets and not checks:
        return "In no fingerprint."
    readers = [f"asset {_code([name])}" for name in assets] + [f"check {_code([name])}" for name in checks]
    return f"In the fingerprint of {' and '.join(readers)}."


def _settings_table(prefix: str, properties: Mapping[str, Any]) -> str:
    rows = [
        (f"`{prefix}{name}`", f"`{variable(prefix + name)}`", _kind(spec), f"`{_default(spec)}`", spec.get("description", ""))
        for name, spec in properties.items()
    ]
    return _table(("setting", "variable", "type", "default", "what it does"), rows)


def _kind(spec: Mapping[str, Any]) -> str:
    """A JSON schema in words."""
    if "anyOf" in spec:
        return " or ".join("none" if option.get("type") == "null" else _kind(option) for option in spec["anyOf"])
    if "enum" in spec:
        return _code(spec["enum"])
    if "prefixItems" in spec:
        return f"{len(spec['prefixItems'])} of {_kind(spec['prefixItems'][0])}"
    if spec["type"] == "array":
        return f"list of {_kind(spec['items'])}"
    if spec["type"] == "object":
        return f"table of {_kind(spec['additionalProperties'])} by name"
    words = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
    name = "path" if spec.get("format") == "path" else words[spec["type"]]
    if "minimum" in spec and "maximum" in spec:
        return f"{name} from {spec['minimum']:g} to {spec['maximum']:g}"
    return name + (f", {spec['minimum']:g} or more" if "minimum" in spec else "")


def _default(spec: Mapping[str, Any]) -> str:
    value = spec.get("default")
    if isinstance(value, str) and spec.get("format") == "path" and Path(value).is_absolute():
        return Path(value).relative_to(ROOT).as_posix()
    return json.dumps(value) if value is not None and not isinstance(value, str) else str(value or "none")


def commands_reference(cli: typer.Typer = app) -> str:
    """Every command with its usage, arguments, options and example."""
    group = typer.main.get_command(cli)
    assert isinstance(group, click.Group)
    return "\n\n".join(_command(path, command) for path, command in commands(group))


def commands(group: click.Group, path: str = "pixel") -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield f"{path} {name}", command
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _command(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    rows = [
        (_spelling(parameter, context), getattr(parameter, "help", None) or "", _shown_default(parameter))
        for parameter in command.params
    ]
    parts = [f"## `{path}`", _plain(command.help or ""), f"```text\n{usage}\n```", _table(("", "what it does", "default"), rows)]
    return "\n\n".join([*parts, *([command.epilog] if command.epilog else [])])


def _spelling(parameter: click.Parameter, context: click.Context) -> str:
    if isinstance(parameter, click.Argument):
        return f"`{parameter.make_metavar(context)}`"
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    return f"`{names}`" if flag else f"`{names} {parameter.make_metavar(context)}`"


def _shown_default(parameter: click.Parameter) -> str:
    value = parameter.default
    return f"`{value}`" if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def flags_reference() -> str:
    """Every flag of a conversation with its meaning."""
    return _table(("flag", "meaning"), [(f"`{flag}`", meaning) for flag, meaning in MEANINGS.items()])


# Section → what writes it. A file has a section where its two markers stand.
SECTIONS: Final[Mapping[str, Callable[[], str]]] = {
    "graph": graph_diagram,
    "views": warehouse_reference,
    "settings": settings_reference,
    "commands": commands_reference,
    "flags": flags_reference,
    "clinical rules": rules_table,
}
FILES: Final = (
    "README.md", "docs/architecture.md", "docs/conversations.md", "docs/warehouse.md", "docs/settings.md", "docs/commands.md",
    "docs/clinical-rules.md",
)  # fmt: skip
_SECTION: Final = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def updated(text: str) -> str:
    """A document with every generated section written anew; what stands outside of the markers is left alone."""
    return _SECTION.sub(lambda found: f"{found[1]}\n{SECTIONS[found[2]]()}\n\n{found[3]}", text)


def main(arguments: list[str]) -> int:
    """Write or (``--check``) compare the generated sections; gives the exit code."""
    stale = [name for name in FILES if updated((ROOT / name).read_text()) != (ROOT / name).read_text()]
    if "--check" in arguments:
        for name in stale:
            err.print(f"{name} does not say what the code does (expected what `make docs` writes)")
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).write_text(updated((ROOT / name).read_text()))
        out.print(f"written: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
