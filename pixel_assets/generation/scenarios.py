"""Client scenarios: all that is decided about a conversation before a word of it is written.

A scenario hangs on its form, its cell, its number there, the seed, and the entries of the knowledge base that it names, and
on nothing else: other entries, other cells and the number of scenarios wanted may change, and it stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa

from pixel_assets.generation.casting import Casting
from pixel_assets.generation.cells import Place, places
from pixel_assets.generation.draw import Pool, digest, draw, pool, sub_key
from pixel_assets.generation.fitting import fit_of
from pixel_assets.generation.persons import person_of
from pixel_assets.generation.rehearsal import cast_of
from pixel_assets.generation.scenario import SCENARIOS, Complexity, Form, Outcome, Risk, Scenario
from pixel_assets.knowledge.model import Knowledge


def _outcomes(improved: int, first_step: int, unchanged: int, referred: int) -> Pool[Outcome]:
    weights: dict[Outcome, int] = {
        "improved": improved, "first_step": first_step, "unchanged": unchanged, "referred": referred,
    }  # fmt: skip
    return pool((outcome, outcome, weight) for outcome, weight in weights.items())


_COMPLEXITIES: Final[Pool[Complexity]] = pool([("low", "low", 6), ("moderate", "moderate", 9), ("high", "high", 5)])
_OUTCOMES: Final[Mapping[Complexity, Pool[Outcome]]] = {
    "low": _outcomes(improved=8, first_step=9, unchanged=2, referred=1),
    "moderate": _outcomes(improved=5, first_step=9, unchanged=4, referred=2),
    "high": _outcomes(improved=2, first_step=8, unchanged=5, referred=5),
}
_AT_RISK: Final[Mapping[Risk, Pool[Outcome]]] = {
    "voiced": _outcomes(improved=2, first_step=7, unchanged=2, referred=5),
    "imminent": _outcomes(improved=0, first_step=3, unchanged=0, referred=9),
}


def make_scenarios(knowledge: Knowledge, wanted: int, shares: Mapping[Form, float], seed: int) -> list[Scenario]:
    """``wanted`` scenarios, form by form, spread over the cells that the knowledge base requires.

    ``shares`` are relative; a form that they do not name gets none. Raises :class:`UsageError` for shares that cannot be met.
    """
    fit = fit_of(knowledge)
    casting = Casting(fit)
    return [_scenario(place, seed, casting) for place in places(fit, wanted, shares, seed)]


def _scenario(place: Place, seed: int, casting: Casting) -> Scenario:
    cell = place.cell
    identity = digest(place.form, cell.disorder, cell.modality, cell.population, cell.topic, place.number, seed)
    key = int.from_bytes(identity[8:], "big")
    cast = cast_of(place.form, cell, key, casting)
    person = person_of(key, cast.disorder, cast.population, cast.said)
    complexity = draw(_COMPLEXITIES, sub_key(key, "complexity"))
    outcomes = _AT_RISK.get(cast.risk) or _OUTCOMES[complexity]
    return Scenario(
        scenario_id=identity.hex(), form=place.form, disorder=cast.disorder, modality=cast.modality, population=cast.population,
        number=place.number, entries=tuple(cast.entries), age=person.age, occupation=person.occupation,
        household=person.household, culture=person.culture, presenting=person.presenting, history=person.history,
        goal=person.goal, complexity=complexity, outcome=draw(outcomes, sub_key(key, "outcome")), risk=cast.risk,
        seed=sub_key(key, "seed") >> 1,
    )  # fmt: skip


def scenario_table(scenarios: Iterable[Scenario]) -> pa.Table:
    """The scenarios as rows of :data:`SCENARIOS`, in their order."""
    rows = list(scenarios)
    columns = {
        field.name: pa.array([getattr(row, field.name) for row in rows], type=field.type)
        for field in SCENARIOS
        if field.name != "entries"
    }
    used = [pair for row in rows for pair in row.entries]
    offsets = [0]
    for row in rows:
        offsets.append(offsets[-1] + len(row.entries))
    entries = SCENARIOS.field("entries").type
    pairs = pa.StructArray.from_arrays(
        [pa.array([role for role, _ in used], pa.string()), pa.array([entry for _, entry in used], pa.string())],
        fields=list(entries.value_type),
    )
    columns["entries"] = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pairs, type=entries)
    return pa.table([columns[name] for name in SCENARIOS.names], schema=SCENARIOS)


def scenarios_of(table: pa.Table) -> list[Scenario]:
    """The scenarios of a table of :data:`SCENARIOS`, in its order: the way back from :func:`scenario_table`."""
    columns = {name: table.column(name).to_pylist() for name in SCENARIOS.names}
    columns["entries"] = [tuple((used["role"], used["entry"]) for used in entries) for entries in columns["entries"]]
    return [Scenario(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]
