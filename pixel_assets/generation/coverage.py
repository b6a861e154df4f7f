"""How well scenarios and conversations cover the matrix of disorder, modality and population."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.errors import UsageError
from pixel_assets.generation.cells import MATRIX_FORMS, matrix, places
from pixel_assets.generation.fitting import fit_of
from pixel_assets.generation.scenario import Form
from pixel_assets.knowledge.model import Knowledge
from pixel_assets.store.schema import column

COVERAGE: Final = pa.schema(
    [
        column("disorder", pa.string(), "entry of the disorder"),
        column("modality", pa.string(), "entry of the modality"),
        column("population", pa.string(), "entry of the population; null is no population in particular", nullable=True),
        column("required", pa.bool_(), "whether there must be a conversation of this cell"),
        column("reason", pa.string(), "why none is required: not indicated, contraindicated, impossible", nullable=True),
        column("scenarios", pa.int64(), "scenarios of the cell"),
        column("conversations", pa.int64(), "scenarios of the cell whose conversation was accepted"),
    ]
)


def coverage(knowledge: Knowledge, scenarios: pa.Table, accepted: pa.Table) -> pa.Table:
    """All cells as rows of :data:`COVERAGE`, by disorder and modality, with no population in particular first.

    ``scenarios`` has the columns of SCENARIOS; ``accepted`` a column ``scenario_id``, of those whose conversation was
    accepted. Scenarios without a disorder or modality stand outside the matrix.
    """
    made = _counted(scenarios)
    kept = _counted(scenarios.filter(pc.is_in(scenarios["scenario_id"], value_set=accepted["scenario_id"].combine_chunks())))
    cells = matrix(fit_of(knowledge))
    keys = [(cell.disorder, cell.modality, cell.population) for cell in cells]
    return pa.table(
        [
            [cell.disorder for cell in cells],
            [cell.modality for cell in cells],
            pa.array([cell.population for cell in cells], pa.string()),
            [cell.required for cell in cells],
            pa.array([cell.reason for cell in cells], pa.string()),
            pa.array([made[key] for key in keys], pa.int64()),
            pa.array([kept[key] for key in keys], pa.int64()),
        ],
        schema=COVERAGE,
    )


def _counted(scenarios: pa.Table) -> Counter[tuple[str, str, str | None]]:
    whole = scenarios.filter(pc.and_(pc.is_valid(scenarios["disorder"]), pc.is_valid(scenarios["modality"])))
    columns = (whole[name].to_pylist() for name in ("disorder", "modality", "population"))
    return Counter(zip(*columns, strict=True))


def empty_cells(cells: pa.Table) -> pa.Table:
    """The rows of :func:`coverage` that are required and have no conversation."""
    return cells.filter(pc.and_(cells["required"], pc.equal(cells["conversations"], 0)))


def wanted_to_fill(knowledge: Knowledge, shares: Mapping[Form, float], seed: int) -> int:
    """The smallest number of scenarios with which no required cell is without one; found by halving.

    Raises :class:`UsageError` for shares that cannot be met, or that give nothing to the forms of the matrix.
    """
    if not any(shares.get(form) for form in MATRIX_FORMS):
        raise UsageError(
            "no number of scenarios fills the matrix",
            where="shares of the forms",
            expected=f"a share for one of {', '.join(MATRIX_FORMS)}",
        )
    fit = fit_of(knowledge)
    required = sum(cell.required for cell in matrix(fit))

    def filled(wanted: int) -> bool:
        there = {place.cell for place in places(fit, wanted, shares, seed) if place.cell.modality}
        return len(there) == required

    low, high = required, required
    while not filled(high):
        low, high = high + 1, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if filled(middle) else (middle + 1, high)
    return high
