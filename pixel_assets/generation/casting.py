"""Who and what takes part in a scenario: for each role the entries that may have it, and how readily each is chosen.

A weight is a whole number; an entry that a relation asks for is chosen more readily than one that merely fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pixel_assets.generation.draw import Pool, draw, draw_several, pool
from pixel_assets.generation.fitting import NOBODY, SUICIDE_RISK, Fit, Presentation, Situation, ages_for, listed
from pixel_assets.generation.scenario import Role

Weighted = Iterator[tuple[str, int]]
_OFTEN, _READILY, _SELDOM = 8, 4, 1
_NOBODY_IN_PARTICULAR = 12  # beside weights of 1 and 2 for the populations


def _interventions(fit: Fit, case: Situation) -> Weighted:
    general = listed("general", case.modality) if case.modality else ()
    for entry in fit.kinds.get("intervention", ()):
        if case.modality in fit.to(entry, "part_of"):
            indicated = fit.to(entry, "indicated_for")
            if case.disorder in indicated:
                yield entry, _OFTEN
            elif case.population in indicated:
                yield entry, _READILY
            elif entry in general:
                yield entry, _SELDOM


def _skills(fit: Fit, case: Situation) -> Weighted:
    for entry in fit.kinds.get("interview_skill", ()):
        yield entry, _READILY if case.population in fit.to(entry, "considers") else 2


def _typical(kind: str) -> Callable[[Fit, Situation], Weighted]:
    """Entries of a kind, rather those that are typical of the disorder."""

    def weighted(fit: Fit, case: Situation) -> Weighted:
        for entry in fit.kinds.get(kind, ()):
            yield entry, _OFTEN if case.disorder in fit.to(entry, "typical_of") else 1

    return weighted


def _organisations(fit: Fit, case: Situation) -> Weighted:
    for entry in fit.kinds.get("personality_organisation", ()):
        yield entry, _OFTEN if case.disorder in fit.to(entry, "considers") else 2


def _profiles(fit: Fit, _: Situation) -> Weighted:
    for entry in fit.kinds.get("profile", ()):
        yield entry, 1


def _alliances(fit: Fit, _: Situation) -> Weighted:
    for entry in fit.kinds.get("alliance", ()):
        yield entry, 1


def _protocols(fit: Fit, case: Situation) -> Weighted:
    for entry in fit.kinds.get("safety_protocol", ()):
        if case.disorder in fit.from_(entry, "requires"):
            yield entry, _OFTEN
        elif case.population in fit.from_(entry, "requires"):
            yield entry, _READILY
        else:
            yield entry, _SELDOM


def _differentials(fit: Fit, case: Situation) -> Weighted:
    named = fit.to(case.disorder, "differential") | fit.from_(case.disorder, "differential")
    for entry in fit.kinds.get("disorder", ()):
        if entry in named and entry != case.disorder and fit.why_not(entry, case.population) is None:
            yield entry, 1


def _ethics(fit: Fit, _: Situation) -> Weighted:
    for entry in fit.kinds.get("ethics", ()):
        yield entry, 1


def _disorders(fit: Fit, case: Situation) -> Weighted:
    for entry in fit.kinds.get("disorder", ()):
        if fit.why_not(entry, case.population) is None:
            yield entry, _READILY if case.population in fit.from_(entry, "considers") else 1


_CASTS: Final[Mapping[Role, Callable[[Fit, Situation], Weighted]]] = {
    "intervention": _interventions,
    "skill": _skills,
    "defence": _typical("defence_mechanism"),
    "attachment": _typical("attachment_pattern"),
    "organisation": _organisations,
    "profile": _profiles,
    "alliance": _alliances,
    "protocol": _protocols,
    "differential": _differentials,
    "ethics": _ethics,
    "disorder": _disorders,
}


class Casting:
    """The pools of a knowledge base, each made when it is first asked for."""

    def __init__(self, fit: Fit) -> None:
        self.fit = fit
        self._roles: dict[tuple[Role, Situation, str], Pool[str]] = {}
        self._populations: dict[tuple[str | None, str], Pool[str]] = {}
        self._presentations: dict[tuple[str, str | None, bool], Pool[Presentation]] = {}

    def role(self, role: Role, case: Situation, rule: str = "") -> Pool[str]:
        """The entries that may have a role; with a rule of ``what_fits.yaml``, only those that it lists."""
        if role != "intervention" and case.modality is not None:
            case = case._replace(modality=None)  # only interventions belong to one: the same pool serves all modalities
        found = self._roles.get((role, case, rule))
        if found is None:
            found = self._roles[role, case, rule] = pool(
                (entry, entry, weight)
                for entry, weight in _CASTS[role](self.fit, case)
                if (not rule or entry in listed(rule)) and self.fit.suits(entry, case)
            )
        return found

    def one(self, role: Role, case: Situation, key: int, rule: str = "") -> tuple[str, ...]:
        """One entry for a role, or none where none fits."""
        return self.some(role, case, key, 1, rule)

    def some(self, role: Role, case: Situation, key: int, count: int, rule: str = "") -> tuple[str, ...]:
        """Up to ``count`` entries for a role, fewer where fewer fit."""
        choices = self.role(role, case, rule)
        return () if not len(choices) else (draw(choices, key),) if count == 1 else draw_several(choices, key, count)

    def population(self, disorder: str | None, about: str, key: int) -> str | None:
        """A population, in nearly half of the cases none, that fits the disorder and an entry that the scenario is about."""
        found = self._populations.get((disorder, about))
        if found is None:
            found = self._populations[disorder, about] = pool(self._weigh_populations(disorder, about))
        return draw(found, key) or None

    def _weigh_populations(self, disorder: str | None, about: str) -> Iterator[tuple[str, str, int]]:
        near = self.fit.to(disorder, "considers") | self.fit.from_(disorder, "considers") | self.fit.from_(about, "requires")
        for population in (NOBODY, *self.fit.kinds.get("population", ())):
            case = Situation(disorder=disorder, population=population or None)
            if disorder is not None and self.fit.why_not(disorder, population or None) is not None:
                continue
            if self.fit.suits(about, case):
                yield population, population, _NOBODY_IN_PARTICULAR if population == NOBODY else 2 if population in near else 1

    def presentation(self, disorder: str, population: str | None, risky: bool, key: int) -> Presentation:
        """What a client says; only where ``risky`` may it ask for a talk about safety."""
        found = self._presentations.get((disorder, population, risky))
        if found is None:
            found = self._presentations[disorder, population, risky] = pool(
                (said.text, said, 1)
                for said in self.fit.sayable(disorder, ages_for(disorder, population))
                if risky or not said.voices_risk
            )
        return draw(found, key)

    def risk_allowed(self, modality: str | None) -> bool:
        """Whether a session of a modality may go on where a client voices risk."""
        return self.fit.has(SUICIDE_RISK) and SUICIDE_RISK not in self.fit.to(modality, "contraindicated_for")
