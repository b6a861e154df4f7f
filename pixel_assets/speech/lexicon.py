"""What the words of speech are cues of: small word lists, feelings, the measures that point to traits, and made questions.

The lists stand in ``data/*.yaml``, were written for this project and are English. They count how somebody talks; what follows
from such counts is said in :mod:`.markers` and :mod:`.traits`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from pixel_assets.typed_yaml import read_yaml

DATA: Final = Path(__file__).parent / "data"
DATA_FILES: Final = ("cues.yaml", "feelings.yaml", "traits.yaml", "prompts.yaml")
LONG_WORD: Final = 7  # letters
_CLOSING: Final = "\"'”’)]»"
_ABBREVIATION: Final = re.compile(r"(mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|[a-hj-z])\.|\d{1,2}\.")
_CONTRACTION: Final = re.compile(r"(\w+?)(n't|'re|'ve|'ll|'d|'m)|(it|that|he|she|what|there|here|who|where|how|let|when)('s)")
_BASES: Final = {"ca": "can", "wo": "will", "sha": "shall"}

Category = str
Strict = Annotated[str, Field(strict=True, min_length=1)]  # an unquoted no or on is no word in YAML
T = TypeVar("T")


class Feeling(NamedTuple):
    """How pleasant a word of feeling is (-1 to 1) and how stirred up (0 to 1)."""

    valence: Annotated[float, Field(ge=-1, le=1)]
    arousal: Annotated[float, Field(ge=0, le=1)]


class Usual(BaseModel):
    """Of a measure in 100 words: what is usual in talk, and how far talkers are apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    typical: float = Field(ge=0)
    scale: float = Field(gt=0)


class TraitCues(BaseModel):
    """``measures`` by name, and of each trait the weights of the measures that point to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    measures: dict[str, Usual]
    traits: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Form:
    """What a written word is by itself: its form in lower case, the lists it stands in, and how it ends a sentence."""

    text: str
    categories: tuple[Category, ...]
    feeling: Feeling | None
    phrases: tuple[tuple[tuple[str, ...], tuple[Category, ...]], ...]  # the rest of each phrase that it begins, longest first
    ends: bool  # a sentence
    asks: bool  # a question; then it also ends a sentence
    pauses: bool  # a mark such as a comma stands behind it


@functools.cache
def categories() -> Mapping[Category, tuple[str, ...]]:
    """The word lists by name; an item of several words is a phrase. Raises :class:`SettingsError` for a damaged file."""
    return _read("cues.yaml", TypeAdapter(dict[Strict, tuple[Strict, ...]]))


@functools.cache
def feelings() -> Mapping[str, Feeling]:
    """The words of feeling. Raises :class:`SettingsError` for a damaged file."""
    return _read("feelings.yaml", TypeAdapter(dict[Strict, Feeling]))


@functools.cache
def trait_cues() -> TraitCues:
    """Which measures point to which trait. Raises :class:`SettingsError` for a damaged file."""
    return _read("traits.yaml", TypeAdapter(TraitCues))


@functools.cache
def prompts() -> Mapping[str, tuple[str, ...]]:
    """Made questions by kind. Raises :class:`SettingsError` for a damaged file."""
    return _read("prompts.yaml", TypeAdapter(dict[Strict, Annotated[tuple[Strict, ...], Field(min_length=1)]]))


@functools.lru_cache(maxsize=200_000)
def form(word: str) -> Form:
    """What a word of a transcript, with its punctuation, is by itself."""
    lower = word.lower().replace("’", "'")
    bare = lower.rstrip(_CLOSING)
    text = lower.strip(".,;:!?…\"'”“‘()[]«»-–—")
    single, phrases = _index()
    found = dict.fromkeys(single.get(text, ()))
    contraction = _CONTRACTION.fullmatch(text)
    if contraction:
        base = contraction[1] or contraction[3]
        ending = contraction[2] or contraction[4]
        found |= dict.fromkeys(("contractions", *single.get(_BASES.get(base, base), ()))) if text != "let's" else {}
        found |= {"negations": None} if ending == "n't" else {}
    feeling = feelings().get(text)
    if feeling:
        found["positive" if feeling.valence > 0 else "negative"] = None
    if len(text) >= LONG_WORD and text.isalpha():
        found["long_words"] = None
    asks = bare.endswith(("?", "？"))
    ends = asks or (bare.endswith((".", "!", "…", "。", "！")) and not _ABBREVIATION.fullmatch(bare))
    pauses = ends or bare.endswith((",", ";", ":", "-", "–", "—"))
    return Form(text, tuple(found), feeling, phrases.get(text, ()), ends, asks, pauses)


Single = dict[str, tuple[Category, ...]]
Phrases = dict[str, tuple[tuple[tuple[str, ...], tuple[Category, ...]], ...]]


@functools.cache
def _index() -> tuple[Single, Phrases]:
    """The lists turned over: the lists of each word, and the phrases by their first word."""
    of: dict[tuple[str, ...], tuple[Category, ...]] = {}
    for category, items in categories().items():
        for item in items:
            key = tuple(item.split())
            of[key] = (*of.get(key, ()), category)
    single: Single = {key[0]: found for key, found in of.items() if len(key) == 1}
    phrases: Phrases = {}
    for key in sorted((key for key in of if len(key) > 1), key=lambda key: (-len(key), key)):
        phrases[key[0]] = (*phrases.get(key[0], ()), (key[1:], of[key]))
    return single, phrases


def _read(name: str, kind: TypeAdapter[T]) -> T:
    return read_yaml(DATA / name, kind, hint="Write it as the other items, with yes, no, on and off in quotes").content
