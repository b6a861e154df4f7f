from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.speech.cutting import Passage, Sizes
from pixel_assets.speech.passages import passages

from .voices import SESSION, spoken

SIZES = Sizes(least=6, most=40, pause_words=20)


def cut(*said: tuple[str, str], sizes: Sizes = SIZES) -> list[tuple[str, str, str]]:
    """Each passage as who asked, what is before the cut, and what is after it."""
    found = spoken(*said)
    return [(part.asked, found.text(part.first, part.cut), found.text(part.cut, part.last)) for part in passages(found, sizes)]


def test_a_question_is_answered_by_the_other_speaker() -> None:
    assert cut(("a", "How did you sleep last night?"), ("b", "Not well at all.")) == [
        ("other", "How did you sleep last night?", "Not well at all.")
    ]


def test_what_is_told_before_a_question_belongs_to_it() -> None:
    assert cut(("a", "I lost my job. What shall I do?"), ("b", "Let us look at that.")) == [
        ("other", "I lost my job. What shall I do?", "Let us look at that.")
    ]


def test_an_answer_that_ends_with_a_question_is_cut_before_it() -> None:
    assert cut(("a", "Where were you?"), ("b", "I was at home. And you?"), ("a", "At my mother's, all day long.")) == [
        ("other", "Where were you?", "I was at home."),
        ("other", "And you?", "At my mother's, all day long."),
    ]


def test_a_statement_and_a_reply_that_reflects_it_are_a_passage_of_their_own_kind() -> None:
    found = passages(spoken(("a", "I feel so lost in this town."), ("b", "It sounds lonely.")), SIZES)
    assert found == [Passage(0, 7, 10, "speaker_2", "other", is_statement=True)]


def test_a_reply_that_does_not_reflect_answers_no_statement() -> None:
    assert cut(("a", "The train was late again today."), ("b", "We had soup for dinner tonight.")) == [
        ("nobody", "", "The train was late again today."),
        ("nobody", "", "We had soup for dinner tonight."),
    ]


def test_a_reflection_takes_the_statement_that_answered_a_question() -> None:
    assert cut(*SESSION[:3], sizes=Sizes(6, 80, 40)) == [
        ("nobody", SESSION[0][1], ""),
        ("other", SESSION[1][1], SESSION[2][1]),
    ]


def test_a_question_that_is_answered_with_a_question_only_has_no_reply() -> None:
    assert cut(("a", "Shall we go on?"), ("b", "Why do you ask?"), ("a", "Because you look tired.")) == [
        ("nobody", "Shall we go on?", ""),
        ("other", "Why do you ask?", "Because you look tired."),
    ]


def test_a_speaker_answers_a_question_of_their_own() -> None:
    assert cut(("a", "So. What is shame? It is the fear of being seen. We all know it.")) == [
        ("self", "So. What is shame?", "It is the fear of being seen. We all know it.")
    ]


def test_what_is_said_before_a_question_of_ones_own_is_a_passage() -> None:
    assert cut(("a", "I want to talk about shame. What is it, though? It is a fear of being seen.")) == [
        ("nobody", "", "I want to talk about shame."),
        ("self", "What is it, though?", "It is a fear of being seen."),
    ]


def test_a_check_whether_people_follow_is_no_question() -> None:
    assert cut(("a", "Shame hides from others. Does that make sense? It hides from us as well.")) == [
        ("nobody", "", "Shame hides from others. Does that make sense? It hides from us as well.")
    ]


def test_long_talk_is_cut_evenly_at_sentence_ends() -> None:
    sentence = "It went on and on and on and on."  # 9 words
    assert [len(reply.split()) for _, _, reply in cut(("a", " ".join([sentence] * 7)))] == [36, 27]


def test_a_long_pause_ends_a_passage_that_is_long_enough() -> None:
    sentence = "It went on and on and on and on and on and on."  # 13 words
    assert [len(reply.split()) for _, _, reply in cut(("a", sentence), ("a", sentence), ("a", sentence))] == [26, 13]


def test_a_short_rest_joins_what_is_before_it() -> None:
    assert len(cut(("a", "It went on and on and on and on and on and on and on and on and on and on."), ("a", "So."))) == 1


def test_a_long_statement_leaves_room_for_its_reflection() -> None:
    told = " ".join(["I was there all day long."] * 8)  # 48 words
    found = cut(("a", told), ("b", "It sounds tiring. You were there so long."))
    assert [(asked, len(before.split()), len(after.split())) for asked, before, after in found] == [
        ("nobody", 0, 30),
        ("other", 18, 8),
    ]


def test_a_sentence_is_never_cut() -> None:
    assert [part.words for part in passages(spoken(("a", "on " * 60), ("a", "and it ended there. " * 2)), SIZES)] == [60, 8]


texts = st.lists(
    st.sampled_from(
        [
            "yes",
            "no.",
            "why?",
            "is that so?",
            "it sounds hard.",
            "and then we went home",
            "I felt lost.",
            "Dr. Who,",
            "what is it?",
        ]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)
dialogues = st.lists(st.tuples(st.sampled_from("ab"), texts), min_size=1, max_size=10)
sizes = st.builds(Sizes, least=st.integers(1, 15), most=st.integers(15, 60), pause_words=st.integers(5, 60))


@given(dialogues, sizes)
def test_every_word_is_in_one_passage_and_in_order(said: list[tuple[str, str]], limits: Sizes) -> None:
    transcript = spoken(*said)
    found = passages(transcript, limits)
    assert (found[0].first, found[-1].last) == (0, len(transcript.texts))
    assert all(one.last == other.first for one, other in pairwise(found))
    assert all(part.first <= part.cut <= part.last and part.first < part.last for part in found)
    assert all((part.asked == "nobody") == (part.cut in (part.first, part.last)) for part in found)


@given(dialogues, sizes)
def test_a_reply_is_of_one_speaker(said: list[tuple[str, str]], limits: Sizes) -> None:
    transcript = spoken(*said)
    speaker = [stretch.speaker for stretch in transcript.stretches for _ in range(stretch.first, stretch.last)]
    for part in passages(transcript, limits):
        assert set(speaker[part.cut : part.last]) <= {part.speaker}
        asking = set(speaker[part.first : part.cut])
        assert len(asking) <= 1
        assert (part.speaker in asking) == (part.asked == "self" or part.cut == part.last)
