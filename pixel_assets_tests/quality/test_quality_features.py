"""What is counted of replies and conversations, and how the words and signs are read that are counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import SettingsError
from pixel_assets.quality.features import kernels
from pixel_assets.quality.features.conversations import conversation_features
from pixel_assets.quality.features.exchanges import NONE, Exchanges
from pixel_assets.quality.features.lexicon import Lexicon, load_lexicon
from pixel_assets.quality.features.replies import GENERAL, count, reply_features
from pixel_assets.quality.features.words import read_words
from pixel_assets.quality.text import normalise

Said = Sequence[tuple[str, str]]


def exchanges(*conversations: Said) -> Exchanges:
    turns = [[{"role": role, "content": content} for role, content in said] for said in conversations]
    return Exchanges.of(pa.array(turns, TURNS))


def features(reply: str, prompt: str = "") -> dict[str, float]:
    found = reply_features(Exchanges.pairs([prompt], [reply]))
    return dict(zip(found.names, found.values[0].tolist(), strict=True))


def signs(text: str) -> dict[str, int]:
    """How many sentences have each sign that is there."""
    lexicon = load_lexicon()
    counts = count(Exchanges.pairs([""], [text]), lexicon).of_texts[1, len(GENERAL) :]
    return {name: int(counts[lexicon.kinds.index(name)]) for name in lexicon.signs if counts[lexicon.kinds.index(name)]}


def general(text: str) -> tuple[int, ...]:
    return tuple(count(Exchanges.pairs([""], [text]), load_lexicon()).of_texts[1, : len(GENERAL)].tolist())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("aZ09 .?!'’…–-,\n\t\xa0", max_size=30), max_size=5))
def test_words_are_those_of_the_traits(texts: list[str]) -> None:
    words = read_words(pa.array(texts, pa.string()))
    for number, text in enumerate(texts):
        # a sign is part of its number there and ends a word here
        plain = "".join(" " if character in "-–" else character for character in text)
        assert words.starts[number + 1] - words.starts[number] == normalise(plain).words


def test_equal_words_have_equal_hashes_whatever_their_case_and_apostrophes() -> None:
    words = read_words(pa.array(["Don’t", "dont", "DON'T", "donut", None, "é", "É 🙂"]))
    assert len(set(words.hashes[:3].tolist())) == 1
    assert words.hashes[3] != words.hashes[0]
    assert np.diff(words.starts).tolist() == [1, 1, 1, 1, 0, 1, 1]


def test_what_stands_behind_a_word_is_the_sign_that_ends_most() -> None:
    words = read_words(pa.array(["one, two... three (four)? five"]))
    assert words.marks.tolist() == [kernels.COMMA, kernels.STOP, kernels.COMMA, kernels.QUESTION, kernels.OPEN]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0, 0, 0, 0, 0)),
        ("?!", (0, 0, 0, 0, 0, 0)),
        ("How are you? I see. Great!", (6, 3, 1, 1, 0, 0)),
        ("so how do you feel about that", (7, 1, 1, 0, 0, 0)),  # no mark, but it begins like a question
        ("I wonder what helps.", (4, 1, 1, 0, 0, 2)),
        ("Your dog barks? It does.", (5, 2, 1, 0, 1, 2)),
        ("I see how you feel", (5, 1, 0, 0, 0, 0)),
    ],
)
def test_words_sentences_questions_and_exclamations_are_counted(text: str, counts: tuple[int, ...]) -> None:
    assert general(text) == counts


@pytest.mark.parametrize(
    ("text", "has", "has_not"),
    [
        ("What brings you here today?", "open_question", "closed_question"),
        ("Tell me more about your week.", "open_question", "directive"),
        ("Do you drink every day?", "closed_question", "open_question"),
        ("It sounds like you’re torn.", "reflection_opening", "advice"),
        ("It sounds really like a lot.", "reflection_opening", "open_question"),
        ("You feel alone with this.", "reflection_feeling", "self_disclosure"),
        ("So you're afraid of losing him.", "reflection_you", "closed_question"),
        ("I'm so sorry to hear this.", "emotional_reaction", "advice"),
        ("That must be really hard.", "hears_difficulty", "minimising"),
        ("I understand how you feel.", "understanding", "judgement"),
        ("It took courage to say that, thank you for sharing it.", "affirmation", "advice"),
        ("Would it be ok if I told you what helps others?", "asks_permission", "advice"),
        ("Have you tried going to bed earlier?", "advice", "judgement"),
        ("Go to the doctor.", "directive", "asks_permission"),
        ("You need to stop drinking.", "judgement", "affirmation"),
        ("Why didn't you call her?", "judgement", "affirmation"),
        ("At least you have a job.", "minimising", "emotional_reaction"),
        ("You clearly have a fear of people.", "premature_interpretation", "open_question"),
        ("When I was your age I felt the same.", "self_disclosure", "advice"),
        ("Studies show that sleep matters.", "information", "advice"),
        ("You can pm me if you want to talk.", "offers_talk", "judgement"),
        ("Please don't give up, you are not a burden.", "encouragement", "judgement"),
        ("On a scale from one to ten, how sure are you?", "scaling", "judgement"),
    ],
)
def test_a_sentence_has_the_sign_of_what_it_does(text: str, has: str, has_not: str) -> None:
    assert has in signs(text)
    assert has_not not in signs(text)


def test_the_last_sentence_is_looked_at_on_its_own() -> None:
    found = features("How are you? I am sorry.")
    assert (found["any:open_question"], found["last:open_question"]) == (1, 0)
    assert (found["any:emotional_reaction"], found["last:emotional_reaction"]) == (1, 1)


def test_a_sign_counts_once_a_sentence_and_never_across_two() -> None:
    assert signs("I'm sorry, so sorry, I am sorry.")["emotional_reaction"] == 1
    assert signs("I'm sorry. I am sorry.")["emotional_reaction"] == 2
    assert "emotional_reaction" not in signs("This is what I am. Sorry words do not matter.")


def test_shares_of_what_was_said_are_by_different_words_of_content() -> None:
    found = features("Your dog barks at night, night after night.", "My dog barks at night and my neighbour complains.")
    assert found["of_prompt"] == 1  # dog, barks, night
    assert found["prompt_taken_up"] == 3 / 5
    assert found["new_words"] == 0
    assert found["copied_from_prompt"] == 2 / 6  # dog barks at, barks at night
    assert found["different_words"] == 6 / 8
    assert features("Something else entirely, and nothing of it.", "My dog barks.")["of_prompt"] == 0


def test_what_is_said_twice_is_repeated() -> None:
    assert features("You are not alone. You are not alone.")["repeated"] == pytest.approx(2 / 6)
    assert features("You are not alone.")["repeated"] == 0


def test_the_end_of_a_reply_is_seen() -> None:
    assert features("Is it?")["ends_in_question"] == 1
    cut = features("You could talk to the")
    assert (cut["ends_open"], cut["ends_in_function_word"], cut["ends_in_question"]) == (1, 1, 0)
    whole = features("You could talk to the (kind) doctor.")
    assert (whole["ends_open"], whole["ends_in_function_word"]) == (0, 0)


def test_advice_is_asked_for_or_not() -> None:
    unasked = features("You could try to walk.", "I feel low.")
    assert unasked["advice_unasked"] > 0 == unasked["advice_asked"]
    for reply, prompt in (
        ("You could try to walk.", "What should I do?"),
        ("Can I suggest something? You could try to walk.", "Low."),
    ):
        asked = features(reply, prompt)
        assert asked["advice_asked"] > 0 == asked["advice_unasked"]


def test_rates_do_not_grow_with_length() -> None:
    once, often = (features("It sounds like you feel sad. What happened? " * times) for times in (2, 20))
    for name, value in once.items():
        if name.startswith(("word:", "sign:")) or name == "questions":
            assert often[name] == pytest.approx(value)
    assert often["length"] > once["length"]


def test_exchanges_know_what_is_answered_and_what_was_replied_before() -> None:
    found = exchanges(
        [("system", "s"), ("assistant", "hello"), ("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")],
        [],
        [("user", "e")],
        [("user", "f"), ("assistant", "g")],
    )
    texts = ["s", "hello", "a", "b", "c", "d", "e", "f", "g"]
    assert [texts[number] for number in found.reply] == ["hello", "b", "d", "g"]
    assert [texts[number] if number != NONE else None for number in found.prompt] == [None, "a", "c", "f"]
    assert [texts[number] if number != NONE else None for number in found.before] == [None, "hello", "b", None]
    assert found.conversation.tolist() == [0, 0, 0, 3]
    assert (len(found), found.conversations) == (4, 4)


def test_nothing_gives_no_rows() -> None:
    assert reply_features(exchanges()).values.shape == (0, len(reply_features(exchanges()).names))
    assert conversation_features(exchanges([], [("user", "hi")])).values.shape[0] == 2
    assert not np.isnan(conversation_features(exchanges([], [("user", "hi")])).values).any()


_TEXT = st.lists(st.sampled_from([*"aou ?.!,'é’🙂\n", "you ", "feel ", "sorry ", "how "]), max_size=20).map("".join)
_TALK = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), _TEXT), max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(_TALK, min_size=1, max_size=4))
def test_no_other_conversation_matters(conversations: list[Said]) -> None:
    together = conversation_features(exchanges(*conversations)).values
    replies = reply_features(exchanges(*conversations)).values
    alone = [exchanges(said) for said in conversations]
    np.testing.assert_array_equal(together, np.vstack([conversation_features(one).values for one in alone]))
    np.testing.assert_array_equal(replies, np.vstack([reply_features(one).values for one in alone]))
    assert np.isfinite(together).all()


def test_a_very_long_reply_is_read_like_any_other() -> None:
    for text in ("a" * 1_000_000, "you really " * 100_000, "(" * 1_000_000):
        assert np.isfinite(reply_features(Exchanges.pairs([text], [text])).values).all()


def test_conversations_are_summed_up_by_who_spoke_and_how_it_changed() -> None:
    well = [
        ("user", "I am sad and scared and it hurts."), ("assistant", "It sounds like you feel alone. How long has it been so?"),
        ("user", "Thank you, I feel better and happy now."), ("assistant", "I'm glad."),
    ]  # fmt: skip
    badly = [
        ("user", "I am happy."), ("assistant", "You should not be. You need to stop it."),
        ("user", "I am sad and it hurts."), ("assistant", "At least it is warm."),
    ]  # fmt: skip
    found = conversation_features(exchanges(well, badly))
    good, bad = ({name: float(value) for name, value in zip(found.names, row, strict=True)} for row in found.values)
    assert good["user_hurts_less"] > 0 > bad["user_hurts_less"]
    assert good["user_joy_grows"] > 0 > bad["user_joy_grows"]
    assert (good["user_thanks_late"], bad["user_thanks_late"]) == (1, 0)
    assert good["adherent_to_not"] > bad["adherent_to_not"]
    assert good["reflections_to_questions"] >= bad["reflections_to_questions"] == 0
    assert good["replies"] == bad["replies"] == np.log1p(2)


WORDS = """
words:
  filler: {says: fillers, words: [so]}
  function: {says: functions, words: [the a]}
"""
SIGNS = """
pieces: {very: really|so|<more>, more: even more}
signs:
  open_question: {says: open, source: own, begins: [how (is|are|)]}
  closed_question: {says: closed, source: own, begins: [is it]}
  asks_advice: {says: asks, source: own, phrases: ["it is (<very>|) cold"]}
"""


def lexicon(folder: Path, words: str = WORDS, signs: str = SIGNS) -> Lexicon:
    files = folder / "words.yaml", folder / "signs.yaml"
    for file, text in zip(files, (words, signs), strict=True):
        file.write_text(text)
    return load_lexicon.__wrapped__(files)


def test_a_line_stands_for_all_its_choices(tmp_path: Path) -> None:
    own = lexicon(tmp_path)
    texts = ["It is cold.", "it is so cold", "It is even more cold!", "It is very cold.", "so how", "I know how are."]
    counts = count(Exchanges.pairs([""] * len(texts), texts), own).of_texts[1::2, len(GENERAL) :]
    assert counts[:, own.kinds.index("asks_advice")].tolist() == [1, 1, 1, 0, 0, 0]
    assert counts[:, own.kinds.index("open_question")].tolist() == [0, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("it is (<very>|) cold", "it is (<very>| cold", r"line 6: signs.asks_advice.phrases.0: a bracket is never closed"),
        ("it is (<very>|) cold", "it is) cold", "a bracket is closed that was never opened"),
        ("it is (<very>|) cold", "(it|)", "the line may stand for no word at all"),
        ("it is (<very>|) cold", "it is <quite> cold", "there is no piece 'quite'"),
        ("it is (<very>|) cold", "it is -3 cold", "'-3' is no word"),
        ("it is (<very>|) cold", "(a|b|c|d|e|f|g|h|i|j)" * 5, "more than 10000 phrases"),
        ("even more", "<very>", "a piece holds itself"),
        ("open_question", "other", "there is no sign 'open_question'"),
    ],
)
def test_a_mistake_in_the_signs_is_named_with_its_place(tmp_path: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        lexicon(tmp_path, signs=SIGNS.replace(before, after))


def test_a_mistake_in_the_words_is_named_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"words\.yaml, line 4: words.function.words.0: 'the-a' is no word"):
        lexicon(tmp_path, WORDS.replace("the a", "the-a"))
    with pytest.raises(SettingsError, match="there is no kind 'filler'"):
        lexicon(tmp_path, WORDS.replace("filler", "other"))


def test_the_version_follows_what_is_counted_and_not_how_it_is_written(tmp_path: Path) -> None:
    first = lexicon(tmp_path).version
    assert lexicon(tmp_path, WORDS + "# a remark\n", SIGNS.replace("says: asks", "says: seeks")).version == first
    assert lexicon(tmp_path, WORDS.replace("the a", "the")).version != first
