"""The report: all that was left out stands in it, and what it recommends follows from the facts."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pixel_assets.release.facts import Counted, Facts
from pixel_assets.release.gathering import REMOVED, example_ids
from pixel_assets.release.report.files import report_table, write_report
from pixel_assets.release.report.pictures import funnel_picture, ratio_picture, source_picture
from pixel_assets.release.report.recommendations import RECOMMENDATIONS, recommendations, rules
from pixel_assets.release.report.svg import Flow, sankey

from .facts import connected, facts


def advice(found: Facts) -> pa.Table:
    with connected() as connection:
        return recommendations(found, lambda source, reason: example_ids(connection, source, reason))


def written(folder: Path, *, backwards: bool = False) -> Path:
    with connected(backwards=backwards) as connection:
        removed = connection.sql(REMOVED).to_arrow_reader(2)
        write_report(folder, facts(backwards=backwards), advice(facts()), removed)
    return folder


def test_every_conversation_that_was_left_out_is_in_the_table_with_its_reason(tmp_path: Path) -> None:
    with (written(tmp_path / "report") / "removed.csv").open() as file:
        rows = [
            (row["conversation_id"], row["stage"], row["reason"], row["winner_id"], row["similarity"])
            for row in csv.DictReader(file)
        ]
    assert rows == [
        ("a2", "length", "too_short", "", ""),
        ("a3", "near_duplicates", "near_duplicate", "a1", "0.875"),
        ("b3", "mix", "not_needed", "", ""),
    ]


def test_equal_facts_give_equal_files(tmp_path: Path) -> None:
    one, other = written(tmp_path / "one"), written(tmp_path / "other", backwards=True)
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(
        ["report.html", "report.md", "report.json", "sources.csv", "funnel.csv", "recommendations.csv", "removed.csv"]
    )
    assert [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()] == []


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    page = (written(tmp_path / "report") / "report.html").read_text()
    assert "<svg" in page
    assert not [word for word in ("<script", "<link", "src=", "@import", "url(") if word in page]


def test_what_is_short_comes_first() -> None:
    found = advice(facts())
    assert found.schema.equals(RECOMMENDATIONS)
    assert found.to_pylist()[0] == {
        "kind": "short", "subject": "voice", "rows": 1, "says": "voice is short by 1: 2 are wanted and 1 are kept.",
        "examples": [],
    }  # fmt: skip


def test_a_source_that_loses_much_is_named_with_its_reason_and_examples() -> None:
    found = facts()
    one, two = found.sources
    large = replace(one, conversations=100, losses=(replace(one.losses[0], rows=60), one.losses[1]))
    told = {row["kind"]: row for row in advice(replace(found, sources=(large, two))).to_pylist()}
    assert told["loses_much"]["says"] == "one loses 61.0 % of its conversations (61)."
    assert told["one_reason"]["says"] == "Most of what one loses goes for one reason: too short (60)."
    assert (told["loses_much"]["examples"], told["one_reason"]["examples"]) == (["a2", "a3"], ["a2"])


def test_what_is_kept_and_not_needed_is_no_loss_to_mend() -> None:
    found = facts()
    one, two = found.sources
    full = replace(two, conversations=100, losses=(replace(two.losses[0], rows=90),))
    assert "loses_much" not in advice(replace(found, sources=(one, full)))["kind"].to_pylist()


def test_contamination_is_told_by_what_is_given_away() -> None:
    found = replace(facts(), contamination=(Counted("benchmark", 3, 2), Counted("other", 1, 0)))
    told = [row["says"] for row in advice(found).to_pylist() if row["kind"] == "contaminated"]
    assert told == ["2 conversations give away what benchmark is used to measure, and are dropped."]


def test_every_kind_has_words() -> None:
    values = dict.fromkeys(("subject", "rows", "share", "wanted", "reason"), "x")
    assert all("{" not in says.format(**values) for says in rules().says.values())


def test_the_table_has_a_row_a_source_stage_and_reason() -> None:
    rows = {(row["source"], row["stage"], row["reason"]): row["rows"] for row in report_table(facts()).to_pylist()}
    assert rows["one", "read", ""] == 5
    assert rows["one", "length", "too_short"] == 1
    assert rows["two", "in_mix", ""] == 2
    assert ("two", "rejected", "") not in rows


def test_the_json_has_all_of_it(tmp_path: Path) -> None:
    told = json.loads((written(tmp_path / "report") / "report.json").read_text())
    assert told["steps"][-1] == {"stage": "mix", "reason": "not_needed", "rows": 1, "left": 3}
    assert [row["name"] for row in told["splits"]] == ["train", "test"]
    assert told["recommendations"][0]["kind"] == "short"


@pytest.mark.parametrize("draw", [funnel_picture, ratio_picture, source_picture])
def test_pictures_are_well_formed(draw: object) -> None:
    assert callable(draw)
    assert ElementTree.fromstring(draw(facts())).tag.endswith("svg")


def test_names_in_a_picture_are_escaped() -> None:
    drawn = sankey([Flow("<b>&", 3, (("a<b", 1),))], "A & B")
    assert "<b>" not in drawn
    assert "&lt;b&gt;&amp;" in drawn
    ElementTree.fromstring(drawn)
