"""Checks of dedup, each on tables that are right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build.graph import Check
from pixel_assets.checks.dedup import CHECKS
from pixel_assets.settings import MergingSettings, load_settings
from pixel_assets.sources.registry import Source

from .tables import Rows, judge

Row = dict[str, Any]
COUNTED = ("jaccard", "user_jaccard", "assistant_jaccard", "user_containment", "assistant_containment")


def find(name: str) -> Check:
    (found,) = [check for check in CHECKS if check.name == name]
    return found


def chat(name: str, user: str, *assistant: str, source: str = "s", others: tuple[str, ...] = ()) -> Row:
    turns = [{"role": "system", "content": "be kind"}, {"role": "user", "content": user}]
    places = [{"source": each, "file": "f", "rows": [1]} for each in (source, *others)]
    return {
        "conversation_id": name, "source": source, "provenances": places,
        "turns": turns + [{"role": "assistant", "content": text} for text in assistant],
    }  # fmt: skip


def pair(left: str, right: str, *values: float | None, duplicate: bool = True) -> Row:
    return {"left_id": left, "right_id": right, "duplicate": duplicate} | dict(zip(COUNTED, values, strict=False))


def signed(*names: str, boilerplate: int = 0) -> Rows:
    return [{"conversation_id": name, "boilerplate_words": boilerplate} for name in names]


CORPUS: Rows = [
    chat("a", "I cannot sleep at night", "Tell me more."),
    chat("b", "I CANNOT sleep, at all", "Tell me", "more!"),
    chat("c", "tell me more"),
    chat("d", "", ""),
]
# a and b: "i cannot sleep", "cannot sleep at" and the reply in common; "sleep at night" of the one, "sleep at all" of the other
A_B = (3 / 5, 2 / 4, 1.0, 2 / 3, 1.0)
A_C = (0.0, 0.0, 0.0, 0.0, 0.0)
C_D = (0.0, 0.0, None, 0.0, None)


@pytest.mark.parametrize(
    ("pairs", "wrong"),
    [
        ([pair("a", "b", *A_B), pair("a", "c", *A_C), pair("c", "d", *C_D)], 0),
        ([pair("a", "b", 0.61, *A_B[1:])], 1),
        ([pair("a", "b", *A_B[:4], None), pair("a", "c", 0.0, 0.0, None, 0.0, 0.0)], 2),
    ],
    ids=["right", "one value is off", "null where there is one"],
)
def test_pairs_are_counted_again_on_their_texts(tmp_path: Path, pairs: Rows, wrong: int) -> None:
    tables = {"duplicate_pairs": pairs, "redacted_corpus": CORPUS, "minhash_signatures": signed("a", "b", "c", "d")}
    verdict = judge(tmp_path, find("pairs_are_true"), tables)
    assert verdict.measured == {"wrong": wrong, "counted": len(pairs)}
    assert verdict.passed == (wrong == 0)


def test_pairs_of_what_has_boilerplate_are_not_counted_again(tmp_path: Path) -> None:
    marked = [*signed("a"), *signed("b", boilerplate=9)]
    tables = {"duplicate_pairs": [pair("a", "b", 0.1)], "redacted_corpus": CORPUS, "minhash_signatures": marked}
    assert judge(tmp_path, find("pairs_are_true"), tables).measured == {"wrong": 0, "counted": 0}


@pytest.mark.parametrize(
    ("pairs", "measured"),
    [
        ([pair("a", "b"), pair("a", "c")], (0, 0, 0)),
        ([pair("b", "a"), pair("c", "c")], (2, 0, 0)),
        ([pair("a", "b"), pair("a", "b")], (0, 1, 0)),
        ([pair("a", "z")], (0, 0, 1)),
    ],
    ids=["right", "turned", "twice", "unknown"],
)
def test_left_before_right(tmp_path: Path, pairs: Rows, measured: tuple[int, int, int]) -> None:
    verdict = judge(tmp_path, find("left_before_right"), {"duplicate_pairs": pairs, "redacted_corpus": CORPUS})
    assert tuple(verdict.measured.values()) == measured
    assert verdict.passed == (measured == (0, 0, 0))


def member(cluster: str, name: str, similarity: float, size: int = 3, relation: str = "near") -> Row:
    return {
        "relation": relation, "cluster_id": cluster, "conversation_id": name, "representative": cluster == name,
        "similarity": similarity, "size": size,
    }  # fmt: skip


STAR: Rows = [member("b", "a", 0.9), member("b", "b", 1.0), member("b", "c", 0.8)]


@pytest.mark.parametrize(
    ("clusters", "measured"),
    [
        (STAR, (2, 0, 0)),
        ([*STAR[:2], member("b", "d", 0.85)], (2, 1, 0)),
        ([*STAR[:2], member("b", "c", 0.7)], (2, 1, 0)),
        ([each | {"relation": "semantic"} for each in STAR], (2, 2, 0)),
        (STAR[:2], (1, 0, 1)),
        ([STAR[0], STAR[1], STAR[2] | {"representative": True}], (1, 0, 1)),
    ],
    ids=["right", "a chain", "another similarity", "of the other relation", "another size", "two representatives"],
)
def test_members_are_verified(tmp_path: Path, clusters: Rows, measured: tuple[int, int, int]) -> None:
    pairs = [pair("a", "b", 0.9), pair("b", "c", 0.8), pair("c", "d", 0.85), pair("b", "d", 0.85, duplicate=False)]
    semantic = [{"left_id": "a", "right_id": "d", "cosine": 0.99, "duplicate": True}]
    tables = {"duplicate_clusters": clusters, "duplicate_pairs": pairs, "semantic_pairs": semantic}
    verdict = judge(tmp_path, find("members_are_verified"), tables)
    assert tuple(verdict.measured.values()) == measured
    assert verdict.passed == (measured[1:] == (0, 0))


def test_no_source_wiped_sees_the_cluster_that_holds_most_of_a_source(tmp_path: Path) -> None:
    names = [f"n{number:02}" for number in range(60)]
    corpus = [chat(name, "hello", source="large") for name in names] + [chat(f"m{n}", "hi", source="small") for n in range(3)]
    half = [member("n00", name, 1.0, 30) for name in names[:30]] + [member("m0", f"m{n}", 1.0) for n in range(3)]
    check = find("no_source_wiped")
    assert not check.blocking
    assert judge(tmp_path, check, {"duplicate_clusters": half, "redacted_corpus": corpus}).passed
    most = [member("n00", name, 1.0, 31) for name in names[:31]]
    verdict = judge(tmp_path / "most", check, {"duplicate_clusters": most, "redacted_corpus": corpus})
    assert not verdict.passed
    assert verdict.description == "52% of large in the near cluster of n00"


def given_away(name: str, contaminated: bool = True, reference: str = "r") -> Row:
    return {"conversation_id": name, "reference": reference, "reference_source": "bench", "contaminated": contaminated}


def test_contaminated_rows_are_counted_among_those_for_training_and_told_by_source(tmp_path: Path) -> None:
    registry = [
        Source(name=name, path=("f.jsonl",), category="voice", title="T", licence="MIT", purpose=purpose)
        for name, purpose in (("s", "training"), ("bench", "evaluation"))
    ]
    training = [chat(f"t{number}", "hello") for number in range(100)]
    corpus = [*training, chat("e", "hello", source="bench"), chat("both", "hello", others=("bench",))]
    check = find("contaminated_rows")
    few = [given_away("t0"), given_away("t0", reference="q"), given_away("t1", contaminated=False)]
    verdict = judge(tmp_path, check, {"contamination": few, "redacted_corpus": corpus}, registry=registry)
    assert verdict.passed
    assert verdict.description == "1 of 100 conversations for training (1.00%) are contaminated; s by bench: 1"
    more = [given_away("t0"), given_away("t1")]
    assert not judge(tmp_path / "more", check, {"contamination": more, "redacted_corpus": corpus}, registry=registry).passed
    assert judge(tmp_path / "none", check, {"contamination": [], "redacted_corpus": []}, registry=registry).passed


def decided(name: str, winner: str | None = None, relation: str = "near") -> Row:
    reason = f"{relation}_duplicate" if winner else "kept"
    return {"conversation_id": name, "keep": winner is None, "winner_id": winner, "reason": reason}


SEMANTIC: Rows = [{"left_id": "c", "right_id": "d", "cosine": 0.99, "duplicate": True}]


@pytest.mark.parametrize(
    ("decisions", "measured"),
    [
        ([decided("a"), decided("b", "a"), decided("c", "d", "semantic"), decided("d")], (2, 0, 0)),
        ([decided("a"), decided("b", "a"), decided("c", "d", "near"), decided("d")], (2, 1, 0)),
        ([decided("a"), decided("b", "d"), decided("c"), decided("d", "c", "semantic")], (2, 1, 0)),
        ([decided("a"), decided("b"), decided("c"), decided("d")], (0, 0, 2)),
        ([decided("a"), decided("b", "a2"), decided("c"), decided("d", "c", "semantic"), decided("a2")], (2, 0, 0)),
    ],
    ids=["right", "the wrong relation", "no pair with the winner", "both kept", "the winner's equal has the pair"],
)
def test_winners_match(tmp_path: Path, decisions: Rows, measured: tuple[int, int, int]) -> None:
    texts = {"a": "x", "a2": "x", "b": "y", "c": "z", "d": "w"}
    tables = {
        "decisions": decisions,
        "duplicate_pairs": [pair("a", "b", 0.9), pair("b", "d", 0.5, duplicate=False)],
        "semantic_pairs": SEMANTIC,
        "conversation_traits": [{"conversation_id": name, "text_key": key} for name, key in texts.items()],
    }
    verdict = judge(tmp_path, find("winners_match"), tables)
    assert tuple(verdict.measured.values()) == measured
    assert verdict.passed == (measured[1:] == (0, 0))


def test_paraphrases_may_both_be_kept_where_the_settings_say_so(tmp_path: Path) -> None:
    tables: dict[str, Rows] = {
        "decisions": [decided("c"), decided("d")], "duplicate_pairs": [], "semantic_pairs": SEMANTIC,
        "conversation_traits": [{"conversation_id": name, "text_key": name} for name in "cd"],
    }  # fmt: skip
    settings = load_settings(merging=MergingSettings(semantic=False))
    assert judge(tmp_path, find("winners_match"), tables, settings=settings).passed
    assert not judge(tmp_path / "merging", find("winners_match"), tables).passed
