"""What the hate screen must flag and what it must leave alone, by kind of use. Slurs come from the data file, by their id."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.safety.findings import Finding
from pixel_assets.safety.hate.detect import detect_hate, hate_scores
from pixel_assets.safety.hate.lexicon import group_terms, slurs
from pixel_assets.safety.turns import Turns

HATEFUL = {
    "feeling": [
        "I hate immigrants.",
        "I can't stand being around old people.",
        "Gay people make me want to throw up.",
        "I have nothing but contempt for disabled people.",
        "I despise all Muslims.",
        "God hates gays.",
    ],
    "quality": [
        "Women are liars.",
        "You Muslims are all terrorists.",
        "The mentally ill are dangerous.",
        "Every single immigrant is a criminal.",
        "Black people are just so stupid.",
        "Most schizophrenics are violent.",
        "He is a filthy immigrant.",
        "Being deaf is disgusting.",
    ],
    "dehumanised": [
        "Refugees are vermin.",
        "Old people are a drain on society.",
        "Trans people are subhuman.",
        "Immigrants, what a bunch of leeches.",
        "Muslims breed like rabbits.",
        "Jews are no better than rats.",
    ],
    "rights": [
        "Disabled people should not be allowed to have children.",
        "Trans people have no right to exist.",
        "Gay people do not belong here.",
        "All immigrants should be deported.",
        "Send the refugees back.",
        "The world would be a nicer place without Jews.",
        "Nobody would care if all the immigrants drowned.",
        "Women aren't even human.",
    ],
    "threat": [
        "Kill all men.",
        "Gays deserve to die.",
        "Someone should hang all these immigrants.",
        "I'm going to hurt a Muslim tomorrow.",
        "I would gladly shoot every last immigrant.",
        "Someone ought to teach those Muslims a lesson.",
    ],
    "spelling": [
        "I h4te immigrants.",
        "I h a t e immigrants.",
        "Ihate immigrants.",
        "I haet immigrants.",
        "Imm1grants are scum.",
        "W o m e n are scum.",
        "Musims are scum.",
        "Gy people are scum.",
    ],
    "next sentence": [
        "That's typical of immigrants. They're absolutely despicable.",
        "Muslims refuse to listen. They should all be killed.",
    ],
}
HARMLESS = {
    "mention": [
        "I live with two gay friends.",
        "There is a Muslim in my class.",
        "Three women were elected today.",
        "I am the only black man at work.",
        "My sister is deaf.",
        "We have a new immigrant neighbour.",
    ],
    "praise": ["I love my gay neighbours.", "Muslims are peaceful and kind.", "Disabled people should all be admired."],
    "negation": [
        "Black people are not inferior to anyone.",
        "I don't hate gay people.",
        "I have nothing against Muslims.",
        "I would never hurt any disabled person.",
        "We must not let immigrants be attacked.",
        "I used to hate Muslims, and I regret it.",
    ],
    "quotation": [
        'How can you say "women are stupid" and not see what is wrong with it?',
        "My husband thinks women are stupid.",
        "My boss said all immigrants should be deported and I felt sick.",
        "It hurts when people say disabled people are useless.",
        "I will never tolerate the murder of gay people.",
        "Writing that immigrants are scum says a lot about you.",
        "Why would you call me a dirty immigrant?",
    ],
    "question": ["Is it true that women are bad drivers?", "Do you think that immigrants are dangerous?"],
    "history and grief": [
        "The Nazis murdered millions of Jews.",
        "I'm sorry for the trans women who were killed.",
        "How were women treated under that regime?",
    ],
    "no group": [
        "I hate waiters.",
        "Lawyers are scum.",
        "These sandwiches disgust me.",
        "I hate you.",
        "I will hurt you.",
        "You make me sick.",
        "House plants are a waste of space.",
        "I hate my old flat.",
    ],
    "what clients say": [
        "I hate myself.",
        "Everyone hates me.",
        "I feel disgusting as a gay man.",
        "I hate being gay.",
        "I'm so sick of being overweight.",
        "I was attacked by a group of white men.",
        "I am scared of men since it happened.",
        "My father called me a stupid girl.",
        "I keep having thoughts that I could hurt someone.",
        "He hates women.",
        "They hurt me because I'm trans.",
        "She told me that disabled people are a burden, and it broke me.",
    ],
    "other meaning": [
        "Black trash bags are dirty.",
        "The blind spot is dangerous.",
        "He cut the fat off the nasty meat.",
        "That is a terrible French film.",
    ],
}
SWAPS = [
    "{} are scum.",
    "I hate {}.",
    "All {} should be deported.",
    "I would never hurt {}.",
    "My boss says {} are liars.",
    "{} deserve to die.",
]


def turns(*texts: str) -> Turns:
    return Turns.of([[{"role": "user", "content": text}] for text in texts])


def level(text: str) -> int:
    return max((finding.level for finding in detect_hate(turns(text))), default=0)


def slur(id: str, form: int = 0) -> str:
    return next(each for each in slurs() if each.id == id).forms[form]


@pytest.mark.parametrize("text", [text for texts in HATEFUL.values() for text in texts])
def test_an_attack_on_a_group_is_likely_hate(text: str) -> None:
    assert level(text) >= 2


@pytest.mark.parametrize("text", [text for texts in HARMLESS.values() for text in texts])
def test_speaking_of_a_group_or_against_others_is_not_hate(text: str) -> None:
    assert level(text) == 0
    assert hate_scores(turns(text))[0] < 0.5


@pytest.mark.parametrize("text", HATEFUL["threat"])
def test_a_threat_is_the_highest_level(text: str) -> None:
    assert level(text) == 3


STRONG = [each.id for each in slurs() if not each.weak]


@pytest.mark.parametrize("id", STRONG)
def test_a_slur_to_the_face_is_likely_hate(id: str) -> None:
    assert level(f"You are just a {slur(id)} to me.") >= 2


@pytest.mark.parametrize("id", STRONG)
def test_a_slur_that_is_spoken_about_is_kept_at_level_0(id: str) -> None:
    assert level(f"Why would you think it's okay to call me a {slur(id)}?") == 0
    assert level(f"They shouted '{slur(id)}' at me, they called me a {slur(id)}.") == 0


@pytest.mark.parametrize("id", ["race_1", "orientation_1"])
def test_a_slur_that_is_reclaimed_counts_for_nothing(id: str) -> None:
    assert level(f"Much love to all my {slur(id, 1)} out there.") == 0


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("orientation_1", "We each ate a {} for dinner."),
        ("gender_1", "You need a good garden {} for that field."),
        ("gender_2", "My friend's {} is a dog."),
    ],
)
def test_a_word_with_another_meaning_counts_for_nothing(id: str, text: str) -> None:
    forms = next(each for each in slurs() if each.id == id).forms
    assert [level(text.format(form)) for form in forms] == [0] * len(forms)


@pytest.mark.parametrize(
    "change", [lambda word: " ".join(word), lambda word: word.replace("e", "3"), lambda word: word[:2] + word[3:]]
)
def test_a_slur_is_found_in_another_spelling(change: object) -> None:
    word = slur("immigration_1")
    assert level(f"You are nothing but a {change(word)}.") >= 2  # type: ignore[operator]


def test_a_finding_points_at_the_name_in_the_original_text() -> None:
    text = "The sign says “immïgrants” — here. I hate immigrants!"
    found = [each for each in detect_hate(turns(text)) if each.level]
    assert [text[each.start : each.end] for each in found] == ["immigrants"]
    assert {(each.area, each.kind, each.rule, each.speaker, each.subject, each.frame) for each in found} == {
        ("hate", "immigration", "hate.aversion", "user", "other", "literal")
    }


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("My husband thinks women are stupid.", "quoted"),
        ("I don't hate gay people.", "negated"),
        ("Is it true that women are stupid?", "asked"),
    ],
)
def test_the_frame_says_why_an_attack_does_not_count(text: str, frame: str) -> None:
    assert [(each.frame, each.level) for each in detect_hate(turns(text))] == [(frame, 0)]


def test_what_is_turned_on_oneself_is_marked_as_such() -> None:
    assert [(each.subject, each.level) for each in detect_hate(turns("I hate being gay."))] == [("self", 0)]


@pytest.mark.parametrize(
    ("text", "levels"), [("You're an idiot.", [1]), ("I keep telling myself you're an idiot.", [0]), ("Are you okay?", [])]
)
def test_an_insult_to_ones_face_is_no_hate_of_a_group(text: str, levels: list[int]) -> None:
    found = detect_hate(turns(text))
    assert [(each.kind, each.level) for each in found] == [("person", level) for level in levels]
    assert hate_scores(turns(text))[0] == 0


@pytest.mark.parametrize("pattern", SWAPS)
@pytest.mark.parametrize("axis", sorted({axis for axis, form in group_terms() if form == "plural"}))
def test_which_group_is_named_does_not_change_the_judgement(axis: str, pattern: str) -> None:
    terms = group_terms()[axis, "plural"]  # type: ignore[index]
    found = detect_hate(turns(*(pattern.format(term) for term in terms)))
    judged = {(each.rule, each.level, each.frame, each.score) for each in found}
    assert len(judged) == 1
    assert {each.conversation for each in found} == set(range(len(terms)))


def test_a_row_depends_on_itself_alone() -> None:
    texts = [text for group in (*HATEFUL.values(), *HARMLESS.values()) for text in group]
    together = hate_scores(turns(*texts))
    assert together.tolist() == [hate_scores(turns(text))[0] for text in texts]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("aIé .\"?'\n…„")) | st.sampled_from(["women", "I hate women. ", "scum", "not ", "“"]),
        max_size=12,
    ).map("".join)
)
def test_any_text_is_read_and_places_lie_inside_it(text: str) -> None:
    found: list[Finding] = detect_hate(turns(text))
    assert all(0 <= each.start < each.end <= len(text) and each.level in (0, 1, 2, 3) for each in found)
    assert np.all((hate_scores(turns(text)) >= 0) & (hate_scores(turns(text)) <= 1))


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "women hate " * 20_000, '"women are scum" ' * 5_000, "(" * 200_000 + "women", ""]
)
def test_long_and_odd_texts_are_read_to_the_end(text: str) -> None:
    assert len(hate_scores(turns(text))) == 1
