"""What a conversation is, on invented ones in ordinary words."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS, conversation_id
from pixel_assets.quality.traits import TRAITS, traits

Said = list[tuple[str, str]]


def _read(*conversations: Said) -> list[dict[str, Any]]:
    turns = [[{"role": role, "content": text} for role, text in said] for said in conversations]
    ids = [conversation_id(said) for said in turns]
    rows: list[dict[str, Any]] = traits(pa.table({"conversation_id": ids, "turns": pa.array(turns, TURNS)})).to_pylist()
    return rows


def _asked(text: str) -> dict[str, Any]:
    return _read([("user", text)])[0]


def _answered(text: str) -> dict[str, Any]:
    return _read([("user", "It has been a long week."), ("assistant", text)])[0]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("I can't get out of bed and nothing makes me happy.", "depression"),
        ("My heart races and I get a panic attack in shops.", "anxiety"),
        ("My dad died in March and I can't stop crying.", "grief"),
        ("My boss keeps giving me more shifts and I might lose my job.", "work"),
        ("I failed my exams and my grades are bad.", "study"),
        ("We can't pay the rent this month, we are in debt.", "money"),
        ("I lie awake and can't fall asleep until four.", "sleep"),
        ("He broke up with me and I want him back. How do I get over my ex?", "breakup"),
        ("I've been drinking too much since the summer.", "substance_use"),
        ("My daughter has a tantrum every evening, how do I discipline her?", "parenting"),
        ("Kids at school make fun of me, I get bullied.", "bullying"),
        ("Should I come out to my parents? I'm gay.", "gender_orientation"),
        ("The train to the coast leaves at noon.", "none"),
    ],
)
def test_the_topic_is_found_in_ordinary_words(text: str, topic: str) -> None:
    row = _asked(text)
    assert row["topic"] == topic
    assert (topic in row["topics"]) == (topic != "none")
    assert 0 < row["topic_strength"] <= 1


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("I feel so alone, nobody calls.", "loneliness"),
        ("I'm really scared of tomorrow.", "anxiety"),
        ("I am so angry at him, it is so unfair.", "anger"),
        ("It is all my fault, I am ashamed.", "shame"),
        ("I'm so happy, it was the best day of my life!", "joy"),
        ("I'm not sad.", "none"),
        ("The shop opens at nine.", "none"),
    ],
)
def test_the_emotion_is_what_the_user_feels(text: str, emotion: str) -> None:
    assert _asked(text)["emotion"] == emotion
    assert _answered(text)["emotion"] == "none"  # words of the assistant say nothing of it


@pytest.mark.parametrize(
    ("text", "population"),
    [
        ("I'm 15 and in high school.", "adolescent"),
        ("My teenage son is 15 and won't talk to me.", "parent"),
        ("I'm 72 and retired last year.", "older_adult"),
        ("After my deployment in the army I can't settle.", "veteran"),
        ("I work as a nurse and my patients need me.", "health_worker"),
        ("As a trans woman I was misgendered again.", "lgbtq"),
        ("I'm a university student and my professor is harsh.", "student"),
        ("I am tired.", "unspecified"),
    ],
)
def test_the_population_is_whom_the_user_belongs_to(text: str, population: str) -> None:
    assert _asked(text)["population"] == population


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("What evidence supports that thought? Let's fill in a thought record.", "cbt"),
        ("This skill is called opposite action; wise mind helps with the urge.", "dbt"),
        ("Make room for the feeling and act on your values.", "act"),
        ("On a scale from 0 to 10, how ready are you to change?", "motivational_interviewing"),
        ("Suppose a miracle happened overnight. What would be the first small sign?", "solution_focused"),
        ("Does that remind you of anyone in your childhood? It may be unconscious.", "psychodynamic"),
        ("The shop opens at nine.", "none"),
    ],
)
def test_the_modality_shows_in_what_the_assistant_does(text: str, modality: str) -> None:
    assert _answered(text)["modality"] == modality


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("1. Write it down.\n2. Read it aloud.\n3. Put it away.", "step_by_step"),
        ("It sounds like this week wore you out. I hear how hard that is for you.", "reflective"),
        ("What makes you believe that? How do you know? What would you say to a friend?", "socratic"),
        ("Burnout is a condition. Research shows that it is known as exhaustion, for example from shifts.", "didactic"),
        ("You should rest. I suggest that you call your manager. You need to say no.", "directive"),
        ("Blue.", "none"),
    ],
)
def test_the_style_of_reasoning_is_that_of_the_replies(text: str, style: str) -> None:
    assert _answered(text)["reasoning_style"] == style


@pytest.mark.parametrize(
    ("text", "culture"),
    [
        ("Ramadan is hard for me and the imam knows.", "muslim"),
        ("I prayed with my pastor at church, the Bible helps.", "christian"),
        ("Where I come from people keep quiet; what will people say?", "community"),
        ("We had Thai food.", "none"),
        ("The toxic work culture wears me out.", "none"),
    ],
)
def test_the_culture_is_the_setting_that_is_spoken_of(text: str, culture: str) -> None:
    assert _asked(text)["culture"] == culture


OPENING: Said = [("user", "Hi."), ("assistant", "Hello, welcome. What brings you here today?")]
EXPLORING: Said = [("user", "I feel low."), ("assistant", "It sounds like a heavy time. Can you tell me more about that?")]
WORKING: Said = [("user", "Evenings are worst."), ("assistant", "Let's try a breathing exercise. You could also write it down.")]
CLOSING: Said = [("user", "Thank you so much, bye."), ("assistant", "Take care, see you next week. Goodbye.")]


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        (OPENING, "opening"),
        (OPENING + EXPLORING, "exploration"),
        (OPENING + EXPLORING + WORKING, "intervention"),
        (OPENING + EXPLORING + WORKING + CLOSING, "closing"),
        (CLOSING + EXPLORING, "exploration"),  # taking leave counts at the end alone
        ([("user", "I feel low.")], "unknown"),
    ],
)
def test_the_stage_is_the_furthest_that_is_reached(said: Said, stage: str) -> None:
    assert _read(said)[0]["stage"] == stage


LOW: Said = [("user", "I'm so sad and hopeless, I cry all day."), ("assistant", "That is a lot.")]
BETTER: Said = [("user", "That helps, I feel better. Thank you so much, good idea."), ("assistant", "Good.")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (LOW + BETTER + BETTER, "improved"),
        (BETTER + BETTER + LOW + LOW, "worse"),
        (LOW * 4, "unchanged"),
        (LOW + BETTER, "unknown"),
        ([("user", "The shop opens at nine."), ("assistant", "Good.")] * 4, "unknown"),
    ],
)
def test_the_outcome_is_the_change_of_the_users_words(said: Said, expected: str) -> None:
    assert _read(said)[0]["outcome"] == expected


def test_complexity_and_progression_grow_with_what_comes_together() -> None:
    easy = [("user", "I slept badly."), ("assistant", "How come?")]
    hard = [
        ("user", "My husband hits me, my mother has dementia, and since the trauma I drink too much. I'm scared and ashamed."),
        ("assistant", "You carry a considerable number of extraordinarily difficult circumstances simultaneously."),
    ] * 6
    first, second = _read(easy, hard)
    parts = ("linguistic_complexity", "emotional_complexity", "clinical_complexity", "relational_complexity")
    for name in (*parts, "complexity", "progression"):
        assert 0 <= first[name] < second[name] <= 1
    assert second["complexity"] == pytest.approx(sum(second[part] for part in parts) / 4, abs=1e-4)


def test_keys_of_links_need_enough_words() -> None:
    question = "I can't sleep since my mother moved in with us"
    answer = "That sounds tiring. What happens in the evening, and who is with you at that time?"
    first, second, third = _read(
        [("user", question), ("assistant", answer)],
        [("user", question.upper() + "!!"), ("assistant", "Go on."), ("user", "No."), ("assistant", answer + "\n")],
        [("user", "I can't sleep at all"), ("assistant", "Go on.")],
    )
    assert first["problem_key"] == second["problem_key"] == first["group_key"]
    assert first["answer_key"] == second["answer_key"] is not None
    assert (third["problem_key"], third["answer_key"]) == (None, None)


def test_a_conversation_without_words_is_nothing_and_has_all_traits() -> None:
    (row,) = _read([("system", "Be kind."), ("user", "🙂"), ("assistant", "")])
    kinds = ("topic", "modality", "population", "emotion", "culture", "reasoning_style", "stage", "outcome")
    assert [row[name] for name in kinds] == ["none", "none", "unspecified", "none", "none", "none", "unknown", "unknown"]
    assert all(row[field.name] is not None for field in TRAITS if not field.nullable)
    assert row["complexity"] == 0


_WORDS = st.sampled_from(
    [
        "I feel",
        "sad",
        "alone",
        "not",
        "my mother",
        "died",
        "work",
        "exam",
        "15",
        "thanks",
        ",",
        ".",
        "?",
        "what",
        "you",
        "try",
        "bye",
        "é",
    ]
)
_SAID = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.lists(_WORDS, max_size=12).map(" ".join)), max_size=7)


@settings(max_examples=60, deadline=None)
@given(st.lists(_SAID, min_size=1, max_size=6))
def test_what_a_conversation_is_depends_on_it_alone_and_shares_are_shares(conversations: list[Said]) -> None:
    together = _read(*conversations)
    assert _read(*reversed(conversations)) == together[::-1]
    assert [_read(said)[0] for said in conversations] == together
    for row in together:
        shares = [value for name, value in row.items() if name.endswith(("_strength", "complexity")) or name == "progression"]
        assert all(0 <= share <= 1 for share in shares)
        assert row["tokens"] == row["user_tokens"] + row["assistant_tokens"]
