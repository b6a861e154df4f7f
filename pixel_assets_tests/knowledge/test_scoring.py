"""Scores: known totals and bands, and what holds for any answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.load import check_knowledge
from pixel_assets.knowledge.model import InstrumentEntry
from pixel_assets.knowledge.scoring import score

# Not load_knowledge: mistakes in other files are for test_data.py to report.
INSTRUMENTS = check_knowledge().knowledge.of(InstrumentEntry)


def all_answered(name: str, answer: int) -> dict[str, int]:
    return {item.id: answer for item in INSTRUMENTS[name].details.items}


def with_total(name: str, total: int) -> dict[str, int]:
    """Answers to an instrument without reversed items that make this total: the last items are the highest."""
    items, highest = INSTRUMENTS[name].details.items, INSTRUMENTS[name].details.scale.highest
    answers = {}
    for item in reversed(items):
        answers[item.id] = min(highest, total)
        total -= answers[item.id]
    return answers


@st.composite
def answered(draw: st.DrawFn) -> tuple[InstrumentEntry, dict[str, int]]:
    instrument = draw(st.sampled_from([INSTRUMENTS[name] for name in sorted(INSTRUMENTS)]))
    scale = instrument.details.scale
    value = st.integers(scale.lowest, scale.highest)
    return instrument, {item.id: draw(value) for item in instrument.details.items}


@pytest.mark.parametrize(
    ("name", "total", "band"),
    [
        ("phq_9", 0, "none or minimal"), ("phq_9", 4, "none or minimal"), ("phq_9", 5, "mild"), ("phq_9", 9, "mild"),
        ("phq_9", 10, "moderate"), ("phq_9", 14, "moderate"),
        ("phq_9", 15, "moderately severe"), ("phq_9", 19, "moderately severe"),
        ("phq_9", 20, "severe"), ("phq_9", 27, "severe"),
        ("gad_7", 4, "minimal"), ("gad_7", 5, "mild"), ("gad_7", 10, "moderate"), ("gad_7", 15, "severe"),
        ("gad_7", 21, "severe"),
        ("phq_2", 2, "screen negative"), ("phq_2", 3, "screen positive: go on with the PHQ-9"),
        ("gad_2", 2, "screen negative"), ("gad_2", 3, "screen positive: go on with the GAD-7"),
    ],
)  # fmt: skip
def test_totals_fall_into_the_published_bands(name: str, total: int, band: str) -> None:
    found = score(INSTRUMENTS[name], with_total(name, total))
    assert (found.total, found.band) == (total, band)


def test_any_answer_but_the_lowest_to_the_ninth_item_is_a_risk_whatever_the_total() -> None:
    lowest = all_answered("phq_9", 0)
    assert score(INSTRUMENTS["phq_9"], lowest | {"phq_9_9": 1}).risk == ("phq_9_9",)
    assert score(INSTRUMENTS["phq_9"], lowest).risk == ()
    assert score(INSTRUMENTS["phq_9"], all_answered("phq_9", 3) | {"phq_9_9": 0}).risk == ()


def test_agreeing_to_all_of_the_rosenberg_scale_is_the_middle() -> None:
    assert score(INSTRUMENTS["rosenberg_self_esteem"], all_answered("rosenberg_self_esteem", 3)).total == 15


def test_the_rosenberg_scale_reverses_five_of_its_ten_items() -> None:
    items = INSTRUMENTS["rosenberg_self_esteem"].details.items
    assert [number for number, item in enumerate(items, 1) if item.keyed == "minus"] == [3, 5, 8, 9, 10]
    best = {item.id: 3 if item.keyed == "plus" else 0 for item in items}
    assert score(INSTRUMENTS["rosenberg_self_esteem"], best).total == 30


def test_middle_answers_to_the_ipip_neo_give_the_middle_of_every_trait_and_facet() -> None:
    found = score(INSTRUMENTS["ipip_neo_120"], all_answered("ipip_neo_120", 3))
    assert (found.total, found.band) == (None, None)
    assert set(found.traits.values()) == {72}
    assert len(found.traits) == 5
    assert set(found.facets.values()) == {12}
    assert len(found.facets) == 30


@given(answered())
def test_sums_stay_within_what_items_and_scale_allow(case: tuple[InstrumentEntry, dict[str, int]]) -> None:
    instrument, answers = case
    found, scale = score(instrument, answers), instrument.details.scale
    if found.total is not None:
        assert len(answers) * scale.lowest <= found.total <= len(answers) * scale.highest
        assert found.band is not None
    for sums, key in ((found.traits, "trait"), (found.facets, "facet")):
        for name, value in sums.items():
            count = sum(getattr(item, key) == name for item in instrument.details.items)
            assert count * scale.lowest <= value <= count * scale.highest


@given(answered())
def test_mirrored_answers_give_mirrored_sums(case: tuple[InstrumentEntry, dict[str, int]]) -> None:
    instrument, answers = case
    ends = instrument.details.scale.lowest + instrument.details.scale.highest
    found, mirrored = score(instrument, answers), score(instrument, {name: ends - answer for name, answer in answers.items()})
    if found.total is not None:
        assert mirrored.total == ends * len(answers) - found.total
    assert mirrored.facets == {name: ends * 4 - value for name, value in found.facets.items()}


@given(answered(), st.data())
def test_one_step_on_one_item_moves_its_sums_by_one_in_the_direction_of_its_key(
    case: tuple[InstrumentEntry, dict[str, int]], data: st.DataObject
) -> None:
    instrument, answers = case
    item = data.draw(st.sampled_from(instrument.details.items))
    lower = {**answers, item.id: instrument.details.scale.lowest}
    found, raised = score(instrument, lower), score(instrument, {**lower, item.id: lower[item.id] + 1})
    step = 1 if item.keyed == "plus" else -1
    if found.total is not None and raised.total is not None:
        assert raised.total - found.total == step
    changed = {name: raised.facets[name] - value for name, value in found.facets.items() if raised.facets[name] != value}
    assert changed == ({item.facet: step} if item.facet else {})


@given(answered())
def test_facets_add_up_to_their_traits(case: tuple[InstrumentEntry, dict[str, int]]) -> None:
    found = score(*case)
    if found.facets:
        assert sum(found.facets.values()) == sum(found.traits.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gad_2_1": 4}, "the answer 4 to 'gad_2_1' is not on the scale .expected 0 to 3"),
        ({"gad_2_1": -1}, "the answer -1 to 'gad_2_1' is not on the scale"),
        ({"gad_2_9": 1}, "there is no item 'gad_2_9'"),
    ],
)
def test_answers_that_do_not_fit_are_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(KnowledgeError, match=message):
        score(INSTRUMENTS["gad_2"], all_answered("gad_2", 0) | change)


def test_a_missing_answer_is_not_guessed() -> None:
    with pytest.raises(KnowledgeError, match="the item 'gad_2_2' has no answer"):
        score(INSTRUMENTS["gad_2"], {"gad_2_1": 0})
