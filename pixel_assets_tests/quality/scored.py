"""Projects whose conversations have the scores that a test gives, and real decisions and reports on them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pixel_assets.assets import GRAPH
from pixel_assets.assets.quality import QUALITY_REPORT_STEP
from pixel_assets.assets.selection import DECISIONS_STEP, SCORED_BY
from pixel_assets.assets.sources import SOURCE_FILES
from pixel_assets.build.graph import Asset, Graph, Step
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.step_run import StepRun
from pixel_assets.checks.quality import CHECKS
from pixel_assets.quality.tables import QUALITY_SCORES, SCORES
from pixel_assets.settings import load_settings

Row = Mapping[str, Any]
REGISTRY = """
{name}:
  path: {name}.jsonl
  category: psychology
  title: {name}
  licence: MIT
"""
GOOD = {
    "language": "en", "language_confidence": 0.9, "turns": 2, "user_turns": 1, "assistant_turns": 1, "words": 40,
    "user_words": 20, "assistant_words": 20, "characters": 200,
}  # fmt: skip


def conversation(name: str, source: str = "alpha", category: str = "psychology", **told: Any) -> dict[str, Any]:
    """A conversation: scores as ``score_…``, ``missing``, ``moved``, and whatever the traits are to say."""
    return {"conversation_id": name, "source": source, "category": category, **told}


def scored_project(folder: Path, rows: Sequence[Row], **settings: Any) -> Project:
    """A project of these conversations with steps that write them, and the real steps of decisions and of the quality report."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    names = sorted({row["source"] for row in rows})
    (sources / "sources.yaml").write_text("".join(REGISTRY.format(name=name) for name in names), encoding="utf-8")
    places = {"dir": sources, "registry": sources / "sources.yaml"}
    return open_project(scored_graph(rows), load_settings(warehouse=folder / "warehouse", sources=places, **settings))


def scored_graph(rows: Sequence[Row]) -> Graph:
    """The graph of :func:`scored_project`."""
    ids = [row["conversation_id"] for row in rows]
    assets = GRAPH.assets
    corpus = [
        {"conversation_id": row["conversation_id"], "source": row["source"], "category": row["category"],
         "provenances": [{"source": row["source"], "file": "f.jsonl", "rows": [0]}]}
        for row in rows
    ]  # fmt: skip
    traits = [{**GOOD, "text_key": row["conversation_id"], "group_key": row["conversation_id"], **row} for row in rows]
    scores = [{"missing": [], "moved": [], **{name: row.get(f"score_{name}") for name in SCORES}, **_told(row)}
              for row in rows]  # fmt: skip
    scored = Asset(SCORED_BY, "Scores.", QUALITY_SCORES, key=("conversation_id",))
    verdicts = [{"conversation_id": name, "verdict": "pass"} for name in ids]
    steps = (
        _writing(assets["redacted_corpus"], corpus),
        _writing(assets["safety_verdicts"], verdicts),
        _writing(assets["conversation_traits"], traits),
        _writing(scored, scores),
        *(_writing(assets[name], []) for name in ("contamination", "duplicate_pairs", "semantic_pairs")),
        replace(DECISIONS_STEP, inputs=tuple(dict.fromkeys((*DECISIONS_STEP.inputs, SCORED_BY)))),
        QUALITY_REPORT_STEP,
    )
    return Graph((SOURCE_FILES,), steps, CHECKS)


def _told(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("conversation_id", "missing", "moved") if name in row}


def _writing(asset: Asset, rows: Sequence[Row]) -> Step:
    """A step that writes rows, every column filled in that they do not give; it is stale when the rows are others."""
    table = complete(asset.schema, rows)
    digest = hashlib.sha256(json.dumps(table.to_pylist(), sort_keys=True, default=str).encode()).hexdigest()

    def write(run: StepRun) -> None:
        run.write(table)

    return Step("made", (asset,), (), write, models=lambda _: {"rows": digest})


def complete(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    """Rows with every column that they do not give filled in."""
    filler = {field.name: None if field.nullable else _empty(field.type) for field in schema}
    given = [{name: row.get(name, filler[name]) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(given, schema)


def _empty(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return []
    if pa.types.is_boolean(kind):
        return False
    return 0 if pa.types.is_integer(kind) or pa.types.is_floating(kind) else ""
