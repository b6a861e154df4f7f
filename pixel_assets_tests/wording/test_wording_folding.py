from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError
from pixel_assets.wording.characters import read_lookalikes
from pixel_assets.wording.folding import SEPARATOR, fold, fold_text

FOLDED = {
    "plain ASCII stays": ("It's 10:30 - ok?", "It's 10:30 - ok?"),
    "white space and controls become a blank": ("a\tb\nc\x00d\u00a0e\u2028f", "a b c d e f"),
    "typographic marks become plain ones": ("I’m “fine” — ok… « 2−1 »", 'I\'m "fine" - ok... " 2-1 "'),
    "accents go": ("Łódź Ångström naïve Straße", "Lodz Angstrom naive Strasse"),
    "invisible characters go": ("s\u200bu\u00adi\u202ec\ufe0fi\u2060de", "suicide"),
    "combining marks go": ("k\u0334i\u0338l\u0337l\u0337", "kill"),
    "tags go": ("ok\U000e0061\U000e007f", "ok"),
    "full width": ("ｆｕｌｌ　２", "full 2"),
    "mathematical, circled and squared letters": ("𝓶𝔂 ⓚⓘⓛⓛ 🅺🅼🆂", "my kill KMS"),
    "small capitals": ("ᴋɪʟʟ", "kill"),
    "digits of any script": ("١٢٣ ４२", "123 42"),
    "look-alikes in a word with Latin letters": ("кіll mуѕеlf", "kill myself"),
    "a word of true look-alikes alone": ("ѕех", "sex"),
    "Russian stays, short words as well": ("рост и сор, это он", "рост и сор, это он"),
    "rough look-alikes alone stay": ("моя", "моя"),
    "Greek stays": ("Σκέψη και", "Σκέψη και"),
    "a Russian text with one mixed word": ("он пишет ѕuicide", "он пишет suicide"),
    "Hangul, kana and ideographs stay": ("죽고 싶어 が 死にたい", "죽고 싶어 が 死にたい"),
    "Devanagari keeps its vowels": ("मरना चाहता", "मरना चाहता"),
    "emoji stay": ("fine 🙂", "fine 🙂"),
}


@pytest.mark.parametrize(("text", "expected"), FOLDED.values(), ids=FOLDED)
def test_a_text_is_folded(text: str, expected: str) -> None:
    assert fold_text(text) == expected


def test_a_column_may_be_chunked_sliced_large_or_hold_nulls() -> None:
    texts = ["één", None, "two\n", ""]
    expected = ["een", "", "two ", ""]
    columns = [
        pa.array(texts), pa.array(texts, pa.large_string()), pa.array(["x", *texts]).slice(1),
        pa.chunked_array([texts[:1], texts[1:]]), pa.chunked_array([["x"], texts]).slice(1), texts,
    ]  # fmt: skip
    for column in columns:
        folded = fold(column)
        assert [folded.text(row) for row in range(len(folded))] == expected


def test_no_texts_and_no_chunks_fold_to_nothing() -> None:
    assert len(fold([])) == len(fold(pa.chunked_array([], pa.string()))) == 0


def test_a_place_is_that_of_the_original_character() -> None:
    folded = fold(["ok", "a\u200b…é"])
    assert folded.origin.tolist() == [0, 1, 2, 0, 2, 2, 2, 3, 4]


def test_taken_texts_keep_their_places() -> None:
    folded = fold(["one", "zwö\u200blf", "three"])
    taken = folded.take(np.array([2, 1]))
    assert [taken.text(row) for row in (0, 1)] == ["three", "zwolf"]
    assert taken.characters(taken.starts[:-1] + 3).tolist() == [3, 4]


@given(st.lists(st.text(max_size=40), max_size=6))
def test_places_are_in_order_and_in_range_and_no_text_runs_into_the_next(texts: list[str]) -> None:
    folded = fold(texts)
    assert len(folded) == len(texts)
    assert folded.data.tobytes().count(SEPARATOR) == len(texts)
    for row, text in enumerate(texts):
        origin = folded.origin[folded.starts[row] : folded.starts[row + 1]]
        assert (np.diff(origin) >= 0).all()
        assert origin[-1] == len(text)
        assert (origin[:-1] < max(len(text), 1)).all()
        folded.data[folded.starts[row] : folded.starts[row + 1]].tobytes().decode()  # is whole characters


# Latin alone: how a look-alike of another script reads depends on its word, and the micro sign is one (a Greek mu).
@given(st.text(st.characters(max_codepoint=0x24F, exclude_characters="µ"), max_size=60), st.data())
def test_a_part_of_the_folded_text_is_what_its_original_part_folds_to(text: str, data: st.DataObject) -> None:
    folded = fold([text])
    length = int(folded.starts[1]) - 1
    if not length:
        return
    first = data.draw(st.integers(0, length - 1))
    last = data.draw(st.integers(first, length - 1))
    start, end = folded.origin[first], folded.origin[last] + 1
    part = folded.data[np.flatnonzero((folded.origin[:-1] >= start) & (folded.origin[:-1] < end))].tobytes().decode()
    assert fold_text(text[start:end]) == part


def test_the_micro_sign_reads_as_its_word_does() -> None:
    assert [fold_text(text) for text in ("µ", "5 µg", "μία", "yoµ", "5µ")] == ["μ", "5 ug", "μία", "you", "5u"]


@given(st.text(max_size=60))
def test_no_accent_or_invisible_character_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in fold_text(text)}
    assert not left & {"Cf", "Zl", "Zp"}


def test_a_list_of_look_alikes_with_a_mistake_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lookalikes.yaml"
    file.write_text('"true": {a: "а", o: "а"}', "utf-8")
    with pytest.raises(SettingsError, match=r"lookalikes.yaml, line 1: true\.o: U\+0430 is ASCII or stands twice"):
        read_lookalikes(file)
