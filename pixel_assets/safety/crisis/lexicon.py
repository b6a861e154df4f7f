"""Reading the cues: what people in danger say, what only sounds like it, and the words around that tell the two apart.

All of it stands in ``data/cues/*.yaml``, one pattern a line; after an ``|`` at its end a line goes on in the next. A pattern is
an RE2 regular expression over folded text in which ``{name}`` stands for a piece of ``pieces.yaml`` (pieces may hold pieces), a
blank for one or more, and which begins and ends at the border of a word. Breadth comes from combining: ``{want} {die}`` alone
stands for some thousand phrases.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.kinds import Kind
from pixel_assets.safety.crisis.lines import Lines
from pixel_assets.safety.crisis.phrases import Found, Phrases
from pixel_assets.safety.findings import LEVELS, Frame, Subject
from pixel_assets.typed_yaml import read_yaml
from pixel_assets.wording.folding import fold_text

DATA: Final = Path(__file__).parent / "data" / "cues"
_PIECE: Final = re.compile(r"\{([a-z][a-z_]*)\}")
_CLASS: Final = re.compile(r"(\[[^\]]*\])")
_LATIN: Final = re.compile(r"[A-Za-z]")
_CONTINUED: Final = re.compile(r"\|\n *")
_DEEPEST: Final = 8


def _lines(text: Any) -> Any:
    return [line.strip() for line in _CONTINUED.sub("|", text).splitlines() if line.strip()] if isinstance(text, str) else text


PatternLines = Annotated[list[str], BeforeValidator(_lines), Field(min_length=1)]
_BY_NAME: Final[TypeAdapter[dict[str, list[str]]]] = TypeAdapter(dict[str, PatternLines])


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    patterns: PatternLines


class _GivenCue(_Given):
    kind: Kind
    level: Literal["none", "concern", "risk", "imminent"]
    theme: str = ""
    subject: Subject = "unknown"
    intent: bool = False
    heavy: bool = False


class _GivenMask(_Given):
    frame: Frame = "idiom"
    level: Literal["none", "concern"] = "none"
    kinds: list[Kind] = []


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    cues: dict[str, _GivenCue] = {}
    masks: dict[str, _GivenMask] = {}


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that people in danger say."""

    id: str
    kind: Kind
    level: int  # what it means if nothing around it says otherwise; 0 for a word that only asks for a closer look
    theme: str  # cues of one theme count once where concerns add up
    subject: Subject  # whom it is about, where the words themselves say so
    intent: bool  # speaks of doing, not only of wishing
    heavy: bool  # of the concerns, one that together with any other makes a risk


@dataclass(frozen=True, slots=True)
class Mask:
    """Something that only sounds like a cue: what it covers counts at most its level."""

    id: str
    frame: Frame
    level: int
    kinds: frozenset[Kind]  # of which kinds it covers cues; all if empty


@dataclass(frozen=True)
class Lexicon:
    """Cues and masks, and what each of their patterns belongs to."""

    cues: Mapping[str, Cue]
    phrases: Phrases  # the patterns of cues
    entries: tuple[Cue, ...]  # by number of the pattern
    covers: Phrases  # the patterns of masks
    masks: tuple[Mask, ...]  # by number of the pattern


@dataclass(frozen=True)
class Markers:
    """The words of context and their names."""

    phrases: Phrases
    names: tuple[str, ...]  # by number of the pattern; one pattern has all words of a marker

    def places(self, name: str, lines: Lines) -> dict[int, list[Found]]:
        """The places of one marker, by number of the text."""
        return self.phrases.find(lines, [self.names.index(name)])


@functools.cache
def lexicon() -> Lexicon:
    """The cues and masks of the package; raises :class:`SettingsError` for an entry that cannot be read."""
    return read_lexicon(DATA)


@functools.cache
def markers() -> Markers:
    """The markers of context of the package; raises :class:`SettingsError` for an entry that cannot be read."""
    return read_markers(DATA)


def read_lexicon(folder: Path) -> Lexicon:
    """Every file of a folder but ``pieces.yaml``, ``context.yaml`` and ``response.yaml``, in order of their names."""
    pieces = _pieces(folder)
    cues: dict[str, Cue] = {}
    sought: list[tuple[Cue, tuple[str, str]]] = []
    covering: list[tuple[Mask, tuple[str, str]]] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name in ("pieces.yaml", "context.yaml", "response.yaml"):
            continue
        document = read_yaml(path, _File)
        given = document.content
        for name, cue in given.cues.items():
            if name in cues:
                raise document.wrong(("cues", name), "another file has this cue", hint="Give one of them another name")
            cues[name] = Cue(name, cue.kind, LEVELS.index(cue.level), cue.theme or name, cue.subject, cue.intent, cue.heavy)
            sought += [(cues[name], pattern) for pattern in _named(path, name, cue, pieces)]
        for name, mask in given.masks.items():
            made = Mask(name, mask.frame, LEVELS.index(mask.level), frozenset(mask.kinds))
            covering += [(made, pattern) for pattern in _named(path, name, mask, pieces)]
    return Lexicon(
        cues, Phrases([pattern for _, pattern in sought], anchored=True), tuple(cue for cue, _ in sought),
        Phrases([pattern for _, pattern in covering], anchored=True), tuple(mask for mask, _ in covering),
    )  # fmt: skip


def _named(path: Path, name: str, given: _Given, pieces: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    place = f"{path.name}, {name}"
    for number, pattern in enumerate(given.patterns):
        yield f"{place}, {number}", expanded(pattern, pieces, place)


def read_markers(folder: Path) -> Markers:
    """The markers of ``context.yaml``."""
    pieces = _pieces(folder)
    given = read_yaml(folder / "context.yaml", _BY_NAME).content
    patterns = []
    for name, written in given.items():
        place = f"context.yaml, {name}"
        patterns.append((place, "|".join(expanded(pattern, pieces, place) for pattern in written)))
    return Markers(Phrases(patterns), tuple(given))


def expanded(pattern: str, pieces: Mapping[str, Sequence[str]], where: str) -> str:
    """A pattern as RE2 reads it; raises :class:`SettingsError` for a piece that does not exist or holds itself."""
    filled = _filled(pattern, pieces, where)
    if not filled.isascii():
        filled = fold_text(filled)
    parts = _CLASS.split(filled)
    spaced = "".join(
        part if number % 2 else part.replace(" ?", " *").replace(" ", " +").replace(" +*", " *")
        for number, part in enumerate(parts)
    )
    return rf"\b(?:{spaced})\b" if _LATIN.search(spaced) else spaced


def _filled(pattern: str, pieces: Mapping[str, Sequence[str]], where: str) -> str:
    for _ in range(_DEEPEST):
        if not _PIECE.search(pattern):
            return pattern
        pattern = _PIECE.sub(lambda found: f"(?:{'|'.join(_piece(found[1], pieces, where))})", pattern)
    raise SettingsError("a piece holds itself", where=where, hint="Write its words out in pieces.yaml")


def _piece(name: str, pieces: Mapping[str, Sequence[str]], where: str) -> Sequence[str]:
    if name not in pieces:
        raise SettingsError(f"there is no piece {name}", where=where, hint="Write it into pieces.yaml, or correct the name")
    return pieces[name]


def _pieces(folder: Path) -> dict[str, list[str]]:
    return read_yaml(folder / "pieces.yaml", _BY_NAME).content
