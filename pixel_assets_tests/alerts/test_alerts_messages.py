"""Messages say what failed, by how much, since when, what it holds back and where to look; never what people wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pixel_assets.alerts.incidents import Change, Fault, Incident, Told
from pixel_assets.alerts.messages import News, compose, escaped, trial

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
FAULT = Fault(
    "check", "pool", "_", "out", "ERROR", "5 texts, 4 are allowed", START, "few",
    {"texts": 5, "share": 0.123456789}, ("lengths", "picked"),
)  # fmt: skip


def news(change: Change = "opened", fault: Fault = FAULT, *, before: str = "", **changes: object) -> News:
    incident = Incident(fault, "open", START, START, told={"t": Told("WARN", START)})
    return News(change, replace(incident, **changes), before)  # type: ignore[arg-type]


def test_one_check_is_told_in_full() -> None:
    message = compose([news()])
    assert message.title == "Pixel: ERROR pool: few"
    assert message.text.splitlines() == [
        "ERROR pool: few",
        "  what: 5 texts, 4 are allowed",
        "  measured: share 0.123457, texts 5",
        "  since: 2026-01-01 09:30 UTC",
        "  held back: lengths, picked",
        "  look: pixel sql \"SELECT * FROM pixel_checks WHERE asset = 'pool' AND check_name = 'few' AND NOT passed\"",
        "  do: docs/operations.md says what the check asks for; `pixel why ID` tells of one row; "
        "nothing is built on it until the check passes",
    ]
    assert message.tone == "failure"


def test_markdown_says_the_same_and_shows_names_as_they_are() -> None:
    fault = replace(FAULT, asset="safe_pool", partition="a_b", description="a_b has *5* <b>texts</b>", measured={}, holds=())
    lines = compose([news(fault=fault)]).markdown.splitlines()
    assert lines[0] == r"**ERROR safe\_pool\[a\_b\]: few**"
    assert lines[2] == r"- what: a\_b has \*5\* &lt;b>texts&lt;/b>"
    assert lines[4].startswith("- look: `pixel sql ")
    assert "`pixel why ID`" in lines[5]


def test_an_end_says_how_long_it_was() -> None:
    message = compose([news("over", ended_at=START + timedelta(hours=2))])
    assert message.title == "Pixel: OK pool: few passes again"
    assert message.text.splitlines()[1:] == [
        "  failed: 2026-01-01 09:30 UTC to 2026-01-01 11:30 UTC",
        "  was: 5 texts, 4 are allowed",
    ]
    assert message.tone == "success"


def test_an_end_of_which_nobody_knew_the_begin_says_so() -> None:
    assert "could not be delivered" in compose([news("over", before="owed")]).text
    assert "is gone" in compose([news("over", gone=True)]).title


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (news("changed", before="WARN"), "Pixel: ERROR pool: few (was WARN)"),
        (news("reminder"), "Pixel: ERROR pool: few still fails"),
        (news(fault=replace(FAULT, kind="failed", check="", partition="a")), "Pixel: ERROR pool[a]: build"),
        (news(fault=replace(FAULT, kind="settings", check="", severity="WARN")), "Pixel: WARN pool: settings"),
    ],
)
def test_the_title_of_a_single_piece_of_news_says_it_all(one: News, title: str) -> None:
    assert compose([one]).title == title


def test_many_are_one_message_with_the_gravest_first_and_twenty_in_full() -> None:
    warnings = [news(fault=replace(FAULT, asset=f"asset_{n:02}", severity="WARN")) for n in range(23)]
    message = compose([news("over"), *warnings, news()])
    assert message.title == "Pixel: 1 error, 23 warnings, 1 ended"
    parts = message.text.split("\n\n")
    assert [part.split("\n")[0] for part in (parts[0], parts[1], parts[19], parts[20])] == [
        "ERROR pool: few", "WARN asset_00: few", "WARN asset_18: few", "… and 5 more: pixel alerts",
    ]  # fmt: skip
    assert len(parts) == len(message.markdown.split("\n\n- ")[1:]) + 1


def test_the_order_of_the_news_does_not_matter() -> None:
    many = [news(fault=replace(FAULT, asset=name)) for name in "cab"]
    assert compose(many) == compose(many[::-1])


def test_a_long_description_is_cut_and_its_line_breaks_are_gone() -> None:
    line = compose([news(fault=replace(FAULT, description="many\n" + "x" * 1000))]).text.splitlines()[1]
    assert line.startswith("  what: many xxx")
    assert line.endswith("x…")
    assert len(line) == 500 + len("  what: ")


def test_escaping_touches_nothing_else() -> None:
    assert escaped("a (b) 0.5 % - c.") == "a (b) 0.5 % - c."
    assert escaped("a&b `c`") == r"a&amp;b \`c\`"


def test_a_trial_is_no_alarm() -> None:
    assert trial().tone == "info"
