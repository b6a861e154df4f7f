"""Safety in the whole: what redaction, gate and decisions do together, from the file of a source to the exports."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pixel_assets.assets import GRAPH
from pixel_assets.build.plan import make_plan
from pixel_assets.cli import app
from pixel_assets.store.query import to_table

from ..conftest import Once
from .tiny import Brought, Tiny, answer, bring_up, question

Chat = Sequence[tuple[str, str]]

# All of it is invented; numbers are of ranges that nobody has. The second address has a Cyrillic letter.
NAMED: Final[Chat] = (
    (
        "user",
        "My name is Marisol Quennevale and I cannot sleep. Call me on 2 1 2 - 5 5 5 - 0 1 4 7 or at 212-555-\n0147, please.",
    ),
    ("assistant", "Thank you, Marisol. Is mаrisol.quennevale@example.org still where I can write to you?"),
    ("user", "Yes, or marisol [at] quennevale (dot) org, and my ssn is 078 - 05 - 1120. My card is 4111\n1111\n1111\n1111."),
    ("assistant", "It sounds as if the forms worry you, Mrs Quennevale. What goes through your mind when they arrive?"),
)
LABEL: Final = "m.quennevale@example.net"
TRACES: Final = ("quennevale", "2125550147", "078051120", "4111111111111111")  # letters and digits alone, look-alikes undone
HUMAN: Final[Chat] = (
    ("user", "Everyone in my family is far away now, and the evenings are very long for me."),
    ("assistant", "I know how that is, for I am a real human being just like you, and I grew up far away from my parents too."),
)
RISK: Final = "Since the winter I keep thinking about killing myself."
MET: Final[Chat] = (
    ("user", RISK),
    ("assistant", "I'm so glad that you told me. Are you thinking of ending your life now, and is somebody with you tonight?"),
)
UNMET: Final[Chat] = (("user", RISK), ("assistant", "That sounds really hard. What did you do this weekend?"))
ORDINARY: Final = (1, 2, 4, 6, 8, 9, 10, 12, 13, 14)
FIRST_ORDINARY: Final = 5  # row of the file
LOSING: Final = 30  # a row of the source whose replies are never learned from

RAW: Final = frozenset(
    {"raw_records", "rejected_records", "conversations", "preference_pairs", "corpus", "voice_transcripts", "voice_conversations"}
)
JUDGING: Final = frozenset({"safety_verdicts", "bias_report", "counterfactual_pairs"})
COMPARING: Final = frozenset({"duplicate_pairs", "semantic_pairs", "duplicate_clusters"})  # the safer of two is used
SELECTING: Final = frozenset(
    {
        "decisions", "training_mix", "dataset_splits", "augmented_train", "dataset_exports", "dataset_card", "dataset_report",
    }
)  # fmt: skip


def plain(n: int) -> Chat:
    return ("user", question(n)), ("assistant", answer(n))


@dataclass
class Watched(Tiny):
    """A tiny project with something to redact, something to hold back, and a source that is dark on purpose."""

    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    chats: list[Chat] = field(default_factory=lambda: [NAMED, HUMAN, MET, UNMET, *map(plain, ORDINARY)])

    def write(self) -> Watched:
        super().write()
        entry = "  title: Test\n  licence: Apache-2.0\n"
        (self.sources / "sources.yaml").write_text(
            f"sessions:\n  path: sessions.jsonl\n  category: psychology\n{entry}"
            f"dark:\n  path: dark.jsonl\n  category: reasoning\n  client_only: true\n{entry}"
        )
        lines = [_line(chat) for chat in self.chats]
        broken = f'{{"messages": [{{"role": "user", "content": "{LABEL} 212-555-0147'
        (self.sources / "sessions.jsonl").write_text("\n".join([*lines, broken]) + "\n", encoding="utf-8")
        (self.sources / "dark.jsonl").write_text(_line(plain(LOSING)) + "\n", encoding="utf-8")
        return self

    def change(self, stage: str, **values: Any) -> Watched:
        super().change(stage, **values)
        return self

    def copied(self, root: Path, *, warehouse: bool = True) -> Watched:
        """The same project elsewhere."""
        if warehouse:
            shutil.copytree(self.warehouse, root / "warehouse", symlinks=True)
        settings = {stage: dict(values) for stage, values in self.settings.items()}
        root.mkdir(parents=True, exist_ok=True)
        return Watched(root, settings=settings, chats=list(self.chats)).write()

    def bring_up(self) -> Brought:
        """Ask every step; none may fail."""
        brought = bring_up(self.project())
        assert brought.errors == {}
        return brought

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the state as it is now."""
        project = self.project()
        with project.connect() as connection:
            for name in project.graph.assets:
                connection.execute(f'CREATE VIEW "{name}" AS {project.table(name).sql()}')
            return connection.execute(sql).fetchall()

    def became(self, chat: Chat) -> tuple[Any, ...]:
        """Verdict, whether it is a crisis example, and the decision on a conversation."""
        (found,) = self.query(f"""
            SELECT verdict, crisis_example, keep, d.reason, d.detail
            FROM decisions d JOIN safety_verdicts USING (conversation_id) JOIN redacted_corpus c USING (conversation_id)
            WHERE c.source = 'sessions' AND list_contains(c.provenances[1].rows, {1 + self.chats.index(chat)})
        """)
        return found

    def run(self, *words: str) -> Result:
        """Run a command in this process, which is faster; it must end with exit code 0."""
        with self.active():
            result = CliRunner().invoke(app, list(words))
        assert result.exit_code == 0, result.stderr
        return result

    def told(self, *words: str) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.run(*words, "--json").stdout)

    def why(self, chat: Chat) -> Any:
        """The life of a conversation."""
        return self.told("why", self.place(chat))

    def place(self, chat: Chat) -> str:
        """Where a conversation stands in its source."""
        return f"sessions:{1 + self.chats.index(chat)}"

    @property
    def recorded(self) -> int:
        """Decisions in the audit trail."""
        found: int = self.told("audit")["decisions"]
        return found


def _line(chat: Chat) -> str:
    turns = [{"role": role, "content": content} for role, content in chat]
    return json.dumps({"messages": turns} | ({"contact": LABEL} if chat is NAMED else {}), ensure_ascii=False)


@pytest.fixture(scope="module")
def watched(once: Once) -> Watched:
    """A project that ``pixel build`` has built; only read it."""

    def fill(folder: Path) -> None:
        done = Watched(folder).write().pixel("build", "--json")
        (folder / "build.json").write_text(done.stdout)
        (folder / "build.log").write_text(done.stderr)
        assert done.returncode == 0, done.stderr

    return Watched(once("built-watched", fill))


@pytest.fixture
def copied(watched: Watched, tmp_path: Path) -> Watched:
    return watched.copied(tmp_path / "project")


def rows_computed(brought: Brought) -> dict[str, int]:
    """Rows that were computed, by asset; none where nothing was."""
    results = [asset for result in brought.results.values() for asset in result.assets if not asset.reused]
    return {asset.asset: asset.rows_computed for asset in results}


def traces(text: str) -> list[str]:
    """The invented identifiers that a text gives away, whatever stands between their letters and digits."""
    spelled = text.replace("\\n", "\n")  # as JSON and Python write it
    folded = unicodedata.normalize("NFKC", spelled).casefold().replace("а", "a")
    bare = "".join(letter for letter in folded if letter.isalnum())
    return [trace for trace in TRACES if trace in bare]


def texts_of_views(catalogue: Path) -> Iterator[tuple[str, str]]:
    """Every row of every view and table of the catalogue, each as one text."""
    with duckdb.connect(str(catalogue), read_only=True) as connection:
        names = connection.sql("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
        for (name,) in names:
            for row in connection.sql(f'FROM "{name}"').fetchall():
                yield name, " | ".join(map(str, row))


def test_the_invented_identifiers_are_in_the_sources(watched: Watched) -> None:
    given = {name for name, text in texts_of_views(watched.warehouse / "pixel.duckdb") if traces(text)}
    assert given >= {"raw_records", "conversations", "corpus"}
    assert traces(str(NAMED)) == list(TRACES)


def test_no_identifier_stands_in_a_view_behind_the_redaction(watched: Watched) -> None:
    told = {name: traces(text) for name, text in texts_of_views(watched.warehouse / "pixel.duckdb") if traces(text)}
    assert {name: found for name, found in told.items() if name not in RAW} == {}


def test_no_identifier_stands_in_an_export(watched: Watched) -> None:
    folder = watched.warehouse / "exports"
    tables = [pq.read_table(path) for path in folder.rglob("*.parquet")]
    assert sum(table.num_rows for table in tables) > len(ORDINARY) // 2
    assert [traces(str(table.to_pylist())) for table in tables if traces(str(table.to_pylist()))] == []
    others = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert {path.name: traces(path.read_text(encoding="utf-8")) for path in others if traces(path.read_text())} == {}


def test_no_identifier_stands_in_metadata_logs_or_what_commands_print(watched: Watched) -> None:
    kept = [path for path in watched.root.rglob("*") if path.is_file() and watched.sources not in path.parents]
    written = {path: path.read_bytes().decode("utf-8", "replace") for path in kept if path.suffix != ".parquet"}
    assert len(written) > 100
    # Each is too long to turn up by chance in the hashes and run ids that Dagster's storage is full of.
    names = ("quennevale", "212-555-", "2 1 2 - 5", "078 - 05", "4111\n1111", "4111\\n1111", "4111 1111", "41111111")
    assert {str(path.relative_to(watched.root)) for path, text in written.items() if any(name in text for name in names)} == set()
    named, broken = watched.place(NAMED), f"sessions:{len(watched.chats) + 1}"
    for words in (("why", named), ("why", broken), ("why", named, "--json"), ("audit", "--json"), ("plan", "--json")):
        assert traces(watched.run(*words).output) == []


def test_an_id_in_an_export_leads_to_the_conversation(watched: Watched) -> None:
    lines = [
        json.loads(line) for name, data in watched.exports().items() if name.startswith("jsonl/") for line in data.splitlines()
    ]
    named = watched.why(NAMED)
    (place,) = (place for place in named["exports"] if place["format"] == "jsonl")
    exported = json.loads(watched.exports()[place["file"]].splitlines()[place["row"] - 1])
    assert exported["id"] == named["release_id"]
    assert named["conversation_id"] not in str(lines)
    assert watched.told("why", named["release_id"])["conversation_id"] == named["conversation_id"]


def test_what_is_redacted_is_told_by_type_and_number(watched: Watched) -> None:
    life = watched.why(NAMED)
    found = {row["type"]: row["found"] for row in life["identifiers"]}
    assert {"card": 1, "phone": 2, "social_security": 1}.items() <= found.items()
    assert found["email"] >= 2
    assert found["name"] >= 2
    assert all(row["replaced"] == row["found"] for row in life["identifiers"])
    assert "  identifiers card 1\n" in watched.run("why", watched.place(NAMED)).stdout


def test_each_kind_of_conversation_meets_its_fate(watched: Watched) -> None:
    assert watched.became(NAMED) == ("redact", False, True, "kept", "")
    assert watched.became(HUMAN) == ("quarantine", False, False, "quarantined", "content:claims_to_be_human")
    assert watched.became(MET) == ("pass", True, True, "kept", "")
    assert watched.became(UNMET) == ("review", False, False, "awaits_review", "response:not_asked")
    ((reason, detail),) = watched.query("""
        SELECT reason, detail FROM decisions JOIN redacted_corpus USING (conversation_id) WHERE source = 'dark'
    """)
    assert (reason, detail) == ("client_side_only", "its source is read on the side of the client alone")
    exported = watched.exports()["jsonl/train-00000.jsonl"].decode() + str(sorted(watched.exports()))
    for chat in (HUMAN, UNMET, plain(LOSING)):
        assert chat[1][1] not in exported


def test_why_says_what_the_gate_decided_and_on_what_evidence(watched: Watched) -> None:
    life = watched.why(UNMET)
    assert life["summary"] == "held at safety: awaits review: response:not_asked"
    (judgement,) = life["judgements"]
    assert (judgement["verdict"], judgement["stands"]) == ("review", True)
    (audit,) = next(chapter["rows"] for chapter in life["chapters"] if chapter["asset"] == "safety_audit")
    assert {name: judgement[name] for name in audit} == audit
    assert audit["reasons"] == ["response:not_asked:review", "crisis:risk:note"]
    assert {(place["area"], place["turn"]) for place in audit["evidence"]} == {("crisis", 0), ("response", 0)}  # both at the risk
    text = watched.run("why", watched.place(UNMET)).stdout
    assert text.startswith("held at safety: awaits review: response:not_asked\n")
    assert f"  review under policy {audit['policy_version']}, code {audit['code_version']}: response:not_asked:review" in text
    assert RISK not in text
    assert watched.why(HUMAN)["summary"] == "dropped at safety: quarantined: content:claims_to_be_human"


def test_changes_cost_what_they_change_and_end_as_a_clean_build_does(copied: Watched, tmp_path: Path) -> None:
    copied.chats[FIRST_ORDINARY] = plain(50)
    copied.write()
    computed = rows_computed(copied.bring_up())
    assert {name: computed[name] for name in ("corpus", "redacted_corpus", "safety_scores")} == {
        "corpus": 1, "redacted_corpus": 1, "safety_scores": 1,
    }  # fmt: skip
    copied.change("safety", rules={"not_asked": "quarantine"}).bring_up()
    computed = rows_computed(copied.change("identifiers", style="typed").bring_up())
    assert computed["redacted_corpus"] == copied.query("SELECT count(*) FROM corpus")[0][0]
    assert computed["safety_scores"] == 1  # where redaction changed nothing, nothing is examined again
    ((turns,),) = copied.query("SELECT turns FROM redacted_corpus WHERE list_contains(redacted_types, 'card')")
    assert turns[0]["content"].startswith("My name is [name] and I cannot sleep. Call me on [phone number] or at [phone number]")
    assert copied.became(UNMET)[3:] == ("quarantined", "response:not_asked")
    clean = copied.copied(tmp_path / "clean", warehouse=False)
    clean.bring_up()
    assert copied.state() == clean.state()
    assert copied.exports() == clean.exports()


def test_a_changed_policy_looks_at_no_text_again_and_leaves_its_trace(copied: Watched) -> None:
    before, conversations = copied.state(), len(copied.query("SELECT conversation_id FROM corpus"))
    assert copied.recorded == conversations
    policy = {"none": "keep", "concern": "keep", "risk": "drop", "imminent": "review"}
    copied.change("safety", protocol=policy)
    computed = {name for name, _ in copied.bring_up().computed}
    assert "safety_verdicts" in computed
    assert computed <= JUDGING | COMPARING | SELECTING
    assert copied.became(MET)[:4] == ("quarantine", False, False, "quarantined")
    assert copied.recorded == 2 * conversations
    decided = [(row["verdict"], row["stands"]) for row in copied.why(MET)["judgements"]]
    assert decided == [("pass", False), ("quarantine", True)]
    lines = [line for line in copied.run("why", copied.place(MET)).stdout.splitlines() if line.startswith("  judged ")]
    assert [line.split()[3] for line in lines] == ["pass", "quarantine"]
    assert [line.endswith("  (stands)") for line in lines] == [False, True]
    del copied.settings["safety"]
    copied.write().bring_up()
    assert copied.recorded == 2 * conversations
    assert copied.state() == before
    rulings = copied.told("audit")["rulings"]
    assert [ruling["stands"] for ruling in rulings] == [True, False]


def test_what_awaits_review_comes_in_where_the_settings_say_so(copied: Watched) -> None:
    copied.change("thresholds", preset="off")  # a reply that does not meet a crisis is of low clinical compliance, too
    computed = {name for name, _ in copied.change("decisions", unreviewed="use").bring_up().computed}
    assert computed <= SELECTING
    assert copied.became(UNMET)[:4] == ("review", False, True, "kept")
    summary = copied.why(UNMET)["summary"]
    assert summary.startswith("kept; in the training set (")
    assert summary.endswith("), unreviewed: response:not_asked")


def test_the_audit_trail_outlives_storage_and_catalogue(copied: Watched) -> None:
    trail, exported = copied.told("audit"), copied.exports()
    for name in (".dagster", "pixel.duckdb", ".catalogue", "observed"):
        path = copied.warehouse / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    assert make_plan(copied.project()).stale == ()
    assert copied.build().exit_code == 0
    assert (copied.told("audit"), copied.exports()) == (trail, exported)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_the_audit_trail_is_exported(watched: Watched, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"audit.{suffix}"
    told = watched.told("audit", "--since", "2020-01-01", "--output", str(file))
    assert told["file"] == str(file)
    reader = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}[suffix]
    with duckdb.connect() as connection:
        read = to_table(connection, f"SELECT * FROM {reader}('{file}')")
    names = [*GRAPH.assets["safety_audit"].schema.names, "recorded_at"]
    assert read.schema.names == names
    assert read.num_rows == told["decisions"] == len(watched.query("FROM safety_audit"))
    assert set(read["verdict"].to_pylist()) == set(told["rulings"][0]["verdicts"]) == {"pass", "redact", "review", "quarantine"}


def test_sql_exports_the_audit_trail_as_well(watched: Watched, tmp_path: Path) -> None:
    watched.run("sql", f"COPY (FROM safety_audit_history) TO '{tmp_path / 'audit.csv'}'")
    assert len((tmp_path / "audit.csv").read_text().splitlines()) == 1 + watched.recorded
