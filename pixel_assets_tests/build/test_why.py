"""Asked of any row, the system says where it came from and why it is, or is not, in the training set."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.graph import Asset, Graph, Step
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.step_run import StepRun
from pixel_assets.build.why import Life, why
from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import UsageError
from pixel_assets.settings import load_settings
from pixel_assets.store.schema import column

from ..end_to_end.tiny import answer, bring_up, question

pytestmark = pytest.mark.usefixtures("no_settings")

QUESTION = "I lie awake for hours and my thoughts go round and round about work, what could help me tonight?"
ANSWER = "That sounds exhausting. What goes through your mind in the first minutes after you turn off the light?"


def chat(asked: str, answered: str) -> str:
    return json.dumps({"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]})


CHATS = [
    chat(QUESTION, ANSWER),
    chat(QUESTION.upper(), ANSWER),  # the same up to case
    chat("Hi there.", "Hello."),
    '{"broken": ',
    chat("Estoy muy cansado y no puedo dormir desde hace semanas, ¿qué me aconsejas hacer?", "Cuéntame más de tus noches."),
    *(chat(question(n), answer(n)) for n in range(60) if n % 11 != 7 and n % 13 != 5),  # no short ones, and none in Spanish
]
PAIRS = ["prompt,response", f'"{QUESTION}","{ANSWER}"', '"What is a panic attack, and how long does one last?",""']


def sources(folder: Path) -> None:
    """Two sources: one of two files (one in a folder of its own), one of a single table."""
    (folder / "chats" / "deep").mkdir(parents=True)
    (folder / "chats" / "one.jsonl").write_text("\n".join(CHATS) + "\n", encoding="utf-8")
    (folder / "chats" / "deep" / "two.jsonl").write_text(CHATS[7] + "\n", encoding="utf-8")
    (folder / "pairs.csv").write_text("\n".join(PAIRS) + "\n", encoding="utf-8")
    entry = "  category: mental_health\n  title: T\n  licence: CC0-1.0\n"
    (folder / "sources.yaml").write_text(
        f"chats:\n  path: chats/**/*.jsonl\n{entry}pairs:\n  path: pairs.csv\n{entry}", encoding="utf-8"
    )


def notes(run: StepRun) -> None:
    """An asset of later days: free text, turns, vectors, and a column that names another conversation."""
    ids = run.inputs["corpus"].read(["conversation_id"])["conversation_id"].to_pylist()
    rows = [
        {"conversation_id": name, "parent_id": min(ids), "score": 0.5, "text": "SECRET", "quotes": [{"quote": "SECRET", "at": 3}],
         "turns": [{"role": "user", "content": "SECRET"}] * 3, "vector": [0.0] * 384, "label": "SECRET" * 100}
        for name in sorted(ids)
    ]  # fmt: skip
    run.write(pa.Table.from_pylist(rows, NOTES))


NOTES = pa.schema(
    [
        column("conversation_id", pa.string(), ""),
        column("parent_id", pa.string(), ""),
        column("score", pa.float64(), ""),
        column("text", pa.string(), ""),
        column("quotes", pa.list_(pa.struct([pa.field("quote", pa.string()), pa.field("at", pa.int64())])), ""),
        column("turns", TURNS, ""),
        column("vector", pa.list_(pa.float32()), ""),
        column("label", pa.string(), ""),
    ]
)
LATER = Step("later", (Asset("notes", "Notes.", NOTES, key=("conversation_id",)),), ("corpus",), notes)


def opened(root: Path, graph: Graph, **stages: dict[str, Any]) -> Project:
    folder = {"dir": root / "sources", "registry": root / "sources" / "sources.yaml"}
    few = {"scenarios": {"conversations": 0}, "edgecases": {"conversations": 0}}
    settings = {"mix": {"target": 30}, "exports": {"shard_rows": 7}, **few, **stages}
    return open_project(graph, load_settings(warehouse=root / "warehouse", sources=folder, **settings))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tiny sources, built with a graph that has one asset more than the shipped one."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("why")
        patch.chdir(folder)
        sources(folder / "sources")
        brought = bring_up(opened(folder, replace(GRAPH, steps=(*GRAPH.steps, LATER))))
        assert brought.errors == {}
    return folder


@pytest.fixture
def project(root: Path) -> Project:
    return opened(root, replace(GRAPH, steps=(*GRAPH.steps, LATER)))


def ids(project: Project, condition: str) -> list[str]:
    with project.connect() as connection:
        for name in project.graph.assets:
            connection.execute(f'CREATE VIEW "{name}" AS {project.table(name).sql()}')
        return [name for (name,) in connection.execute(condition).fetchall()]


def rows_of(life: Life, asset: str) -> list[dict[str, Any]]:
    return [dict(row) for chapter in life.chapters if chapter.asset == asset for row in chapter.rows]


def test_a_row_of_the_training_set_is_told_from_its_file_to_its_export(project: Project) -> None:
    (name,) = ids(project, "SELECT conversation_id FROM dataset_splits WHERE split = 'train' ORDER BY 1 LIMIT 1 OFFSET 8")
    life = why(project, name)
    assert life.summary == "kept; in the training set (train)"
    assert life.conversation_id == name
    assert [chapter.asset for chapter in life.chapters] == [
        "conversations", "corpus", "redacted_corpus", "safety_scores", "safety_verdicts", "safety_audit", "embeddings",
        "conversation_traits", "quality_readings", "quality_scores", "text_fingerprints", "minhash_signatures",
        "decisions", "training_mix", "dataset_splits", "notes",
    ]  # fmt: skip
    assert rows_of(life, "decisions")[0]["keep"] is True
    assert isinstance(rows_of(life, "training_mix")[0]["position"], int)
    assert rows_of(life, "corpus")[0]["turns"] == 2


def test_the_named_line_of_the_named_export_is_that_conversation(project: Project) -> None:
    folder = project.warehouse.exports
    for name in ids(project, "SELECT conversation_id FROM dataset_splits ORDER BY 1")[::3]:
        places = {row["format"]: row for row in why(project, name).exports}
        assert set(places) == {"jsonl", "parquet"}
        line = (folder / places["jsonl"]["file"]).read_text(encoding="utf-8").splitlines()[places["jsonl"]["row"] - 1]
        exported = pa.parquet.read_table(folder / places["parquet"]["file"]).to_pylist()[places["parquet"]["row"] - 1]
        assert name in line
        assert name in exported.values()


def test_exports_that_were_made_from_another_state_are_not_named(project: Project, root: Path) -> None:
    (name,) = ids(project, "SELECT conversation_id FROM dataset_splits ORDER BY 1 LIMIT 1")
    entry = next(project.warehouse.ledger("dataset_exports", "_").glob("*.json"))
    before = entry.read_text()
    changed = json.loads(before)
    changed["ingredients"]["inputs"]["dataset_splits"] = {"_": "0" * 64}
    entry.write_text(json.dumps(changed))
    try:
        assert why(project, name).exports == ()
    finally:
        entry.write_text(before)


def test_each_chapter_names_the_computation_that_it_comes_from(project: Project) -> None:
    (name,) = ids(project, "SELECT conversation_id FROM decisions ORDER BY 1 LIMIT 1")
    for chapter in why(project, name).chapters:
        path = project.warehouse.ledger(project.graph.maker[chapter.asset].name, chapter.partition or "_")
        entry = json.loads((path / f"{chapter.fingerprint}.json").read_text())
        assert entry["snapshots"][chapter.asset] == chapter.snapshot
        assert entry["computed_at"] == chapter.computed_at
        assert chapter.code is not None


def test_a_dropped_row_says_at_which_stage_and_by_which_value(project: Project) -> None:
    life = why(project, "chats:chats/one.jsonl:3")
    assert life.summary == "dropped at length: words 3 < 8"
    assert life.places == ({"source": "chats", "file": "chats/one.jsonl", "rows": [3]},)
    assert life.exports == ()
    assert "dataset_splits" not in {chapter.asset for chapter in life.chapters}


def test_the_loser_of_two_duplicates_names_the_winner_and_the_winner_its_losers(project: Project) -> None:
    first, second = (why(project, f"chats:chats/one.jsonl:{row}") for row in (1, 2))
    loser, winner = (first, second) if first.winner else (second, first)
    assert loser.summary.startswith("dropped at exact_duplicates: ")
    assert loser.summary.endswith(f"; {winner.conversation_id} is used instead")
    assert loser.winner == winner.conversation_id
    assert [row["conversation_id"] for row in winner.losers] == [loser.conversation_id]
    assert (winner.winner, loser.losers) == (None, ())


def test_every_place_of_a_conversation_is_named(project: Project) -> None:
    life = why(project, "pairs:1")
    assert [(place["source"], place["file"], place["rows"]) for place in life.places] == [
        ("chats", "chats/one.jsonl", [1]), ("pairs", "pairs.csv", [1]),
    ]  # fmt: skip
    assert {chapter.partition for chapter in life.chapters if chapter.asset == "conversations"} == {"chats", "pairs"}
    assert life.conversation_id == why(project, "chats:one.jsonl:1").conversation_id


def test_a_kept_row_that_the_mix_leaves_out_says_so(project: Project) -> None:
    kept = "SELECT conversation_id FROM decisions WHERE keep"
    left_out = ids(project, f"{kept} EXCEPT SELECT conversation_id FROM training_mix")
    assert why(project, left_out[0]).summary.startswith("kept; not in the training set")


@pytest.mark.parametrize(("word", "reason"), [("chats:chats/one.jsonl:4", "malformed_json"), ("pairs:2", "no_reply")])
def test_a_rejected_record_says_why_by_its_place(project: Project, word: str, reason: str) -> None:
    life = why(project, word)
    assert life.summary.startswith(f"rejected: {reason}")
    assert life.conversation_id is None
    assert [chapter.asset for chapter in life.chapters] == ["raw_records", "rejected_records"]


def test_a_unique_beginning_of_an_id_is_enough(project: Project) -> None:
    (name,) = ids(project, "SELECT conversation_id FROM decisions ORDER BY 1 LIMIT 1")
    for word in (name[:6], name[:10].upper(), name):
        assert why(project, word).conversation_id == name


def test_an_ambiguous_beginning_lists_what_it_fits(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixel_assets.build.subject.ID_DIGITS", re.compile(r"[0-9a-f]{1,32}\Z"))
    known = ids(project, "SELECT conversation_id FROM decisions ORDER BY 1")
    digit = next(name[0] for name in known if sum(other[0] == name[0] for other in known) > 1)
    with pytest.raises(UsageError) as caught:
        why(project, digit)
    assert all(name in str(caught.value) for name in known if name[0] == digit)


@pytest.mark.parametrize("word", ["abc", "12345", "xyzxyzxyz", "", "0" * 33])
def test_what_is_neither_an_id_nor_a_place_is_refused(project: Project, word: str) -> None:
    with pytest.raises(UsageError, match="neither an id nor a place"):
        why(project, word)


def test_an_unknown_id_says_where_was_looked(project: Project) -> None:
    where = r"conversations, preference_pairs, .*corpus, .*dataset_splits, .*notes: no conversation, .* has the id '0123456789'"
    with pytest.raises(UsageError, match=where):
        why(project, "0123456789")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("nowhere:1", "no source is called 'nowhere'"),
        ("chats:1", r"source 'chats' has 2 such files .*chats/deep/two\.jsonl, chats/one\.jsonl"),
        ("chats:three.jsonl:1", r"no file 'three\.jsonl'.*chats/"),
        ("pairs:99", r"pairs:pairs\.csv.*no record 99 \(expected a number up to 2\)"),
        ("pairs:first", "'first' is not the number of a record"),
        ("pairs:", "'' is not the number of a record"),
        (":1", "no source is called ''"),
    ],
)
def test_a_place_that_does_not_exist_says_what_does(project: Project, word: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        why(project, word)


def test_before_the_first_build_it_says_that_nothing_is_there(tmp_path: Path) -> None:
    sources(tmp_path / "sources")
    project = opened(tmp_path, GRAPH)
    with pytest.raises(UsageError, match="nothing is built yet"):
        why(project, "0123456789")
    with pytest.raises(UsageError, match=r"source 'pairs' has no records.*pixel build --sources pairs"):
        why(project, "pairs:1")


def test_an_asset_that_is_added_later_is_told_of_without_its_texts(project: Project) -> None:
    life = why(project, "pairs:1")
    (row,) = rows_of(life, "notes")
    assert row == {
        "conversation_id": life.conversation_id, "parent_id": row["parent_id"], "score": 0.5, "quotes": [{"at": 3}],
        "turns": 3, "vector": "(384 numbers)", "label": "(600 characters)",
    }  # fmt: skip


def test_columns_that_name_it_elsewhere_are_mentions(project: Project) -> None:
    smallest, *others = ids(project, "SELECT conversation_id FROM corpus ORDER BY 1")
    (mention,) = [mention for mention in why(project, smallest).mentions if mention.asset == "notes"]
    assert (mention.column, len(mention.rows)) == ("parent_id", len(others) + 1)
    assert "notes" not in {mention.asset for mention in why(project, others[0]).mentions}


def test_nothing_that_was_said_is_ever_shown(project: Project) -> None:
    words = [*ids(project, "SELECT conversation_id FROM corpus ORDER BY 1 LIMIT 3"), "pairs:1", "pairs:2"]
    everything = [why(project, word) for word in [*words, *(f"chats:one.jsonl:{row}" for row in range(1, 8))]]
    shown = json.dumps([life.to_json() for life in everything], ensure_ascii=False)
    for text in ("lie awake", "exhausting", "dormir", "panic attack", "broken", "SECRET"):
        assert text not in shown
