"""What is read of the language of replies, what clean and spoilt replies score, and that a row's score is its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import PixelError
from pixel_assets.labelled.rows import half
from pixel_assets.quality.features.words import _buffers
from pixel_assets.quality.fluency import fit, pairs
from pixel_assets.quality.fluency import form as k
from pixel_assets.quality.fluency import model as models
from pixel_assets.quality.fluency.model import Language
from pixel_assets.quality.fluency.pairs import WordPairs
from pixel_assets.quality.fluency.score import MOVED, language_scores, strongest
from pixel_assets.quality.fluency.sign_kernels import read_noise
from pixel_assets.quality.fluency.spoil import KINDS, Exchange, spoilt
from pixel_assets.quality.labelled.dialogues import read_dialogues

from .made_up_sets import write_sets

Said = Sequence[tuple[str, str]]

PROMPT = "I had a row with my sister and now she won't answer my messages."
CLEAN = (
    "Being left without an answer hurts. What would you like her to know, if she were to read one message from you today?",
    "That sounds lonely, and it makes sense that you keep going back over what was said. How long has it been like this?",
    "So on one side you miss her, and on the other you are still angry. Both can be true. What was the row about?",
)
SPOKEN = (
    "Mm-hmm.",
    "Oh no, that sounds awful!",
    "Yeah, I get that. And how's it been since then?",
    "Okay. So it's, it's mostly in the evenings, then.",
    "I'm so sorry! What happened?",
)
BAD = {
    "keywords": "sister sad anxious lonely feel support cope listen hope heal trust calm safe care love",
    "boilerplate": (
        "As an AI language model, I do not have personal experiences. Please consult a qualified mental health professional. "
        "I hope this helps! Let me know if you have any further questions."
    ),
    "markup": "<p>Being left without an answer hurts.</p><br>&nbsp;<div>What would you like her to know?</div>",
    "mojibake": "I donâ€™t know what she thinks, but it isnâ€™t your fault that she doesnâ€™t answer, Ã©ven now.",
    "capitals": "BEING LEFT WITHOUT AN ANSWER HURTS. WHAT WOULD YOU LIKE HER TO KNOW?",
    "again": "What would you like her to know today? " * 4,
    "disorder": "answer Being an left hurts without. you would What like to her know if read to she were message one?",
    "runs": "Being left hurts!!!!!! soooooo much 😀😀😀😀 what ,,,, would you like her to know??????",
    "slips": "She don't answers and I is sorry for what you has felt, it are an sad thing and they was wrong.",
}


def conversation(*replies: str, prompt: str = PROMPT) -> Said:
    return [turn for reply in replies for turn in (("user", prompt), ("assistant", reply))]


def column(conversations: Sequence[Said]) -> pa.Array:
    return pa.array([[{"role": role, "content": text} for role, text in said] for said in conversations], TURNS)


def score(*replies: str, prompt: str = PROMPT) -> float:
    return float(language_scores(column([conversation(*replies, prompt=prompt)])).score[0])


def log_odds(*replies: str, prompt: str = PROMPT) -> float:
    share = min(max(score(*replies, prompt=prompt), 1e-6), 1 - 1e-6)
    return float(np.log(share / (1 - share)))


def form(text: str, *names: str) -> list[int]:
    """What is counted in one text."""
    found = WordPairs.load().read(pa.array([text]), np.zeros(1, np.int64))[0]
    return [int(found[getattr(k, name)]) for name in names]


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("I can't wait for it.", "WORDS", 5),
        ("It costs 3.5 now. Really? yes", "SENTENCES", 3),
        ("It costs 3.5 now. Really? yes", "SMALL", 1),
        ("It costs 3.5 now. Really? yes", "OPEN", 1),
        ("It is done.", "OPEN", 0),
        ("a little banana", "SYLLABLES", 6),
        ("I sat by the the door.", "DOUBLED", 1),
        ("No, no, not that.", "DOUBLED", 0),
        ("I ate a apple and an pear in an hour.", "ARTICLES", 2),
        ("And i think so.", "SMALL_I", 1),
        ("This is VERY BAD.", "SHOUTED", 1),
        ("See <b>this</b> &amp; https://example.org", "MARKUP", 4),
        ("If 3 < 4 and 5 > 4, fine.", "MARKUP", 0),
        ("a\x07b\u200bc", "CONTROLS", 2),
        ("I donâ€™t know, Ã© and \ufffd", "MOJIBAKE", 3),
        ("Zoë naïve façade “quoted” – fine…", "MOJIBAKE", 0),
        ("so 😀😀😀 then 😀", "EMOJI_RUNS", 1),
        ("what!!!! and ,, no", "SIGN_RUNS", 2),
        ("Really?! Well...", "SIGN_RUNS", 0),
        ("soooo nooooo good", "LETTER_RUNS", 2),
        ("Well , that is it .", "SPACED", 2),
        ('He said "no and (left.', "UNBALANCED", 2),
        ("1) First :) then (this).", "UNBALANCED", 0),
        ("You are not alone. It rains. You are not alone.", "AGAIN", 4),
        ("I see. I see. I see.", "AGAIN", 0),
        ("It ended.Now it begins.", "JOINED", 1),
        ("That makes sense becuase it hapened.", "UNKNOWN", 2),
        ("We talked with Zebulonia about journaling.", "UNKNOWN", 0),
        ("", "WORDS", 0),
    ],
)
def test_the_form_of_a_text_is_counted(text: str, name: str, count: int) -> None:
    assert form(text, name) == [count]


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_any_text_can_be_read_and_texts_do_not_matter_to_each_other(first: str, second: str) -> None:
    pairs, both = WordPairs.load(), pa.array([first, second])
    together = pairs.read(both, np.arange(2))
    assert (together[1] == pairs.read(pa.array([second]), np.arange(1))[0]).all()
    assert (together >= 0)[:, [k.WORDS, k.SENTENCES, k.PAIRS, k.UNKNOWN]].all()


@pytest.mark.parametrize("reply", [*CLEAN, *SPOKEN])
def test_clean_and_spoken_replies_score_high(reply: str) -> None:
    assert score(reply) > 0.9


@pytest.mark.parametrize("kind", BAD)
def test_spoilt_replies_score_clearly_below_clean_ones(kind: str) -> None:
    assert log_odds(BAD[kind]) < min(map(log_odds, CLEAN)) - 1


def test_a_spoilt_copy_scores_below_its_original_in_most_kinds() -> None:
    worse: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for number, reply in enumerate(CLEAN):
        for kind, made in spoilt(Exchange("", PROMPT, reply), str(number)).items():
            before = [("assistant", made.before)] if made.before else []
            turns = [*before, ("user", made.prompt), ("assistant", made.reply)]
            own = language_scores(column([turns])).score[0] * (2 if before else 1) - (score(reply) if before else 0)
            worse[kind].append(bool(own < score(reply)))
    assert {kind for kind, found in worse.items() if 2 * sum(found) < len(found)} <= {"dropped"}


def test_the_same_name_spoils_the_same_way() -> None:
    exchange = Exchange("", PROMPT, CLEAN[0])
    assert spoilt(exchange, "a") == spoilt(exchange, "a") != spoilt(exchange, "b")


def test_what_moved_a_score_is_named_the_strongest_first() -> None:
    moved = language_scores(column([conversation(BAD["markup"])])).moved
    assert moved.type == MOVED
    told = moved[0].as_py()
    assert told[0]["what"] == "markup"
    assert [abs(each["amount"]) for each in told] == sorted((abs(each["amount"]) for each in told), reverse=True)


def test_names_of_small_amounts_are_left_out() -> None:
    found = strongest(("a", "b", "c"), np.array([[0.5, -2.0, 0.01], [0.0, 0.0, 0.0]]))
    assert found.to_pylist() == [[{"what": "b", "amount": -2.0}, {"what": "a", "amount": 0.5}], []]


def test_without_a_reply_there_is_no_score() -> None:
    found = language_scores(column([[("user", PROMPT)], conversation(CLEAN[0]), []]))
    assert np.isnan(found.score).tolist() == [True, False, True]
    assert found.moved.to_pylist()[0] == []


def test_a_reply_without_words_is_no_language() -> None:
    assert score("🙂") < 0.01


def test_one_spoilt_reply_of_two_costs_about_half() -> None:
    assert abs(score(CLEAN[0], BAD["mojibake"]) - (score(CLEAN[0]) + score(BAD["mojibake"])) / 2) < 0.05


def test_how_the_user_writes_does_not_matter_but_broken_text_does() -> None:
    sloppy = "i dunno shes just like THAT u know i hate it soooo much"
    broken = "i donâ€™t know <br> she wonâ€™t answer &nbsp; me"
    assert score(CLEAN[0], prompt=sloppy) == score(CLEAN[0])
    assert score(CLEAN[0]) - 0.3 < score(CLEAN[0], prompt=broken) < score(CLEAN[0])


def test_a_longer_clean_reply_is_not_favoured() -> None:
    assert abs(log_odds(" ".join(CLEAN)) - np.mean([log_odds(reply) for reply in CLEAN])) < 1.5


NOISE = ("<br> &nbsp; <div>", "Ã© â€™ â€œ", "!!!!!! ??????", "😀😀😀😀", "\x07\x08", BAD["boilerplate"], BAD["keywords"])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*CLEAN, *SPOKEN, *BAD.values()]), st.sampled_from(NOISE))
def test_noise_at_the_end_never_raises_the_score_of_a_reply_that_is_clean(reply: str, noise: str) -> None:
    before, after = score(reply), score(f"{reply} {noise}")
    assert after <= max(before, 0.9)
    assert before < 0.9 or after < before


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*CLEAN, *SPOKEN, *BAD.values(), ""]), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_score_is_the_same_alone_among_others_and_in_any_order(replies: list[str], random: object) -> None:
    rows = [conversation(reply, replies[0]) for reply in replies]
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    alone = [language_scores(column([row])) for row in rows]
    together = language_scores(column([rows[place] for place in order]))
    assert together.score.tolist() == [alone[place].score[0] for place in order]
    assert together.moved.to_pylist() == [alone[place].moved[0].as_py() for place in order]


def test_weights_and_pairs_survive_being_written(tmp_path: Path) -> None:
    model, pairs = Language.load(), WordPairs.load()
    model.save(tmp_path / "model.json")
    pairs.save(tmp_path / "pairs.safetensors", {})
    assert (tmp_path / "model.json").read_bytes() == Path(k.__file__).with_name("data").joinpath("model.json").read_bytes()
    assert WordPairs.load(tmp_path / "pairs.safetensors").version == pairs.version


def test_noise_can_only_speak_against_a_reply() -> None:
    from pixel_assets.quality.fluency.measures import NONE_EXPECTED

    assert (Language.load().weights[-len(NONE_EXPECTED) :] <= 0).all()


NOISY: tuple[str, ...] = (
    "<b>",
    "a&amp;b",
    "&",
    "https://x",
    "\\n",
    "\x00",
    "\u200b",
    "\ufeff",
    "â€™",
    "Ã©",
    "\ufffd",
    "word ",
    "don’t ",
    "\xa0",
    "…",
    "é",
    ": ",
    "😀",
)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(NOISY) | st.text(max_size=3), max_size=8).map("".join), max_size=4))
def test_noise_alone_is_read_as_it_is_read_with_all_else(texts: list[str]) -> None:
    column, which = pa.array(texts, pa.large_string()), np.arange(len(texts))[::-1]
    offsets, data = _buffers(column)
    noise = np.zeros(len(texts), np.int64)
    read_noise(data, offsets, which, noise)
    assert noise.tolist() == WordPairs.load().read(column, which)[:, [k.MARKUP, k.CONTROLS, k.MOJIBAKE]].sum(1).tolist()


def test_a_word_is_read_the_same_however_many_were_read_before() -> None:
    few = ["Unhappiness isn't weakness; sooooo what?", "I REALLY can't rememmber 3rd grade, an apple, Rememmber."]
    many = " ".join(f"word{number}x" for number in range(40_000))
    read = WordPairs.load().read
    alone = [read(pa.array([text]), np.zeros(1, np.int64))[0].tolist() for text in few]
    assert read(pa.array([*few, many, *few]), np.arange(5))[[0, 1, 3, 4]].tolist() == [*alone, *alone]


@pytest.mark.parametrize("part", ["fit", "all"])
def test_a_fit_reads_the_half_that_is_named_and_writes_the_same_files_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: Literal["fit", "all"]
) -> None:
    write_sets(tmp_path)
    for out in ("one", "two"):
        monkeypatch.setattr(sys, "argv", ["fit", "--data", str(tmp_path), "--half", part, "--out", str(tmp_path / out)])
        fit.main()
    one, two = (
        [(tmp_path / out / file.name).read_bytes() for file in (models.PACKAGED, pairs.PACKAGED)] for out in ("one", "two")
    )
    assert one == two
    about = Language.load(tmp_path / "one" / models.PACKAGED.name).about
    assert about["command"].endswith(f"--half {part}")
    assert sum(about["replies"].values()) == len(half(read_dialogues(tmp_path), part))
    assert about["pairs"] == WordPairs.load(tmp_path / "one" / pairs.PACKAGED.name).version


def test_the_shipped_weights_belong_to_the_shipped_pairs_of_words() -> None:
    assert Language.load().about["pairs"] == WordPairs.load().version


def test_figures_of_the_held_out_part_are_kept_with_the_weights() -> None:
    held_out = Language.load().about["held_out"]
    assert abs(held_out["spearman_with_length"]["clean"]) <= 0.3
    assert held_out["calibration_error"] <= 0.03
    assert min(held_out["auc"].values()) > 0.7


@pytest.mark.parametrize("content", [b"", b"{}", b'{"weights": {}}'])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken"
    file.write_bytes(content)
    for load in (Language.load, WordPairs.load):
        with pytest.raises(PixelError) as caught:
            load(file)
        assert str(file) in str(caught.value)
