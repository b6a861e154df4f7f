"""The assets of the group safety: nothing behind them reads raw text, and each depends on what it says and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.assets.safety import (
    _LABELLED as LABELLED,
)
from pixel_assets.assets.safety import (
    CRISIS_MODEL_STEP,
    REDACTED_CORPUS_STEP,
    SAFETY_SCORES_STEP,
    SAFETY_VERDICTS_STEP,
    is_labelled,
    redact_rows,
)
from pixel_assets.conversation.corpus import CORPUS
from pixel_assets.safety.crisis.classifier import CRISIS_MODEL
from pixel_assets.safety.findings import FINDINGS
from pixel_assets.safety.identifiers.tables import PII_FINDINGS, REDACTED_CORPUS
from pixel_assets.settings import REGISTRY_FILE, IdentifierSettings
from pixel_assets.sources.registry import load_registry

from ..end_to_end.tiny import Tiny, bring_up

PERSONAL = {"redacted_corpus", "pii_findings"}  # the assets that may read the corpus
GROUPS = ("quality", "dedup", "selection", "release")
CLEAN = ("redacted_corpus", "redacted_preferences", "source_inventory", "pii_findings")  # redacted, or counts and places alone
ADDRESS = "bryn@example.org"


def ancestors(name: str, *without: str) -> set[str]:
    """Everything that an asset is made from, not looking behind some of them."""
    maker = GRAPH.maker.get(name)
    if maker is None or name in without:
        return set()
    return set(maker.inputs).union(*(ancestors(read, *without) for read in maker.inputs))


def test_only_redaction_reads_the_corpus() -> None:
    assert {asset.name for step in GRAPH.steps if "corpus" in step.inputs for asset in step.assets} == PERSONAL


@pytest.mark.parametrize("group", GROUPS)
def test_everything_that_is_trained_on_comes_through_redaction(group: str) -> None:
    for step in GRAPH.steps:
        if step.group == group:
            for asset in step.assets:
                raw = {"rejected_records", "corpus", "conversations", "voice_conversations", "preference_pairs"}
                held = ancestors(asset.name, *CLEAN) & raw
                assert held == set(), asset.name


@pytest.mark.parametrize(
    ("step", "settings"),
    [
        (REDACTED_CORPUS_STEP, ("identifiers",)),
        (CRISIS_MODEL_STEP, ("crisis",)),
        (SAFETY_SCORES_STEP, ()),
        (SAFETY_VERDICTS_STEP, ("safety",)),
    ],
)
def test_each_step_reads_its_own_settings_alone(step: Any, settings: tuple[str, ...]) -> None:
    assert step.settings == settings


def test_tables_of_places_have_no_column_for_text() -> None:
    places = {*PII_FINDINGS.names, *FINDINGS.names, *GRAPH.assets["safety_audit"].schema.names}
    assert places & {"text", "content", "value", "original", "excerpt", "turns", "quote", "surrogate"} == set()


def corpus_of(*chats: list[str]) -> pa.Table:
    rows = []
    for number, chat in enumerate(chats):
        turns = [{"role": ("user", "assistant")[at % 2], "content": content} for at, content in enumerate(chat)]
        rows.append({name: None for name in CORPUS.names} | {"conversation_id": f"{number:032x}", "turns": turns})
    nullable = pa.schema([field.with_nullable(True) for field in CORPUS])
    filled = {
        "source": "s",
        "category": "psychology",
        "format": "messages",
        "flags": [],
        "copies": 1,
        "provenances": [],
        "rows": [],
    }
    plain = [{name: filled.get(name, value) if value is None else value for name, value in row.items()} for row in rows]
    return pa.Table.from_pylist(plain, nullable)


def test_a_batch_keeps_its_order_and_each_finding_names_its_row() -> None:
    settings: Any = IdentifierSettings(recogniser="none", style="tagged")
    batch = corpus_of(["Nothing to see.", "Fine."], ["Write to " + ADDRESS, "I will."], ["Hello.", "Or " + ADDRESS + "?"])
    made = redact_rows(batch, settings)
    assert made.corpus["conversation_id"].to_pylist() == batch["conversation_id"].to_pylist()
    assert made.corpus["redactions"].to_pylist() == [0, 1, 1]
    assert made.corpus["redacted_types"].to_pylist() == [[], ["email"], ["email"]]
    assert made.corpus.schema.names == REDACTED_CORPUS.names
    assert made.rows.tolist() == [1, 2]
    contents = [[turn["content"] for turn in turns] for turns in made.corpus["turns"].to_pylist()]
    assert contents == [["Nothing to see.", "Fine."], ["Write to [EMAIL_1]", "I will."], ["Hello.", "Or [EMAIL_1]?"]]


def test_every_labelled_source_is_in_the_shipped_registry() -> None:
    labelled = [source for source in load_registry(REGISTRY_FILE) if is_labelled(source)]
    assert {source.name for source in labelled} == LABELLED


def test_without_a_model_the_pass_judges_alone(tiny: Tiny) -> None:
    project = tiny.change("crisis", model="none").project()
    assert bring_up(project).errors == {}
    assert project.table("crisis_model").read().schema.names == CRISIS_MODEL.names
    assert project.table("crisis_model").rows == 0
    scores = project.table("safety_scores").read()
    assert scores.num_rows > 0
    assert scores["crisis_score"].null_count == scores.num_rows


def test_measures_of_the_gate_count_every_conversation_once(built_once: Tiny) -> None:
    (entry,) = (built_once.warehouse / "ledger" / "safety_verdicts" / "_").glob("*.json")
    counts = json.loads(Path(entry).read_text())["measures"]["by_verdict"]
    assert sum(counts.values()) == built_once.project().table("corpus").rows
