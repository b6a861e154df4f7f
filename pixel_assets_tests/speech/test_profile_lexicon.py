from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.speech import lexicon
from pixel_assets.speech.counting import count, together, variety
from pixel_assets.speech.lexicon import DATA, DATA_FILES, Feeling, categories, feelings, form, prompts, trait_cues
from pixel_assets.speech.markers import MARKERS


def hits(text: str) -> dict[str, int]:
    return dict(count([form(word) for word in text.split()]).hits)


def test_a_word_has_its_lists_whatever_its_case_and_punctuation() -> None:
    assert form("“Perhaps,”").categories == form("perhaps").categories == ("hedges", "long_words")
    assert form("Perhaps,").text == "perhaps"


@pytest.mark.parametrize(
    ("word", "ends", "asks"),
    [("done.", True, False), ('so?"', True, True), ("Mr.", False, False), ("8.", False, False), ("1813.", True, False),
     ("I.", True, False), ("J.", False, False), ("well,", False, False), ("wait…", True, False)],
)  # fmt: skip
def test_the_end_of_a_sentence_is_told_from_abbreviations_and_list_numbers(word: str, ends: bool, asks: bool) -> None:
    assert (form(word).ends, form(word).asks) == (ends, asks)


def test_contractions_count_as_their_words() -> None:
    assert {"contractions", "first_singular"} <= set(form("I'm").categories)
    assert {"contractions", "second_person"} <= set(form("you’re").categories)
    assert {"contractions", "negations"} <= set(form("don't").categories)
    assert {"contractions", "negations", "discrepancies"} <= set(form("wouldn't").categories)
    assert "contractions" not in form("teacher's").categories


def test_a_phrase_counts_once_and_the_longest_one_wins() -> None:
    assert hits("it sounds hard")["reflections"] == 1
    assert hits("link in the description")["boilerplate"] == 1
    assert "reflections" not in hits("it sounded hard")


def test_not_happy_is_less_pleasant_than_happy_and_less_bad_than_unhappy() -> None:
    def valence(text: str) -> float:
        return count([form(word) for word in text.split()]).feelings[0].valence

    assert valence("unhappy") < valence("I'm not very happy") < 0 < valence("happy")
    assert valence("No. Happy days.") == valence("happy")


def test_sentences_questions_and_variety_are_counted() -> None:
    counts = count([form(word) for word in ["Is", "it", "late?", "It", "is.", "So", "we", "go"]])
    assert (counts.words, counts.sentences, counts.questions) == (8, (3, 2, 3), 1)
    assert counts.variety == 6 / 8
    assert variety([]) == 0
    assert variety(["so"] * 50 + [str(n) for n in range(50)]) == pytest.approx((1 / 50 + 1) / 2)


def test_counts_add_up() -> None:
    one, other = (count([form(word) for word in text.split()]) for text in ("I feel sad.", "Do you? I am not sure"))
    both = together([one, other])
    assert both.words == 9
    assert both.hits["first_singular"] == 2
    assert both.sentences == (3, 2, 4)
    assert both.feelings == (Feeling(-0.7, 0.3),)
    assert together([]).rate("hedges") == 0


def test_the_lists_are_lower_case_and_each_is_used() -> None:
    for name, items in categories().items():
        assert len(set(items)) == len(items), name
        assert all(item == item.lower() and item == " ".join(item.split()) for item in items), name
    assert set(feelings()).isdisjoint(categories()["function"])
    assert all(
        ("{topic}" in choice) == (not kind.endswith("_without_topic")) for kind, some in prompts().items() for choice in some
    )


def test_every_trait_has_a_marker_and_every_measure_a_list() -> None:
    cues = trait_cues()
    assert set(cues.traits) <= {marker.name for marker in MARKERS}
    assert {measure for weights in cues.traits.values() for measure in weights} == set(cues.measures)
    assert set(cues.measures) <= set(categories()) | {"positive", "negative", "long_words"}


def test_all_data_files_are_named() -> None:
    assert sorted(DATA_FILES) == sorted(file.name for file in DATA.glob("*.yaml"))


@pytest.mark.parametrize(
    ("content", "message"), [("sad: [2, 0]", "sad.0"), ("no: [0, 0]", "valid string"), ("[", "not valid YAML")]
)
def test_a_damaged_list_is_named_with_its_place(
    content: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feelings.yaml").write_text(content)
    monkeypatch.setattr(lexicon, "DATA", tmp_path)
    feelings.cache_clear()
    try:
        with pytest.raises(SettingsError, match=r"feelings\.yaml") as error:
            feelings()
    finally:
        feelings.cache_clear()
    assert message.lower() in str(error.value).lower()
