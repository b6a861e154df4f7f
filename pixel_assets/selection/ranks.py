"""Which of several conversations that repeat each other is used: their order by what the settings ask for first.

Every criterion is a number of which less is better, so that an order of criteria is an order of conversations, and the first
criterion in which two differ says why one of them is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from pixel_assets.safety.gate.policy import VERDICTS
from pixel_assets.sources.licences import LicenceVerdict

Criterion = Literal["quality", "safety", "licence", "source", "words"]
FREEDOM: Final = ("allow", "allow, with constraints", "research-only", "deny")  # of a licence, by level
_NONE: Final = 2**62  # stands after every value


def freedom(verdict: LicenceVerdict, constraints: Iterable[str]) -> int:
    """The level in ``FREEDOM`` of a licence with this verdict and these constraints; 0 is the freest."""
    return FREEDOM.index("allow, with constraints" if verdict == "allow" and any(constraints) else verdict)


class Key(NamedTuple):
    """A number of which less is better, in SQL over the columns of a conversation, and what is said where it decides.

    ``said`` is SQL over ``l`` (the loser) and ``w`` (the winner), which have the keys by name.
    """

    name: str
    value: str
    said: str


def _listed(values: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def _level(values: Sequence[str], key: str) -> str:
    return f"coalesce({_listed(values)}[{key} + 1], 'unknown')"


KEYS: Final[Mapping[Criterion, tuple[Key, ...]]] = {
    "quality": (
        Key(
            "quality",
            f"coalesce(-CAST(round(overall * 100) AS BIGINT), {_NONE})",
            f"CASE WHEN l.quality = {_NONE} THEN format('no overall score, the winner has {{:.2f}}', w.quality / -100.0)"
            " ELSE format('overall {:.2f} < {:.2f}', l.quality / -100.0, w.quality / -100.0) END",
        ),
    ),
    "safety": (
        Key(
            "safety",
            f"coalesce(list_position({_listed(VERDICTS)}, verdict) - 1, {_NONE})",
            f"'safety ' || {_level(VERDICTS, 'l.safety')} || ', the winner ' || {_level(VERDICTS, 'w.safety')}",
        ),
    ),
    "licence": (
        Key(
            "licence",
            f"coalesce(freedom, {_NONE})",
            f"'licence ' || {_level(FREEDOM, 'l.licence')} || ', the winner ' || {_level(FREEDOM, 'w.licence')}",
        ),
    ),
    "source": (
        Key(
            "tier",
            f"coalesce(tier, {_NONE})",
            f"CASE WHEN l.tier = {_NONE} THEN format('no tier, the winner has {{}}', w.tier)"
            " ELSE format('tier {} > {}', l.tier, w.tier) END",
        ),
        Key("place", f"coalesce(place, {_NONE})", "'its source stands later among those that the settings name'"),
    ),
    "words": (Key("words", "-words", "format('words {} < {}', -l.words, -w.words)"),),
}
CRITERIA: Final = tuple(KEYS)  # in their usual order
TIE: Final = "a tie, won by the smaller conversation_id"


def keys_of(order: Iterable[Criterion]) -> tuple[Key, ...]:
    """The keys of some criteria, the first first."""
    return tuple(key for criterion in order for key in KEYS[criterion])


def ranked(rows: str, order: Iterable[Criterion], also: Sequence[str] = ()) -> str:
    """SQL for ``conversation_id``, its ``rank`` (from 0, lower is used, no two equal), its ``keys`` as a struct, and ``also``.

    ``rows`` is SQL for rows with ``conversation_id``, ``overall`` (score), ``verdict``, ``freedom`` (level of ``FREEDOM``),
    ``tier``, ``place`` (of its source) and ``words``; all but the first and the last may be null.
    """
    keys = keys_of(order)
    columns = "".join(f", {name}" for name in also)
    struct = ", ".join(f"{key.name}: {key.value}" for key in keys) or "none: 0"
    by = ", ".join([*(f"keys.{key.name}" for key in keys), "conversation_id"])
    return f"""
        SELECT conversation_id{columns}, keys, row_number() OVER (ORDER BY {by}) - 1 AS rank
        FROM (SELECT conversation_id{columns}, {{{struct}}} AS keys FROM ({rows}))
    """


def reason(order: Iterable[Criterion]) -> str:
    """SQL for why a loser with the keys ``l`` stands after a winner with the keys ``w``."""
    cases = "".join(f" WHEN l.{key.name} <> w.{key.name} THEN {key.said}" for key in keys_of(order))
    return f"CASE{cases} ELSE '{TIE}' END" if cases else f"'{TIE}'"
