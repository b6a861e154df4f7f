"""Signatures: what makes two conversations alike, and what must not."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pixel_assets.dedup.fingerprints import Boilerplate, boilerplate, fingerprints, row_keys
from pixel_assets.dedup.signatures import SIGNATURES, compared_words, digests_in, signatures

TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
NO_BOILERPLATE = Boilerplate(np.empty(0, np.uint64), 12)


def table(*said: Sequence[tuple[str, str]]) -> pa.Table:
    turns = [[{"role": role, "content": content} for role, content in each] for each in said]
    return pa.table({"conversation_id": [f"c{row:04}" for row in range(len(said))], "turns": pa.array(turns, TURNS)})


def words(seed: int, count: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(10**9)}" for _ in range(count))


def learned(rows: pa.Table, share: float = 0.01, at_least: int = 50) -> Boilerplate:
    return Boilerplate(boilerplate(fingerprints(rows), share, at_least), 12)


def test_rows_that_differ_in_case_and_punctuation_only_have_equal_signatures() -> None:
    found = signatures(
        table([("user", "I can't sleep, doctor!"), ("assistant", "Since when?")],
              [("user", "i can’t SLEEP doctor"), ("assistant", "since — when")]),
        NO_BOILERPLATE,
    ).to_pylist()  # fmt: skip
    assert found[0] == {**found[1], "conversation_id": "c0000"}
    assert (found[0]["shingles"], found[0]["user_shingles"], found[0]["assistant_shingles"]) == (3, 2, 1)


def test_the_same_words_of_the_other_role_have_nothing_in_common() -> None:
    digests = digests_in(signatures(table([("user", words(1, 40))], [("assistant", words(1, 40))]), NO_BOILERPLATE))
    assert not (digests[0] == digests[1]).any()


def test_a_shared_system_prompt_counts_neither_as_text_nor_as_boilerplate() -> None:
    prompt = words(0, 200)
    rows = table(*[[("system", prompt), ("user", words(seed, 20))] for seed in range(1, 100)])
    bare = table(*[[("user", words(seed, 20))] for seed in range(1, 100)])
    assert learned(rows, at_least=2).fingerprints.tolist() == []
    assert signatures(rows, NO_BOILERPLATE).equals(signatures(bare, NO_BOILERPLATE))


def test_thousands_of_chats_that_share_a_template_are_not_alike() -> None:
    template = words(0, 100)
    rows = table(
        *[[("user", f"{template} {words(seed, 30)}"), ("assistant", words(10**6 + seed, 40))] for seed in range(1, 5001)]
    )
    known = learned(rows)
    before, after = digests_in(signatures(rows, NO_BOILERPLATE)), digests_in(signatures(rows, known, threads=2))
    others = np.random.default_rng(3).permutation(len(rows))
    apart = others != np.arange(len(rows))
    assert (before == before[others])[apart].mean() > 0.3
    assert (after == after[others]).mean(axis=1)[apart].max() < 0.2
    left_out = signatures(rows, known)["boilerplate_words"].to_pylist()
    assert min(left_out) >= 86  # up to seven words at each end of a template are in no fingerprint of it
    assert max(left_out) <= 100


def test_copies_of_a_template_itself_stay_alike() -> None:
    rows = table(*[[("user", words(0, 100))]] * 60)
    known = learned(rows)
    found = signatures(rows, known)
    assert len(known.fingerprints) > 5
    assert set(found["boilerplate_words"].to_pylist()) == {0}
    assert set(found["shingles"].to_pylist()) == {98}


def test_a_row_has_a_signature_of_its_own_whatever_stands_beside_it_and_how_many_threads_there_are() -> None:
    rows = table(*[[("user", words(seed, 12)), ("assistant", words(seed + 1, 15))] for seed in range(6000)])
    known = learned(rows, at_least=2)
    whole = signatures(rows, known, threads=2)
    assert whole.schema.equals(SIGNATURES)
    assert whole.equals(signatures(rows, known))
    backwards = rows.take(np.arange(len(rows))[::-1])
    assert signatures(backwards, known).take(np.arange(len(rows))[::-1]).equals(whole)


def test_rows_whose_keys_stay_have_the_same_signature_under_other_boilerplate() -> None:
    draw = random.Random(4)
    parts = [words(seed, 20) for seed in range(8)]
    rows = table(*[[("user", " ".join([*draw.sample(parts, 2), words(seed + 50, 20)]))] for seed in range(300)])
    prints = fingerprints(rows)
    known = learned(rows, at_least=60)
    first = fingerprints(table([("user", parts[0])]))["fingerprints"].combine_chunks().flatten().to_numpy()
    fewer = Boilerplate(np.setdiff1d(known.fingerprints, first), 12)
    same = (row_keys(prints, known) == row_keys(prints, fewer)).all(axis=1)
    assert 0 < same.sum() < len(rows)
    assert signatures(rows.filter(pa.array(same)), known).equals(signatures(rows.filter(pa.array(same)), fewer))


def test_a_conversation_without_words_has_no_digest() -> None:
    found = signatures(table([], [("user", "...")], [("system", "Be kind")], [("user", "Hi")]), NO_BOILERPLATE)
    assert found["digest"].is_valid().to_pylist() == [False, False, False, True]
    assert found["place_key"].to_pylist()[:3] == [0, 0, 0]
    assert found["shingles"].to_pylist() == [0, 0, 0, 1]
    assert digests_in(found).shape == (4, 128)
    assert digests_in(found.slice(3))[0].tolist() == found["digest"][3].as_py()


def test_no_conversations_have_a_table_without_rows() -> None:
    assert signatures(table(), NO_BOILERPLATE).schema.equals(SIGNATURES)


def test_the_place_key_follows_from_the_first_turn_of_the_user() -> None:
    opening = words(1, 30)
    keys = signatures(
        table(
            [("user", opening), ("assistant", words(2, 30)), ("user", words(3, 30))],
            [("system", "Be kind"), ("assistant", "Hello"), ("user", "..."), ("user", opening.upper())],
            [("user", words(4, 30)), ("user", opening)],
            [("assistant", words(5, 30))],
        ),
        NO_BOILERPLATE,
    )["place_key"].to_pylist()
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert all(key > 0 for key in keys)


def test_near_equal_openings_mostly_have_equal_place_keys() -> None:
    rows = [(words(seed, 40), f"{words(seed, 40)} indeed") for seed in range(200)]
    keys = signatures(table(*[[("user", text)] for pair in rows for text in pair]), NO_BOILERPLATE)["place_key"].to_numpy()
    assert (keys[::2] == keys[1::2]).mean() > 0.9


def test_openings_that_share_a_phrase_do_not_share_a_place_key() -> None:
    shared = [words(10_000 + n, 8) for n in range(20)]  # one of them has the smallest hash of all
    for phrase in shared:
        rows = [[("user", f"{words(seed, 30)} {phrase}")] for seed in range(100)]
        keys = signatures(table(*rows), NO_BOILERPLATE)["place_key"].to_pylist()
        assert max(keys.count(key) for key in keys) < 40


def test_the_words_compared_are_those_of_the_signature() -> None:
    rows = table(*[[("system", "Be kind"), ("user", f"{words(0, 40)} {words(seed, 20)}")] for seed in range(1, 80)])
    known = learned(rows)
    kept = np.diff(compared_words(rows, known).word_starts)
    assert (kept + signatures(rows, known)["boilerplate_words"].to_numpy() == 60).all()
