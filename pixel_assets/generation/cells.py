"""The cells that scenarios are spread over, and how many each gets.

A cell is what a scenario is about before anything is drawn. Cells are dealt to in rounds, always in the same order, so one
that is added or a greater number of scenarios changes nothing but how many rounds there are: the first scenarios of a cell
stay what they are. Sessions, difficult clients and case formulations share their cells, the matrix of disorder, modality and
population; which of the three a round of a cell gives hangs on the cell, in proportion to their shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pixel_assets.errors import UsageError
from pixel_assets.generation.draw import key_of
from pixel_assets.generation.fitting import Fit, Situation, listed
from pixel_assets.generation.scenario import FORMS, Form, Role

MATRIX_FORMS: Final[tuple[Form, ...]] = ("therapy_session", "difficult_client", "case_formulation")
# Kinds of entries that are explained to people who ask, and the role that each has there
TOPICS: Final[Mapping[str, Role]] = {
    "disorder": "disorder",
    "modality": "modality",
    "intervention": "intervention",
    "defence_mechanism": "defence",
    "attachment_pattern": "attachment",
    "personality_organisation": "organisation",
    "population": "population",
    "profile": "profile",
    "alliance": "alliance",
    "interview_skill": "skill",
    "instrument": "instrument",
}
_GOLDEN: Final = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: multiples of it are spread evenly
_MASK: Final = (1 << 64) - 1


@dataclass(frozen=True)
class Cell:
    """What scenarios of a form are about; ``topic`` is an ethics entry, a protocol, an instrument or a thing explained."""

    disorder: str | None = None
    modality: str | None = None
    population: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Place:
    """The place of one scenario: its form, cell, and number among the scenarios of that form in the cell, from 0."""

    form: Form
    cell: Cell
    number: int


@dataclass(frozen=True)
class MatrixCell:
    """A cell of disorder, modality and population; ``reason`` says why no scenario of it is required."""

    disorder: str
    modality: str
    population: str | None
    reason: str | None

    @property
    def required(self) -> bool:
        return self.reason is None


def matrix(fit: Fit) -> tuple[MatrixCell, ...]:
    """All cells of disorder × modality × population, by id, with no population in particular first."""
    return tuple(
        MatrixCell(disorder, modality, population, _reason(fit, disorder, modality, population))
        for disorder in fit.kinds.get("disorder", ())
        for modality in fit.kinds.get("modality", ())
        for population in (None, *fit.kinds.get("population", ()))
    )


def _reason(fit: Fit, disorder: str, modality: str, population: str | None) -> str | None:
    against = fit.to(modality, "contraindicated_for")
    if disorder in against:
        return "the modality is contraindicated for the disorder"
    if population in against:
        return "the modality is contraindicated for the population"
    if disorder not in fit.to(modality, "indicated_for"):
        return "the modality is not indicated for the disorder"
    return fit.why_not(disorder, population)


def places(fit: Fit, wanted: int, shares: Mapping[Form, float], seed: int) -> list[Place]:
    """The places of ``wanted`` scenarios, form by form.

    The three forms of the matrix get as many together as their shares say, and each nearly so. Raises :class:`UsageError`
    for a share below 0, or if none is above.
    """
    counts = _apportioned(wanted, shares)
    dealt = {form: list(_dealt(_cells(fit, form), counts[form], seed, form)) for form in FORMS if form not in MATRIX_FORMS}
    matrix_places = _dealt_matrix(fit, sum(counts[form] for form in MATRIX_FORMS), shares, seed)
    together = [Place(form, cell, number) for form, chosen in dealt.items() for cell, number in chosen] + list(matrix_places)
    return sorted(together, key=lambda place: FORMS.index(place.form))


def _apportioned(wanted: int, shares: Mapping[Form, float]) -> Counter[Form]:
    """Whole numbers by shares, by the method of Webster: more scenarios never give a form fewer."""
    if any(share < 0 for share in shares.values()) or not any(shares.values()):
        raise UsageError(
            "the shares of the forms cannot be met", expected="shares of 0 or more, one at least above", hint="Correct the shares"
        )
    whole = sum(shares.values())
    forms, quotients = list[Form](), list[float]()
    for form in FORMS:
        share = shares.get(form, 0.0) / whole
        seats = int(wanted * share) + 2 if share else 0
        forms += [form] * seats
        quotients += [share / (2 * seat + 1) for seat in range(seats)]
    best = np.argsort(-np.array(quotients), kind="stable")[:wanted]
    return Counter(forms[index] for index in best.tolist())


def _dealt(cells: Sequence[tuple[Cell, int]], count: int, seed: int, lane: str) -> Iterator[tuple[Cell, int]]:
    """Deal to cells in rounds; a cell of weight w takes part in a round w times. Yields cells with numbers."""
    turns = [(turn, cell, weight) for cell, weight in _shuffled(cells, seed, lane) for turn in range(weight)]
    turns.sort(key=lambda part: part[0])
    for dealt in range(count if turns else 0):
        turn, cell, weight = turns[dealt % len(turns)]
        yield cell, dealt // len(turns) * weight + turn


def _shuffled(cells: Sequence[tuple[Cell, int]], seed: int, lane: str) -> list[tuple[Cell, int]]:
    def order(weighted: tuple[Cell, int]) -> int:
        cell = weighted[0]
        return key_of(seed, lane, cell.disorder, cell.modality, cell.population, cell.topic)

    return sorted(cells, key=order)


def _dealt_matrix(fit: Fit, count: int, shares: Mapping[Form, float], seed: int) -> Iterator[Place]:
    whole = sum(shares.get(form, 0.0) for form in MATRIX_FORMS)
    bounds = np.cumsum([shares.get(form, 0.0) / whole for form in MATRIX_FORMS]).tolist() if whole else []
    required = [(Cell(cell.disorder, cell.modality, cell.population), 1) for cell in matrix(fit) if cell.required]
    starts: dict[Cell, int] = {}
    numbers: Counter[tuple[Cell, Form]] = Counter()
    for cell, number in _dealt(required, count, seed, "matrix"):
        start = starts.setdefault(cell, key_of(seed, "forms", cell.disorder, cell.modality, cell.population))
        at = ((start + number * _GOLDEN) & _MASK) / 2**64
        form = next((form for form, bound in zip(MATRIX_FORMS, bounds, strict=True) if at < bound), MATRIX_FORMS[-1])
        yield Place(form, cell, numbers[cell, form])
        numbers[cell, form] += 1


def _cells(fit: Fit, form: Form) -> list[tuple[Cell, int]]:
    """The cells of a form that has its own, each with its weight."""
    disorders, populations = fit.kinds.get("disorder", ()), (None, *fit.kinds.get("population", ()))
    match form:
        case "boundary_testing":
            return [
                (Cell(population=population, topic=ethics), 1)
                for ethics in listed("asked_of_a_therapist")
                for population in populations
                if fit.has(ethics) and fit.suits(ethics, Situation(population=population))
            ]
        case "safety_protocol":
            return [
                (Cell(disorder, topic=protocol), 3 if protocol in fit.to(disorder, "requires") else 1)
                for disorder in disorders
                for protocol in fit.kinds.get("safety_protocol", ())
                if any(
                    fit.suits(protocol, Situation(disorder=disorder, population=population))
                    for population in populations
                    if fit.why_not(disorder, population) is None
                )
            ]
        case "assessment":
            return [
                (Cell(disorder, topic=instrument), 2 if instrument in fit.to(disorder, "measured_by") else 1)
                for instrument in fit.kinds.get("instrument", ())
                for disorder in disorders
                if instrument in fit.to(disorder, "measured_by") or disorder in listed("instruments", instrument)
            ]
        case "differential_diagnosis":
            return [
                (Cell(disorder, population=population), 1)
                for disorder in disorders
                for population in populations
                if fit.why_not(disorder, population) is None
            ]
        case "ethical_dilemma":
            return [(Cell(topic=ethics), 1) for ethics in fit.kinds.get("ethics", ())]
        case _:
            return [(Cell(topic=topic), 1) for kind in TOPICS for topic in fit.kinds.get(kind, ())]
