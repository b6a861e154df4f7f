"""Near-duplicates are found, and every pair that is given is one."""

from __future__ import annotations

import random
from itertools import combinations

import pyarrow as pa
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.generation.near_duplicates import ALIKE, PAIRS, near_duplicates


def _shingles(text: str) -> frozenset[str]:
    words = text.split()
    return frozenset(" ".join(words[place : place + 3]) for place in range(len(words) - 2))


def _jaccard(one: str, other: str) -> float:
    a, b = _shingles(one), _shingles(other)
    return len(a & b) / len(a | b)


def _pairs(texts: list[str], alike: float = ALIKE) -> dict[tuple[int, int], float]:
    found = near_duplicates(pa.array(texts, pa.string()), alike)
    return {(row["i"], row["j"]): row["jaccard"] for row in found.to_pylist()}


def _planted(seed: int, texts: int, changed: tuple[int, int]) -> list[str]:
    """Texts of 120 words; every second one is the one before it with some of its words replaced."""
    mixed = random.Random(seed)
    made: list[str] = []
    while len(made) < texts:
        words = [f"w{mixed.randrange(3_000)}" for _ in range(120)]
        made.append(" ".join(words))
        for place in mixed.sample(range(120), mixed.randint(*changed)):
            words[place] = f"w{mixed.randrange(3_000)}"
        made.append(" ".join(words))
    return made


def test_planted_near_duplicates_are_found_as_well_as_datasketch_finds_them() -> None:
    texts = _planted(3, 4_000, (1, 6))
    planted = {(i, i + 1) for i in range(0, len(texts), 2) if _jaccard(texts[i], texts[i + 1]) >= ALIKE}
    index = MinHashLSH(threshold=ALIKE, num_perm=128)
    hashes = {i: _min_hash(text) for i, text in enumerate(texts)}
    for i, minimum in hashes.items():
        index.insert(i, minimum)
    candidates = {(min(i, j), max(i, j)) for i, minimum in hashes.items() for j in index.query(minimum) if i != j}
    theirs = {pair for pair in candidates if _jaccard(texts[pair[0]], texts[pair[1]]) >= ALIKE}
    ours = _pairs(texts)
    assert len(planted) > 1_000
    assert len(planted & ours.keys()) >= 0.99 * len(planted)
    assert len(planted & ours.keys()) >= len(planted & theirs)
    assert all(value == _jaccard(texts[i], texts[j]) >= ALIKE for (i, j), value in ours.items())


def _min_hash(text: str) -> MinHash:
    minimum = MinHash(num_perm=128, seed=1)
    minimum.update_batch([shingle.encode() for shingle in _shingles(text)])
    return minimum


@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=3, max_size=14).map(" ".join), max_size=12),
    st.randoms(use_true_random=False),
)
@settings(max_examples=200, deadline=None)
def test_every_pair_is_exact_and_each_is_given_once(texts: list[str], mixed: random.Random) -> None:
    found = _pairs(texts)
    true = {(i, j): _jaccard(texts[i], texts[j]) for i, j in combinations(range(len(texts)), 2)}
    assert all(true[pair] == value >= ALIKE for pair, value in found.items())
    shuffled = mixed.sample(range(len(texts)), len(texts))
    again = _pairs([texts[i] for i in shuffled])
    members = {i for pair in found for i in pair}
    assert {shuffled[i] for pair in again for i in pair} == members
    copies = {i for (i, j), value in true.items() for i in (i, j) if value == 1.0}
    assert copies <= members


def test_copies_are_paired_with_the_first_of_them_only() -> None:
    base = [f"w{number}" for number in range(40)]
    one, other = " ".join(base), " ".join([*base, "more"])
    assert _pairs([one, other, one.upper(), other + "!", one]) == {(0, 1): 38 / 39, (0, 2): 1.0, (0, 4): 1.0, (1, 3): 1.0}


def test_short_texts_are_near_duplicates_only_if_their_words_are_equal() -> None:
    assert _pairs(["Yes, I do.", "yes i do", "Yes", "yes!", "No", "", "…"]) == {(0, 1): 1.0, (2, 3): 1.0}


def test_a_pair_at_the_bound_is_one_and_a_pair_below_it_is_none() -> None:
    words = [f"w{number}" for number in range(11)]  # 9 runs; with a word of 10 replaced at an end, 8 are left of 10
    assert _pairs([" ".join(words), " ".join([*words[:10], "x"])]) == {(0, 1): 8 / 10}
    assert _pairs([" ".join(words[:10]), " ".join([*words[:9], "x"])]) == {}


def test_a_lower_bound_gives_more_pairs() -> None:
    texts = _planted(9, 200, (8, 12))
    assert len(_pairs(texts, 0.95)) <= len(_pairs(texts)) < len(_pairs(texts, 0.6))


def test_a_thousand_copies_give_a_thousand_pairs_and_not_half_a_million() -> None:
    assert near_duplicates(pa.array(["the same three words again"] * 1_000)).num_rows == 999


def test_the_table_has_its_schema_also_where_it_is_empty() -> None:
    assert near_duplicates(pa.array([], pa.string())).schema.equals(PAIRS, check_metadata=True)
