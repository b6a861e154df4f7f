from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.safety.readings import read_signs, readings
from pixel_assets.wording.folding import fold


def read(text: str) -> list[str]:
    rows, read_texts = readings(fold([text]))
    assert set(rows) <= {0}
    return [read_texts.text(row) for row in range(len(rows))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k1ll my5elf", "kill myself"),
        ("su!c1de", "suicide"),
        ("$elf h@rm", "self harm"),
        ("5uicide", "suicide"),
        ("I want to di3", "I want to die"),
        ("ki11 me", "kill me"),
        ("sui*cide", "suicide"),
        ("s u i c i d e", "suicide"),
        ("s u 1 c 1 d e", "suicide"),
        ("k.y.s now", "kys now"),
        ("k-y-s", "kys"),
        ("k i l l  m y s e l f", "kill  myself"),
        ("k.i.l.l m.y.s.e.l.f", "kill myself"),
        ("I want to diiiie", "I want to die"),
        ("killllll me", "kill me"),
        ("I feeeel baaad", "I feel bad"),
        ("кіll mу5еlf", "kill myself"),
    ],
)
def test_words_in_disguise_are_written_out_in_a_reading(text: str, expected: str) -> None:
    assert expected in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30 on 12/03/2024", "the 2nd of May, the 21st", "covid19", "10am or 5pm", "I have $5 and 3 cats!", "e.g. this",
        "555-0100", "+44 20 7946 0000", "1,000.50", "don't - really", "what!", "a b", "self-harm", "I a", "", "死にたい",
        "3 1 2 5", "50%", "mother-in-law", "see (1) and (2)", "**bold** words",
    ],
)  # fmt: skip
def test_ordinary_text_has_no_other_reading(text: str) -> None:
    assert read(text) == []


def test_a_text_has_two_readings_where_a_sign_stands_for_two_letters() -> None:
    assert read("k1ll") == ["kill", "klll"]


def test_rows_say_which_text_a_reading_is_of() -> None:
    rows, texts = readings(fold(["fine", "k1ll", "h@rm"]))
    assert rows.tolist() == [1, 1, 2]
    assert texts.text(2) == "harm"


def test_a_match_in_a_reading_covers_the_original_word() -> None:
    original = "é: s u i\u200b c i d e and suiiiciddddeeee!"
    rows, texts = readings(fold([original]))
    hits = Matcher([Pattern("word", r"\bsuicide\b")]).scan(texts)
    assert {original[start:end] for start, end in zip(hits.start, hits.end, strict=True)} == {
        "s u i\u200b c i d e",
        "suiiiciddddeeee",
    }
    assert set(rows[hits.row]) == {0}


@given(st.lists(st.text("kil1 .!$@3*sue\né", max_size=30), max_size=5))
def test_places_of_readings_are_in_order_and_in_range(texts: list[str]) -> None:
    rows, read_texts = readings(fold(texts))
    assert (np.diff(rows) >= 0).all()
    assert len(rows) == len(read_texts)
    for number, row in enumerate(rows.tolist()):
        origin = read_texts.origin[read_texts.starts[number] : read_texts.starts[number + 1]]
        assert (np.diff(origin) >= 0).all()
        assert origin[-1] == len(texts[row])


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    readings(fold([text]))


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "a1" * 300_000, "a b " * 200_000, "1" * 1_000_000, "a.b." * 200_000, "*a" * 200_000]
)
def test_pathological_text_is_read(text: str) -> None:
    assert len(readings(fold([text]))[0]) <= 2


def test_a_sign_that_stands_for_a_word_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "readings.yaml"
    file.write_text('{stands_for: {first: {"4": "for"}, second: {}}, stay_double: "", dropped: ""}', "utf-8")
    with pytest.raises(SettingsError, match=r"readings\.yaml, line 1: stands_for\.first\.4: String should match pattern"):
        read_signs(file)
