"""Paraphrasing by rules: what changes, what must not, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError
from pixel_assets.selection.augment.rewriting import FILE, Rewriter


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I do not know, and I am not sure.", "I don't know, and I'm not sure."),
        ("She does not call, and I cannot wait.", "She doesn't call, and I can't wait."),
        ("That is who I am and what I do not say.", "That is who I am and what I don't say."),
        ("Do not go. I do not.", "Do not go. I do not."),
        ("I have been tired. I have two children.", "I've been tired. I have two children."),
        ("I DO NOT KNOW.", "I DO NOT KNOW."),
        ("What should I have tried?", "What should I have tried?"),
    ],
)
def test_short_forms(before: str, after: str) -> None:
    assert Rewriter.load().rewrite(before, "shorten").text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I don’t know, I’m not sure.", "I do not know, I am not sure."),
        ("It wasn't him, it isn't me.", "It was not him, it is not me."),
        ("Don't go, won't you?", "Don't go, won't you?"),
        ("We're fine, and they're not.", "We are fine, and they are not."),
        ("I've a cold, and I've never slept.", "I've a cold, and I have never slept."),
    ],
)
def test_long_forms(before: str, after: str) -> None:
    assert Rewriter.load().rewrite(before, "lengthen").text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Well, it hurts. Honestly, everyone left.", "It hurts. Everybody left."),
        ("It is, um, quiet. It's, um, it's late.", "It is quiet. It's, it's late."),
        ("Somebody's here, maybe at the moment.", "Someone's here, perhaps right now."),
        ("I talk to nobody, and it is really hard.", "I speak to nobody, and it is very hard."),
        ("a bit tired, a bit of rain", "a little tired, a bit of rain"),
        ("almost done, not almost done, almost nothing", "nearly done, not almost done, almost nothing"),
        ("I almost want to. It almost feels like a lie.", "I almost want to. It almost feels like a lie."),
        ("They do the voice, you know, how ARE you.", "They do the voice, you know, how ARE you."),
        ("I have talked to her, and spoke to him.", "I have talked to her, and talked to him."),
        ("I had started to run. She began to run.", "I had started to run. She started to run."),
        ("One of these days. Nowadays I do.", "One of these days. These days I do."),
        ("At the moment he left, come right now.", "At the moment he left, come right now."),
        ("I sit at the till till late.", "I sit at the till until late."),
        ("quite a lot of it, a lot of rain", "quite a lot of it, lots of rain"),
        ("not really hard", "not really hard"),
    ],
)
def test_fillers_wordings_and_exchanges(before: str, after: str) -> None:
    assert Rewriter.load().rewrite(before, "lengthen").text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("When I wake early, I lie in bed. It hurts.", "I lie in bed when I wake early. It hurts."),
        ("Yes. If people stare, my hands shake!", "Yes. My hands shake if people stare!"),
        ("When my son shouts, I look at him.", "When my son shouts, I look at him."),
        ("Since school, I think.", "Since school, I think."),
        ("When I wake, I cry, and then I get up.", "When I wake, I cry, and then I get up."),
        ("Because he left, I do not hate him.", "Because he left, I do not hate him."),
        ("While I love her, I hate the noise.", "While I love her, I hate the noise."),
        ("When I drink, I think I am stupid.", "When I drink, I think I am stupid."),
        ("If I'm honest, I hate my job.", "If I am honest, I hate my job."),
        ("If somebody calls I've got about, I've got three jokes.", "If someone calls I have got about, I have got three jokes."),
        ("If somebody calls I've got, um, I've got three jokes.", "If someone calls I have got I have got three jokes."),
    ],
)
def test_a_clause_moves_unless_the_main_one_points_back(before: str, after: str) -> None:
    assert Rewriter.load().rewrite(before, "lengthen").text == after


def test_words_that_a_reply_takes_up_stay() -> None:
    rewriter = Rewriter.load()
    assert rewriter.rewrite("Maybe everyone left.", "shorten", "You said maybe. Who is it?").text == "Maybe everybody left."


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("I do not sleep", "I don't sleep", True),
        ("I cannot sleep", "I can't sleep", True),
        ("I never sleep", "I sleep", False),
        ("two nights of 3", "two nights of 3", True),
        ("two nights", "three nights", False),
        ("at 3.30", "at 4.30", False),
    ],
)
def test_numbers_and_negations_are_counted(before: str, after: str, same: bool) -> None:
    assert Rewriter.load().keeps_facts(before, after) is same


_SENTENCES = st.lists(
    st.sampled_from(
        ["I do not know two of them.", "When I wake, I am not rested.", "Well, nobody came, um, at 3.", "I'm fine!", "Maybe not?",
         "\n- Because I can't stop, I never eat.", "Everyone’s gone; I won’t.", "..."]
    ),
    max_size=6,
)  # fmt: skip


@given(_SENTENCES, st.sampled_from(["shorten", "lengthen"]))
def test_no_number_and_no_negation_is_lost_and_the_same_text_gives_the_same_again(sentences: list[str], direction: str) -> None:
    rewriter, text = Rewriter.load(), " ".join(sentences)
    done = rewriter.rewrite(text, direction)  # type: ignore[arg-type]
    assert rewriter.keeps_facts(text, done.text)
    assert done == rewriter.rewrite(text, direction)  # type: ignore[arg-type]
    assert (done.text == text) or done.rules


@given(st.text("abcI'., \n?!", max_size=40))
def test_a_text_that_no_rule_fits_is_left_as_it_is(text: str) -> None:
    done = Rewriter.load().rewrite(text, "shorten")
    assert done.text == text or done.rules


def test_a_wrong_pattern_is_named_with_file_and_line(tmp_path: Path) -> None:
    broken = tmp_path / "paraphrases.yaml"
    broken.write_text(FILE.read_text(encoding="utf-8").replace("\\\\bwhilst\\\\b", "(whilst"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"paraphrases.yaml, line \d+: wordings.\d+.find: no regular expression"):
        Rewriter.load(broken)
