"""The form of the knowledge base: entries of many kinds, relations between them, and references.

An entry's ``kind`` decides what its ``details`` must hold (:mod:`pixel_assets.knowledge.details`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self, TypeVar, get_args

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from pixel_assets.knowledge import details
from pixel_assets.knowledge.details import Id, Part, Text

How = Literal[
    "differential",
    "comorbid_with",
    "indicated_for",
    "contraindicated_for",
    "part_of",
    "graded",
    "measured_by",
    "defends_against",
    "typical_of",
    "considers",
    "requires",
    "facet_of",
]

# Relations of which a reader must learn why, and those that lead to entries of certain kinds only.
EXPLAINED: Final = frozenset({"differential", "contraindicated_for"})
TARGETS: Final[Mapping[str, frozenset[str]]] = {
    "graded": frozenset({"evidence_grade"}),
    "measured_by": frozenset({"instrument", "assessment"}),
    "facet_of": frozenset({"trait"}),
}


class Relation(Part):
    """A directed relation of the entry that it stands in to another."""

    to: Id
    how: How
    note: Text | None = None

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.how in EXPLAINED and self.note is None:
            raise ValueError(f"note: a relation {self.how!r} must say why")
        return self


class _Entry(Part):
    """What entries of all kinds have."""

    name: Text
    summary: Text
    relations: tuple[Relation, ...] = ()
    references: Annotated[tuple[Id, ...], Field(min_length=1)]


class DisorderEntry(_Entry):
    kind: Literal["disorder"]
    details: details.Disorder


class PatternEntry(_Entry):
    kind: Literal["attachment_pattern", "personality_organisation"]
    details: details.Pattern


class DefenceMechanismEntry(_Entry):
    kind: Literal["defence_mechanism"]
    details: details.DefenceMechanism


class TraitEntry(_Entry):
    kind: Literal["trait"]
    details: details.Trait


class FacetEntry(_Entry):
    kind: Literal["facet"]
    details: details.Facet


class ProfileEntry(_Entry):
    kind: Literal["profile"]
    details: details.Profile


class InstrumentEntry(_Entry):
    kind: Literal["instrument"]
    details: details.Instrument


class AssessmentEntry(_Entry):
    kind: Literal["assessment"]
    details: details.Assessment


class ModalityEntry(_Entry):
    kind: Literal["modality"]
    details: details.Modality


class InterventionEntry(_Entry):
    kind: Literal["intervention"]
    details: details.Intervention


class SkillEntry(_Entry):
    kind: Literal["interview_skill", "alliance"]
    details: details.Skill


class ProtocolEntry(_Entry):
    kind: Literal["ethics", "safety_protocol"]
    details: details.Protocol


class PopulationEntry(_Entry):
    kind: Literal["population"]
    details: details.Population


class EvidenceGradeEntry(_Entry):
    kind: Literal["evidence_grade"]
    details: details.EvidenceGrade


Entry = (
    DisorderEntry
    | PatternEntry
    | DefenceMechanismEntry
    | TraitEntry
    | FacetEntry
    | ProfileEntry
    | InstrumentEntry
    | AssessmentEntry
    | ModalityEntry
    | InterventionEntry
    | SkillEntry
    | ProtocolEntry
    | PopulationEntry
    | EvidenceGradeEntry
)
ENTRY: Final[TypeAdapter[Entry]] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])
KINDS: Final = frozenset(kind for form in get_args(Entry) for kind in get_args(form.model_fields["kind"].annotation))


def _one_text(value: object) -> object:
    return "; ".join(value) if isinstance(value, list) and all(isinstance(name, str) for name in value) else value


class Reference(Part):
    """A work that an entry rests on."""

    title: Text
    authors: Annotated[Text, BeforeValidator(_one_text)] = Field(description="persons or a body; a list is joined by semicolons")
    year: int = Field(ge=1800, le=2100)
    kind: Literal["book", "article", "guideline", "classification", "website", "dataset"]
    publisher: Text | None = None
    doi: str | None = Field(None, pattern=r"^10\.\d{4,9}/\S+$")
    url: str | None = Field(None, pattern=r"^https?://\S+$")
    licence: Text | None = None


Form = TypeVar("Form", bound=_Entry)


@dataclass(frozen=True)
class Knowledge:
    """All entries and references by id, in the order of the ids."""

    entries: Mapping[str, Entry]
    references: Mapping[str, Reference]

    def of(self, form: type[Form]) -> dict[str, Form]:
        """Entries of one form by id, such as ``knowledge.of(DisorderEntry)``."""
        return {name: entry for name, entry in self.entries.items() if isinstance(entry, form)}

    def related(self, name: str, how: How) -> tuple[str, ...]:
        """Ids that an entry is related to in one way, in the order in which it names them."""
        return tuple(relation.to for relation in self.entries[name].relations if relation.how == how)

    def related_from(self, name: str, how: How) -> tuple[str, ...]:
        """Ids of the entries that are related to this one in one way, sorted: the same relation seen from its other end."""
        return tuple(other for other in self.entries if name in self.related(other, how))
