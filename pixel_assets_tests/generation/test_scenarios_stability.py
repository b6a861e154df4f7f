"""What stays when knowledge, numbers and shares change: a scenario hangs on its place and the entries that it names."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.generation.draw import chance, draw, draw_several, key_of, pool, sub_key
from pixel_assets.generation.scenario import FORMS, Form, Scenario
from pixel_assets.generation.scenarios import make_scenarios
from pixel_assets.knowledge.model import DisorderEntry, Entry, Knowledge, Relation

from .scenarios import knowledge

EVEN: dict[Form, float] = dict.fromkeys(FORMS, 1.0)
WANTED = 900
CHANGED_BY_HAND = ("specific_phobia", "thought_record", "splitting", "informed_consent", "cbt", "adolescents", "phq_9")

names = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=30, unique=True)
keys = st.integers(0, (1 << 64) - 1)


@cache
def before() -> dict[str, Scenario]:
    return by_id(knowledge())


def by_id(known: Knowledge, wanted: int = WANTED, shares: dict[Form, float] = EVEN) -> dict[str, Scenario]:
    return {scenario.scenario_id: scenario for scenario in make_scenarios(known, wanted, shares, seed=5)}


def with_entry(name: str, entry: Entry) -> Knowledge:
    return replace(knowledge(), entries=dict(sorted({**knowledge().entries, name: entry}.items())))


def without(name: str) -> Knowledge:
    left = {
        other: entry.model_copy(update={"relations": tuple(found for found in entry.relations if found.to != name)})
        for other, entry in knowledge().entries.items()
        if other != name
    }
    return replace(knowledge(), entries=left)


def uses(scenario: Scenario, name: str) -> bool:
    return any(entry == name for _, entry in scenario.entries)


def test_a_text_of_an_entry_changes_only_the_scenarios_that_name_it() -> None:
    for name in CHANGED_BY_HAND:
        entry = knowledge().entries[name]
        after = by_id(with_entry(name, entry.model_copy(update={"summary": "Another text."})))
        assert after.keys() == before().keys()
        assert all(after[key] == scenario for key, scenario in before().items() if not uses(scenario, name))


def test_words_of_a_disorder_change_only_the_scenarios_about_it() -> None:
    name = "specific_phobia"
    entry = knowledge().entries[name]
    assert isinstance(entry, DisorderEntry)
    words = ("I take the stairs, always.", *entry.details.presentations[1:])
    details = entry.details.model_copy(update={"presentations": words})
    after = by_id(with_entry(name, entry.model_copy(update={"details": details})))
    changed = {key for key, scenario in before().items() if after[key] != scenario}
    assert changed
    assert all(before()[key].disorder == name for key in changed)


def test_a_new_disorder_leaves_the_scenarios_of_the_others_as_they_are() -> None:
    entry = knowledge().entries["agoraphobia"]
    new = with_entry("fear_of_open_water", entry)
    cbt = new.entries["cbt"]
    relation = Relation(to="fear_of_open_water", how="indicated_for")
    new = replace(new, entries={**new.entries, "cbt": cbt.model_copy(update={"relations": (*cbt.relations, relation)})})
    after = by_id(new)
    stayed = before().keys() & after.keys()
    assert len(stayed) > 0.9 * WANTED
    assert all(after[key] == before()[key] for key in stayed if not uses(after[key], "fear_of_open_water"))
    assert any(scenario.disorder == "fear_of_open_water" for scenario in after.values())


def test_an_entry_that_goes_changes_only_the_scenarios_that_named_it() -> None:
    for name in ("specific_phobia", "problem_solving", "denial", "veterans"):
        after = by_id(without(name))
        stayed = before().keys() & after.keys()
        assert len(stayed) > 0.8 * WANTED
        assert all(after[key] == before()[key] for key in stayed if not uses(before()[key], name)), name


def test_a_relation_changes_only_the_scenarios_that_choose_by_it() -> None:
    entry = knowledge().entries["problem_solving"]
    relation = Relation(to="panic_disorder", how="indicated_for")
    after = by_id(with_entry("problem_solving", entry.model_copy(update={"relations": (*entry.relations, relation)})))
    changed = {key for key in before() if after[key] != before()[key]}
    assert all(uses(after[key], "problem_solving") for key in changed)


@given(st.integers(1, 400), st.integers(0, 400))
@settings(max_examples=15, deadline=None)
def test_more_scenarios_hold_the_fewer(fewer: int, more: int) -> None:
    few, many = by_id(knowledge(), fewer), by_id(knowledge(), fewer + more)
    assert few.items() <= many.items()


def test_other_shares_keep_the_first_scenarios_of_every_form_with_cells_of_its_own() -> None:
    after = by_id(knowledge(), shares={**EVEN, "assessment": 3.0})
    stayed = before().keys() & after.keys()
    assert len(stayed) > 0.7 * WANTED
    assert all(after[key] == before()[key] for key in stayed)


def test_numbers_of_a_cell_have_no_gap() -> None:
    cells: dict[tuple[str | None, ...], list[int]] = {}
    for one in make_scenarios(knowledge(), 5000, {"therapy_session": 3.0, "difficult_client": 1.0, "case_formulation": 1.0}, 5):
        cells.setdefault((one.form, one.disorder, one.modality, one.population), []).append(one.number)
    assert all(sorted(numbers) == list(range(len(numbers))) for numbers in cells.values())


@given(names, keys)
def test_a_choice_hangs_on_no_order(items: list[str], key: int) -> None:
    straight = pool((item, item, 1) for item in items)
    reverse = pool((item, item, 1) for item in reversed(items))
    assert draw(straight, key) == draw(reverse, key)
    assert draw_several(straight, key, 3) == draw_several(reverse, key, 3)


@given(names, keys)
def test_taking_away_what_did_not_win_changes_no_choice(items: list[str], key: int) -> None:
    won = draw(pool((item, item, 1 + len(item) % 3) for item in items), key)
    half = [item for number, item in enumerate(items) if number % 2 or item == won]
    assert draw(pool((item, item, 1 + len(item) % 3) for item in half), key) == won


@given(names, keys)
def test_several_choices_begin_with_the_one_and_differ(items: list[str], key: int) -> None:
    choices = pool((item, item, 2) for item in items)
    several = draw_several(choices, key, 4)
    assert several[0] == draw(choices, key)
    assert len(set(several)) == len(several) == min(4, len(items))


def test_weights_say_how_often_an_item_wins() -> None:
    choices = pool([("seldom", "seldom", 1), ("often", "often", 3), ("never", "never", 0)])
    won = [draw(choices, key_of(number)) for number in range(8000)]
    assert 0.73 < won.count("often") / 8000 < 0.77
    assert "never" not in won


def test_items_of_equal_weight_win_equally_often_whoever_else_chooses() -> None:
    choices = pool((str(item), item, 1) for item in range(20))
    key = [key_of(number) for number in range(20_000)]
    for what in ("one choice", "another"):
        won = [draw(choices, sub_key(one, what)) for one in key]
        chi_square = sum((won.count(item) - 1000) ** 2 / 1000 for item in range(20))
        assert chi_square < 43.8  # the 0.999 quantile for 19 degrees of freedom
    both = sum(draw(choices, sub_key(one, "one choice")) == draw(choices, sub_key(one, "another")) for one in key)
    assert 850 < both < 1150
    assert 0.28 < sum(chance(one, "rain", 30) for one in key) / len(key) < 0.32
