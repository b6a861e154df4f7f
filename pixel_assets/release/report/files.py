"""The report as files: a page that needs nothing else, Markdown, JSON, and tables as CSV; equal facts give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from markupsafe import Markup

from pixel_assets.release.blocks import SPLITS
from pixel_assets.release.card import steps
from pixel_assets.release.facts import Facts
from pixel_assets.release.report.pictures import (
    COLOURS,
    duplicate_picture,
    funnel_picture,
    ratio_picture,
    score_pictures,
    source_picture,
    split_picture,
)
from pixel_assets.release.templates import render
from pixel_assets.store.schema import column

PAGE: Final = "report.html"
MARKDOWN: Final = "report.md"
JSON: Final = "report.json"
REMOVED_FILE: Final = "removed.csv"

DATASET_REPORT = pa.schema(
    [
        column("source", pa.string(), "the source"),
        column("category", pa.string(), "category of the source"),
        column("licence", pa.string(), "licence of the source"),
        column("stage", pa.string(), "read, rejected, conversations, a stage of decisions, kept or in_mix"),
        column("reason", pa.string(), "why a stage took them; empty where it is no loss"),
        column("rows", pa.int64(), "records (read, rejected) or conversations"),
    ]
)


def report_table(facts: Facts) -> pa.Table:
    """What became of each source, ``DATASET_REPORT``: a row a source, stage and reason, those without rows left out."""
    return pa.Table.from_pylist(list(_counts(facts)), schema=DATASET_REPORT)


def write_report(folder: Path, facts: Facts, advice: pa.Table, removed: pa.RecordBatchReader) -> None:
    """Write all files of the report into a new folder.

    ``advice`` has the schema ``RECOMMENDATIONS``. ``removed`` streams every conversation that was left out, as
    :data:`pixel_assets.release.gathering.REMOVED` gives them: all stand in ``removed.csv``, not a sample of them.
    """
    import pyarrow.csv as csv  # brings pandas along, where it is installed

    folder.mkdir(parents=True)
    values: dict[str, Any] = {
        "facts": facts, "advice": advice.to_pylist(), "steps": list(steps(facts)), "stages": _stages(facts),
        "table": list(_by_source(facts)), "formats": list(_by_format(facts)),
    }  # fmt: skip
    pictures = {
        "funnel": funnel_picture(facts), "ratios": ratio_picture(facts), "splits": split_picture(facts),
        "source_bars": source_picture(facts), "duplicates": duplicate_picture(facts),
    }  # fmt: skip
    drawn = {name: Markup(picture) for name, picture in pictures.items()}  # their texts are escaped in svg.py
    scores = [(score, Markup(picture)) for score, picture in score_pictures(facts)]
    _write(folder / PAGE, render("report.html.j2", **values, **drawn, scores=scores, colours=COLOURS))
    _write(folder / MARKDOWN, render("report.md.j2", **values))
    _write(folder / JSON, json.dumps(to_json(facts, advice), indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    csv.write_csv(report_table(facts), folder / "sources.csv")
    csv.write_csv(pa.Table.from_pylist([step._asdict() for step in steps(facts)], schema=_STEPS), folder / "funnel.csv")
    csv.write_csv(advice.drop_columns(["examples"]), folder / "recommendations.csv")
    with csv.CSVWriter(folder / REMOVED_FILE, removed.schema) as writer:
        for batch in removed:
            writer.write_batch(batch)


def to_json(facts: Facts, advice: pa.Table) -> dict[str, Any]:
    """The documented form of ``report.json``: the facts by their names, the steps, and the recommendations."""
    plain = asdict(facts) | {
        "split_categories": [
            {"split": split, "category": category, "rows": rows} for (split, category), rows in facts.split_categories.items()
        ],
        "versions": dict(facts.versions),
    }
    return plain | {"steps": [step._asdict() for step in steps(facts)], "recommendations": advice.to_pylist()}


_STEPS: Final = pa.schema([("stage", pa.string()), ("reason", pa.string()), ("rows", pa.int64()), ("left", pa.int64())])


def _stages(facts: Facts) -> list[str]:
    return list(dict.fromkeys(loss.stage for loss in facts.funnel))


def _by_source(facts: Facts) -> Iterator[dict[str, Any]]:
    for one in facts.sources:
        taken = dict.fromkeys(_stages(facts), 0)
        for loss in one.losses:
            taken[loss.stage] += loss.rows
        yield {"source": one.name, "records": one.records, "rejected": one.rejected, "conversations": one.conversations,
               "kept": one.kept, "in_mix": one.in_mix, **taken}  # fmt: skip


def _by_format(facts: Facts) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys(file.format for file in facts.files):
        for split in SPLITS:
            files = [file for file in facts.files if (file.format, file.split) == (name, split)]
            tokens = [file.trainable_tokens for file in files if file.trainable_tokens is not None]
            if files:
                yield {"format": name, "split": split, "files": len(files), "rows": sum(file.rows for file in files),
                       "bytes": sum(file.bytes for file in files), "tokens": sum(tokens) if tokens else None}  # fmt: skip


def _counts(facts: Facts) -> Iterator[dict[str, Any]]:
    for one in facts.sources:
        whole = (("read", one.records), ("rejected", one.rejected), ("conversations", one.conversations))
        ends = (("kept", one.kept), ("in_mix", one.in_mix))
        said = {"source": one.name, "category": one.origin.category, "licence": one.origin.licence}
        rows = [(stage, "", count) for stage, count in whole]
        rows += [(loss.stage, loss.reason, loss.rows) for loss in one.losses] + [(stage, "", count) for stage, count in ends]
        yield from ({**said, "stage": stage, "reason": reason, "rows": count} for stage, reason, count in rows if count)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
