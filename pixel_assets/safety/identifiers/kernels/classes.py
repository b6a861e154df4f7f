"""Sets of classes of words that the compiled loops ask for, as one argument.

Numba keeps compiled code as long as the file of a function stays as it is, and a constant from another module is part of that
code: with an argument a class that changes can never run code that was compiled before. The same holds of the layout of
:mod:`.features`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from pixel_assets.safety.identifiers.gazetteers import BIT


class Classes(NamedTuple):
    """Bits of classes of words (``gazetteers.CLASSES``); a word belongs to a set if it has any of its bits."""

    given: np.uint32
    common_given: np.uint32
    surname: np.uint32
    name: np.uint32
    place: np.uint32
    country: np.uint32
    known: np.uint32  # a name of whatever kind
    common: np.uint32
    ordinary: np.uint32  # a word of the dictionary
    stop: np.uint32  # belongs to no name
    soft_stop: np.uint32  # belongs to none unless it is a common given name as well
    particle: np.uint32
    title: np.uint32
    title_or_saint: np.uint32
    greeting: np.uint32
    introduction: np.uint32
    kin: np.uint32
    organisation: np.uint32
    verb: np.uint32
    preposition: np.uint32
    street: np.uint32


def classes_of(bit: Mapping[str, int]) -> Classes:
    """The sets from the bit of every class."""

    def any_of(*names: str) -> np.uint32:
        return np.uint32(sum(bit[name] for name in names))

    return Classes(
        given=any_of("given"),
        common_given=any_of("given_common"),
        surname=any_of("surname"),
        name=any_of("given", "surname"),
        place=any_of("city", "region", "country"),
        country=any_of("country"),
        known=any_of("given", "surname", "city", "region", "country"),
        common=any_of("common"),
        ordinary=any_of("common", "word"),
        stop=any_of("function", "not_name", "unit", "number_word", "foreign"),
        soft_stop=any_of("title", "greeting", "calendar", "nationality", "suffix", "kin"),
        particle=any_of("particle"),
        title=any_of("title"),
        title_or_saint=any_of("title", "particle"),
        greeting=any_of("greeting"),
        introduction=any_of("introduction"),
        kin=any_of("kin"),
        organisation=any_of("organisation"),
        verb=any_of("person_verb"),
        preposition=any_of("place_preposition"),
        street=any_of("street"),
    )


WORDS: Final = classes_of(BIT)
