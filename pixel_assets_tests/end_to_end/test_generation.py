"""Generated conversations through the command line: marked, accounted for, and written anew only where they must be."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Once
from ..generation.chat_server import ChatServer, running
from .tiny import PACKAGE, Tiny

SCENARIOS, EACH = 150, 1
ENTRY, FILE = "panic_disorder", "disorders_anxiety.yaml"


class Writing(Tiny):
    """A tiny project that also generates."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "PIXEL_SCENARIOS_CONVERSATIONS": str(self.settings.get("scenarios", {}).get("conversations", SCENARIOS)),
            "PIXEL_EDGECASES_CONVERSATIONS": str(EACH),
        }

    def sql(self, query: str) -> list[dict[str, Any]]:
        done = self.pixel_here("sql", query, "--json")  # whatever package built it
        assert done.returncode == 0, done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)
        return rows

    def one(self, query: str) -> Any:
        (row,) = self.sql(query)
        return next(iter(row.values()))


@pytest.fixture(scope="module")
def written(once: Once) -> Writing:
    """A project with generated conversations; only read it."""

    def fill(folder: Path) -> None:
        done = Writing(folder).write().pixel("build", "--json")
        (folder / "summary.json").write_text(done.stdout)
        assert done.returncode == 0, done.stderr

    return Writing(once("built-writing", fill))


@pytest.fixture
def copied(written: Writing, tmp_path: Path) -> Writing:
    """The same project elsewhere, whose commands run a copy of the package."""
    shutil.copytree(PACKAGE, tmp_path / "code" / "pixel_assets")
    shutil.copytree(written.root, tmp_path / "project", symlinks=True)
    return Writing(tmp_path / "project", package=tmp_path / "code")


def computed(project: Writing, *words: str) -> dict[str, int]:
    """Rows that a build computed, by asset."""
    return {item["asset"]: item["rows_computed"] for item in project.pixel_json("build", *words)["built"]}


def change_entry(project: Writing) -> None:
    """One word more in the summary of one entry."""
    path = project.package / "pixel_assets" / "knowledge" / "data" / FILE
    text = path.read_text(encoding="utf-8")
    changed = re.sub(rf"(?m)(^{ENTRY}:\n(?:  .*\n)*?  summary: )", r"\1In other words, ", text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def test_every_scenario_gave_a_conversation_or_a_reason(written: Writing) -> None:
    good, bad = written.one("SELECT count(*) FROM knowledge_conversations"), "SELECT count(DISTINCT scenario_id) FROM "
    assert good + written.one(bad + "rejected_scenarios") == SCENARIOS
    edge = written.one("SELECT count(*) FROM edge_case_conversations")
    assert edge + written.one(bad + "rejected_edge_cases") == EACH * written.one("SELECT count(*) FROM edge_cases")
    assert good > 0.9 * SCENARIOS
    assert edge > 0.9 * EACH * written.one("SELECT count(*) FROM edge_cases")


def test_generated_rows_say_so_wherever_they_go(written: Writing) -> None:
    marked = written.sql("""
        SELECT source, bool_and(list_contains(flags, 'generated')) AS flagged, bool_and(format = 'generated') AS format,
            bool_and(metadata::JSON->>'generated' = 'true') AS told,
            bool_and(json_array_length(metadata::JSON->'templates') > 0) AS template
        FROM corpus WHERE source IN ('knowledge_conversations', 'edge_case_conversations') GROUP BY source ORDER BY source
    """)
    assert [row["source"] for row in marked] == ["edge_case_conversations", "knowledge_conversations"]
    assert all(row["flagged"] and row["format"] and row["told"] and row["template"] for row in marked)
    assert (
        written.one("SELECT count(*) FROM corpus WHERE list_contains(flags, 'generated') AND provenances[1].source = 'alpha'")
        == 0
    )


def test_only_entries_of_the_knowledge_base_are_used(written: Writing) -> None:
    assert (
        written.one("""
        SELECT count(*) FROM (SELECT unnest(entries) AS entity_id FROM knowledge_conversations)
        ANTI JOIN psychology_knowledge USING (entity_id)
    """)
        == 0
    )


def test_a_changed_entry_is_foretold_and_rewrites_what_uses_it_alone(copied: Writing, tmp_path: Path) -> None:
    using = copied.one(f"SELECT count(*) FROM knowledge_conversations WHERE list_contains(entries, '{ENTRY}')")
    unsaid = copied.one(f"""SELECT count(DISTINCT scenario_id) FROM rejected_scenarios JOIN client_scenarios USING (scenario_id)
        WHERE list_contains(list_transform(entries, lambda used: used.entry), '{ENTRY}')""")
    cases = copied.one(f"SELECT count(*) FROM edge_cases WHERE list_contains(entries, '{ENTRY}')")
    assert using > 0
    change_entry(copied)
    reasons = [reason["detail"] for item in copied.pixel_json("plan")["stale"] for reason in item["reasons"]]
    assert f"entry {ENTRY} changed: {using:,} of {SCENARIOS - rejected(copied):,} generated conversations use it" in reasons
    built = computed(copied)
    assert using <= built["knowledge_conversations"] + built["rejected_scenarios"] <= using + 3 * unsaid
    assert built["edge_case_conversations"] == EACH * cases
    clean = Writing(tmp_path / "clean", package=copied.package).write()
    clean.pixel_json("build")
    assert clean.state() == copied.state()


def rejected(project: Writing) -> int:
    found: int = project.one("SELECT count(DISTINCT scenario_id) FROM rejected_scenarios")
    return found


def test_more_scenarios_leave_those_that_are_there(copied: Writing) -> None:
    before = copied.sql("SELECT scenario_id FROM knowledge_conversations ORDER BY ALL")
    copied.change("scenarios", conversations=SCENARIOS + 40)
    built = computed(copied, "knowledge_conversations")
    after = copied.sql("SELECT scenario_id FROM knowledge_conversations ORDER BY ALL")
    kept = {row["scenario_id"] for row in before} & {row["scenario_id"] for row in after}
    assert len(kept) >= len(before) - 10
    assert built["knowledge_conversations"] == len(after) - len(kept)


def endpoint(server: ChatServer, cache: Path) -> dict[str, str]:
    return {
        "PIXEL_GENERATION_BACKEND": "endpoint", "PIXEL_GENERATION_MODEL": "tiny-talker", "PIXEL_ENDPOINT_URL": server.url,
        "PIXEL_ENDPOINT_CACHE": str(cache), "PIXEL_SCENARIOS_CONVERSATIONS": "12", "PIXEL_EDGECASES_CONVERSATIONS": "0",
    }  # fmt: skip


def test_a_model_behind_an_endpoint_is_asked_once_for_each_scenario(tmp_path: Path) -> None:
    with running() as server:
        variables = endpoint(server, tmp_path / "answers")
        first = Writing(tmp_path / "one").write()
        done = first.pixel_here("build", "knowledge_conversations", "--json", **variables)
        assert done.returncode == 0, done.stderr
        asked = len(server.requests)
        assert asked >= 12
        again = Writing(tmp_path / "two").write()
        done = again.pixel_here("build", "knowledge_conversations", "--json", **variables)
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == asked
    rows = {item["asset"]: item["rows"] for item in json.loads(done.stdout)["built"]}
    assert rows["client_scenarios"] == 12
    assert first.state()["knowledge_conversations[_]"] == again.state()["knowledge_conversations[_]"]


def test_a_server_that_is_down_fails_the_step_and_rejects_nothing(tmp_path: Path) -> None:
    with running() as server:
        variables = endpoint(server, tmp_path / "answers") | {"PIXEL_ENDPOINT_ATTEMPTS": "1"}
    project = Writing(tmp_path / "project").write()
    done = project.pixel_here("build", "knowledge_conversations", "--json", **variables)
    assert done.returncode == 1
    failed = json.loads(done.stdout)["failed"]
    assert {item["asset"] for item in failed} == {"knowledge_conversations", "rejected_scenarios"}
    assert all("127.0.0.1" in item["error"] for item in failed)
    assert project.state()["knowledge_conversations[_]"] is None
