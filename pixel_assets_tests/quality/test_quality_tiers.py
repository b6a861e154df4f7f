"""Which conversations are read by the contextual tier, and that a reading does not depend on who else is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import PixelError
from pixel_assets.quality.model import QualityModel, read_model
from pixel_assets.quality.reading import NEAR, Reader, in_doubt, read_conversations, read_with, unread
from pixel_assets.quality.reliability import calibration_errors, curves, reliability_picture
from pixel_assets.quality.seen import TIERS, Tier
from pixel_assets.quality.tables import QUALITY_READINGS

PROMPT = "My brother moved away and the flat is empty now."
REPLIES = (
    "You miss your brother very much. What was it like to live together?", "Rinse the filter of the machine.", "Okay.",
    "I'm sorry. It sounds lonely to come home to an empty flat.", "You should get over it.", "What happened next?",
)  # fmt: skip
NAMES = pa.array([str(number) for number in range(len(REPLIES))])
TALKS = pa.array([[{"role": "user", "content": PROMPT}, {"role": "assistant", "content": reply}] for reply in REPLIES], TURNS)
MODEL = QualityModel.load()


def readings(*scores: tuple[float | None, float | None, float | None]) -> pa.Table:
    names = ("coherence", "empathy", "therapeutic_accuracy")
    rows = [dict.fromkeys(QUALITY_READINGS.names) | dict(zip(names, each, strict=True)) for each in scores]
    return pa.Table.from_pylist(rows, pa.schema([field.with_nullable(True) for field in QUALITY_READINGS]))


def test_in_doubt_is_what_lies_near_a_threshold_of_the_mission() -> None:
    near = ((0.9 + NEAR / 2, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.85 - NEAR / 2))
    table = readings(*near, (0.1, 0.1, 0.1), (None, None, None))
    assert in_doubt(table).tolist() == [True, True, True, False, False]


@pytest.mark.parametrize("reader", ["none", "doubtful", "all"])
def test_each_reader_reads_the_rows_that_it_should_in_their_order(reader: Reader) -> None:
    static, contextual = (read_conversations(NAMES, TALKS, MODEL, tier) for tier in ("static", "contextual"))
    again = {"none": np.zeros(len(NAMES), bool), "doubtful": in_doubt(static), "all": np.ones(len(NAMES), bool)}[reader]
    both = zip(static.to_pylist(), contextual.to_pylist(), again, strict=True)
    expected = [second if chosen else first for first, second, chosen in both]
    assert read_with(reader, NAMES, TALKS, MODEL).to_pylist() == expected


@pytest.mark.parametrize("tier", TIERS)
def test_both_tiers_see_a_reply_to_something_else(tier: Tier) -> None:
    answer, other = (score / (1 - score) for score in read_conversations(NAMES, TALKS, MODEL, tier)["coherence"].to_pylist()[:2])
    assert answer > 2 * other


def test_without_a_model_only_the_language_is_read() -> None:
    rows = unread(NAMES, TALKS).to_pylist()
    assert all(row["language"] is not None for row in rows)
    assert all(row["coherence"] is None and row["empathy"] is None and row["deviations"] == [] for row in rows)
    assert {each["score"] for row in rows for each in row["moved"]} <= {"language"}


def test_a_tier_that_the_model_does_not_have_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(PixelError, match="no heads for contextual vectors"):
        QualityModel({"static": MODEL.tiers["static"]}).of_tier("contextual")


def test_reliability_is_told_for_every_head_of_both_tiers() -> None:
    table = read_model()
    told = curves(table)
    assert {name.split()[0] for name in told} == {"static", "contextual"}
    assert {"static coherence", "static empathy any", "contextual therapeutic_accuracy support"} <= told.keys()
    assert all(0 <= error < 0.3 for error in calibration_errors(table).values())
    assert reliability_picture(table).startswith(b"\x89PNG")
