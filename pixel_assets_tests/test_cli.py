"""The commands as a person and a program use them: help, JSON on standard output alone, exit codes, messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from pixel_assets.cli import app
from pixel_assets.store.locks import lock
from pixel_assets.store.warehouse import WHOLE, Warehouse

from .end_to_end.tiny import Tiny, bring_up

COMMANDS = sorted(command.callback.__name__ for command in app.registered_commands if command.callback)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def told(*words: str, code: int = 0) -> Any:
    """What a command prints with ``--json``: exactly one document, and nothing else."""
    result = run(*words, "--json")
    assert result.exit_code == code, result.stderr
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def refused(*words: str, code: int = 2) -> str:
    """The message of a command that cannot be done; nothing goes to standard output."""
    result = run(*words)
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


@pytest.fixture
def looked_at(built_once: Tiny) -> Iterator[Tiny]:
    """A built project for commands that change nothing."""
    with built_once.active():
        yield built_once


def test_the_commands_are_these() -> None:
    assert COMMANDS == [
        "audit", "backup", "build", "coverage", "diff", "forget", "gc",
        "plan", "report", "restore", "similar", "sql", "tag", "thresholds",
        "ui", "verify", "why",
    ]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_a_description(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: pixel {command}" in " ".join(result.stdout.split()) or "PIXEL_WAREHOUSE=" in result.stdout
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    found = group.commands[command]
    assert found.help
    assert all(getattr(option, "help", None) for option in found.params)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "ui"])
def test_every_command_has_json(command: str) -> None:
    assert "--json" in run(command, "--help").stdout


def test_the_version_and_an_unknown_command() -> None:
    assert run("--version").stdout.startswith("pixel ")
    assert "No such command 'bild'" in refused("bild")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("plan", "corpsu"), ["'corpsu'", "corpus"]),
        (("build", "group:no"), ["'group:no'"]),
        (("plan", "--sources", "alfa"), ["'alfa'", "alpha"]),
        (("diff", "corpsu"), ["'corpsu'", "corpus"]),
        (("diff", "group:selection"), ["'group:selection'"]),
        (("diff", "corpus", "nothing"), ["'nothing'", "previous", "Known snapshots"]),
        (("diff", "corpus", "--sources", "alfa"), ["'alfa'", "alpha"]),
        (("sql", "SELECT 1", "--as-of", "v1"), ["'v1'", "pixel tag"]),
        (("sql", "SELEC 1"), ["SELEC"]),
        (("sql", "--json"), ["--json needs a query"]),
        (("tag", "Not a name"), ["'Not a name'"]),
        (("tag", "v1", "--delete"), ["'v1'"]),
        (("backup", "x.tar", "--tag", "v1"), ["'v1'"]),
        (("gc", "--keep", "0"), ["0", "1 or more"]),
        (("why", "zzz"), ["'zzz'"]),
        (("why", "00000000"), ["'00000000'", "decisions"]),
        (("why", "alfa:1"), ["'alfa'", "alpha"]),
        (("sources", "check", "alfa"), ["'alfa'", "alpha"]),
        (("sources", "check", "alpha", "--rows", "0"), ["0", "--rows"]),
        (("sources", "pin", "alpha"), ["'alpha'", "no dataset of the hub"]),
        (("sources", "pin", "alfa"), ["'alfa'", "alpha"]),
        (("restore", "absent.tar"), ["absent.tar"]),
    ],
)
def test_wrong_use_ends_with_2_and_names_the_thing(looked_at: Tiny, words: tuple[str, ...], names: list[str]) -> None:
    message = refused(*words)
    assert all(name in message for name in names), message


def test_bad_settings_end_with_2_and_name_the_setting_and_the_file(tiny: Tiny) -> None:
    tiny.change("mix", target=0)
    for words in (("plan",), ("why", "0123456"), ("verify",), ("gc",)):
        message = refused(*words)
        assert "mix.target" in message
        assert "pixel.toml" in message


def test_a_registry_that_cannot_be_read_ends_with_2_and_names_the_file(tiny: Tiny) -> None:
    (tiny.sources / "sources.yaml").write_text("alpha: [")
    assert "sources.yaml" in refused("plan")


def test_sql_prints_rows_as_objects(looked_at: Tiny) -> None:
    rows = told("sql", "SELECT reason, count(*) AS n FROM decisions GROUP BY reason ORDER BY n DESC LIMIT 1")
    assert rows == [{"reason": "kept", "n": rows[0]["n"]}]


def test_plan_of_a_built_project_is_empty(looked_at: Tiny) -> None:
    assert told("plan")["stale"] == []


def test_why_tells_of_a_kept_row_and_of_a_rejected_one(looked_at: Tiny) -> None:
    (row,) = told("sql", "SELECT conversation_id FROM dataset_splits WHERE split = 'train' ORDER BY 1 LIMIT 1")
    life = told("why", row["conversation_id"][:12])
    assert life["summary"] == "kept; in the training set (train)"
    assert life["chapters"][0]["asset"] == "conversations"
    assert life["exports"][0]["file"].startswith("jsonl/train")
    text = run("why", row["conversation_id"]).stdout
    assert text.startswith("kept; in the training set (train)\n")
    assert "exported to jsonl/train" in text
    (record,) = told("sql", "SELECT source, file, row, reason FROM rejected_records ORDER BY ALL LIMIT 1")
    assert f"rejected: {record['reason']}" in run("why", f"{record['source']}:{record['file']}:{record['row']}").stdout


def test_sources_are_listed_with_their_state_and_numbers(built: Tiny) -> None:
    first = {source["name"]: source for source in told("sources")}
    assert list(first) == ["alpha", "beta", "gamma"]
    assert {source["state"] for source in first.values()} == {"built"}
    (counted,) = told("sql", "SELECT count(*) AS records FROM raw_records WHERE source = 'alpha'")
    alpha = first["alpha"]
    assert alpha["records"] == counted["records"] == alpha["conversations"] + alpha["rejected"]
    assert (alpha["files"], alpha["bytes"]) == (1, built.file("alpha").stat().st_size)
    assert (alpha["licence"], alpha["verdict"], alpha["permitted"], alpha["error"]) == ("Apache-2.0", "allow", True, None)
    built.rows["alpha"] += (60,)
    built.rows["delta"] = (1, 2)
    built.missing.add("beta")
    built.write()
    second = {source["name"]: source for source in told("sources")}
    assert {name: source["state"] for name, source in second.items()} == {
        "alpha": "stale", "beta": "failed", "gamma": "built", "delta": "never built",
    }  # fmt: skip
    assert "matches no file" in second["beta"]["error"]
    assert (second["alpha"]["records"], second["delta"]["records"]) == (alpha["records"], None)
    text = run("sources")
    assert [line.split()[0] for line in text.stdout.splitlines()[1:5]] == ["alpha", "beta", "gamma", "delta"]
    assert "1 of 4 sources are built and up to date" in text.stdout
    assert "beta" in text.stderr


def test_the_catalogue_tells_of_every_source(looked_at: Tiny) -> None:
    rows = told("sql", "SELECT source, state, files, records, licence, changed_at FROM pixel_sources")
    listed = {source["name"]: source for source in told("sources")}
    assert [row["source"] for row in rows] == ["alpha", "beta", "gamma"]
    for row in rows:
        source = listed[row["source"]]
        assert row == {
            "source": source["name"], "state": "built",
            **{name: source[name] for name in ("files", "records", "licence", "changed_at")},
        }  # fmt: skip


def test_a_source_is_looked_into_without_a_warehouse(tiny: Tiny) -> None:
    (sample,) = told("sources", "check", "alpha", "--rows", "5")
    assert {name: sample[name] for name in ("file", "records", "format", "conversations", "rejected")} == {
        "file": "alpha.jsonl", "records": 5, "format": "messages", "conversations": 4, "rejected": {"malformed_json": 1},
    }  # fmt: skip
    assert sample["confidence"] > 0.5
    assert sample["explanation"]
    assert [turn["role"] for turn in sample["examples"][0]["turns"]] == ["user", "assistant"]
    text = run("sources", "check", "alpha", "--rows", "5").stdout
    assert text.startswith("alpha.jsonl  messages, confidence ")
    assert "rejected malformed_json 1: " in text
    assert not tiny.warehouse.exists()


def test_looking_into_a_source_finds_what_a_build_finds(looked_at: Tiny) -> None:
    for name in ("alpha", "beta", "gamma"):
        (sample,) = told("sources", "check", name)
        (built,) = told("sql", f"SELECT format, records, conversations, rejected FROM source_inventory WHERE source = '{name}'")
        assert (sample["format"], sample["records"], sample["conversations"]) == tuple(built.values())[:3]
        assert sum(sample["rejected"].values()) == built["rejected"]


def test_diff_against_a_tag_names_every_row(built: Tiny) -> None:
    told("tag", "before")
    same = told("diff", "decisions", "before")
    assert same["counts"] == {"added": 0, "removed": 0, "changed": 0, "unchanged": same["rows"]["new"]}
    built.rows["alpha"] = (*(n for n in built.rows["alpha"] if n != 1), 60, 61)
    built.change("decisions", min_words=40)
    bring_up(built.project())
    found = told("diff", "decisions", "before")
    rows = found["rows"]
    assert rows["new"] - rows["old"] == 1
    assert {name: len(found[name]) for name in ("added", "removed")} == {"added": 2, "removed": 1}
    assert found["counts"]["changed"] == len(found["changed"]) > 0
    assert found["changed"][0]["columns"] == ["keep", "stage", "reason", "detail"]
    text = run("diff", "decisions", "before").stdout
    assert "2 added, 1 removed" in text
    assert text.count("\n~ ") <= 21
    assert told("diff", "raw_records", "before", "--sources", "beta")["counts"]["added"] == 0
    snapshot = told("diff", "decisions", "before")["old"]["snapshots"][""]
    assert told("diff", "decisions", snapshot[:6])["counts"] == found["counts"]


def test_diff_lists_twenty_and_says_where_the_rest_is(built: Tiny) -> None:
    told("tag", "before")
    built.rows["alpha"] += tuple(range(61, 100))
    built.write()
    bring_up(built.project())
    text = run("diff", "raw_records", "before").stdout
    assert text.count("\n+ ") == 21
    assert "+ and 19 more; --json has all" in text
    assert len(told("diff", "raw_records", "before")["added"]) == 39


def test_a_single_snapshot_is_compared_with_its_own_source(built: Tiny) -> None:
    snapshots = told("diff", "raw_records", "current")["old"]["snapshots"]
    assert sorted(snapshots) == ["alpha", "beta", "gamma"]
    assert told("diff", "raw_records", snapshots["beta"])["new"]["snapshots"] == {"beta": snapshots["beta"]}
    assert "different sources" in refused("diff", "raw_records", snapshots["beta"], snapshots["alpha"])


def test_the_previous_state_is_the_one_computed_before(built: Tiny) -> None:
    assert "no previous state" in refused("diff", "decisions")
    (entry,) = Warehouse(built.warehouse).ledger("decisions", WHOLE).glob("*.json")
    content = json.loads(entry.read_bytes()) | {"computed_at": "2020-01-01T00:00:00+00:00"}
    entry.write_text(json.dumps(content))
    built.change("decisions", min_words=40)
    bring_up(built.project())
    found = told("diff", "decisions")
    assert (found["old"]["state"], found["new"]["state"]) == ("previous", "current")
    assert found["old"]["snapshots"][""] == content["snapshots"]["decisions"]
    assert found["counts"]["changed"] > 0


def test_tags_are_made_listed_used_and_forgotten(built: Tiny) -> None:
    (made,) = told("tag", "v1")
    assert made["name"] == "v1"
    assert "exists" in refused("tag", "v1")
    assert told("tag", "v1", "--force")[0]["snapshots"] == made["snapshots"]
    assert [tag["name"] for tag in told("tag")] == ["v1"]
    before = told("sql", "SELECT count(*) AS n FROM training_mix")
    built.change("mix", target=5)
    bring_up(built.project())
    assert told("sql", "SELECT count(*) AS n FROM training_mix") == [{"n": 5}]
    assert told("sql", "SELECT count(*) AS n FROM training_mix", "--as-of", "v1") == before
    assert "v1" in run("tag").stdout
    assert "forgotten" in run("tag", "v1", "--delete").stdout
    assert told("tag") == []


def test_gc_frees_what_is_old_and_leaves_nothing_to_do(built: Tiny) -> None:
    for target in (5, 6, 7):
        built.change("mix", target=target)
        bring_up(built.project())
    foretold = told("gc", "--keep", "1", "--dry-run")
    assert foretold["snapshots"] > 0
    freed = told("gc", "--keep", "1")
    assert freed == foretold | {"dry_run": False}
    assert told("plan")["stale"] == []
    assert told("sql", "SELECT count(*) AS n FROM training_mix") == [{"n": 7}]
    assert "no garbage" in run("gc", "--keep", "1").stdout
    assert told("verify") == {"problems": [], "sound": True}


def test_gc_while_a_build_runs_ends_with_1_and_says_so(built: Tiny) -> None:
    with lock(Warehouse(built.warehouse).lock("gc"), shared=True):
        assert "a build" in refused("gc", code=1)


def test_verify_ends_with_1_until_it_is_repaired(built: Tiny) -> None:
    path = next((built.warehouse / "data" / "decisions").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])
    found = told("verify", "--quick", code=1)
    assert [problem["where"] for problem in found["problems"]] == [f"data/decisions/{path.name}"]
    assert "damaged" in run("verify").stdout
    assert told("verify", "--repair")["problems"][0]["repaired"] is True
    assert told("plan")["stale"][0]["asset"] == "decisions"
    bring_up(built.project())
    assert told("verify")["sound"] is True


def test_a_backup_is_restored_elsewhere_with_nothing_left_to_build(built: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = told("backup", "saved.tar")
    assert "exists" in refused("backup", "saved.tar")
    assert "not empty" in refused("restore", "saved.tar", code=1)
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(built.root / "elsewhere"))
    assert told("restore", "saved.tar") == saved
    assert told("plan")["stale"] == []
    assert told("verify")["sound"] is True
    assert (built.root / "elsewhere" / "exports" / "checksums.txt").is_file()
    assert "elsewhere" in refused("restore", "saved.tar", code=1)
