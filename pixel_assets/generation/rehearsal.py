"""The cast of each form: which roles a scenario of it needs, filled for its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pixel_assets.generation.casting import Casting
from pixel_assets.generation.cells import TOPICS, Cell
from pixel_assets.generation.draw import chance, sub_key
from pixel_assets.generation.fitting import SUICIDE_RISK, Presentation, Situation
from pixel_assets.generation.scenario import Form, Risk, Role

_RISK_SKILL: Final = "asking_about_risk"
_ITEM_ON_DYING: Final = "phq_9"  # its last item asks for thoughts of dying


@dataclass
class Cast:
    """Who and what takes part, in order of importance; grows while roles are filled."""

    disorder: str | None = None
    modality: str | None = None
    population: str | None = None
    said: Presentation | None = None
    risk: Risk = "none"
    entries: list[tuple[Role, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add("disorder", self.disorder)
        self.add("modality", self.modality)
        self.add("population", self.population)

    def add(self, role: Role, *entries: str | None) -> None:
        """Give a role to entries that do not have it yet."""
        self.entries += [(role, entry) for entry in entries if entry and (role, entry) not in self.entries]

    @property
    def protocols(self) -> tuple[str, ...]:
        return tuple(entry for role, entry in self.entries if role == "protocol")

    @property
    def situation(self) -> Situation:
        return Situation(self.disorder, self.modality, self.population, self.protocols)


def cast_of(form: Form, cell: Cell, key: int, casting: Casting) -> Cast:
    """Fill the roles of a form for a cell; equal keys and knowledge give equal casts."""
    return _FORMS[form](cell, key, casting)


def _session(cell: Cell, key: int, casting: Casting) -> Cast:
    """A cast of the matrix up to its interventions; active risk comes before what it rules out is chosen."""
    assert cell.disorder is not None
    cast = Cast(cell.disorder, cell.modality, cell.population)
    risky = casting.risk_allowed(cell.modality)
    cast.said = casting.presentation(cell.disorder, cell.population, risky, sub_key(key, "presentation"))
    if cast.said.voices_risk:
        cast.risk = "voiced"
        cast.add("protocol", SUICIDE_RISK)
        cast.add("skill", _RISK_SKILL)
    return cast


def _fill(cast: Cast, key: int, casting: Casting, role: Role, count: int = 1, rule: str = "", percent: int = 100) -> None:
    if percent == 100 or chance(key, f"is there {role}", percent):
        cast.add(role, *casting.some(role, cast.situation, sub_key(key, role), count, rule))


def _therapy_session(cell: Cell, key: int, casting: Casting) -> Cast:
    cast = _session(cell, key, casting)
    _fill(cast, key, casting, "intervention", 1 + chance(key, "second intervention", 50))
    _fill(cast, key, casting, "skill", 1 + chance(key, "second skill", 50))
    _fill(cast, key, casting, "defence", percent=40)
    _fill(cast, key, casting, "attachment", percent=30)
    _fill(cast, key, casting, "profile", percent=50)
    _fill(cast, key, casting, "alliance", percent=25)
    return cast


def _difficult_client(cell: Cell, key: int, casting: Casting) -> Cast:
    cast = _session(cell, key, casting)
    _fill(cast, key, casting, "intervention", 1 + chance(key, "second intervention", 30))
    _fill(cast, key, casting, "alliance", rule="ruptures")
    cast.add("skill", "working_with_reluctance" if casting.fit.has("working_with_reluctance") else None)
    _fill(cast, key, casting, "defence")
    _fill(cast, key, casting, "profile", rule="hard_to_reach" if chance(key, "hard to reach", 70) else "")
    _fill(cast, key, casting, "attachment", percent=30)
    return cast


def _case_formulation(cell: Cell, key: int, casting: Casting) -> Cast:
    cast = _session(cell, key, casting)
    _fill(cast, key, casting, "intervention")
    _fill(cast, key, casting, "attachment")
    _fill(cast, key, casting, "defence")
    _fill(cast, key, casting, "organisation", percent=40)
    _fill(cast, key, casting, "profile")
    _fill(cast, key, casting, "differential", 1 + chance(key, "second differential", 50))
    return cast


def _boundary_testing(cell: Cell, key: int, casting: Casting) -> Cast:
    case = Situation(population=cell.population)
    disorder = casting.one("disorder", case, sub_key(key, "disorder")) if chance(key, "is there disorder", 60) else ()
    cast = Cast(disorder[0] if disorder else None, None, cell.population)
    if cast.disorder:
        cast.said = casting.presentation(cast.disorder, cell.population, False, sub_key(key, "presentation"))
    cast.add("ethics", cell.topic)
    _fill(cast, key, casting, "alliance", rule="touched_by_asking")
    _fill(cast, key, casting, "profile")
    _fill(cast, key, casting, "attachment", percent=30)
    return cast


def _safety_protocol(cell: Cell, key: int, casting: Casting) -> Cast:
    assert cell.disorder is not None
    assert cell.topic is not None
    population = casting.population(cell.disorder, cell.topic, sub_key(key, "population"))
    cast = Cast(cell.disorder, None, population)
    cast.risk = "imminent" if chance(key, "imminent", 35) else "voiced"
    cast.add("protocol", cell.topic)
    also = casting.fit.to(cell.topic, "requires")
    if chance(key, "second protocol", 50):
        others = casting.some("protocol", cast.situation, sub_key(key, "second protocol"), 3)
        cast.add("protocol", next((other for other in others if other in also), None))
    cast.add("skill", _RISK_SKILL if casting.fit.has(_RISK_SKILL) else None)
    risky = SUICIDE_RISK in cast.protocols and cast.risk == "voiced"
    cast.said = casting.presentation(cell.disorder, population, risky, sub_key(key, "presentation"))
    return cast


def _assessment(cell: Cell, key: int, casting: Casting) -> Cast:
    assert cell.disorder is not None
    assert cell.topic is not None
    population = casting.population(cell.disorder, cell.topic, sub_key(key, "population"))
    cast = Cast(cell.disorder, None, population)
    cast.add("instrument", cell.topic)
    risky = cell.topic == _ITEM_ON_DYING and casting.risk_allowed(None) and chance(key, "risk", 15)
    if risky:
        cast.risk = "voiced"
        cast.add("protocol", SUICIDE_RISK)
    cast.said = casting.presentation(cell.disorder, population, risky, sub_key(key, "presentation"))
    return cast


def _differential_diagnosis(cell: Cell, key: int, casting: Casting) -> Cast:
    assert cell.disorder is not None
    cast = Cast(cell.disorder, None, cell.population)
    cast.said = casting.presentation(cell.disorder, cell.population, False, sub_key(key, "presentation"))
    count = 2 + chance(key, "third differential", 60) + chance(key, "fourth differential", 30)
    _fill(cast, key, casting, "differential", count)
    return cast


def _ethical_dilemma(cell: Cell, key: int, casting: Casting) -> Cast:
    assert cell.topic is not None
    cast = Cast(population=casting.population(None, cell.topic, sub_key(key, "population")))
    cast.add("ethics", cell.topic)
    required = {entry for entry in casting.fit.to(cell.topic, "requires") if entry in casting.fit.kinds["safety_protocol"]}
    if required and chance(key, "is there protocol", 40):
        order = casting.some("protocol", cast.situation, sub_key(key, "protocol"), len(casting.fit.kinds["safety_protocol"]))
        cast.add("protocol", next((entry for entry in order if entry in required), None))
    if chance(key, "second ethics", 30):
        others = casting.some("ethics", cast.situation, sub_key(key, "ethics"), 2)
        cast.add("ethics", next(entry for entry in others if entry != cell.topic))
    return cast


def _psychoeducation(cell: Cell, key: int, casting: Casting) -> Cast:
    assert cell.topic is not None
    match role := TOPICS[casting.fit.knowledge.entries[cell.topic].kind]:
        case "disorder":
            cast = Cast(disorder=cell.topic)
            cast.said = casting.presentation(cell.topic, None, False, sub_key(key, "presentation"))
        case "modality":
            cast = Cast(modality=cell.topic)
        case "population":
            cast = Cast(population=cell.topic)
        case _:
            cast = Cast()
            cast.add(role, cell.topic)
    return cast


_FORMS: Final[Mapping[Form, Callable[[Cell, int, Casting], Cast]]] = {
    "therapy_session": _therapy_session,
    "difficult_client": _difficult_client,
    "boundary_testing": _boundary_testing,
    "safety_protocol": _safety_protocol,
    "assessment": _assessment,
    "case_formulation": _case_formulation,
    "differential_diagnosis": _differential_diagnosis,
    "ethical_dilemma": _ethical_dilemma,
    "psychoeducation": _psychoeducation,
}
