"""Context expansion: a system prompt for a conversation that came without one, made of what its traits say.

A model that always had one in training is lost without, and one that never had leaves what it is told there aside; both forms of
the same conversation teach it to work with either (as Wei et al. 2022 vary the instructions of one task).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.selection.augment.draw import one_of
from pixel_assets.selection.augment.variant import Parent, Variant
from pixel_assets.typed_yaml import read_yaml

FILE: Final = Path(__file__).parent / "data" / "contexts.yaml"
MIN_STRENGTH: Final = 0.4  # of population and modality, below which it is not spoken of
DANGER: Final = "danger"  # the limit that stands where there is any
_TRAITS: Final = ("population", "modality", "stage")
Sentence = Annotated[str, Field(pattern=r"^[A-Z].*[.]$")]  # an unquoted comma in a list of YAML would cut one in two
Sentences = Mapping[str, Annotated[tuple[Sentence, ...], Field(min_length=1)]]


class Stem(BaseModel):
    """A first sentence, and of which categories a conversation may begin with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    categories: tuple[str, ...] = Field(min_length=1)
    text: Sentence


class Contexts(BaseModel):
    """Sentences that a system prompt is made of, by kind of a trait."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stems: Mapping[str, Stem]
    population: Sentences
    modality: Sentences
    stage: Sentences
    limits: Mapping[str, Sentence]


@functools.cache
def contexts(file: Path = FILE) -> Contexts:
    """The sentences of a file, read once. Raises ``SettingsError`` that names file, line and key."""
    return read_yaml(file, Contexts).content


def with_context(parent: Parent, seed: int) -> Variant | None:
    """The conversation with a system prompt; None where it has one, or where no stem is for its category.

    Where there is danger, the prompt says that safety comes first, and nothing of methods or of somebody's life.
    """
    known = contexts()
    stems = [name for name, stem in known.stems.items() if parent.category in stem.categories]
    if not stems or any(turn["role"] == "system" for turn in parent.turns):
        return None
    stem = one_of(stems, seed, "stem", parent.conversation_id)
    said, used = [known.stems[stem].text], [stem]
    for trait in _TRAITS if not parent.danger else ():
        kind = getattr(parent, trait)
        sentences = getattr(known, trait).get(kind.name, ())
        if sentences and kind.strength >= MIN_STRENGTH:
            said.append(one_of(sentences, seed, trait, parent.conversation_id))
            used.append(f"{trait}/{kind.name}")
    limit = DANGER if parent.danger else one_of(list(known.limits), seed, "limit", parent.conversation_id)
    system = {"role": "system", "content": " ".join([*said, known.limits[limit]])}
    return Variant([system, *parent.turns], parent.reasoning, " ".join([*used, f"limits/{limit}"]))
