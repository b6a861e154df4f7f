"""How much of a conversation can be learned from: tokens of what the assistant says, counted or estimated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.errors import SettingsError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENS_PER_WORD: Final = 1.3  # of English prose under byte-pair vocabularies of 30,000 to 130,000 tokens, about
COUNTED: Final = "trainable_tokens"
ESTIMATED: Final = "trainable_tokens_estimated"
Numbers = npt.NDArray[np.int64]


class Counter(Protocol):
    """Counts the tokens of texts; ``column`` is the name under which a row tells its number."""

    column: str

    def count(self, texts: pa.StringArray) -> Numbers:
        """Tokens of each text, (n,)."""


class Estimate:
    """Tokens as words between white space times :data:`TOKENS_PER_WORD`, rounded."""

    column = ESTIMATED

    def count(self, texts: pa.StringArray) -> Numbers:
        """Estimated tokens of each text, (n,); at least one where there is a word."""
        said = pc.utf8_trim_whitespace(texts)
        words = pc.list_value_length(pc.utf8_split_whitespace(said))  # three times as fast as a regular expression
        counts = pc.if_else(pc.equal(said, ""), 0, words)
        return np.rint(np.asarray(counts) * TOKENS_PER_WORD).astype(np.int64)


class Tokens:
    """Tokens under a ``tokenizer.json``, without special ones. Raises :class:`SettingsError` where the file cannot be read."""

    column = COUNTED

    def __init__(self, file: Path) -> None:
        self.tokenizer = read_tokenizer(file)

    def count(self, texts: pa.StringArray) -> Numbers:
        """Tokens of each text, (n,)."""
        found = self.tokenizer.encode_batch_fast(texts.to_pylist(), add_special_tokens=False)
        return np.fromiter(map(len, found), np.int64, len(found))


def read_tokenizer(file: Path) -> Tokenizer:
    """A tokenizer that neither cuts nor pads. Raises :class:`SettingsError` where the file is none."""
    from tokenizers import Tokenizer  # only where a file is asked for

    try:
        found = Tokenizer.from_file(str(file))
    except Exception as failure:  # the library raises nothing more exact
        raise SettingsError(
            "the tokenizer cannot be read", where=str(file), expected="a tokenizer.json of Hugging Face's tokenizers"
        ) from failure
    found.no_truncation()
    found.no_padding()
    return found


def trainable(tokens: Numbers, replies: npt.NDArray[np.bool_], lengths: Numbers, max_tokens: int | None) -> Numbers:
    """Tokens of replies among the first ``max_tokens`` of each conversation, (rows,).

    ``tokens`` and ``replies`` have one entry a turn, (turns,), and ``lengths`` says how many turns each conversation
    has, (rows,). What a chat template puts between the turns is not counted.
    """
    kept = tokens
    if max_tokens is not None:
        ends = np.cumsum(tokens)
        first = np.cumsum(lengths) - lengths
        before = np.concatenate([np.zeros(1, np.int64), ends])[first]  # tokens of all conversations before this one
        starts = ends - tokens - np.repeat(before, lengths)
        kept = np.clip(max_tokens - starts, 0, tokens)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    weights = np.where(replies, kept, 0)
    return np.rint(np.bincount(owner, weights=weights, minlength=len(lengths))).astype(np.int64)


def mask(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> npt.NDArray[np.int8]:
    """1 for each token that stands in a span of the assistant, if only in part, else 0, (tokens,); places are in characters."""
    places: npt.NDArray[Any] = np.array(offsets, np.int64).reshape(-1, 2)
    found = np.zeros(len(places), np.int8)
    for start, end in spans:
        found[(places[:, 0] < end) & (places[:, 1] > start)] = 1
    return found
