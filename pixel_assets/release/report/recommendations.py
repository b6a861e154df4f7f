"""What to do about a training set: what is short and by how much, and which source loses most and why; with ids, never text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Annotated, Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from pixel_assets.release.facts import NOT_NEEDED, Facts, SourceFacts
from pixel_assets.release.templates import percent, plain
from pixel_assets.store.schema import column
from pixel_assets.typed_yaml import read_yaml

RECOMMENDATIONS = pa.schema(
    [
        column("kind", pa.string(), "what is recommended, such as short or loses_much"),
        column("subject", pa.string(), "the category, source or stage that it is about"),
        column("rows", pa.int64(), "conversations or records that it is about"),
        column("says", pa.string(), "the recommendation in a sentence"),
        column("examples", pa.list_(pa.string()), "ids of conversations to look at"),
    ]
)
Share = Annotated[float, Field(ge=0, le=1)]
Examples = Callable[[str | None, str | None], list[str]]  # as gathering.example_ids gives them
_TOLERANCE: Final = 0.005


class _Rules(BaseModel):
    """The file ``report.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: int
    loses_much: Share
    one_reason: Share
    examples: int
    says: dict[str, str]


@cache
def rules() -> _Rules:
    """What is recommended, and when; raises :class:`SettingsError` where the file does not have the form."""
    with resources.as_file(resources.files("pixel_assets.release").joinpath("data", "report.yaml")) as file:
        return read_yaml(file, TypeAdapter(_Rules)).content


def recommendations(facts: Facts, examples: Examples) -> pa.Table:
    """The recommendations in the schema ``RECOMMENDATIONS``: what is short first, then by the number of rows.

    ``examples`` gives ids of removed conversations in an order that depends on content alone.
    """
    found = [*_short(facts), *_sources(facts, examples), *_stages(facts, examples)]
    rank = list(rules().says)
    found.sort(key=lambda row: (rank.index(str(row["kind"])), -int(str(row["rows"])), str(row["subject"])))
    return pa.Table.from_pylist(found, schema=RECOMMENDATIONS)


def _short(facts: Facts) -> Iterator[dict[str, object]]:
    for one in facts.categories:
        if one.short_by:
            yield _row("short", one.category, one.short_by, wanted=f"{one.wanted:,}", reason=f"{one.kept:,}")
        elif facts.mix and abs(one.share - one.ratio) > _TOLERANCE:
            yield _row("off_ratio", one.category, one.taken, wanted=percent(one.ratio), share=percent(one.share))


def _sources(facts: Facts, examples: Examples) -> Iterator[dict[str, object]]:
    known = rules()
    for source in facts.sources:
        lost = [loss for loss in source.losses if loss.stage not in (NOT_NEEDED[0], "purpose")]
        rows = sum(loss.rows for loss in lost)
        if source.conversations >= known.at_least and rows > known.loses_much * source.conversations:
            share = percent(rows / source.conversations)
            yield _row("loses_much", source.name, rows, examples(source.name, None), share=share)
            if lost[0].rows > known.one_reason * rows:
                reason = plain(lost[0].reason)
                yield _row("one_reason", source.name, lost[0].rows, examples(source.name, lost[0].reason), reason=reason)
        if source.records >= known.at_least and source.rejected > known.loses_much * source.records:
            yield _row("rejected", source.name, source.rejected, share=percent(source.rejected / source.records))


def _stages(facts: Facts, examples: Examples) -> Iterator[dict[str, object]]:
    taken = {loss.reason: loss.rows for loss in facts.funnel}
    if taken.get("awaits_review"):
        yield _row("awaits_review", "safety", taken["awaits_review"], examples(None, "awaits_review"))
    for one in facts.contamination:
        if one.part:
            yield _row("contaminated", one.name, one.part, examples(None, "contaminated"))
    repeats = sum(loss.rows for loss in facts.funnel if loss.stage.endswith("_duplicates"))
    if repeats >= rules().at_least:
        most = max(facts.sources, key=_repeats)
        yield _row("duplicates", most.name, repeats, examples(most.name, None))


def _repeats(source: SourceFacts) -> int:
    return sum(loss.rows for loss in source.losses if loss.stage.endswith("_duplicates"))


def _row(kind: str, subject: str, rows: int, ids: list[str] | None = None, **said: str) -> dict[str, object]:
    values = {"subject": subject, "rows": f"{rows:,}", **said}
    return {
        "kind": kind, "subject": subject, "rows": rows, "says": rules().says[kind].format_map(values),
        "examples": (ids or [])[: rules().examples],
    }  # fmt: skip
