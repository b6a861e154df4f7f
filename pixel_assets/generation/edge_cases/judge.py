"""Judging a reply by the requirements of an edge case."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from pixel_assets.generation.edge_cases.model import EdgeCase


@dataclass(frozen=True)
class Verdict:
    """Whether a reply keeps one requirement of a case."""

    item: str
    kept: bool


def judge_reply(case: EdgeCase, text: str) -> list[Verdict]:
    """One verdict for each requirement of the case, those of ``must`` first, in the order of the case.

    ``text`` is a reply, or all that the assistant says in a conversation. A requirement of ``must`` is kept when one of
    its signs is found, one of ``must_not`` when none is. Signs are regular expressions: they see the letter and not the
    meaning, so a verdict is evidence and no proof.
    """
    plain = text.replace("’", "'")
    return [Verdict(item.id, _shows(item.signs, plain)) for item in case.must] + [
        Verdict(item.id, not _shows(item.signs, plain)) for item in case.must_not
    ]


def broken(case: EdgeCase, text: str) -> frozenset[str]:
    """Ids of the requirements that a reply does not keep."""
    return frozenset(verdict.item for verdict in judge_reply(case, text) if not verdict.kept)


def _shows(signs: tuple[str, ...], text: str) -> bool:
    return _searched(signs).search(text) is not None


@functools.cache
def _searched(signs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{sign})" for sign in signs), re.IGNORECASE)
