"""Digests against datasketch's own, bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup.minhash import EMPTY, PERMUTATIONS, digests, digests_of, digests_of_texts, permutations, shingle_hash
from pixel_assets.dedup.words import shingles, words_of_texts, words_of_turns
from pixel_assets.quality.text import normalise

TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
WORDS = st.lists(
    st.sampled_from(["I", "can't", "sleep", "naïve", "漢字", "🙂", "½", "-3", "and", "ร้อน", "..."]), max_size=40
).map(" ".join)


def theirs(runs: list[str], **options: object) -> npt.NDArray[np.uint32]:
    sketch = MinHash(num_perm=PERMUTATIONS, **options)
    for run in runs:
        sketch.update(run.encode())
    return sketch.hashvalues


def runs_of(words: list[str], tag: str = "") -> list[str]:
    return [tag + " ".join(words[at : at + 3]) for at in range(max(len(words) - 2, 1))] if words else []


def forms(*texts: str) -> list[str]:
    return [word for text in texts for word in normalise(text).form.split(" ") if word]


@given(st.lists(st.one_of(WORDS, st.text(max_size=30)), max_size=4))
@settings(max_examples=100, deadline=None)
def test_digests_of_texts_are_those_of_datasketch(texts: list[str]) -> None:
    found = digests(shingles(words_of_texts(pa.array(texts, pa.string()))))
    assert found.shape == (len(texts), PERMUTATIONS)
    assert found.dtype == np.uint32
    for digest, text in zip(found, texts, strict=True):
        assert digest.tolist() == theirs(runs_of(forms(text)), hashfunc=shingle_hash, scheme="affine32").tolist()


@given(WORDS, WORDS, WORDS)
@settings(max_examples=50, deadline=None)
def test_digests_of_conversations_are_those_of_shingles_with_roles(first: str, answer: str, second: str) -> None:
    turns = [("system", "Be kind and brief"), ("user", first), ("assistant", answer), ("user", second)]
    said = pa.array([[{"role": role, "content": content} for role, content in turns]], TURNS)
    runs = runs_of(forms(first, second), "user:") + runs_of(forms(answer), "assistant:")
    expected = theirs(runs, hashfunc=shingle_hash, scheme="affine32")
    assert digests(shingles(words_of_turns(said)))[0].tolist() == expected.tolist()
    assert digests_of([[run.encode() for run in runs]])[0].tolist() == expected.tolist()


@given(st.lists(st.lists(st.binary(max_size=12), max_size=20), max_size=4))
@settings(max_examples=50, deadline=None)
def test_sets_from_elsewhere_can_be_hashed_as_datasketch_does_by_default(sets: list[list[bytes]]) -> None:
    expected = []
    for members in sets:
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch(members)
        expected.append(sketch.hashvalues.tolist())
    assert digests_of(sets, "sha1").tolist() == expected


def test_digests_of_many_texts_do_not_depend_on_the_threads() -> None:
    texts = pa.array([f"document {row} of {row % 7} kinds, told in a few words" for row in range(5000)])
    found = digests_of_texts(texts, threads=2)
    assert (found == digests_of_texts(texts)).all()
    assert found[4321].tolist() == digests_of_texts(texts.slice(4321, 1))[0].tolist()


def test_an_empty_text_has_the_digest_of_an_empty_set() -> None:
    assert set(digests(shingles(words_of_texts(pa.array(["", "..."])))).ravel().tolist()) == {EMPTY}


def test_the_permutations_are_those_of_datasketch() -> None:
    assert np.array(permutations()).tolist() == MinHash(num_perm=PERMUTATIONS).permutations.tolist()


def test_equal_values_estimate_the_jaccard_coefficient() -> None:
    words = [f"w{number}" for number in range(1202)]
    one, other = digests(shingles(words_of_texts(pa.array([" ".join(words[:1002]), " ".join(words[200:])]))))
    assert abs(float((one == other).mean()) - 800 / 1200) < 0.12  # three standard deviations


def test_the_hash_of_a_shingle_tells_roles_words_and_their_order_apart() -> None:
    shingle = [b"user:a b c", b"assistant:a b c", b"a b c", b"user:c b a", b"user:a b", b"user:ab c", b"user:a"]
    assert len({shingle_hash(each) for each in shingle}) == len(shingle)
    assert all(0 <= shingle_hash(each) < 1 << 32 for each in shingle)
