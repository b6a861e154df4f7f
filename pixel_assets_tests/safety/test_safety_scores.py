"""One row for each conversation, the same as by looking at every conversation alone."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.safety.crisis.levels import level_of
from pixel_assets.safety.findings import LEVELS, Area, Finding
from pixel_assets.safety.listed import distinct
from pixel_assets.safety.scores import SAFETY_SCORES, scores

RISK = LEVELS.index("risk")
ROWS = 4
findings = st.lists(
    st.builds(
        Finding,
        conversation=st.integers(0, ROWS - 1), turn=st.integers(-1, 3), start=st.integers(0, 2), end=st.integers(3, 4),
        area=st.sampled_from(get_args(Area)), rule=st.sampled_from(["one", "two"]), kind=st.sampled_from(["a", "b", "c"]),
        level=st.integers(0, 3), speaker=st.sampled_from(["user", "assistant"]),
    ),
    max_size=14,
)  # fmt: skip


def plain(found: list[Finding]) -> dict[str, Any]:
    """The row of a conversation whose findings are these."""
    crisis = [each for each in found if each.area == "crisis"]
    voiced = [each for each in crisis if each.level >= RISK and each.speaker == "user"]
    gravest = {
        f"{area}_level": max((each.level for each in found if each.area == area), default=0)
        for area in ("response", "hate", "content")
    }
    return {
        "crisis_level": level_of(crisis),
        "crisis_kinds": sorted({each.kind for each in voiced}),
        "risk_turn": min((each.turn for each in voiced if each.turn >= 0), default=None),
        "identities": sorted({f"{each.kind}:{each.rule}" for each in found if each.area == "identity"}),
        "findings": len(found),
        **gravest,
    }


@given(findings)
@settings(deadline=None)  # the first one reads the cues
def test_each_row_is_what_its_conversation_alone_gives(found: list[Finding]) -> None:
    ids = pa.array([f"c{number}" for number in range(ROWS)])
    others = {
        "crisis_score": pa.array([None, 0.5, None, 1.0]), "sentiment": np.zeros(ROWS), "diagnoses": distinct([(2, "ptsd")], ROWS)
    }  # fmt: skip
    table = scores(ids, found, **others)
    assert table.schema.equals(SAFETY_SCORES)
    for number, row in enumerate(table.to_pylist()):
        assert row == {
            "conversation_id": f"c{number}", "crisis_score": [None, 0.5, None, 1.0][number], "sentiment": 0.0,
            "diagnoses": ["ptsd"] if number == 2 else [], **plain([each for each in found if each.conversation == number]),
        }  # fmt: skip


def test_no_conversations_give_no_rows() -> None:
    nothing = {"crisis_score": pa.nulls(0, pa.float64()), "sentiment": np.zeros(0), "diagnoses": distinct((), 0)}
    assert scores(pa.array([], pa.string()), [], **nothing).num_rows == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["x", "y", "Z"])), max_size=20))
def test_words_of_each_row_are_sorted_and_each_stands_once(pairs: list[tuple[int, str]]) -> None:
    listed = distinct(iter(pairs), 5)
    assert listed.to_pylist() == [sorted({word for row, word in pairs if row == number}) for number in range(5)]
