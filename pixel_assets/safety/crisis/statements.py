"""Statements that were written to teach the trained part of crisis detection, in both directions and in many registers.

In: the YAML files of ``data/statements``, one a category, each in blocks that share a label. Out: :class:`Statement`. All are
invented, and were written without a look at the labelled sets. Places of a template are filled in step: its n-th statement takes
the n-th filling of each place, from the start again where a place has fewer.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.kinds import DETECTED, Kind
from pixel_assets.safety.findings import LEVELS
from pixel_assets.typed_yaml import Document, read_yaml, yaml_files

DATA: Final = Path(__file__).parent / "data" / "statements"
_PLACE: Final = re.compile(r"\{([a-z]+)\}")

Label = Literal["none", "concern", "risk", "imminent"]
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a client might say, and what a careful reader would hear in it."""

    text: str
    category: str
    block: str  # category and number of the block; what was written together
    voice: str  # what the block shares: register, setting or theme; a harmless block bears the voice of its dangerous twin
    group: str  # category and voice, or the template: what stays together in cross-validation
    label: Label
    kind: str  # what the danger is; empty below risk
    subject: Literal["self", "other"]
    language: str

    @property
    def crisis(self) -> bool:
        """Whether it ought to be found."""
        return LEVELS.index(self.label) >= DETECTED

    def conversation(self) -> list[dict[str, str]]:
        """As the one turn of a conversation in the standard form."""
        return [{"role": "user", "content": self.text}]


@functools.cache
def read_statements(folder: Path = DATA) -> tuple[Statement, ...]:
    """All statements, in the order of files, blocks and lines; templates come after the lines of their block.

    Raises :class:`SettingsError` that names file and block where a file is no YAML, a key is missing or unknown, a place has no
    fillings, danger has no kind, or a statement comes twice; and if the folder has no file.
    """
    found: dict[str, Statement] = {}
    for file in yaml_files(folder):
        for statement in _read(file):
            if statement.text in found:
                raise SettingsError(
                    "a statement comes twice", where=f"{file.name}, {statement.block}",
                    expected=f"another wording than in {found[statement.text].block}", hint="Take one of them out",
                )  # fmt: skip
            found[statement.text] = statement
    return tuple(found.values())


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid")
    label: Label
    kind: Kind | None = None
    subject: Literal["self", "other"] = "self"
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]{2})?$")] = "en"
    voice: Text = "plain"
    statements: str = ""
    templates: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind is None) == (LEVELS.index(self.label) >= DETECTED):
            raise ValueError("a block of risk has a kind, another has none")
        if not self.statements.strip() and not self.templates.strip():
            raise ValueError("a block has statements or templates")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    category: Text
    judged: Text
    slots: dict[str, tuple[Text, ...]] = {}
    blocks: tuple[_Block, ...]


def _read(file: Path) -> Iterator[Statement]:
    document = read_yaml(file, _File, hint="safety/crisis/statements.py says which keys there are")
    category = document.content.category
    for number, block in enumerate(document.content.blocks):
        name = f"{category}:{number + 1}"
        for group, text in _texts(block, name, document, number):
            yield Statement(
                text, category, name, block.voice, group, block.label, block.kind or "", block.subject, block.language
            )


def _texts(block: _Block, name: str, document: Document[_File], at: int) -> Iterator[tuple[str, str]]:
    """Group and text of each statement of a block, which is the block number ``at`` of its file."""
    slots = document.content.slots
    for line in block.statements.splitlines():
        if line.strip():
            yield f"{document.content.category}:{block.voice}", line.strip()
    for number, template in enumerate((line.strip() for line in block.templates.splitlines() if line.strip()), 1):
        places = _PLACE.findall(template)
        unknown = sorted({place for place in places if not slots.get(place)})
        if unknown or not places:
            what = f"no fillings for {', '.join(unknown)}" if unknown else "a template without a place"
            raise document.wrong(("blocks", at, "templates"), what, expected="fillings under slots", hint="Add them")
        for turn in range(max(len(slots[place]) for place in places)):
            text = template
            for place in places:
                text = text.replace(f"{{{place}}}", slots[place][turn % len(slots[place])])
            yield f"{name}:{number}", text[0].upper() + text[1:]
