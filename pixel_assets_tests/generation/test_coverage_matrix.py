"""The matrix of disorder, modality and population: what is required, how scenarios fill it, and how it is shown."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pixel_assets.errors import UsageError
from pixel_assets.generation.cells import MatrixCell, matrix, places
from pixel_assets.generation.coverage import COVERAGE, coverage, empty_cells, wanted_to_fill
from pixel_assets.generation.fitting import ages_for, fit_of, impossible
from pixel_assets.generation.heat_map import Field, heat_map, heat_map_text, panels
from pixel_assets.generation.scenario import Form
from pixel_assets.generation.scenarios import make_scenarios, scenario_table

from .scenarios import knowledge

SHARES: dict[Form, float] = {"therapy_session": 0.6, "difficult_client": 0.2, "case_formulation": 0.2}


@cache
def cells() -> dict[tuple[str, str, str | None], MatrixCell]:
    return {(cell.disorder, cell.modality, cell.population): cell for cell in matrix(fit_of(knowledge()))}


@cache
def made(wanted: int) -> pa.Table:
    return scenario_table(make_scenarios(knowledge(), wanted, SHARES, seed=2))


@pytest.mark.parametrize(
    ("disorder", "modality", "population", "reason"),
    [
        ("panic_disorder", "cbt", None, None),
        ("panic_disorder", "cbt", "adolescents", None),
        ("panic_disorder", "emdr", None, "the modality is not indicated for the disorder"),
        ("obsessive_compulsive_disorder", "psychodynamic", None, "the modality is contraindicated for the disorder"),
        ("perinatal_depression", "interpersonal", "older_adults", "birth lies decades back"),
        ("avoidant_personality_disorder", "schema", "adolescents", "it is not diagnosed before a personality has settled"),
    ],
)
def test_a_cell_is_required_or_says_why_not(disorder: str, modality: str, population: str | None, reason: str | None) -> None:
    cell = cells()[disorder, modality, population]
    assert (cell.required, cell.reason) == (reason is None, reason)


def test_the_matrix_is_whole() -> None:
    kinds = fit_of(knowledge()).kinds
    assert len(cells()) == len(kinds["disorder"]) * len(kinds["modality"]) * (len(kinds["population"]) + 1)


def test_pairs_without_a_common_age_are_listed_with_their_reason() -> None:
    fit = fit_of(knowledge())
    for disorder in fit.kinds["disorder"]:
        for population in fit.kinds["population"]:
            if ages_for(disorder, population).empty:
                assert frozenset({disorder, population}) in impossible()
            assert fit.why_not(disorder, population) != "nothing that clients with it say fits the ages of the population"


def test_every_required_cell_gets_one_before_any_gets_a_second() -> None:
    required = sum(cell.required for cell in cells().values())
    found = coverage(knowledge(), made(required), made(required))
    assert pc.min_max(found.filter(found["required"])["conversations"]).as_py() == {"min": 1, "max": 1}
    assert wanted_to_fill(knowledge(), SHARES, seed=2) == required
    assert empty_cells(coverage(knowledge(), made(required - 1), made(required - 1))).num_rows == 1


def test_cells_are_filled_evenly_and_no_other_is() -> None:
    found = coverage(knowledge(), made(5000), made(5000))
    counts = pc.min_max(found.filter(found["required"])["scenarios"]).as_py()
    assert counts["max"] - counts["min"] == 1
    assert pc.sum(found.filter(pc.invert(found["required"]))["scenarios"]).as_py() == 0
    assert pc.sum(found["scenarios"]).as_py() == 5000


def test_the_forms_of_the_matrix_get_nearly_their_shares() -> None:
    forms = [place.form for place in places(fit_of(knowledge()), 5000, SHARES, seed=2)]
    assert 0.57 < forms.count("therapy_session") / 5000 < 0.63
    assert 0.18 < forms.count("difficult_client") / 5000 < 0.22


def test_only_accepted_conversations_count_as_such() -> None:
    scenarios = made(2000)
    accepted = scenarios.slice(0, 100).select(["scenario_id"])
    found = coverage(knowledge(), scenarios, accepted)
    assert found.schema.equals(COVERAGE, check_metadata=True)
    assert pc.sum(found["scenarios"]).as_py() == 2000
    assert pc.sum(found["conversations"]).as_py() == 100
    assert empty_cells(found).num_rows == sum(cell.required for cell in cells().values()) - 100


def test_scenarios_outside_the_matrix_are_not_counted() -> None:
    outside = scenario_table(make_scenarios(knowledge(), 50, {"ethical_dilemma": 1.0, "assessment": 1.0}, seed=2))
    assert pc.sum(coverage(knowledge(), outside, outside)["scenarios"]).as_py() == 0


def test_a_matrix_without_shares_is_never_filled() -> None:
    with pytest.raises(UsageError, match="no number of scenarios"):
        wanted_to_fill(knowledge(), {"assessment": 1.0}, seed=2)


def tiny() -> pa.Table:
    rows = [
        ("dread", "talk", None, True, None, 3, 2),
        ("dread", "talk", "bakers", True, None, 1, 0),
        ("dread", "walk", None, False, "not indicated", 0, 0),
        ("gloom", "talk", None, True, None, 8, 8),
        ("gloom", "walk", None, True, None, 1, 1),
    ]
    return pa.table([list(column) for column in zip(*rows, strict=True)], schema=COVERAGE)


def test_a_panel_sums_over_the_dimension_that_it_leaves_out() -> None:
    by_modality, _ = panels(tiny())
    assert by_modality.columns == ("talk", "walk")
    assert by_modality.fields[0] == (Field(conversations=2, required=2, empty=1), Field())
    assert by_modality.highest == 8


def test_the_text_shows_shades_and_marks_what_is_empty() -> None:
    text = heat_map_text(tiny())
    assert text.splitlines()[:5] == ["disorder × modality", "      ╭ talk", "      │╭ walk", "dread !·", "gloom █░"]


def test_the_picture_is_a_png_and_equal_for_equal_coverage() -> None:
    picture = heat_map(tiny())
    assert picture.startswith(b"\x89PNG")
    assert heat_map(tiny()) == picture
