"""The words behind the hate screen: good and bad ones, misspelt ones, written sentences and what the cross-validation hides."""

from __future__ import annotations

import numpy as np
import pytest

from pixel_assets.safety.hate.detect import detect_hate, group_mentions, hate_scores
from pixel_assets.safety.hate.examples import Examples, written
from pixel_assets.safety.hate.fit import own_words
from pixel_assets.safety.hate.lexicon import lexicon
from pixel_assets.safety.hate.mention import FEATURES
from pixel_assets.safety.hate.misspelt import misspelt
from pixel_assets.safety.hate.spelling import disguised, typos
from pixel_assets.safety.hate.valence import valued
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import fold


def scores(*texts: str) -> list[float]:
    found: list[float] = hate_scores(Turns.of([[{"role": "user", "content": text}] for text in texts])).tolist()
    return found


def test_good_and_bad_words_count_on_their_side_of_a_name() -> None:
    assert valued("horrible ", " are wonderful") == {"ill_before", "well_after"}
    assert valued("", "") == set()
    assert valued("horrible " + "so " * 12, "") == set()


@pytest.mark.parametrize("word", ["slimy", "repellent"])
def test_digits_for_letters_are_read(word: str) -> None:
    assert disguised(word) == "\\b" + {"slimy": "[s5$]l[i1!]my", "repellent": "r[e3]p[e3]ll[e3]n[t7]"}[word] + "\\b"


def test_a_lost_or_swapped_letter_makes_a_variant() -> None:
    assert typos("abcde") == ["acde", "abde", "abce", "acbde", "abdce", "abced"]
    assert typos("abcd") == []


def test_a_misspelt_word_has_the_class_of_the_right_one() -> None:
    assert [(cue.start, cue.end, cue.part) for cue in misspelt("they are pathogns")] == [(9, 17, "dehumanising")]
    assert list(misspelt("they are kind and came by train")) == []


@pytest.mark.parametrize("text", ["Muslims live here.", "A gay person lives here.", "There are immigrants on our street."])
def test_a_name_alone_is_no_finding(text: str) -> None:
    assert detect_hate(Turns.of([[{"role": "user", "content": text}]])) == []


def test_the_score_does_not_depend_on_the_group() -> None:
    groups = ["women", "gay people", "Muslims", "immigrants", "disabled people"]
    for sentence in ("{} are putrid.", "Nobody should say that {} are putrid.", "I wish {} were gone for good."):
        assert len(set(scores(*(sentence.format(group.capitalize()) for group in groups)))) == 1


def test_every_written_sentence_is_filled_with_several_groups() -> None:
    found = list(written())
    assert found == list(written())
    assert not [text for text, _, _ in found if "{" in text]
    by_label = [hateful for _, hateful, _ in found]
    assert min(by_label.count(True), by_label.count(False)) > 400


def test_a_cue_of_one_group_only_is_switched_off_in_it() -> None:
    texts = ("Women are putrid.", "Women are rancid and vile.", "Immigrants are vile.")
    given = Examples(texts, np.array([True, True, True]), ("a 1", "a 2", "a 3"))
    off = own_words(given.groups, fold(texts))
    names = [sorted(lexicon().cues.patterns[number].id for number in each) for each in off]
    assert names == [["derogation.putrid"], ["derogation.rancid"], []]
    assert [row for row, mention in group_mentions(fold(texts), off) if mention.attack] == [1, 2]


def test_features_are_named_once() -> None:
    assert len(set(FEATURES)) == len(FEATURES)
