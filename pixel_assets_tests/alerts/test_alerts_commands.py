"""``pixel alerts``: what fails and who knows, what a tick sent, whether targets can be reached; and the end of a build."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pixel_assets.alerts.incidents import Fault, Seen, advance, standing, tell
from pixel_assets.cli import app
from pixel_assets.shell.alerting import incidents_to_json, show_incidents

from ..end_to_end.tiny import Tiny
from .receiver import Receiver

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
FAULT = Fault("check", "pool", "_", "out", "ERROR", "5 texts [of 4]", START, "few", {"texts": 5}, ("lengths",))
SOURCE = Fault("failed", "lines", "a", "in", "WARN", "could not be read or built", START)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words])


def telling(tiny: Tiny, *urls: str) -> Tiny:
    return tiny.change("alerts", urls=list(urls))


def told(*words: str, code: int = 0) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == code, result.stderr
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def test_where_nothing_was_built_nothing_fails(tiny: Tiny, server: Receiver) -> None:
    telling(tiny, server.url())
    assert told() == []
    assert run().stdout == "nothing fails\n"
    assert told("send") == {"messages": 0, "news": 0, "undelivered": [], "open": 0}
    assert server.titles == []


def test_a_test_reaches_every_target_and_says_which_it_could_not(tiny: Tiny, server: Receiver) -> None:
    telling(tiny, server.url(), "json://localhost:1")
    found = told("test", code=1)
    assert found == {
        "1 json://localhost": None,
        "2 json://localhost": "json://localhost could not be reached, or did not take the message",
    }
    assert server.titles == ["Pixel: test of alerts"]
    result = run("test")
    assert result.exit_code == 1
    assert result.stdout == "sent 1 json://localhost\n"
    assert "not delivered" in result.stderr


@pytest.mark.parametrize("command", ["send", "test"])
@pytest.mark.parametrize(
    ("urls", "message"),
    [
        ((), "nobody is to be told"),
        (("slack://s3cr3t",), "item 1: slack cannot be used"),
        (("env:NOT_SET",), "NOT_SET"),
    ],
)
def test_urls_that_cannot_be_used_end_with_2(tiny: Tiny, command: str, urls: tuple[str, ...], message: str) -> None:
    telling(tiny, *urls)
    result = run(command)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert "s3cr3t" not in result.output
    assert result.stdout == ""


def test_what_fails_is_listed_without_any_url(tiny: Tiny) -> None:
    telling(tiny, "env:NOT_SET")
    assert run().exit_code == 0


@pytest.mark.parametrize("words", [(), ("send",), ("test",)])
def test_help_has_an_example_and_json(words: tuple[str, ...]) -> None:
    text = " ".join(run(*words, "--help").stdout.split())
    assert "pixel alerts" in text.partition("Example: ")[2]
    assert "--json" in text


def test_incidents_as_json_and_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    incidents = advance({}, Seen((FAULT, SOURCE)), START)
    incidents[FAULT.key] = tell(incidents[FAULT.key], "t", START, sent=True)
    found = standing(incidents)
    assert incidents_to_json(found) == [
        {
            "kind": "check", "asset": "pool", "partition": None, "check": "few", "severity": "ERROR", "status": "open",
            "since": "2026-01-01T09:30:00+00:00", "description": "5 texts [of 4]", "measured": {"texts": 5},
            "holds": ["lengths"], "told": 1,
        },
        {
            "kind": "failed", "asset": "lines", "partition": "a", "check": None, "severity": "WARN", "status": "open",
            "since": "2026-01-01T09:30:00+00:00", "description": "could not be read or built", "measured": {},
            "holds": [], "told": 0,
        },
    ]  # fmt: skip
    show_incidents(found)
    assert capsys.readouterr().out.splitlines() == [
        "ERROR pool: few  2026-01-01 09:30 UTC, told to 1",
        "      5 texts [of 4]",
        "WARN  lines[a]: build  2026-01-01 09:30 UTC, told to 0",
        "      could not be read or built",
        "`pixel alerts send` tells whoever does not know yet",
    ]


def test_a_build_tells_at_its_end_and_ends_as_it_would_without(tiny: Tiny, server: Receiver) -> None:
    telling(tiny, server.url())
    tiny.missing = {"alpha", "beta", "gamma"}
    tiny.write()
    result = CliRunner().invoke(app, ["build", "raw_records", "--json"])
    assert result.exit_code == 3, result.stderr
    assert json.loads(result.stdout)["failed"]
    assert len(server.got) == 1
    assert all(f"raw_records[{name}]: build" in server.got[0]["message"] for name in ("alpha", "beta", "gamma"))
    assert told("send")["messages"] == 0
