"""What report and card say agrees with what SQL finds in the views, figure by figure."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from .tiny import Tiny

BY_SOURCE = """
    SELECT redacted_corpus.source, count(*) FILTER (keep) AS kept, count(mix.conversation_id) AS in_mix, count(*) AS conversations
    FROM decisions JOIN redacted_corpus USING (conversation_id) LEFT JOIN training_mix AS mix USING (conversation_id)
    GROUP BY ALL
"""
REMOVED = """
    SELECT conversation_id, if(keep, 'not_needed', reason) AS reason FROM decisions
    WHERE conversation_id NOT IN (SELECT conversation_id FROM training_mix)
"""
SPLITS = """
    SELECT split, category, count(*) AS rows FROM dataset_splits JOIN redacted_corpus USING (conversation_id) GROUP BY ALL
"""


class Cells(HTMLParser):
    """The rows of all tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._inside = tag in ("td", "th")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


@pytest.fixture
def report(built: Tiny) -> Path:
    return built.warehouse / "report"


def asked(project: Tiny, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = project.pixel_json("sql", sql)
    return found


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The rows of the Markdown table below a heading."""
    below = text.partition(f"{heading}\n")[2]
    table = below[below.index("|") :].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_the_page_counts_each_source_as_sql_does(built: Tiny, report: Path) -> None:
    cells = Cells()
    cells.feed((report / "report.html").read_text())
    head = next(row for row in cells.rows if row[0] == "source")
    told = {row[0]: dict(zip(head, row, strict=True)) for row in cells.rows if len(row) == len(head) and row is not head}
    found = {row["source"]: row for row in asked(built, BY_SOURCE)}
    assert found
    assert {name: (row["conversations"], row["kept"], row["in the mix"]) for name, row in told.items()} == {
        name: tuple(f"{row[column]:,}" for column in ("conversations", "kept", "in_mix")) for name, row in found.items()
    }


def test_all_that_is_not_in_the_mix_is_in_the_list_with_its_reason(built: Tiny, report: Path) -> None:
    with (report / "removed.csv").open() as file:
        told = {row["conversation_id"]: row["reason"] for row in csv.DictReader(file)}
    assert told == {row["conversation_id"]: row["reason"] for row in asked(built, REMOVED)}
    with (report / "funnel.csv").open() as file:
        assert sum(int(row["rows"]) for row in csv.DictReader(file)) == len(told)


@pytest.mark.parametrize("card", ["card/README.md", "exports/parquet/README.md"])
def test_both_cards_count_the_splits_by_category_as_sql_does(built: Tiny, card: str) -> None:
    head, _, *rows = rows_of((built.warehouse / card).read_text(), "would.")
    told = {
        (row[0], category): int(cell.replace(",", ""))
        for row in rows for category, cell in zip(head[3:], row[3:], strict=True) if cell != "0"
    }  # fmt: skip
    assert told == {(row["split"], row["category"].replace("_", " ")): row["rows"] for row in asked(built, SPLITS)}


def test_the_card_of_the_exports_says_what_people_must_know(built: Tiny) -> None:
    built.change("card", contact="data@example.org")
    assert built.build().exit_code == 0
    whole, beside = ((built.warehouse / name / "README.md").read_text() for name in ("card", "exports/parquet"))
    for heading in ("Intended use", "Sources", "Safety", "Limits", "Withdrawal"):
        section = re.compile(rf"\n## {heading}\n(.*?)\n## ", re.DOTALL)
        assert section.search(beside), heading
        if heading != "Safety":  # which has figures in the whole card
            assert section.findall(beside) == section.findall(whole), heading
    assert "data@example.org" in beside
    assert "## Quality" in whole
    assert "## Quality" not in beside
    assert whole.partition("\n---\n")[0] == beside.partition("\n---\n")[0]


def test_what_only_the_report_tells_leaves_the_exports_alone(built: Tiny) -> None:
    step = built.project().graph.maker["dataset_exports"]
    assert set(step.inputs) == {"redacted_corpus", "dataset_splits", "augmented_train", "redacted_preferences"}
