"""What a client's own words suppose of the client: an age, someone to live with, a consulting room.

Found by the expressions of ``data/what_texts_suppose.yaml``, so that an entry may be written without marks.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from pixel_assets.errors import KnowledgeError
from pixel_assets.typed_yaml import read_yaml

DATA: Final = Path(__file__).parent / "data"
BOUND: Final = frozenset({"husband", "wife", "partner", "boyfriend", "girlfriend"})

Ties = frozenset[str]  # keys of `ties` in the data: husband, wife, partner, alone, parted, mother, mother_gone …


class Ages(NamedTuple):
    """A range of ages in years, both ends included."""

    first: int
    last: int

    def meet(self, other: Ages) -> Ages:
        """The ages in both ranges; empty, with ``first`` above ``last``, where there are none."""
        return Ages(max(self.first, other.first), min(self.last, other.last))

    @property
    def empty(self) -> bool:
        return self.first > self.last


ANY_AGE: Final = Ages(13, 88)


@functools.cache
def load_data(file: str) -> Any:
    """What a YAML file of this package's data holds; raises :class:`KnowledgeError` with the line of what cannot be read."""
    return read_yaml(DATA / file, TypeAdapter(Any), error=KnowledgeError).content


@functools.cache
def _expressions() -> tuple[Mapping[re.Pattern[str], Ages], Mapping[str, re.Pattern[str]], re.Pattern[str]]:
    data = load_data("what_texts_suppose.yaml")
    return (
        {re.compile(expression, re.IGNORECASE): Ages(*ages) for expression, ages in data["ages"].items()},
        {tie: re.compile(expression, re.IGNORECASE) for tie, expression in data["ties"].items()},
        re.compile(data["a_consulting_room"], re.IGNORECASE),
    )


@functools.cache
def ages_of(text: str) -> Ages:
    """The ages at which somebody could say this."""
    ages = ANY_AGE
    for expression, allowed in _expressions()[0].items():
        if expression.search(text):
            ages = ages.meet(allowed)
    return ages


@functools.cache
def ties_of(text: str) -> Ties:
    """Whom a text names as living with, or having parted from, the one who speaks."""
    return frozenset(tie for tie, expression in _expressions()[1].items() if expression.search(text))


@functools.cache
def trade_of(text: str) -> str | None:
    """What the one who speaks says they are, such as ``a paralegal``; None where no trade is named."""
    found = re.search(load_data("what_texts_suppose.yaml")["a_trade"], text, re.IGNORECASE)
    return found[1] if found else None


@functools.cache
def in_a_consulting_room(text: str) -> bool:
    """Whether a text speaks to somebody who has a room, a clock or holidays; Pixel has none."""
    return _expressions()[2].search(text) is not None


def agree(said: Ties, home: Ties) -> bool:
    """Whether somebody who says the one may live as the other says."""
    if any(f"{relative}_gone" in said for relative in home):
        return False
    if "parted" in said and home & BOUND:
        return False
    if "parted" in home and said & BOUND:
        return False
    if living := said & {"husband", "wife", "alone"}:
        return living <= home
    if "partner" in said:
        return bool(home & BOUND)
    return not (said & BOUND) or home & BOUND <= said | {"partner"}
