"""What a distance from the voice profile scores, and why there may be none."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.quality.persona import (
    DISTANCE,
    NO_PROFILE,
    NOT_MEASURED,
    OTHER_CATEGORY,
    PERSONA_SCORES,
    persona_scores,
    tail,
    told_consistency,
)


def rows(*given: tuple[str, str]) -> pa.Table:
    """Rows by category and metadata, named by number."""
    categories, metadata = zip(*given, strict=True)
    names = [str(number) for number in range(len(given))]
    return pa.table({"conversation_id": names, "category": list(categories), "metadata": list(metadata)})


NEAR, FAR, UNTOLD = '{"consistency":0.87,"words":35}', '{"words":35,"consistency":0.2}', '{"call":1}'


def test_the_nearer_to_the_profile_the_higher_the_score() -> None:
    made = persona_scores(rows(("voice", NEAR), ("voice", FAR)), True)
    assert made.schema == PERSONA_SCORES
    near, far = made["persona_consistency"].to_pylist()
    assert near > 0.99
    assert far < 0.01
    assert made["moved"].to_pylist() == [[{"what": DISTANCE, "amount": 0.325}], [{"what": DISTANCE, "amount": 2.0}]]
    assert made["reason"].to_pylist() == [None, None]


def test_without_a_score_the_reason_is_told() -> None:
    made = persona_scores(rows(("mental_health", NEAR), ("voice", UNTOLD), ("personality", UNTOLD)), True)
    assert made["persona_consistency"].to_pylist() == [None, None, None]
    assert made["reason"].to_pylist() == [OTHER_CATEGORY, NOT_MEASURED, NOT_MEASURED]
    assert made["moved"].to_pylist() == [[], [], []]
    assert persona_scores(rows(("voice", NEAR)), False)["reason"].to_pylist() == [NO_PROFILE]


def test_what_was_measured_goes_before_what_the_metadata_tell() -> None:
    made = persona_scores(rows(("voice", NEAR), ("personality", UNTOLD)), True, {"0": 0.2, "1": 0.87, "other": 1.0})
    first, second = made["persona_consistency"].to_pylist()
    assert first < 0.01 < 0.99 < second


@pytest.mark.parametrize(("distance", "score"), [(0.0, 1.0), (0.75, 0.85), (1.0, 0.44), (2.5, 0.0)])
def test_a_distance_has_a_meaning(distance: float, score: float) -> None:
    assert tail(pa.array([distance]).to_numpy())[0] == pytest.approx(score, abs=0.01)


def test_consistency_is_read_from_metadata() -> None:
    given = pa.array(['{"consistency": 1}', '{"consistency":0.5}', '{"a":{"b":1}}', None, ""])
    found = told_consistency(given).tolist()
    assert found[:2] == [1.0, 0.5]
    assert all(value != value for value in found[2:])


@given(st.lists(st.tuples(st.sampled_from(["voice", "chat"]), st.sampled_from([NEAR, FAR, UNTOLD])), min_size=1, max_size=6))
def test_rows_do_not_matter_to_each_other(given: list[tuple[str, str]]) -> None:
    together = persona_scores(rows(*given), True).drop_columns("conversation_id").to_pylist()
    assert together == [persona_scores(rows(each), True).drop_columns("conversation_id").to_pylist()[0] for each in given]
