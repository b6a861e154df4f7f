"""The pictures of the report, from its facts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from pixel_assets.release.facts import ALL, NOT_NEEDED, Facts, ScoreFacts
from pixel_assets.release.report.svg import BLUE, GREEN, GREY, RED, Bar, Flow, bars, histogram, sankey
from pixel_assets.release.templates import percent, plain

COLOURS: Final = {"taken": BLUE, "unused": GREY, "lost": RED}


def funnel_picture(facts: Facts) -> str:
    """What each stage took, and for which reasons, from the conversations to the mix."""
    return sankey(list(_flows(facts)), "From conversations to the mix: what each stage took")


def _flows(facts: Facts) -> Iterator[Flow]:
    left = facts.conversations
    yield Flow("conversations", left, ())
    for stage, losses in groupby(facts.funnel, key=lambda loss: loss.stage):
        exits = tuple((plain(loss.reason), loss.rows) for loss in losses)
        left -= sum(rows for _, rows in exits)
        yield Flow(plain(stage), left, exits)
    yield Flow("training set", left, ())


def ratio_picture(facts: Facts) -> str:
    """What each category gave to the mix; the line stands at what is wanted at the target."""
    rows = [
        Bar(plain(one.category), ((one.taken, BLUE), (max(0, one.kept - one.taken), GREY)),
            f"{one.taken:,} taken of {one.kept:,}, {one.wanted:,} wanted; {percent(one.share)} for {percent(one.ratio)}",
            one.wanted)
        for one in facts.categories
    ]  # fmt: skip
    return bars(rows, "Categories: taken, kept and wanted")


def source_picture(facts: Facts) -> str:
    """What became of the conversations of each source; the largest source first."""
    rows = []
    for one in sorted(facts.sources, key=lambda one: (-one.conversations, one.name)):
        unused = sum(loss.rows for loss in one.losses if loss.stage == NOT_NEEDED[0])
        dropped = one.lost - unused
        says = f"{one.in_mix:,} in the mix, {unused:,} not needed, {dropped:,} dropped"
        rows.append(Bar(one.name, ((one.in_mix, BLUE), (unused, GREY), (dropped, RED)), says))
    return bars(rows, "Sources: in the mix, not needed, dropped")


def split_picture(facts: Facts) -> str:
    """How many conversations each split has."""
    rows = [Bar(one.name, ((one.rows, GREEN),), f"{one.rows:,} conversations in {one.part:,} groups") for one in facts.splits]
    return bars(rows, "Splits")


def duplicate_picture(facts: Facts) -> str:
    """How many clusters of each size there are, by relation; empty where none was looked for."""
    rows = [
        Bar(one.name, ((one.rows, BLUE),), f"{one.rows:,} clusters, {one.part:,} conversations") for one in facts.cluster_sizes
    ]
    return bars(rows, "Clusters of duplicates by relation and size") if rows else ""


def score_pictures(facts: Facts) -> list[tuple[ScoreFacts, str]]:
    """Each score over all categories, and how it is distributed in the released conversations."""
    return [(one, histogram(one.histogram, plain(one.score))) for one in facts.scores if one.category == ALL]
