"""Contamination: what is found of references, by words and by vectors, and what is not, boilerplate above all."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup.contamination import CONTAMINATION, MOST, Contamination, Limits, Vectors, contamination
from pixel_assets.dedup.paraphrases import function_words
from pixel_assets.dedup.words import words_of_texts
from pixel_assets.quality.text import normalise

TURN = pa.struct([("role", pa.string()), ("content", pa.string())])
SCHEMA = pa.schema([("conversation_id", pa.string()), ("source", pa.string()), ("turns", pa.list_(TURN))])
LIMITS = Limits(at_least=3)
ROLES = ("user", "assistant")
HEADER = "welcome to this questionnaire please read each statement and say how often it was true of you over the last two weeks"

Row = dict[str, Any]


def words(seed: str, count: int) -> list[str]:
    """Words that no other seed has."""
    return [f"{seed}{number}" for number in range(count)]


def said(seed: str, count: int) -> str:
    return " ".join(words(seed, count))


def row(name: str, *turns: str, system: str = "", source: str = "eval") -> Row:
    spoken = [{"role": ROLES[place % 2], "content": text} for place, text in enumerate(turns)]
    return {"conversation_id": name, "source": source, "turns": [{"role": "system", "content": system}] * bool(system) + spoken}


def table(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist(list(rows), SCHEMA)


def look(references: list[Row], training: list[Row], limits: Limits = LIMITS, batch: int = 100) -> Contamination:
    rows = table(*training)
    return contamination(table(*references), rows.to_batches(batch), rows.num_rows, limits)


def found(references: list[Row], training: list[Row], limits: Limits = LIMITS) -> list[tuple[Any, ...]]:
    """Conversation, reference, overlap, longest run, whether contaminated, how."""
    rows = look(references, training, limits).table.to_pylist()
    shown = ("conversation_id", "reference", "overlap", "longest_run", "contaminated", "how")
    return [tuple(each[name] for name in shown) for each in rows]


def test_a_prompt_is_found_whatever_is_answered() -> None:
    references = [row("r", said("q", 30), said("a", 40))]
    assert found(references, [row("t", said("q", 30), said("other", 40)), row("u", said("z", 30))]) == [
        ("t", "r", 1.0, 30, True, "13-gram")
    ]


def test_case_punctuation_and_width_make_no_difference() -> None:
    prompt = said("q", 20).upper().replace(" ", ", ")
    assert found([row("r", said("q", 20))], [row("t", f"«{prompt}!»".replace("Q1,", "Ｑ1,"))]) == [
        ("t", "r", 1.0, 20, True, "13-gram")
    ]


def test_a_reference_is_found_within_a_longer_conversation_and_across_its_turns() -> None:
    references = [row("r", said("q", 10), said("a", 5), said("p", 12))]
    training = [
        row("t", said("before", 9), said("z", 9), said("q", 10), said("y", 9), said("p", 12), said("x", 5), said("end", 4))
    ]
    assert found(references, training) == [("t", "r", 1.0, 22, True, "13-gram")]


def test_a_part_is_told_with_how_much_it_is_and_contaminates_from_the_bound_on() -> None:
    references = [row("r", said("q", 32))]  # twenty runs of 13 words
    some = [row(f"t{count:02}", " ".join(words("q", count))) for count in (13, 21, 22)]
    assert found(references, some, replace(LIMITS, at_least=9)) == [
        ("t13", "r", 1 / 20, 13, False, "13-gram"),
        ("t21", "r", 9 / 20, 21, False, "13-gram"),
        ("t22", "r", 10 / 20, 22, True, "13-gram"),
    ]


def test_a_long_run_contaminates_however_small_a_part_it_is() -> None:
    references = [row("r", said("q", 1000))]
    training = [row("t", " ".join(words("q", 49))), row("u", " ".join(words("q", 50)))]
    assert [each[3:5] for each in found(references, training)] == [(49, False), (50, True)]


def test_words_that_are_put_in_between_end_a_run() -> None:
    broken = " ".join([*words("q", 20), "well", *words("q", 40)[20:]])
    assert found([row("r", said("q", 40))], [row("t", broken)]) == [("t", "r", 16 / 28, 20, True, "13-gram")]


def test_what_many_conversations_have_is_boilerplate_and_contaminates_none() -> None:
    references = [row("r", f"{HEADER} {said('q', 30)}", said("a", 5))]
    training = [row(f"t{number}", f"{HEADER} {said(f'z{number}x', 30)}") for number in range(4)]
    assert found(references, training) == []
    assert [each[1] for each in found(references, training[:3])] == ["r"] * 3  # that few may have it


def test_boilerplate_does_not_hide_what_stands_beside_it() -> None:
    references = [row("r", f"{HEADER} {said('q', 30)}")]
    training = [row(f"t{number}", f"{HEADER} {said(f'z{number}x', 30)}") for number in range(4)]
    assert found(references, [*training, row("copy", f"{HEADER} {said('q', 30)}")]) == [("copy", "r", 1.0, 42, True, "13-gram")]


def test_a_template_of_the_references_is_not_looked_for() -> None:
    references = [row(f"r{number}", f"{HEADER} {said(f'q{number}x', 20)}") for number in range(4)]
    training = [row("t", f"{HEADER} {said('z', 30)}")]
    assert found(references, training, replace(LIMITS, templates=3)) == []
    assert len(found(references, training, replace(LIMITS, templates=4))) == 4


def test_references_with_equal_prompts_count_as_one_text_and_are_all_told() -> None:
    references = [row(f"r{number}", said("q", 30), said(f"a{number}x", 30)) for number in range(4)]
    assert [each[1] for each in found(references, [row("t", said("q", 30))], replace(LIMITS, templates=1))] == [
        "r0",
        "r1",
        "r2",
        "r3",
    ]


def test_of_one_conversation_the_worst_references_are_told() -> None:
    references = [row(f"r{number}", " ".join(words("q", 20 + 5 * number))) for number in range(MOST + 2)]
    told = found(references, [row("t", " ".join(words("q", 50)))])
    assert [each[1] for each in told] == ["r6", "r5", "r4", "r3", "r2"]


@pytest.mark.parametrize(
    ("said_by_user", "is_found"),
    [
        ("my own little question stands here", True),
        ("Hello! My own, little question stands here. Thanks", True),
        ("my own little question stands there", False),
        ("my own little question", False),
        ("something else", False),
    ],
    ids=["alone", "within", "another word", "cut off", "another text"],
)
def test_a_short_prompt_is_found_only_as_a_whole(said_by_user: str, is_found: bool) -> None:
    references = [row("r", "My own little question stands here?", "yes")]
    told = [("t", "r", 1.0, 6, True, "whole")] if is_found else []
    assert found(references, [row("t", said_by_user, "no")]) == told


def test_a_short_prompt_that_the_assistant_says_or_that_many_say_is_none() -> None:
    references = [row("r", "my own little question stands here")]
    assert found(references, [row("t", "hello", "my own little question stands here")]) == []
    assert found(references, [row(f"t{number}", "my own little question stands here") for number in range(4)]) == []


def test_system_turns_are_left_out_on_both_sides() -> None:
    references = [row("r", said("q", 30), system=HEADER)]
    assert found(references, [row("t", said("z", 30), system=HEADER), row("u", HEADER)]) == []


def test_a_reply_that_anybody_could_give_is_no_evidence() -> None:
    assert found([row("r", "hello", said("a", 24))], [row("t", "hi", said("a", 24))]) == []
    assert len(found([row("r", "hello", said("a", 25))], [row("t", "hi", said("a", 25))])) == 1


def test_references_without_words_of_their_own_are_counted() -> None:
    references = [row("few", "only four words here"), row("none", ""), row("own", said("q", 30)), row("shared", HEADER)]
    training = [row(f"t{number}", HEADER) for number in range(4)]
    told = look(references, training)
    assert (told.searched, told.not_searched) == (1, 3)


def test_nothing_to_look_for_or_to_look_through() -> None:
    assert look([], [row("t", said("q", 30))]).table.equals(CONTAMINATION.empty_table())
    empty = contamination(table(row("r", said("q", 30))), [], 0, LIMITS)
    assert (empty.table.num_rows, empty.searched) == (0, 1)


def test_two_references_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        look([row("r", "a"), row("r", "b")], [])


def by_hand(references: list[Row], training: list[Row], limits: Limits) -> dict[tuple[str, str], tuple[float, int]]:
    """Overlap and longest run of users' sides by the definition, on sets of tuples."""

    def runs(each: Row) -> list[tuple[str, ...]]:
        texts = [turn["content"] for turn in each["turns"] if turn["role"] == "user"]
        spoken = normalise(" ".join(texts)).form.split()
        return [tuple(spoken[place : place + 13]) for place in range(len(spoken) - 12)]

    texts = {each["conversation_id"]: runs(each) for each in references}
    distinct = {tuple(each) for each in texts.values()}
    rows = {each["conversation_id"]: runs(each) for each in training}
    result = {}
    for name, known in texts.items():
        own = {
            run
            for run in known
            if sum(run in each for each in distinct) <= limits.templates
            and sum(run in each for each in rows.values()) <= limits.most(len(rows))
        }
        for other, each in rows.items():
            longest = current = 0
            for run in each:
                current = current + 1 if run in own else 0
                longest = max(longest, current)
            if longest:
                result[other, name] = (len(own & set(each)) / len(own), longest + 12)
    return result


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Few phrases, so that texts share many."""
    phrases = [said(letter, 8) for letter in "abcde"]
    text = st.lists(st.sampled_from(phrases), min_size=2, max_size=6).map(" ".join)
    references = draw(st.lists(text, min_size=1, max_size=4))
    training = draw(st.lists(text, min_size=1, max_size=6))
    return (
        [row(f"r{place}", each) for place, each in enumerate(references)],
        [row(f"t{place}", each) for place, each in enumerate(training)],
    )


@given(corpora(), st.integers(1, 3), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_overlap_and_longest_run_are_what_the_definition_says(
    drawn: tuple[list[Row], list[Row]], templates: int, most: int
) -> None:
    references, training = drawn
    limits = Limits(templates=templates, at_least=most)
    told = {(each[0], each[1]): each[2:4] for each in found(references, training, limits)}
    expected = by_hand(references, training, limits)
    assert told.keys() == expected.keys()
    for pair, (overlap, longest) in expected.items():
        assert math.isclose(told[pair][0], overlap)
        assert told[pair][1] == longest


@given(corpora(), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_neither_the_order_of_rows_nor_their_batches_matter(
    drawn: tuple[list[Row], list[Row]], order: random.Random, batch: int
) -> None:
    references, training = drawn
    limits = Limits(templates=2, at_least=2)
    before = look(references, training, limits)
    mixed = look(order.sample(references, len(references)), order.sample(training, len(training)), limits, batch)
    assert mixed.table.equals(before.table)
    assert (mixed.searched, mixed.not_searched) == (before.searched, before.not_searched)


# By vectors. The vectors here are given, as those of a model would be; words must confirm them.

FEARS = "since the autumn lectures my heart races whenever the professor asks questions and afterwards shame follows me home"
FEARS_TOLD_ANEW = (
    "my heart has raced at every lecture since autumn: a professor who asks questions, then the shame on my way home"
)
OTHER_FEARS = "exams make me tremble, my stomach hurts at night and the alarm clock on weekday mornings is the worst of all"


def near(cosine: float) -> list[float]:
    """A vector of length 1 with this scalar product with ``[1, 0, 0, 0]``."""
    return [cosine, math.sqrt(1 - cosine**2), 0.0, 0.0]


def vectors(**values: list[float] | None) -> pa.Table:
    kind = pa.list_(pa.float16(), 4)
    stored = [None if value is None else np.array(value, np.float16) for value in values.values()]
    return pa.table({"conversation_id": list(values), "user": pa.array(stored, kind)})


def look_by_vectors(references: list[Row], training: list[Row], known: pa.Table, others: pa.Table) -> list[tuple[Any, ...]]:
    rows = table(*training)

    def fetch(ids: pa.Array) -> pa.Table:
        return rows.filter(pc.is_in(rows["conversation_id"], ids)).sort_by([("conversation_id", "descending")])

    compared = Vectors(known, others.to_batches(2), fetch)
    told = contamination(table(*references), rows.to_batches(2), rows.num_rows, LIMITS, compared)
    return [
        (each["conversation_id"], each["reference"], each["cosine"], each["contaminated"], each["how"])
        for each in told.table.to_pylist()
    ]


def test_a_paraphrase_is_found_by_its_vector_if_words_confirm_it() -> None:
    training = [row("same", FEARS_TOLD_ANEW), row("topic", OTHER_FEARS), row("far", FEARS_TOLD_ANEW), row("silent", "")]
    known = vectors(r=near(1.0))
    others = vectors(same=near(0.9375), topic=near(0.9375), far=near(0.75), silent=None)
    assert look_by_vectors([row("r", FEARS)], training, known, others) == [("same", "r", 0.9375, True, "vectors")]


def test_of_what_words_and_vectors_find_the_words_are_told_with_the_cosine() -> None:
    references, training = [row("r", FEARS)], [row("t", FEARS)]
    told = look_by_vectors(references, training, vectors(r=near(1.0)), vectors(t=near(1.0)))
    assert told == [("t", "r", 1.0, True, "13-gram")]


def test_references_without_a_vector_and_few_words_are_not_compared() -> None:
    references, training = [row("r", FEARS), row("s", "hello there")], [row("t", FEARS_TOLD_ANEW), row("u", "hello there")]
    told = look_by_vectors(references, training, vectors(s=near(1.0), r=None), vectors(t=near(1.0), u=near(1.0)))
    assert told == []


def test_a_conversation_that_has_a_vector_and_no_words_is_an_error() -> None:
    known, rows = vectors(r=near(1.0)), table(row("t", FEARS))
    found = Vectors(known, vectors(t=near(1.0)).to_batches(), lambda ids: rows.slice(0, 0))
    with pytest.raises(ValueError, match="no words of 1 conversation"):
        contamination(table(row("r", FEARS)), rows.to_batches(), 1, LIMITS, found)


@pytest.mark.parametrize("wrapping", [HEADER, "please judge whether the following writer is worried"], ids=["long", "short"])
def test_words_of_a_template_confirm_no_vector(wrapping: str) -> None:
    references = [row(f"r{number:02}", f"{wrapping} {said(f'q{number}x', 6)}") for number in range(LIMITS.templates + 1)]
    training = [row("t", f"{wrapping} {said('z', 6)}"), row("copy", f"{wrapping} {' '.join(words('q7x', 6)[::-1])}")]
    known = vectors(**{each["conversation_id"]: near(1.0) for each in references})
    told = look_by_vectors(references, training, known, vectors(t=near(0.9375), copy=near(0.9375)))
    assert told == [("copy", "r07", 0.9375, True, "vectors")]


def test_one_prompt_with_many_answers_is_no_template() -> None:
    references = [row(f"r{number:02}", FEARS, said(f"a{number}x", 30)) for number in range(LIMITS.templates + 1)]
    known = vectors(**{each["conversation_id"]: near(1.0) for each in references})
    told = look_by_vectors(references, [row("t", FEARS_TOLD_ANEW)], known, vectors(t=near(0.9375)))
    assert [each[1] for each in told] == [f"r{number:02}" for number in range(MOST)]


def test_function_words_are_in_the_normal_form_and_leave_names_of_feelings() -> None:
    known = set(function_words().tolist())
    (i_am,) = words_of_texts(pa.array(["I'm"])).hashes.tolist()
    assert i_am in known
    assert not known & set(words_of_texts(pa.array(["anxious sad lonely angry ashamed ill"])).hashes.tolist())
