"""What was withdrawn is gone: from every later build, from the exports, and after a purge from every file of the warehouse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from pixel_assets.conversation.standard import conversation_id

from .tiny import Tiny, answer, bring_up, question

ROW = 21  # stands in alpha and, as a copy, in beta


def name_of(n: int) -> str:
    return conversation_id([{"role": "user", "content": question(n)}, {"role": "assistant", "content": answer(n)}])


def holding(warehouse: Path, text: str) -> set[str]:
    """Every file of a warehouse in which a text stands, Parquet being read with the rows that no longer count."""
    found = set()
    for path in sorted(warehouse.rglob("*")):
        if path.is_file() and not path.is_symlink():
            if path.suffix == ".parquet":
                said = json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
            else:
                said = path.read_bytes().decode("utf-8", "ignore")
            if text in said:
                found.add(path.relative_to(warehouse).as_posix())
    return found


def built(project: Tiny) -> Tiny:
    """Bring every step up to date; nothing may fail."""
    assert bring_up(project.project()).errors == {}
    return project


def forgotten(project: Tiny, *arguments: str) -> Any:
    return project.pixel_json("forget", *arguments)


def without(project: Tiny, root: Path, n: int) -> Tiny:
    """The project as it is where a row was never there: an empty line stands in its place."""
    other = project.copy(root, warehouse=False)
    (other.sources / "withdrawals.yaml").unlink(missing_ok=True)
    for source in other.rows:
        lines = other.file(source).read_text().splitlines(keepends=True)
        other.file(source).write_text("".join(line for line in lines if question(n) not in json_text(line)))
    return other


def json_text(line: str) -> str:
    return line.replace('\\"', '"').replace('""', '"')


@pytest.fixture
def told(built: Tiny) -> Tiny:
    """A built project that has forgotten a conversation and was built again."""
    forgotten(built, name_of(ROW), "--because", "asked by the person", "--yes")
    return built_again(built)


built_again = built


def test_without_yes_nothing_is_changed(built: Tiny) -> None:
    before = built.state()
    said = forgotten(built, name_of(ROW)[:10])
    assert said["kind"] == "conversation"
    assert {(place["source"], *place["rows"]) for place in said["places"]} == {("alpha", 21), ("beta", 2)}
    assert said["dry_run"]
    assert not (built.sources / "withdrawals.yaml").exists()
    assert built.state() == before


def test_the_file_of_withdrawals_holds_hashes_and_no_text(built: Tiny) -> None:
    forgotten(built, name_of(ROW), "--because", "asked by the person", "--yes")
    text = (built.sources / "withdrawals.yaml").read_text()
    content = yaml.safe_load(text)
    assert content["conversations"] == {name_of(ROW): "asked by the person"}
    assert {source: len(hashes) for source, hashes in content["records"].items()} == {"alpha": 1, "beta": 1}
    assert question(ROW) not in text
    assert not forgotten(built, name_of(ROW), "--yes")["written"]
    assert (built.sources / "withdrawals.yaml").read_text() == text


def test_a_forgotten_conversation_is_in_no_view_and_no_export(told: Tiny) -> None:
    with told.project().connect() as connection:
        project = told.project()
        for name in project.graph.assets:
            said = connection.sql(f"SELECT * FROM ({project.table(name).sql()})").to_arrow_table().to_pylist()
            assert question(ROW) not in json.dumps(said, default=str, ensure_ascii=False), name
    assert not [name for name, data in told.exports().items() if question(ROW).encode() in data]
    rejected = told.project().table("rejected_records").read().to_pylist()
    assert [(row["source"], row["row"]) for row in rejected if row["reason"] == "withdrawn"] == [("alpha", 21), ("beta", 2)]


def test_records_are_still_conserved(told: Tiny) -> None:
    checks = told.pixel_here("build")
    assert checks.returncode == 0, checks.stderr
    found = told.pixel_json("sql", "SELECT check_name, bool_and(passed) AS passed FROM pixel_checks GROUP BY ALL")
    assert {row["check_name"]: row["passed"] for row in found}["conservation"]


def test_it_is_as_if_it_had_never_been_there(told: Tiny, tmp_path: Path) -> None:
    clean = told.copy(tmp_path / "clean", warehouse=False)
    shutil.copy(told.sources / "withdrawals.yaml", clean.sources / "withdrawals.yaml")
    assert built_again(clean).state() == told.state()
    never = built_again(without(told, tmp_path / "never", ROW))
    assert never.exports() == told.exports()
    assert ids(never) == ids(told)


def ids(project: Tiny) -> set[str]:
    return set(project.project().table("corpus").read(["conversation_id"])["conversation_id"].to_pylist())


def test_after_a_purge_no_file_holds_it_and_nothing_is_left_to_build(told: Tiny) -> None:
    assert holding(told.warehouse, question(ROW))
    before = told.state()
    done = forgotten(told, name_of(ROW), "--yes", "--purge")
    assert done["purged"]["snapshots"] > 0
    assert holding(told.warehouse, question(ROW)) == set()
    assert told.state() == before
    assert built_again(told).state() == before
    assert told.pixel_here("verify").returncode == 0
    again = forgotten(told, name_of(ROW), "--yes", "--purge")
    assert (again["snapshots"], again["released"]) == (0, [])


def test_a_purge_waits_for_the_build(built: Tiny) -> None:
    done = built.pixel_here("forget", name_of(ROW), "--yes", "--purge")
    assert done.returncode == 2
    assert "pixel build" in done.stderr
    assert holding(built.warehouse, question(ROW))


def test_exports_that_hold_it_are_listed_and_tags_are_asked_for(built: Tiny) -> None:
    exported = {row["conversation_id"] for row in built.project().table("dataset_splits").read().to_pylist()}
    assert name_of(ROW) in exported
    built.pixel_json("tag", "handed-out")
    forgotten(built, name_of(ROW), "--yes")
    built_again(built)
    said = forgotten(built, name_of(ROW), "--yes")
    assert {(one["asset"], one["current"], *one["tags"]) for one in said["released"]} >= {
        ("dataset_exports", False, "handed-out")
    }
    refused = built.pixel_here("forget", name_of(ROW), "--yes", "--purge")
    assert refused.returncode == 2
    assert "handed-out" in refused.stderr
    forgotten(built, name_of(ROW), "--yes", "--purge", "--tags")
    assert holding(built.warehouse, question(ROW)) == set()
    assert built.pixel_json("tag") == []


def test_a_forgotten_source_is_gone_but_for_what_others_brought_too(built: Tiny) -> None:
    said = forgotten(built, "alpha", "--yes")
    assert (said["kind"], said["name"]) == ("source", "alpha")
    built_again(built)
    only_alpha, of_beta = question(2), question(ROW)
    project = built.project()
    assert "alpha" not in project.sources
    assert name_of(2) not in ids(built)
    assert name_of(ROW) in ids(built)
    assert [one["asset"] for one in forgotten(built, "alpha", "--yes")["released"]]
    forgotten(built, "alpha", "--yes", "--purge")
    assert holding(built.warehouse, only_alpha) == set()
    assert holding(built.warehouse, of_beta)
    done = built.pixel_here("sources", "check", "alpha")
    assert "was withdrawn" in done.stderr


def test_a_copy_that_comes_later_stays_out(told: Tiny) -> None:
    told.rows["gamma"] = (*told.rows["gamma"], ROW)
    built_again(told.write())
    assert name_of(ROW) not in ids(told)
    rejected = told.project().table("rejected_records").read().to_pylist()
    assert ("gamma", "withdrawn") in {(row["source"], row["reason"]) for row in rejected}


def test_only_what_gave_it_is_converted_again(built: Tiny) -> None:
    (built.sources / "withdrawals.yaml").write_text(yaml.safe_dump({"conversations": {name_of(ROW): ""}}))  # no records
    made = {(item["asset"], item["partition"]): item["rows_computed"] for item in built.pixel_json("build")["built"]}
    computed = {
        (asset, source): made.get((asset, source), 0)
        for asset in ("conversations", "rejected_records") for source in ("alpha", "beta", "gamma")
    }  # fmt: skip
    assert {name for name, rows in computed.items() if rows} == {("rejected_records", "alpha"), ("rejected_records", "beta")}
    assert set(computed.values()) == {0, 1}
    assert name_of(ROW) not in ids(built)


def test_taken_back_it_is_as_if_it_had_never_been_withdrawn(built: Tiny) -> None:
    before = built.state()
    (built.sources / "withdrawals.yaml").write_text(yaml.safe_dump({"conversations": {name_of(ROW): ""}}))
    assert built_again(built).state() != before
    (built.sources / "withdrawals.yaml").write_text(yaml.safe_dump({"conversations": {name_of(2): ""}}))
    other = built_again(built).copy(built.root.parent / "other", warehouse=False)
    shutil.copy(built.sources / "withdrawals.yaml", other.sources / "withdrawals.yaml")
    assert built_again(other).state() == built.state()
    (built.sources / "withdrawals.yaml").unlink()
    assert built_again(built).state() == before


def test_the_id_of_an_export_and_the_place_of_a_record_name_it_as_well(built: Tiny) -> None:
    (released,) = built.pixel_json("sql", f"SELECT release_id FROM redacted_corpus WHERE conversation_id = '{name_of(ROW)}'")
    for word in (released["release_id"], "alpha:21", "beta:beta.csv:2"):
        assert forgotten(built, word)["name"] == name_of(ROW)


def test_what_nobody_brought_or_nobody_knows_is_refused(built: Tiny) -> None:
    for word, said in (("knowledge_conversations", "nobody brought it"), ("abcdef1", "no conversation"), ("nothing", "neither")):
        done = built.pixel_here("forget", word)
        assert done.returncode == 2
        assert said in done.stderr
