"""Word pieces are those of the tokenizers library, and take no longer than their text is long."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from pixel_assets.vectors.characters import read_as
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.vectors.wordpiece import WordPiece

SMALL = WordPiece(("play", "##ing", "##s", "un", "##able", "able", "!", "é", "e", "a", "##a", "中"))


def words(vocabulary: WordPiece, *texts: str | None) -> list[list[str]]:
    split = vocabulary.split(pa.array(texts, pa.string()))
    return [
        [vocabulary.vocabulary[piece] for piece in split.pieces[split.starts[i] : split.starts[i + 1]]] for i in range(len(split))
    ]


@pytest.fixture(scope="module")
def packaged() -> WordPiece:
    return StaticVectors.load().wordpiece


@pytest.fixture(scope="module")
def library(packaged: WordPiece) -> Tokenizer:
    numbers = {piece: number for number, piece in enumerate((*packaged.vocabulary, "[UNK]"))}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def test_the_longest_piece_is_taken_from_left_to_right() -> None:
    assert words(SMALL, "Playing plays unable able") == [["play", "##ing", "play", "##s", "un", "##able", "able"]]


def test_a_word_that_cannot_be_spelled_gives_nothing_and_its_neighbours_stay() -> None:
    assert words(SMALL, "play playx able", "x") == [["play", "able"], []]


def test_punctuation_and_ideographs_stand_alone_and_accents_go() -> None:
    assert words(SMALL, "play!able", "a中a", "É") == [["play", "!", "able"], ["a", "中", "a"], ["e"]]


def test_null_and_empty_texts_give_nothing() -> None:
    assert words(SMALL, None, "", " \n") == [[], [], []]


def test_a_word_of_more_than_a_hundred_characters_is_unknown() -> None:
    assert words(SMALL, "a" * 100, "a" * 101, "é" * 101 + " a") == [["a", *["##a"] * 99], [], ["a"]]


def test_a_slice_of_a_column_and_a_column_in_chunks_are_read_as_they_are() -> None:
    column = pa.array(["play", "able", "a"])
    assert SMALL.split(column[1:]).pieces.tolist() == [5, 9]
    assert SMALL.split(pa.chunked_array([column[:1], column[1:]])).pieces.tolist() == [0, 5, 9]


def known_to_both(character: str) -> bool:
    """The library's tables of Unicode are older than Python's, so the two part in marks and signs that came between."""
    normal = normalizers.BertNormalizer().normalize_str(f"a{character}a")
    return [piece for piece, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normal)] == f"a{read_as(character)}a".split()


def test_all_assigned_characters_of_common_scripts_are_read_as_the_library_reads_them() -> None:
    common = [chr(code) for code in (*range(0x0600), *range(0x1E00, 0x2E00), *range(0x3000, 0x3100), *range(0x1F300, 0x1F650))]
    assert [hex(ord(c)) for c in common if unicodedata.category(c) != "Cn" and not known_to_both(c)] == []


LATIN = st.characters(max_codepoint=0x24F)
OTHER_SCRIPTS = st.characters(max_codepoint=0x30FF, categories=["L", "N", "P", "Z", "Mn"])
ODD = st.sampled_from("中文ｆｕｌｌ😀’“”—…ﬁÅ\u0301\u200b\ufeff\t\r\n\x00")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.one_of(LATIN, OTHER_SCRIPTS, ODD)), max_size=8))
def test_pieces_are_those_of_the_tokenizers_library(packaged: WordPiece, library: Tokenizer, texts: list[str]) -> None:
    texts = ["".join(filter(known_to_both, text)) for text in texts]
    unknown = len(packaged.vocabulary)
    expected = [
        [piece for piece in each.ids if piece != unknown] for each in library.encode_batch(texts, add_special_tokens=False)
    ]  # fmt: skip
    split = packaged.split(texts)
    assert [split.pieces[split.starts[i] : split.starts[i + 1]].tolist() for i in range(len(texts))] == expected


def test_bytes_that_are_not_utf8_do_no_harm() -> None:
    broken = pa.array([b"play \xff\xfe able", b"\xf4", b"\xe2\x80"]).cast(pa.binary()).view(pa.string())
    assert words_of(broken) == [["play", "able"], [], []]


def words_of(column: pa.StringArray) -> list[list[str]]:
    split = SMALL.split(column)
    return [[SMALL.vocabulary[p] for p in split.pieces[split.starts[i] : split.starts[i + 1]]] for i in range(len(split))]
