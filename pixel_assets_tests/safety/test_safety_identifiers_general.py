"""What is no name although it has a capital, where the thorough pass looks, and what is only found when all is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.safety.identifiers.checks import is_wallet
from pixel_assets.safety.identifiers.doubts import Doubts
from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.identifiers.gathering import Policy
from pixel_assets.safety.identifiers.identify import identify
from pixel_assets.safety.identifiers.metadata import is_label
from pixel_assets.safety.identifiers.redact import redact
from pixel_assets.safety.identifiers.thorough import Found, Remembering
from pixel_assets.safety.identifiers.windows import REACH, windows
from pixel_assets.safety.turns import Turns


def turns(*texts: str) -> Turns:
    return Turns.of([[{"role": "user", "content": text}] for text in texts])


@pytest.mark.parametrize(
    "text",
    [
        "Faith matters in our house.", "I'll have my Thursdays back.", "Sundays belong to the family.",
        "A bottle of red, please.",
        "He said: Caution, the stairs are wet.", "Quoted: nobody asked.", "Hypothesis B: it passes.", "The PHQ-9 would fit.",
        "Somatisation seems possible.", "Ich arbeite als Pflegerin und weine auf dem Heimweg, weil ich nicht mehr kann.",
        "11179c1fd3fbabb29b6658af3183b351", "I work with LGBTQ people.",
        "Awww, that is sad.", "Ughhh, not again.", "The field UnitPrice is empty.", "I hope he gets the jon.", "#BeachDay",
        "No me gusta el problema.", "The SHRM met.", "IT WAS AS IF IT WERE SOMEONE ELSE'S VOICE.",
    ],
)  # fmt: skip
def test_words_in_general_are_no_identifiers(text: str) -> None:
    assert find_fast(turns(text)) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [("Mark said no and left.", "Mark"), ("My sister Faith is here.", "Faith"), ("Dr. Young called.", "Young")],
)  # fmt: skip
def test_the_same_words_are_names_where_something_says_so(text: str, name: str) -> None:
    assert name in [text[span.start : span.end] for span in find_fast(turns(text))]


@pytest.mark.parametrize(("last", "valid"), [("a", True), ("b", False), ("0", False)])
def test_a_wallet_has_its_checksum(last: str, valid: bool) -> None:
    assert is_wallet("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN" + last, "") is valid


@pytest.mark.parametrize("text", ["major_depression", "11179c1fd3fbabb29b6658af3183b351", "open", "12.5", "a" * 95])
def test_labels_are_told_by_their_shape(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize("text", ["Sarah", "pim@example.org", "202-555-0143", "two words", "a" * 95 + "!", "a_" * 5000])
def test_other_values_are_texts(text: str) -> None:
    assert not is_label(text)


def test_a_label_is_still_replaced_where_the_conversation_gives_the_name() -> None:
    conversation = pa.array(
        [[{"role": "user", "content": "My name is Sarah."}]],
        pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
    )
    done = redact(pa.array(["a"]), conversation, None, pa.array(['{"client":"sarah","topic":"work"}']), Policy(style="typed"))
    assert done.metadata is not None
    assert done.metadata.to_pylist() == ['{"client":"[name]","topic":"work"}']


def test_a_window_is_the_sentence_in_doubt() -> None:
    text = "It rained. My friend Mo may know. It rained again."
    found = windows(turns(text), Doubts(np.array([0], np.int32), np.array([21], np.int32), np.array([23], np.int32)))
    assert [text[each.start : each.end].strip() for each in found] == ["My friend Mo may know."]


def test_a_window_stays_short_in_text_without_sentences() -> None:
    text = "word " * 2000
    found = windows(turns(text), Doubts(np.array([0], np.int32), np.array([5000], np.int32), np.array([5004], np.int32)))
    assert all(each.end - each.start <= 2 * REACH + 4 for each in found)


class Counting:
    """A recogniser that finds nothing and keeps what it was asked."""

    version = "0"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        self.asked += texts
        return [[] for _ in texts]


def test_no_text_is_read_twice() -> None:
    inner = Counting()
    remembering = Remembering(inner)
    assert remembering.find(["a", "b", "a"]) == [[], [], []]
    assert remembering.find(["b"]) == [[]]
    assert inner.asked == ["a", "b"]


def test_everything_is_found_only_when_it_is_asked_for() -> None:
    text = "Mr. Hale, aged 45, a Danish cook, paid $20 at 3 PM on Monday."
    plain = {span.type for span in identify(turns(text))}
    every = {span.type for span in identify(turns(text), every=True)}
    assert not plain & {"title", "nationality", "amount", "age"}
    assert every >= {"title", "nationality", "amount", "age", "date", "name"}


def test_a_long_run_without_blanks_hides_no_address_at_its_edge() -> None:
    text = "write to pim@example.org data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUg" * 6000 + " or pam@example.org"
    assert [text[span.start : span.end] for span in find_fast(turns(text)) if span.type == "email"] == [
        "pim@example.org",
        "pam@example.org",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("She went to Texas last year.", "location"),
        ("He flew to Africa.", "location"),
        ("I am a nurse at Rosedale Clinic.", "employer"),
    ],
)
def test_regions_are_places_and_only_who_employs_somebody_is_an_employer(text: str, kind: str) -> None:
    assert {span.type for span in find_fast(turns(text))} <= {kind}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("I live at 22 acacia avenue", "22 acacia avenue"),
        ("his address: 049 Korsvang-Centret 83", "049 Korsvang-Centret 83"),
        ("Let's meet at 11 AM at the gate. We took 12 lanes.", None),
    ],
)
def test_an_address_in_small_letters_or_without_a_word_for_a_street_needs_its_announcement(
    text: str, address: str | None
) -> None:
    found = [text[span.start : span.end] for span in find_fast(turns(text)) if span.type == "address"]
    assert found == ([address] if address else [])
