"""What can be asked about an entry of the knowledge base, by aspect, and the texts that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pixel_assets.generation.forms.wording import plain_name, sayings, standing_alone, unalarming
from pixel_assets.knowledge.model import (
    DefenceMechanismEntry,
    DisorderEntry,
    Entry,
    EvidenceGradeEntry,
    FacetEntry,
    InstrumentEntry,
    InterventionEntry,
    ModalityEntry,
    PatternEntry,
    PopulationEntry,
    ProfileEntry,
    ProtocolEntry,
    SkillEntry,
    TraitEntry,
)

Facts = Mapping[str, tuple[str, ...]]
# Who asks about an entry of a kind; everybody else is a student or a clinician
PERSONAL: Final = frozenset(
    {"disorder", "modality", "intervention", "attachment_pattern", "population", "instrument", "profile", "defence_mechanism"}
)


def facts_of(entry: Entry) -> Facts:
    """Texts by aspect, such as ``signs`` or ``when_not``; ``what`` is there for every entry."""
    return {"what": (entry.summary,), **{name: texts for name, texts in _facts(entry).items() if texts}}


def differences(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Names of what an entry may be taken for, each with the question that tells them apart."""
    return tuple((plain_name(r.to), r.note) for r in entry.relations if r.how == "differential" and r.note is not None)


def indications(entry: Entry) -> tuple[str, ...]:
    """Names of what an entry is indicated for."""
    return tuple(plain_name(relation.to) for relation in entry.relations if relation.how == "indicated_for")


def grades(entry: Entry) -> tuple[str, ...]:
    """``strong evidence``, with what it holds for where that is said."""
    found = ((plain_name(r.to.removeprefix("evidence_")), r.note) for r in entry.relations if r.how == "graded")
    return tuple(f"{grade} evidence" + (f" ({note[:1].lower() + note[1:]})" if note else "") for grade, note in found)


def _facts(entry: Entry) -> Facts:
    """What is said of people: their troubles, patterns and styles."""
    match entry:
        case DisorderEntry(details=d):
            return {
                "signs": standing_alone(d.criteria), "self_check": standing_alone(d.criteria), "why": d.formulation,
                "fault": d.formulation,
                "course": (d.course,), "danger": d.risk, "voices": sayings(unalarming(d)), "support": d.risk,
                "differ": _notes(entry),
            }  # fmt: skip
        case DefenceMechanismEntry(details=d):
            return {"signs": d.signs, "example": (d.example,), "answer": (d.response,), "bad": (d.level,)}
        case PatternEntry(details=d):
            return {"signs": d.signs, "therapy": d.in_therapy, "self_check": d.signs, "differ": _notes(entry)}
        case ProfileEntry(details=d):
            return {"signs": d.signs, "voices": d.language, "therapy": d.in_therapy}
        case PopulationEntry(details=d):
            return {
                "consider": d.considerations, "words": d.language, "strengths": d.strengths, "danger": d.risks,
                "support": d.risks,
            }  # fmt: skip
        case TraitEntry(details=d):
            return {"high": d.high, "low": d.low, "therapy": d.in_therapy}
        case FacetEntry(details=d):
            return {"high": (d.high,), "low": (d.low,)}
        case _:
            return _practice(entry)


def _practice(entry: Entry) -> Facts:
    """What is said of therapy: its schools, methods, skills, duties and instruments."""
    match entry:
        case ModalityEntry(details=d):
            against = tuple(r.note for r in entry.relations if r.how == "contraindicated_for" and r.note)
            return {
                "idea": d.principles, "stance": (d.stance,), "build": (d.structure,), "fits": indications(entry),
                "not_for": against, "proof": grades(entry),
            }  # fmt: skip
        case InterventionEntry(details=d):
            return {"steps": d.steps, "when": d.when, "when_not": d.when_not, "phrases": d.phrases, "proof": grades(entry)}
        case SkillEntry(details=d):
            return {"signs": d.signs, "phrases": d.phrases, "care": d.cautions}
        case ProtocolEntry(details=d):
            return {"steps": d.steps, "must": d.must, "must_not": d.must_not}
        case InstrumentEntry(details=d):
            return {"scoring": (d.scoring,), "care": d.cautions}
        case EvidenceGradeEntry(details=d):
            return {"idea": (d.meaning,)}
        case _:
            return {}


def _notes(entry: Entry) -> tuple[str, ...]:
    return tuple(note for _, note in differences(entry))
