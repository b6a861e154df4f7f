"""What the check on recall states about the labelled hard cases."""

from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.recall import measure_recall


def test_the_model_only_adds_to_what_cues_find() -> None:
    cues, both = measure_recall(None, 0.5), measure_recall(CrisisModel.load(), 0.5)
    assert (cues.crises, cues.harmless) == (both.crises, both.harmless)
    assert set(both.missed) < set(cues.missed)
    assert set(cues.alarmed) <= set(both.alarmed)
    assert both.recall > cues.recall
    assert both.false_alarms >= cues.false_alarms


def test_a_score_that_nothing_exceeds_leaves_cues_alone() -> None:
    assert measure_recall(CrisisModel.load(), 1.1) == measure_recall(None, 0.5)


def test_a_lower_point_finds_more() -> None:
    model = CrisisModel.load()
    low, high = measure_recall(model, 0.2), measure_recall(model, 0.9)
    assert low.recall >= high.recall
    assert low.false_alarms >= high.false_alarms
