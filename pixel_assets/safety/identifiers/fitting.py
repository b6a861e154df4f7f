"""Fitting the coefficients of :mod:`names`: ``python -m pixel_assets.safety.identifiers.fitting --data DIR``.

In: the fit half of the labelled sets in ``DIR`` and sentences made of ``data/templates.yaml`` with words of the gazetteers.
Out: ``data/names.csv``. Softmax regression with a quadratic penalty, by accelerated gradient descent (Nesterov 1983) from
zero: convex, and the same on every run up to rounding, which is cut off.
"""

from __future__ import annotations

import argparse
import itertools
import re
import string
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import yaml

from pixel_assets.labelled.rows import half
from pixel_assets.safety.identifiers.gazetteers import BIT, DATA, LISTS, read, table
from pixel_assets.safety.identifiers.kernels import features as known
from pixel_assets.safety.identifiers.names import KINDS, find_runs, write_model
from pixel_assets.safety.identifiers.tokens import Tokens, line_breaks, tokenise
from pixel_assets.safety.labelled.identifiers import (
    read_contextual_anonymizer,
    read_generated_small,
    read_pii_benchmark,
    read_presidio_research,
)
from pixel_assets.wording.folding import FoldedTexts, fold

ROUNDS: Final = 1000
PENALTY: Final = 2e-4
EACH_TEMPLATE: Final = 60
COMPOSED_WEIGHT: Final = 0.1  # of one sentence beside one labelled text
LABELLED_WEIGHT: Final = 1.0
UNLISTED_WEIGHT: Final = 0.3
SLIP_WEIGHT: Final = 0.06  # of one sentence with a word in a slot that is no name
FIXED_WEIGHT: Final = 3.0  # of a sentence without a slot, which is there once
LEAST_OVERLAP: Final = 0.5
_KIND_OF: Final = {"name": 1, "location": 2, "employer": 3, "school": 3}
UNLISTED_EVERY: Final = 5  # of the sentences from one template, every so many have names that no list knows
Case = Literal["as written", "small", "capitals"]
_CASES: Final[tuple[Case, ...]] = (
    "as written",
    "as written",
    "as written",
    "small",
    "as written",
    "as written",
    "small",
    "capitals",
)
_SLOT: Final = re.compile(r"\{(\w+)\}")
_IGNORED: Final = -1
_LISTS: Final = np.uint32(sum(BIT[name] for name in LISTS))


@dataclass(frozen=True)
class Example:
    """A text, and where names stand in it: start, end and number of the kind, or -1 for what is not to be learnt from."""

    text: str
    names: tuple[tuple[int, int, int], ...]
    weight: float
    listed: bool = True  # whether the lists know the names of people and places in it


def fit(examples: Sequence[Example]) -> npt.NDArray[np.float32]:
    """The coefficients, shape (features, kinds)."""
    content = pa.array([example.text for example in examples])
    texts = fold(content)
    tokens = _unlisted(examples, texts, tokenise(texts, line_breaks(content, texts), table()))
    found = find_runs(texts, tokens, np.zeros((known.FEATURES, len(KINDS)), np.float32))
    columns = (texts.data, tokens.row, tokens.start, tokens.end, tokens.bits, tokens.shape, tokens.gap)
    places, counts = np.zeros((len(found), known.MOST), np.int32), np.zeros(len(found), np.int64)
    known.feature_rows(np.column_stack([found.first, found.stop, found.cued]).astype(np.int64), *columns, places, counts)
    start, end = texts.characters(tokens.start[found.first]), texts.characters(tokens.end[found.stop - 1] - 1) + 1
    row = tokens.row[found.first]
    labels = np.array([_label(examples[r].names, s, e) for r, s, e in zip(row, start, end, strict=True)])
    weight = np.array([examples[r].weight for r in row])
    features = np.zeros((len(found), known.FEATURES), np.float32)
    for number, count in enumerate(counts):
        features[number, places[number, :count]] = 1
    used = labels != _IGNORED
    return _descend(features[used], labels[used], weight[used])


def _unlisted(examples: Sequence[Example], texts: FoldedTexts, tokens: Tokens) -> Tokens:
    """The words, of which those in names that shall be unknown belong to no list: the model must know names by their context too.

    A word drop-out of lists, after Yang et al. 2016 (Drop-out Conditional Random Fields for Twitter with Huge Mined Gazetteer).
    """
    start, end = texts.characters(tokens.start), texts.characters(tokens.end - 1) + 1
    bits = tokens.bits.copy()
    for at in np.flatnonzero([not examples[row].listed for row in tokens.row]).tolist():
        if _label(examples[tokens.row[at]].names, int(start[at]), int(end[at])) > 0:
            bits[at] &= ~_LISTS
    return replace(tokens, bits=bits)


def _label(names: Sequence[tuple[int, int, int]], start: int, end: int) -> int:
    for first, last, kind in names:
        shared = min(end, last) - max(start, first)
        if shared > 0 and (kind == _IGNORED or shared / (end - start) >= LEAST_OVERLAP):
            return kind
    return 0


def _descend(
    features: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], weight: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    target = np.eye(len(KINDS), dtype=np.float32)[labels]
    share = (weight / weight.sum()).astype(np.float32)[:, None]
    largest = float(np.linalg.norm(features * np.sqrt(share), 2) ** 2) / 2 + PENALTY
    point = previous = np.zeros((features.shape[1], len(KINDS)), np.float32)
    for turn in range(1, ROUNDS + 1):
        scores = features @ point
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        gradient = features.T @ (share * (scores / scores.sum(axis=1, keepdims=True) - target)) + PENALTY * point
        following = point - gradient / largest
        point = following + (turn - 1) / (turn + 2) * (following - previous)
        previous = following
    return np.round(previous, 3).astype(np.float32)


def labelled(folder: Path) -> Iterator[Example]:
    """The fit half of the labelled sets. Whatever is labelled otherwise than as a name is left out, not taken for no name."""
    for read_set in (read_presidio_research, read_generated_small, read_pii_benchmark, read_contextual_anonymizer):
        for row in half(read_set(folder), "fit"):
            names = tuple((span.start, span.end, _KIND_OF.get(span.type or "", _IGNORED)) for span in row.spans)
            yield Example(row.text, names, LABELLED_WEIGHT)
            yield Example(row.text, names, UNLISTED_WEIGHT, listed=False)


def composed() -> Iterator[Example]:
    """Sentences from templates: each many times with other words in its slots, as written, in small letters and in capitals."""
    content = yaml.safe_load((DATA / "templates.yaml").read_text())
    words = {name: read(name) for name in ("given_common", "given", "surname", "city", "city_large")}
    words["common_name"], words["both"], words["thing"] = content["common_names"], content["names_and_places"], content["things"]
    words["slip"] = list(_slips(read("common")))
    for number, template in enumerate(content["templates"]):
        for turn in range(EACH_TEMPLATE if "{" in template else 1):
            case = _CASES[turn % len(_CASES)]
            yield replace(_compose(template, words, f"{number}.{turn}", case), listed=turn % UNLISTED_EVERY != 0)


def _slips(words: Sequence[str]) -> Iterator[str]:
    """Everyday words of five to nine letters with two letters exchanged, one twice or one missing, unless that is a word."""
    known = {*words, *read("word"), *read("given"), *read("surname"), *read("city"), *read("proper")}
    for word in words:
        if 5 <= len(word) <= 9 and word.isalpha():
            at = 1 + zlib.crc32(word.encode()) % (len(word) - 2)
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            for slip in (swapped, word[:at] + word[at:].replace(word[at], word[at] * 2, 1), word[:at] + word[at + 1 :]):
                if slip not in known and slip != word:
                    yield slip


def _compose(template: str, words: dict[str, list[str]], key: str, case: Case) -> Example:
    text, names = "", []
    for number, piece in enumerate(_SLOT.split(template)):
        if number % 2 == 0:
            text += _cased(piece, case, piece)
            continue
        pool, kind = _slot(piece)
        word = words[pool][zlib.crc32(f"{key}.{number}.{template}".encode()) % len(words[pool])]
        # In small letters places keep their capital: without one they are not looked at
        word = _cased(word, "as written" if case == "small" and kind == 2 else case, string.capwords(word))
        if kind:
            names.append((len(text), len(text) + len(word), kind))
        text += word
    joined = [(a[0], b[1], a[2]) for a, b in itertools.pairwise(names) if a[1] + 1 == b[0] and a[2] == b[2]]
    weight = FIXED_WEIGHT if "{" not in template else COMPOSED_WEIGHT if names else SLIP_WEIGHT
    return Example(text, tuple(joined + names), weight)


def _cased(text: str, case: Case, as_written: str) -> str:
    return text.lower() if case == "small" else text.upper() if case == "capitals" else as_written


def _slot(name: str) -> tuple[str, int]:
    pools = {
        "given": ("given_common", 1), "rare": ("given", 1), "surname": ("surname", 1), "name": ("common_name", 1),
        "both": ("both", 1), "where": ("both", 2), "city": ("city", 2), "big": ("city_large", 2),
        "slip": ("slip", 0), "thing": ("thing", 0),
    }  # fmt: skip
    return pools[name]


def main() -> None:
    """Fit and write the coefficients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    folder = parser.parse_args().data
    write_model(fit([*labelled(folder), *composed()]))


if __name__ == "__main__":
    main()
