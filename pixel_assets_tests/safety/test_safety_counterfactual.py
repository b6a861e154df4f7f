"""Counterfactual swaps: the grammar in both directions, what stays, and which conversations are left alone."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import UsageError
from pixel_assets.safety.bias.counterfactual import COUNTERFACTUAL_PAIRS, bound_to, counterfactual_pairs, counterfactuals, swap
from pixel_assets.safety.hate.lexicon import slurs

TWINS = [
    ("He forgot his keys.", "She forgot her keys."),
    ("I saw him.", "I saw her."),
    ("I saw him yesterday, and his brother too.", "I saw her yesterday, and her sister too."),
    ("The choice was his.", "The choice was hers."),
    ("a friend of his from work", "a friend of hers from work"),
    ("He hurt himself.", "She hurt herself."),
    ("Let him go.", "Let her go."),
    ("It made him happy.", "It made her happy."),
    ("They gave him money.", "They gave her money."),
    ("Tell him that I called.", "Tell her that I called."),
    ("I called him back.", "I called her back."),
    ("His back hurts.", "Her back hurts."),
    ("He lay on his back.", "She lay on her back."),
    ("I heard him crying.", "I heard her crying."),
    ("We discussed his feelings.", "We discussed her feelings."),
    ("It hurt him badly.", "It hurt her badly."),
    ("He's late; he'll call.", "She's late; she'll call."),
    ("HE said NO.", "SHE said NO."),
    ("Ask his or her doctor.", "Ask her or his doctor."),
    ("if he/she calls", "if she/he calls"),
    ("My husband is a waiter.", "My wife is a waitress."),
    ("Two men and three brothers", "Two women and three sisters"),
    ("Mr. Smith's son-in-law", "Ms. Smith's daughter-in-law"),
    ("My dad's house", "My mom's house"),
    ("my ex-husband and my stepson", "my ex-wife and my stepdaughter"),
    ("My grandpa and what I miss of him", "My grandma and what I miss of her"),
    ("Miss you. What do you miss? I miss his dog.", "Miss you. What do you miss? I miss her dog."),
]


@pytest.mark.parametrize(("male", "female"), TWINS)
def test_a_sentence_becomes_its_twin_in_both_directions(male: str, female: str) -> None:
    assert swap(male, "gender") == female
    assert swap(female, "gender") == male


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("She is here because he was late.", "They are here because they were late."),
        ("He has no time and always works.", "They have no time and always works."),
        ("He never goes out.", "They never go out."),
        ("She tries hard.", "They try hard."),
        ("Is he well?", "Are they well?"),
        ("What does she want?", "What do they want?"),
        ("He's been ill; she's fine.", "They've been ill; they're fine."),
        ("She could not go; he went.", "They could not go; they went."),
        ("It is hers, and he knows himself.", "It is theirs, and they know themselves."),
        ("An actress and her husband", "A performer and their spouse"),
        ("I told him that his sister called.", "I told them that their sibling called."),
    ],
)
def test_neutral_words_take_the_plural_verb(text: str, neutral: str) -> None:
    assert swap(text, "gender", "neutral") == neutral


@pytest.mark.parametrize(
    ("text", "axis", "to", "expected"),
    [
        ("She is a Muslim.", "religion", "jewish", "She is a Jew."),
        ("Her Muslim neighbour", "religion", "jewish", "Her Jewish neighbour"),
        ("They are Muslims, he is a Christian.", "religion", "christian", "They are Christians, he is a Muslim."),
        ("an American and a German", "nationality", "german", "a German and an American"),
        ("a German friend from Germany", "nationality", "italian", "an Italian friend from Italy"),
        ("a Mexican", "nationality", "chinese", "a Chinese person"),
        ("A black man drank black coffee.", "race", "white", "A white man drank black coffee."),
        ("atheists and a mosque", "religion", "christian", "Christians and a mosque"),
        ("a young man", "age", "old", "an old man"),
        ("She is a homeless person.", "class", "rich", "She is a rich person."),
        ("two gay men", "orientation", None, "two straight men"),
    ],
)
def test_other_axes_exchange_two_groups(text: str, axis: str, to: str | None, expected: str) -> None:
    assert swap(text, axis, to) == expected


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("", "gender"),
        ("It rained.", "gender"),
        ("Oh man, you guys!", "gender"),
        ("black coffee", "race"),
        ("They left.", "gender"),
    ],
)
def test_a_text_that_speaks_of_no_group_has_no_twin(text: str, axis: str) -> None:
    assert swap(text, axis) is None


def test_an_unknown_axis_or_group_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(UsageError, match="gender"):
        swap("He left.", "colour")
    with pytest.raises(UsageError, match="neutral"):
        swap("He left.", "gender", "purple")


_WORDS = st.sampled_from(
    [
        "he",
        "she",
        "him.",
        "his dog",
        "her dog",
        "hers.",
        "himself",
        "mother",
        "Father",
        "wives",
        "boys",
        "and",
        "the tree",
        "It rained.",
        "KING",
        "\n",
        "MOTHER",
        "nephew,",
    ]
)


@given(st.lists(_WORDS, max_size=12).map(" ".join))
def test_swapping_twice_gives_the_text_back(text: str) -> None:
    once = swap(text, "gender")
    if once is not None:
        assert swap(once, "gender") == text


@given(st.text(max_size=60))
def test_any_text_can_be_swapped(text: str) -> None:
    for axis in ("gender", "religion", "age"):
        assert swap(text, axis) != ""


def test_hostile_text_is_swapped_in_linear_time() -> None:
    assert swap("a" * 1_000_000, "gender") is None
    assert swap("her " * 50_000, "gender") is not None
    assert swap("[" * 500_000 + "]" * 500_000, "gender") is None


def conversations(*texts: tuple[str, str]) -> pa.Table:
    turns = [[{"role": "user", "content": one}, {"role": "assistant", "content": two}] for one, two in texts]
    ids = [f"c{number}" for number in range(len(texts))]
    return pa.table({"conversation_id": ids, "turns": pa.array(turns, TURNS)})


def test_a_conversation_is_swapped_as_a_whole() -> None:
    pairs = counterfactual_pairs(conversations(("My husband shouts.", "What does he say?")), ["gender", "race"], 1)
    assert pairs.schema == COUNTERFACTUAL_PAIRS
    (row,) = pairs.to_pylist()
    assert [turn["content"] for turn in row["turns"]] == ["My wife shouts.", "What does she say?"]
    assert (row["axis"], row["from_group"], row["to_group"], row["swaps"]) == ("gender", "male", "female", 2)


@pytest.mark.parametrize(
    ("text", "axis", "reason"),
    [
        ("My wife is pregnant.", "gender", "the body"),
        ("In my family the mother rests for forty days.", "gender", "the body"),
        ("I told my sister that I'm expecting.", "gender", "the body"),
        ("As a Muslim I fast in Ramadan.", "religion", "faith is lived"),
        ("My boss discriminated against me for being a woman.", "gender", "discrimination is told"),
        ("I'm gay and my husband left.", "gender", "orientation is told"),
    ],
)
def test_what_rests_on_the_identity_is_left_alone_with_a_reason(text: str, axis: str, reason: str) -> None:
    assert bound_to([text], axis) == reason
    done = counterfactuals(conversations((text, "I hear you.")), [axis], 1)
    assert done.pairs.num_rows == 0
    assert done.not_swapped.to_pylist() == [{"conversation_id": "c0", "axis": axis, "reason": reason}]


def test_a_pair_depends_on_its_conversation_and_the_seed_alone() -> None:
    texts = [(f"My {word} friend came.", "Tell me.") for word in ("Muslim", "Jewish", "Hindu", "Sikh")]
    table = conversations(*texts)
    together = counterfactual_pairs(table, ["religion"], 7)
    alone = pa.concat_tables([counterfactual_pairs(table.slice(n, 1), ["religion"], 7) for n in range(4)])
    assert together.equals(alone)
    assert together.num_rows == 4
    assert not together.equals(counterfactual_pairs(table, ["religion"], 8))


def test_a_conversation_with_a_slur_is_left_alone() -> None:
    word = next(slur for slur in slurs() if not slur.weak).forms[0]
    assert bound_to([f"They called my wife a {word}."], "gender") == "a slur"
    assert bound_to(["They called my wife a hero."], "gender") is None
