"""The quality report: distributions by source, what to look at, and a page without any text of a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError
from pixel_assets.quality.charts import Panel, histogram_text, histograms, ranges
from pixel_assets.quality.recommendations import FILE, RECOMMENDATIONS, ReportLimits, load_hints, recommendations
from pixel_assets.quality.report import BINS, QUALITY_REPORT, quality_report
from pixel_assets.quality.report_page import MARKDOWN, PAGE, write_page
from pixel_assets.quality.tables import SCORES

LIMITS = ReportLimits(least_rows=4, examples=2)


def scored(*rows: tuple[str, str, dict[str, float]], words: int = 20) -> pa.Table:
    """Conversations: id, source, scores."""
    given = [
        {"conversation_id": name, "source": source, "category": "voice", "words": words, **dict.fromkeys(SCORES), **scores}
        for name, source, scores in rows
    ]
    types = {"conversation_id": pa.string(), "source": pa.string(), "category": pa.string(), "words": pa.int64()}
    return pa.Table.from_pylist(given, pa.schema([*types.items(), *((score, pa.float64()) for score in SCORES)]))


def counted(*rows: dict[str, Any], of: tuple[str, ...] = ("source", "said")) -> pa.Table:
    return pa.Table.from_pylist(list(rows), pa.schema([*((name, pa.string()) for name in of), ("rows", pa.int64())]))


FOUR = scored(*((f"a{n}", "alpha", {"coherence": value}) for n, value in enumerate((0.2, 0.4, 0.6, 1.0))))
NOTHING_MOVED = counted(of=("source", "score", "what"))


def test_a_source_has_a_row_for_each_score_with_its_distribution() -> None:
    reasons = counted(
        {"source": "alpha", "said": "empathy: no reply", "rows": 1},
        {"source": "alpha", "said": "empathy: not English", "rows": 3},
    )
    found = quality_report(FOUR, reasons, 0.5)
    assert found.schema.equals(QUALITY_REPORT, check_metadata=True)
    rows = {(row["source"], row["score"]): row for row in found.to_pylist()}
    assert list(rows) == [(source, score) for source in ("all", "alpha") for score in SCORES]
    coherence = rows["alpha", "coherence"]
    assert {name: coherence[name] for name in ("rows", "scored", "weak", "mean", "p50", "p05")} == {
        "rows": 4, "scored": 4, "weak": 2, "mean": 0.55, "p50": 0.5, "p05": 0.23,
    }  # fmt: skip
    assert [place for place, count in enumerate(coherence["histogram"]) if count] == [10, 20, 30, BINS - 1]
    empathy = rows["alpha", "empathy"]
    assert (empathy["rows"], empathy["scored"], empathy["mean"], sum(empathy["histogram"])) == (4, 0, None, 0)
    said = [{"reason": "not English", "rows": 3}, {"reason": "no reply", "rows": 1}]
    assert empathy["missing_for"] == rows["all", "empathy"]["missing_for"] == said


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.floats(0, 1)), max_size=40), st.randoms())
def test_the_order_of_the_rows_decides_nothing_and_no_row_is_lost(rows: list[tuple[str, float | None]], chance: Any) -> None:
    given_rows = [(str(n), source, {} if value is None else {"overall": value}) for n, (source, value) in enumerate(rows)]
    mixed = chance.sample(given_rows, len(given_rows))
    found = quality_report(scored(*given_rows), counted(), 0.5)
    assert quality_report(scored(*mixed), counted(), 0.5) == found
    for row in found.to_pylist():
        assert sum(row["histogram"]) == row["scored"] <= row["rows"]


def test_recommendations_name_source_score_rows_ids_and_what_moved_it() -> None:
    report = quality_report(FOUR, counted({"source": "alpha", "said": "empathy: no reply", "rows": 4}), 0.5)
    movers = counted(
        {"source": "alpha", "score": "coherence", "what": "repeats", "rows": 1},
        {"source": "alpha", "score": "coherence", "what": "off_topic", "rows": 2},
        {"source": "beta", "score": "coherence", "what": "cut", "rows": 9},
        of=("source", "score", "what"),
    )
    found = recommendations(report, FOUR, movers, LIMITS)
    assert found.schema.equals(RECOMMENDATIONS, check_metadata=True)
    rows = {(row["score"], row["kind"]): row for row in found.to_pylist()}
    weak = rows["coherence", "weak"]
    assert {name: weak[name] for name in ("source", "rows", "of", "share", "moved_by", "examples")} == {
        "source": "alpha", "rows": 2, "of": 4, "share": 0.5, "moved_by": ["off_topic", "repeats"], "examples": ["a0", "a1"],
    }  # fmt: skip
    start = "alpha: coherence below 0.5 in 50% of 4 conversations; lowered most often by off_topic (2), repeats (1). Are columns"
    assert weak["says"].startswith(start)
    missing = rows["empathy", "missing"]
    assert (missing["rows"], missing["examples"]) == (4, ["a0", "a1"])
    assert missing["says"].startswith("alpha: no empathy in 100% of 4 conversations (no reply). Replies without")
    assert ("persona_consistency", "missing") not in rows  # it may lack


def test_what_concerns_most_conversations_comes_first_and_small_or_good_sources_not_at_all() -> None:
    everything = {score: 0.9 for score in SCORES}
    rows = [("g", "good", everything)] * 4 + [("s", "small", dict.fromkeys(SCORES, 0.1))] * 3
    rows += [("m", "middle", {**everything, "empathy": 0.1})] * 5 + [("l", "large", {**everything, "language": 0.1})] * 6
    table = scored(*rows)
    found = recommendations(quality_report(table, counted(), 0.5), table, NOTHING_MOVED, LIMITS).to_pylist()
    assert [(row["source"], row["score"]) for row in found] == [("large", "language"), ("middle", "empathy")]


def test_replies_that_are_much_shorter_are_remarked_on() -> None:
    table = scored(*((f"{n}", "alpha", {"coherence": 0.1 if n < 2 else 0.9}) for n in range(4)))
    table = table.set_column(table.schema.get_field_index("words"), "words", pa.array([4, 4, 30, 40]))
    found = recommendations(quality_report(table, counted(), 0.5), table, NOTHING_MOVED, LIMITS).to_pylist()
    (weak,) = [row for row in found if row["kind"] == "weak"]
    assert "their replies have 4 words at the median, those of the others 35" in weak["says"]


def test_the_page_shows_recommendations_ids_and_pictures_and_is_the_same_for_the_same_report(tmp_path: Path) -> None:
    report = quality_report(FOUR, counted(), 0.5)
    found = recommendations(report, FOUR, NOTHING_MOVED, LIMITS)
    for name in ("one", "two"):
        write_page(tmp_path / name, report, found)
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    page = files[PAGE].decode()
    assert "<h1>Quality</h1>" in page
    assert "<td>coherence</td>" in page
    assert "<code>a0</code>, <code>a1</code>" in page
    assert files[MARKDOWN].decode().startswith("# Quality\n\n4 conversations of 1 sources.\n")
    for name in ("scores.png", "sources.png"):
        assert f'src="{name}"' in page
        assert files[name].startswith(b"\x89PNG")


def test_a_page_of_nothing_can_be_written(tmp_path: Path) -> None:
    nothing = scored()
    report = quality_report(nothing, counted(), 0.5)
    write_page(tmp_path / "page", report, recommendations(report, nothing, NOTHING_MOVED, LIMITS))
    assert "No source stands out." in (tmp_path / "page" / MARKDOWN).read_text()


def test_pictures_need_neither_rows_nor_thresholds() -> None:
    assert histograms([Panel("coherence", [0] * BINS), Panel("empathy", [1] * BINS, 0.5, 0.5)], "x").startswith(b"\x89PNG")
    assert ranges(QUALITY_REPORT.empty_table()).startswith(b"\x89PNG")


def test_a_histogram_is_drawn_in_one_line_with_its_threshold() -> None:
    assert histogram_text([0, 1, 4, 8], width=4) == " ▁▄█"
    assert histogram_text([0, 1, 4, 8], 0.5, width=4) == " ▁|▄█"
    assert histogram_text([0, 1, 4, 8], 1.0, width=2) == "▁█|"
    assert histogram_text([0] * BINS) == " " * 25


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("  language: >-", "  fluency: >-", "fluency is no score"), ("  overall: >-", "  # overall: >-", "overall has no line")],
)
def test_hints_that_do_not_fit_the_scores_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    start = text.index(old)
    end = text.index("\n  ", text.index("\n    ", start)) if new.startswith("  #") else start + len(old)
    lines = text[start:end].replace(old, new, 1)
    if new.startswith("  #"):
        lines, end = "", text.index("\nmissing:", start)
    (tmp_path / "hints.yaml").write_text(text[:start] + lines + text[end:], encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        load_hints(tmp_path / "hints.yaml")
