"""The small graph with a check that five texts in the pool fail, so that two sources of a few lines fail it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pixel_assets.alerts.tick import Tick, tick
from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check

from ..build.toy import World, graph, small

MOST = 4


def few(run: CheckRun) -> Verdict:
    texts = run.tables["pool"].rows
    return Verdict(texts <= MOST, f"the pool has {texts} texts, {MOST} are allowed", {"texts": texts, "most": MOST, "name": "x"})


WARNS = (Check("few", "pool", "Few texts.", few),)
BLOCKS = (Check("few", "pool", "Few texts.", few, blocking=True),)


def watched(root: Path, *urls: str, checks: tuple[Check, ...] = WARNS, **alerts: Any) -> World:
    """A world that has been built, whose check fails, and that tells these URLs of it."""
    world = small(root, graph=graph(checks))
    world.set(alerts={"urls": urls, "stale_assets": (), **alerts})
    world.build()
    return world


def mend(world: World) -> None:
    """Make the check pass."""
    world.put("a", "one")
    world.build()


def spoil(world: World) -> None:
    """Make the check fail."""
    world.put("a", "one", "two", "", "three")
    world.build()


def ticked(world: World, **options: Any) -> Tick:
    """One tick on the world as it stands, as a new process does it."""
    return tick(world.project(), **options)
