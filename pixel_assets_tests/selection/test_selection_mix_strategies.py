"""Strategies: what each prefers, and what all of them promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.selection.mix import compose
from pixel_assets.selection.mix.orders import ranks, weighted_keys

from .mix_pools import RATIOS, best_first, ids, pool, rules, vectors

ONE = {"voice": 1.0}
STRATEGIES = ("proportional", "quality_weighted", "diverse", "iterative", "hybrid")
TOPICS = ("grief", "sleep", "work")


def _varied(count: int) -> dict[str, dict[str, Any]]:
    """Conversations of all categories with scores and topics, of which one is frequent."""
    draw = np.random.default_rng(5)
    return {
        f"c{i:04}": {
            "category": list(RATIOS)[i % 5],
            "source": "ab"[int(draw.random() < 0.3)],
            "score": round(float(draw.random()), 3),
            "trait_topic": TOPICS[int(draw.choice(3, p=[0.1, 0.2, 0.7]))],
        }
        for i in range(count)
    }


def test_without_power_the_weighted_order_is_the_proportional_one() -> None:
    kept = pool(_varied(50))
    weighted = compose(kept, rules(target=20, strategy="quality_weighted", quality_power=0.0))
    assert ids(weighted) == ids(compose(kept, rules(target=20)))


def test_weighted_keys_sample_in_proportion_to_the_weights() -> None:
    draw = np.random.default_rng(3)
    first = Counter(int(np.argmax(weighted_keys(draw.random(3), np.array([0.2, 0.4, 0.8]), 1.0))) for _ in range(3000))
    shares = [first[place] / 3000 for place in range(3)]
    assert shares == pytest.approx([1 / 7, 2 / 7, 4 / 7], abs=0.03)


def test_a_score_of_zero_stands_last() -> None:
    rows = {f"c{i}": {"score": 0.0 if i == 0 else 0.5} for i in range(9)}
    result = compose(pool(rows), rules(ratios=ONE, target=9, strategy="quality_weighted"))
    assert best_first(result)[-1] == "c0"


def test_quality_weighted_is_better_and_not_only_the_best() -> None:
    kept = pool(_varied(500))

    def mean(**asked: Any) -> float:
        return float(np.mean(compose(kept, rules(target=100, **asked)).table["score"].to_numpy()))

    assert mean() < mean(strategy="quality_weighted", quality_power=1.0) < mean(strategy="quality_weighted", quality_power=8.0)


def test_diverse_takes_one_of_each_kind_first() -> None:
    kept = pool({name: {} for name in ("a1", "a2", "a3", "b1", "b2", "c1")})
    axes = [0, 0, 0, 1, 1, 2]
    flat = pa.array(np.eye(3, dtype=np.float16)[axes].ravel())
    near = pa.table({"conversation_id": kept["conversation_id"], "whole": pa.FixedSizeListArray.from_arrays(flat, 3)})
    result = compose(kept, rules(ratios=ONE, target=3, strategy="diverse"), near)
    assert [name[0] for name in best_first(result)] == ["a", "b", "c"]
    assert result.table.sort_by("position")["gain"].to_pylist() == [3.0, 2.0, 1.0]


def test_a_conversation_without_a_vector_comes_last() -> None:
    kept = pool({name: {} for name in ("a", "b", "c")})
    near = vectors(kept)
    unknown = pa.array([None, *near["whole"].to_pylist()[1:]], near["whole"].type)
    partly = near.set_column(1, "whole", unknown)
    assert best_first(compose(kept, rules(ratios=ONE, target=3, strategy="diverse"), partly))[-1] == "a"
    assert best_first(compose(kept, rules(ratios=ONE, target=3, strategy="diverse"), partly.slice(1)))[-1] == "a"


@pytest.mark.parametrize("strategy", ["diverse", "hybrid"])
def test_a_strategy_that_needs_vectors_says_so(strategy: str) -> None:
    with pytest.raises(ValueError, match="needs vectors"):
        compose(pool(_varied(10)), rules(strategy=strategy))


def test_iterative_takes_the_best_first_and_then_what_is_rare() -> None:
    rows = {f"w{i}": {"score": 0.9 - i / 100, "trait_topic": "work"} for i in range(20)}
    rows |= {f"g{i}": {"score": 0.3 - i / 100, "trait_topic": "grief"} for i in range(20)}
    asked = rules(ratios=ONE, target=20, strategy="iterative", quality_first=0.5, rounds=2, balance_by=("topic",), evenness=1.0)
    result = compose(pool(rows), asked)
    rounds: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for row in result.table.sort_by("position").to_pylist():
        rounds[row["round"]].append(row["conversation_id"])
    assert rounds[0] == [f"w{i}" for i in range(10)]
    assert sorted(rounds[1] + rounds[2]) == sorted(f"g{i}" for i in range(10))
    assert [len(rounds[number]) for number in (1, 2)] == [5, 5]


def test_hybrid_weighs_quality_diversity_and_balance() -> None:
    kept = pool(_varied(300))
    near = vectors(kept)

    def mixed(**weights: float) -> Any:
        asked = rules(ratios={"voice": 1.0}, target=20, strategy="hybrid", weights=weights, balance_by=("topic",), evenness=1.0)
        return compose(kept, asked, near)

    scores = mixed(quality=1.0).table["score"].to_numpy()
    of_voice = sorted((row["score"] for row in _varied(300).values() if row["category"] == "voice"), reverse=True)
    assert sorted(scores.tolist(), reverse=True) == of_voice[:20]
    topics = {name: row["trait_topic"] for name, row in _varied(300).items()}
    even = Counter(topics[name] for name in ids(mixed(balance=1.0)))
    there = Counter(row["trait_topic"] for row in _varied(300).values() if row["category"] == "voice")
    assert all(even[topic] >= min(there[topic], 6) for topic in TOPICS)
    assert ids(mixed(diversity=1.0)) == ids(compose(kept, rules(ratios={"voice": 1.0}, target=20, strategy="diverse"), near))


def test_ranks_of_equals_are_their_mean() -> None:
    assert ranks(np.array([0.5, 0.1, 0.5, 0.9])).tolist() == [0.5, 0.125, 0.5, 0.875]


def test_a_trait_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="no trait is called 'mood'"):
        rules(balance_by=("mood",))


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=8, deadline=None)
@given(count=st.integers(0, 60), target=st.integers(1, 40), minimum=st.sampled_from([None, 0.0, 0.5, 0.9]), data=st.data())
def test_every_strategy_keeps_its_promises(
    strategy: str, count: int, target: int, minimum: float | None, data: st.DataObject
) -> None:
    kept = pool(_varied(count))
    shortfall = data.draw(st.sampled_from(["fill", "shrink"]))
    asked = rules(target=target, strategy=strategy, minimum_quality=minimum, shortfall=shortfall)
    result = compose(kept, asked, vectors(kept))
    places = data.draw(st.permutations(range(count)))
    assert compose(kept.take(pa.array(places, pa.int64())), asked, vectors(kept)).table.equals(result.table)
    assert result.table.num_rows == sum(share.taken for share in result.shares) <= target
    assert all(row["score"] >= (minimum or 0.0) for row in result.table.to_pylist())
    below = sum(row["score"] < (minimum or 0.0) for row in kept.to_pylist())
    assert sum(result.below_minimum.values()) == below
    if all(share.available >= share.quota for share in result.shares):
        assert [share.taken for share in result.shares] == [share.quota for share in result.shares]
    for share in result.shares:
        chosen = result.table.filter(np.asarray([row == share.category for row in result.table["category"].to_pylist()], bool))
        assert sorted(chosen["position"].to_pylist()) == list(range(share.taken))


@pytest.mark.parametrize("strategy", ["proportional", "quality_weighted", "diverse"])
def test_a_larger_mix_of_these_strategies_only_adds(strategy: str) -> None:
    kept = pool(_varied(200))
    mixes = [compose(kept, rules(target=target, strategy=strategy), vectors(kept)) for target in (20, 40, 100)]
    assert ids(mixes[0]) < ids(mixes[1]) < ids(mixes[2])


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.text("abcdef", min_size=5, max_size=5), st.integers(0, 10))
def test_a_new_conversation_displaces_one_other_at_most_of_a_weighted_sample(target: int, new: str, tenths: int) -> None:
    rows = _varied(60)
    asked = rules(ratios=ONE, target=target, strategy="quality_weighted")
    of_voice = {name: row | {"category": "voice"} for name, row in rows.items()}
    before, after = ids(compose(pool(of_voice), asked)), ids(compose(pool(of_voice | {new: {"score": tenths / 10}}), asked))
    assert after - before <= {new}
    assert len(before - after) <= 1


@pytest.mark.parametrize(("unscored", "count"), [("keep", 3), ("drop", 2)])
def test_the_minimum_keeps_or_drops_what_has_no_score(unscored: str, count: int) -> None:
    kept = pool({"a": {"score": 0.7}, "b": {"score": None}, "c": {"score": 0.69}, "d": {"score": 0.8}})
    result = compose(kept, rules(ratios=ONE, target=4, minimum_quality=0.7, unscored=unscored))
    assert result.table.num_rows == count
    assert result.below_minimum == {"voice": 4 - count}
