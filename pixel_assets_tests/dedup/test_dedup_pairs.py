"""Near-duplicate pairs: all that there are, none that are not, and the same in any order; on invented and on labelled text."""

from __future__ import annotations

import importlib
import itertools
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.pairs import DUPLICATE_PAIRS, Limits, near_duplicate_pairs
from pixel_assets.dedup.signatures import signatures
from pixel_assets.dedup.verify import compared_shingles, verify
from pixel_assets.dedup.words import Numbers, Shingles

NOTHING = Boilerplate(np.empty(0, np.uint64), 12)
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


class Reader:
    """Shingles of rows of a table of conversations, and how often each row was asked for."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.asked: list[list[int]] = []

    def __call__(self, rows: Numbers) -> Shingles:
        self.asked.append(rows.tolist())
        return compared_shingles(self.table.take(pa.array(rows)), NOTHING)


def pairs_of(table: pa.Table, scratch: Path, **options: Any) -> pa.Table:
    return near_duplicate_pairs(signatures(table, NOTHING), Reader(table), Limits(), scratch, **options)


def conversations(*said: tuple[str | None, str | None]) -> pa.Table:
    """Rows "000", "001" … of what user and assistant say."""
    turns = [
        [{"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True) if text is not None]
        for texts in said
    ]
    return pa.table({"conversation_id": [f"{i:03d}" for i in range(len(said))], "turns": pa.array(turns, TURNS)})


def words(count: int, seed: int) -> str:
    draw = random.Random(seed)
    return " ".join("".join(draw.choices("abcdefghij", k=5)) for _ in range(count))


def some_with_copies(rows: int, seed: int = 7) -> pa.Table:
    """Of each three rows two are new, and the third an earlier one with some of its words changed."""
    draw = random.Random(seed)
    said: list[tuple[list[str], list[str]]] = []
    for number in range(rows):
        if number % 3 == 2:
            user, assistant = (list(side) for side in draw.choice(said))
            for side in (user, assistant):
                for _ in range(draw.randrange(0, 4)):
                    side[draw.randrange(len(side))] = "changed"
        else:
            user, assistant = words(draw.randrange(15, 40), number).split(), words(draw.randrange(40, 90), -1 - number).split()
        said.append((user, assistant))
    return conversations(*((" ".join(user), " ".join(assistant)) for user, assistant in said))


def by_brute_force(table: pa.Table) -> dict[tuple[str, str], tuple[float, bool]]:
    ids = table["conversation_id"].to_pylist()
    left, right = np.array(list(itertools.combinations(range(len(ids)), 2))).T
    found = verify(compared_shingles(table, NOTHING), left, right)
    duplicate = found.duplicate(0.8, 0.9)
    kept = np.flatnonzero(duplicate | found.related(0.8))
    return {(ids[left[i]], ids[right[i]]): (float(found.jaccard[i]), bool(duplicate[i])) for i in kept}


def test_a_pair_says_how_much_each_side_agrees(tmp_path: Path) -> None:
    question, answer = words(30, 1), words(60, 2)
    found = pairs_of(conversations((question, answer), (words(30, 3), words(60, 4)), (question, f"{answer} changed")), tmp_path)
    assert found.schema == DUPLICATE_PAIRS
    assert found.to_pylist() == [
        {
            "left_id": "000", "right_id": "002", "jaccard": 86 / 87, "user_jaccard": 1.0, "assistant_jaccard": 58 / 59,
            "user_containment": 1.0, "assistant_containment": 1.0, "duplicate": True,
        }
    ]  # fmt: skip


def test_the_same_answer_to_another_question_is_related_and_no_duplicate(tmp_path: Path) -> None:
    answer = words(200, 1)
    found = pairs_of(conversations((words(10, 2), answer), (words(10, 3), answer)), tmp_path).to_pylist()
    assert [(row["user_jaccard"], row["assistant_jaccard"], row["duplicate"]) for row in found] == [(0.0, 1.0, False)]


def test_a_side_that_nobody_has_is_null(tmp_path: Path) -> None:
    text = words(30, 1)
    (row,) = pairs_of(conversations((None, text), (None, text)), tmp_path).to_pylist()
    assert (row["user_jaccard"], row["user_containment"], row["duplicate"]) == (None, None, True)


def test_conversations_without_words_resemble_nothing(tmp_path: Path) -> None:
    assert pairs_of(conversations(("...", "!"), ("...", "!"), ("", "")), tmp_path) == DUPLICATE_PAIRS.empty_table()
    assert pairs_of(conversations(), tmp_path) == DUPLICATE_PAIRS.empty_table()


def test_what_is_found_is_what_brute_force_finds(tmp_path: Path) -> None:
    table = some_with_copies(900)
    expected = by_brute_force(table)
    found = {
        (row["left_id"], row["right_id"]): (row["jaccard"], row["duplicate"]) for row in pairs_of(table, tmp_path).to_pylist()
    }
    assert {pair: expected[pair] for pair in found} == found  # never wrong
    near = [pair for pair, (jaccard, _) in expected.items() if jaccard >= 0.8]
    assert len(near) > 100
    assert sum(pair in found for pair in near) >= 0.99 * len(near)


def test_neither_order_nor_threads_nor_memory_make_a_difference(tmp_path: Path) -> None:
    table = some_with_copies(300)
    shuffled = table.take(pa.array(np.random.default_rng(1).permutation(300)))
    expected = pairs_of(table, tmp_path)
    assert len(expected) > 30
    assert pairs_of(shuffled, tmp_path) == expected
    assert pairs_of(table, tmp_path, threads=1, held=500) == expected
    assert pairs_of(pa.concat_tables([table.slice(0, 70), table.slice(70)]), tmp_path) == expected


def test_only_rows_of_candidates_are_read_each_once_and_few_at_a_time(tmp_path: Path) -> None:
    table = some_with_copies(300)
    reader, said = Reader(table), []
    stored = signatures(table, NOTHING)
    near_duplicate_pairs(stored, reader, Limits(), tmp_path, held=2000, progress=lambda done, of: said.append((done, of)))
    rows = [row for some in reader.asked for row in some]
    sizes = stored["shingles"].to_numpy()
    assert len(reader.asked) > 3
    assert len(rows) == len(set(rows)) < 250
    assert all(sizes[some].sum() <= 2000 for some in reader.asked)
    assert said[-1][0] == said[-1][1]


def test_a_thousand_copies_give_pairs_with_the_best_of_them(tmp_path: Path) -> None:
    text = words(30, 1)
    ranks = np.arange(1000)[::-1].copy()
    found = pairs_of(conversations(*[(text, text)] * 1000), tmp_path, ranks=ranks)
    assert len(found) == 32 * 31 // 2 + 32 * 968
    with_best = {row["left_id"] for row in found.to_pylist() if row["right_id"] == "999"}
    assert len(with_best) == 999


@pytest.fixture(scope="module")
def part() -> Iterator[Callable[[str], ModuleType]]:
    """A module of the benchmark by its name."""
    before = list(sys.path)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield lambda name: importlib.import_module(f"truth.dedup.{name}")
    finally:
        sys.path[:] = before


@pytest.fixture(scope="module")
def sets(part: Callable[[str], ModuleType]) -> ModuleType:
    return part("near_sets")


def test_digests_made_batch_by_batch_are_clustered_as_planted(part: Callable[[str], ModuleType]) -> None:
    found = part("memory").cluster(30_000)
    assert found.planted == 4500
    assert found.owned == pytest.approx(found.planted, abs=3)  # one key in many millions is another's by chance


def found_in(labelled: Any, scratch: Path) -> set[tuple[int, int]]:
    merged = pairs_of(labelled.rows, scratch).filter(pa.compute.field("duplicate"))
    return {(int(row["left_id"]), int(row["right_id"])) for row in merged.to_pylist()}


def test_answers_that_two_exports_share_are_found(sets: ModuleType, shared_data: Path, tmp_path: Path) -> None:
    labelled = sets.counsel_chat(shared_data)
    shared, found = labelled.labelled("shared"), found_in(labelled, tmp_path)
    answers = {right for _, right in shared}
    assert len(answers) > 400
    assert len({right for _, right in shared & found}) >= 0.98 * len(answers)


def test_near_copies_of_an_article_are_found_and_independent_answers_are_not(
    sets: ModuleType, shared_data: Path, tmp_path: Path
) -> None:
    labelled = sets.plagiarism(shared_data)
    found = found_in(labelled, tmp_path)
    assert len(found & labelled.labelled("cut")) == 2
    assert not found & labelled.labelled("non")


@pytest.mark.parametrize(("reader", "negatives"), [("medical_questions", ["other"]), ("sentences", ["NEUTRAL", "CONTRADICTION"])])
def test_texts_that_look_alike_and_mean_something_else_are_not_merged(
    reader: str, negatives: list[str], sets: ModuleType, shared_data: Path, tmp_path: Path
) -> None:
    labelled = getattr(sets, reader)(shared_data)
    found = found_in(labelled, tmp_path)
    assert not [found & labelled.labelled(label) for label in negatives if found & labelled.labelled(label)]
