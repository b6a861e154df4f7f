"""Strategies by category: what each takes out of the words, and that it takes nothing else."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.formats.base import Draft, Turn
from pixel_assets.conversation.strategies import STAGE_DIRECTION, STRATEGIES
from pixel_assets.settings import CATEGORIES
from pixel_assets.sources.readers import read_file

S, U, A = "system", "user", "assistant"


def applied(category: str, *turns: Turn) -> Draft:
    return STRATEGIES[category](Draft(turns, {}))


def changed(category: str, words: str, role: str = U) -> tuple[str, tuple[str, ...]]:
    """What becomes of the words of one turn, and the flags."""
    other = A if role == U else U
    result = applied(category, (role, words), (other, "So it is."))
    assert result.turns[1] == (other, "So it is.")
    return result.turns[0][1], result.flags


def test_every_category_has_its_strategy() -> None:
    assert set(STRATEGIES) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("I (laughs) know [crosstalk] it.", "I know it."),
        ("[inaudible 00:12:03] the house", " the house"),
        ("well [long pause] yes (sighing)", "well yes"),
    ],
)
def test_stage_directions_are_not_speech(words: str, left: str) -> None:
    assert changed("psychology", words) == (left, ("stage_directions_removed",))


@pytest.mark.parametrize("words", ["I said (I think) no", "[1] a note", "f(x) = laughs", "she laughs", "*laughs*"])
def test_other_brackets_are_speech(words: str) -> None:
    assert changed("psychology", words) == (words, ())


def test_a_turn_of_directions_alone_goes_unless_its_speaker_would() -> None:
    turns = ((U, "Hi."), (A, "(pause)"), (U, "[sighs]"), (A, "Yes?"))
    assert applied("psychology", *turns).turns == [(U, "Hi."), (A, "Yes?")]
    assert applied("psychology", (U, "Hi."), (A, "(nods)")).turns == ((U, "Hi."), (A, "(nods)"))


def test_a_post_comes_out_of_its_frame_with_its_question() -> None:
    framed = 'Consider this post: "I said "no" again." Question: Does the poster suffer from stress?'
    assert changed("mental_health", framed) == (
        'I said "no" again.\n\nDoes the poster suffer from stress?',
        ("prompt_unwrapped",),
    )


@pytest.mark.parametrize("words", ['Consider this post: "x"', "Consider this post: x Question: y?", 'Post: "x" Question: y?'])
def test_half_a_frame_stays(words: str) -> None:
    assert changed("mental_health", words) == (words, ())


def test_a_title_that_the_post_begins_with_is_said_once() -> None:
    post = "I cannot sleep\n\nI cannot sleep since May."
    assert changed("mental_health", post) == ("I cannot sleep since May.", ("title_repetition_removed",))
    assert changed("mental_health", "Hi there\n\nHi there, all.") == ("Hi there\n\nHi there, all.", ())
    assert changed("mental_health", post, A) == (post, ())


@pytest.mark.parametrize(
    ("reply", "thought", "said"),
    [
        ("<think>so\nso</think>\n\nYes.", "so\nso", "Yes."),
        ("<thinking>a</thinking><think>b</think><answer>Yes.</answer>", "a\nb", "Yes."),
        ("<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>Yes.<|end_of_solution|>", "a", "Yes."),
        ("<think></think>Yes.", None, "Yes."),
    ],
)
@pytest.mark.parametrize("category", CATEGORIES)
def test_thoughts_in_tags_go_beside_the_reply_in_every_category(
    category: str, reply: str, thought: str | None, said: str
) -> None:
    result = applied(category, (U, "q"), (A, reply))
    assert (result.reasoning, list(result.turns)) == (thought, [(U, "q"), (A, said)])
    assert result.flags == ("reasoning_separated",)


@pytest.mark.parametrize(
    "reply",
    [
        "Reasoning: a, so b.\nFinal answer: Yes.",
        "**Reasoning:** a, so b.\n\n**Answer:** Yes.",
        "### Thought\na, so b.\n\n### Response\nYes.",
        "Yes. Reasoning: a, so b.",
        "Yes.\nReasoning: a, so b.",
    ],
)
def test_thoughts_under_a_label_go_beside_the_reply_of_reasoning_data(reply: str) -> None:
    result = applied("reasoning", (U, "q"), (A, reply))
    assert (result.reasoning, result.turns[-1]) == ("a, so b.", (A, "Yes."))
    assert applied("mental_health", (U, "q"), (A, reply)).turns == ((U, "q"), (A, reply))


@pytest.mark.parametrize(
    "reply", ["Reasoning: a, so b.", "<think>so", "My reasoning: a. Final answer: b", "Yes <think>a</think>"]
)
def test_a_reply_without_both_parts_stays_whole(reply: str) -> None:
    result = applied("reasoning", (U, "q"), (A, reply))
    assert (result.reasoning, result.turns, result.flags) == (None, ((U, "q"), (A, reply)), ())


def test_thoughts_that_came_beside_the_reply_stay() -> None:
    draft = Draft(((U, "q"), (A, "<think>b</think>Yes.")), {}, reasoning="a")
    assert STRATEGIES["reasoning"](draft) is draft


def test_the_reply_that_was_not_preferred_is_changed_in_the_same_way() -> None:
    draft = Draft(((U, "q [laughs]"), (A, "<think>a</think>Yes.")), {}, rejected=((U, "q [laughs]"), (A, "<think>b</think>No.")))
    result = STRATEGIES["psychology"](draft)
    assert (result.turns, result.rejected) == ([(U, "q"), (A, "Yes.")], [(U, "q"), (A, "No.")])
    assert result.flags == ("reasoning_separated", "rejected_reasoning_removed", "stage_directions_removed")


@pytest.mark.parametrize(
    ("words", "card", "left"),
    [
        ("[Character: Mara; calm]\n*waves* Hello", "[Character: Mara; calm]", "*waves* Hello"),
        ("System: You are Mara.\n\nHello", "You are Mara.", "Hello"),
        ("### System:\nYou are Mara.\n\nHello", "\nYou are Mara.", "Hello"),
    ],
)
def test_a_marked_card_is_a_system_turn(words: str, card: str, left: str) -> None:
    result = applied("personality", (U, words), (A, "Hi."))
    assert result.turns == [(S, card), (U, left), (A, "Hi.")]
    assert result.flags == ("character_card_separated",)


@pytest.mark.parametrize("words", ["You are Mara. Hello", "[Character: Mara]", "System: alone", "*waves* [smiles] Hello"])
def test_a_card_without_a_mark_or_without_speech_stays(words: str) -> None:
    assert changed("personality", words) == (words, ())


@pytest.mark.parametrize(
    ("words", "left", "flags"),
    [
        ("[00:12] So it was.", " So it was.", ("timestamps_removed",)),
        ("SPEAKER_00: So it was.", "So it was.", ("speaker_codes_removed",)),
        (">> So [Music] it was.", "So it was.", ("speaker_codes_removed", "sounds_removed")),
        ("at 10:30 (maybe)", "at 10:30 (maybe)", ()),
        ("um, I know", "um, I know", ()),
    ],
)
def test_what_is_not_speech_goes_from_what_was_heard(words: str, left: str, flags: tuple[str, ...]) -> None:
    assert changed("voice", words) == (left, flags)


def test_turns_of_mere_fillers_go() -> None:
    result = applied("voice", (U, "I left."), (A, "Mm-hmm."), (U, "[00:20] uh, um"), (A, "Why?"))
    assert result.turns == [(U, "I left."), (A, "Why?")]
    assert result.flags == ("timestamps_removed", "filler_turns_removed")


def column(file: Path, key: str) -> list[str]:
    return [orjson.loads(record)[key] for batch in read_file(file, file.name, "shared") for record in batch["record"].to_pylist()]


@pytest.mark.parametrize(("name", "posts"), [("dreaddit", 208), ("SAD", 342)])
def test_every_shared_post_comes_out_of_its_frame(shared_data: Path, name: str, posts: int) -> None:
    results = [changed("mental_health", words) for words in column(shared_data / f"imhi/{name}.csv", "query")]
    assert sum("prompt_unwrapped" in flags for _, flags in results) == posts == len(results)
    assert not any("Consider this post" in words or "Question:" in words for words, _ in results)


def test_no_stage_direction_is_left_in_the_shared_sessions(shared_data: Path) -> None:
    said = column(shared_data / "annomi/AnnoMI-simple.csv", "utterance_text")
    turns: list[Turn] = [(U if number % 2 else A, words) for number, words in enumerate(said)]
    assert sum(STAGE_DIRECTION.search(words) is not None for _, words in turns) == 137
    assert not any(STAGE_DIRECTION.search(words) for _, words in applied("psychology", *turns).turns)


PIECES = [
    "[laughs]", "(pause)", "[00:12]", ">> ", "S1: ", "um", "<think>", "</think>", "Reasoning: ", "Answer: ", "\n",
    "\n\n", ". ", "Consider this post: \"", "\" Question: ", "[Character: x]", "System: ", "I cannot sleep", "(",
    ")", " ", "word",
]  # fmt: skip
WORDS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=8).map("".join)
TURNS = st.lists(st.tuples(st.sampled_from([S, U, A]), WORDS), max_size=5)


@pytest.mark.parametrize("category", CATEGORIES)
@given(turns=TURNS, rejected=TURNS)
def test_a_strategy_may_be_applied_twice_and_says_what_it_changed(category: str, turns: list[Turn], rejected: list[Turn]) -> None:
    draft = Draft(turns, {"a": 1}, rejected=rejected)
    once = STRATEGIES[category](draft)
    again = STRATEGIES[category](once)
    assert (list(again.turns), list(again.rejected), again.reasoning) == (list(once.turns), list(once.rejected), once.reasoning)
    assert once.metadata == draft.metadata
    unchanged = list(once.turns) == turns and list(once.rejected) == rejected
    assert unchanged or once.flags


@pytest.mark.parametrize("category", CATEGORIES)
@given(turns=TURNS)
def test_no_role_is_lost_and_no_word_is_invented(category: str, turns: list[Turn]) -> None:
    once = STRATEGIES[category](Draft(turns, {}))
    assert {role for role, _ in once.turns} - {S} == {role for role, _ in turns} - {S}
    said = "".join(words for _, words in turns)
    assert all(character in said or character == "\n" for _, words in once.turns for character in words)


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize(
    "piece", ["(laughs", "[", "<think>", ">> ", "S1:", " ", "\n", "I cannot sleep\n\n", "Reasoning: ", "# Answer ", "um ", "0:12"]
)
def test_long_runs_come_to_an_end(category: str, piece: str) -> None:
    words = piece * (200_000 // len(piece))
    assert applied(category, (U, words), (A, words)).turns
