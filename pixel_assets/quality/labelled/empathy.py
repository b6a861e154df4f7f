"""Replies of peers with the empathy that they show (EPITOME, Sharma et al. 2020)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pixel_assets.labelled.rows import Labelled, damaged, read_table
from pixel_assets.labelled.split import is_fit

EPITOME: Final = "epitome"
MECHANISMS: Final = ("emotional_reactions", "interpretations", "explorations")
LEVELS: Final = (0, 1, 2)  # none, weak, strong
_COLUMNS: Final = ("sp_id", "rp_id", "seeker_post", "response_post", "level", "rationales")

Place = tuple[int, int]


class Shown(NamedTuple):
    """How strongly a reply shows one mechanism, and where."""

    level: int  # of LEVELS
    places: tuple[Place, ...]  # characters of the reply that were given as reasons, as far as they are found there word for word


@dataclass(frozen=True, slots=True)
class EmpathyRow(Labelled):
    """A post of somebody who seeks support, a reply to it, and what the reply shows."""

    post: str
    reply: str
    emotional_reactions: Shown
    interpretations: Shown
    explorations: Shown


def read_epitome(folder: Path) -> list[EmpathyRow]:
    """All labelled pairs of post and reply, grouped by post.

    The three files hold the same pairs. A pair that was labelled more than once stands there as often: the first time in one
    file belongs to the first time in the others. Raises ``SourceError`` if one file has a pair that another has not, or a level
    that is none.
    """
    tables = {mechanism: _read(folder, mechanism) for mechanism in MECHANISMS}
    first = tables[MECHANISMS[0]]
    for mechanism, table in tables.items():
        if lacking := first.keys() ^ table.keys():
            raise damaged(
                folder, _file(mechanism), f"{len(lacking)} pairs stand in this file or in {_file(MECHANISMS[0])}, not in both",
                "the same pairs in all three files",
            )  # fmt: skip
    return [
        EmpathyRow(
            EPITOME, key[0], "-".join(map(str, key if key[2] else key[:2])), is_fit(EPITOME, key[0]),
            record["seeker_post"], record["response_post"], *(_shown(tables[mechanism][key]) for mechanism in MECHANISMS),
        )
        for key, record in first.items()
    ]  # fmt: skip


def _file(mechanism: str) -> str:
    return f"epitome/{mechanism.replace('_', '-')}-reddit.csv"


def _read(folder: Path, mechanism: str) -> dict[tuple[str, str, int], dict[str, str]]:
    """The records of one file by post, reply, and how often the pair came before."""
    seen = Counter[tuple[str, str]]()
    found = {}
    for number, record in enumerate(read_table(folder, _file(mechanism), _COLUMNS), 1):
        if record["level"] not in map(str, LEVELS):
            raise damaged(folder, _file(mechanism), f"record {number} has another level", "a level of 0, 1 or 2")
        pair = record["sp_id"], record["rp_id"]
        found[*pair, seen[pair]] = record
        seen[pair] += 1
    return found


def _shown(record: dict[str, str]) -> Shown:
    reasons = filter(None, map(str.strip, record["rationales"].split("|")))
    starts = [(record["response_post"].find(reason), len(reason)) for reason in reasons]
    return Shown(int(record["level"]), tuple(sorted({(start, start + size) for start, size in starts if start >= 0})))
