"""All texts of the conversations in which identifiers were found: what :mod:`.redact` works on, and how it is gathered.

Turns and reasoning are searched as columns, of the metadata each different text once. Only conversations in which something was
found are taken apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.safety.identifiers.allowed import Allowed
from pixel_assets.safety.identifiers.identify import REPLACED, drop_surrogates, identify
from pixel_assets.safety.identifiers.metadata import is_label, read_texts
from pixel_assets.safety.identifiers.spans import Span, Type
from pixel_assets.safety.identifiers.surrogates import Style
from pixel_assets.safety.identifiers.thorough import Recogniser
from pixel_assets.safety.turns import Turns


@dataclass(frozen=True)
class Policy:
    """How identifiers are found and what becomes of them."""

    style: Style = "typed"
    types: tuple[Type, ...] = REPLACED
    seed: int = 0
    recogniser: Recogniser | None = None
    allowed: Allowed | None = None


@dataclass
class Texts:
    """All texts of the conversations in which anything was found, and what was found; conversation by conversation."""

    text: list[str]
    conversation: list[int]
    part: list[str]
    turn: list[int]
    row: list[int]  # of a turn, among all turns
    spans: list[list[Span]]  # to be replaced; their row is the number of the text
    others: list[list[Span]]  # found, and left as they are
    rows: list[range]  # the texts of each conversation


def gather(said: Turns, reasoning: pa.StringArray | None, metadata: pa.StringArray | None, policy: Policy) -> Texts:
    """Search everything; the texts of the conversations with findings, in the order of the conversations."""
    thought = np.flatnonzero(reasoning.is_valid()) if reasoning is not None else np.zeros(0, np.int64)
    everything = said
    if len(thought) and reasoning is not None:
        everything = Turns(
            np.concatenate([said.conversation, thought.astype(np.int32)]),
            np.concatenate([said.turn, np.zeros(len(thought), np.int32)]),
            np.concatenate([said.role, np.full(len(thought), "assistant")]),
            pa.concat_arrays([said.content, reasoning.take(pa.array(thought))]),
            said.conversations,
        )
    found: dict[int, list[Span]] = defaultdict(list)
    for span in search(everything, policy):
        found[span.row].append(span)
    labels = _Labels.of(metadata, policy)
    flagged = {int(everything.conversation[row]) for row in found} | labels.flagged
    first = np.searchsorted(said.conversation, np.arange(said.conversations + 1))
    texts = Texts([], [], [], [], [], [], [], [])
    row_of_thought = dict(zip(thought.tolist(), range(len(said), len(everything)), strict=True))
    order = sorted(flagged)
    rows_of = []
    for conversation in order:
        thoughts = [row_of_thought[conversation]] if conversation in row_of_thought else []
        rows_of.append([*range(first[conversation], first[conversation + 1]), *thoughts])
    flat = [row for rows in rows_of for row in rows]
    contents = iter(everything.content.take(pa.array(flat, pa.int64())).to_pylist())
    numbers = iter(everything.turn[flat].tolist())
    for conversation, rows in zip(order, rows_of, strict=True):
        begin = len(texts.text)
        for row in rows:
            part = "turn" if row < len(said) else "reasoning"
            _add(texts, next(contents) or "", conversation, part, next(numbers), row, found.get(row, ()), policy)
        for number, text in enumerate(labels.texts(conversation)):
            _add(texts, text, conversation, "metadata", number, -1, labels.found.get(text, ()), policy)
        texts.rows.append(range(begin, len(texts.text)))
    return texts


def _add(
    texts: Texts, text: str, conversation: int, part: str, turn: int, row: int, found: Sequence[Span], policy: Policy
) -> None:
    here = [_moved(span, len(texts.text)) for span in found] if found else []
    texts.text.append(text)
    texts.conversation.append(conversation)
    texts.part.append(part)
    texts.turn.append(turn)
    texts.row.append(row)
    texts.spans.append([span for span in here if span.type in policy.types] if here else [])
    texts.others.append([span for span in here if span.type not in policy.types] if here else [])


@dataclass(frozen=True)
class _Labels:
    """The texts of the metadata: few different ones among many conversations, so each is searched once."""

    metadata: pa.StringArray | None
    found: Mapping[str, list[Span]]  # by the text
    flagged: frozenset[int]  # conversations whose metadata hold an identifier

    @classmethod
    def of(cls, metadata: pa.StringArray | None, policy: Policy) -> _Labels:
        if metadata is None or metadata.null_count == len(metadata):
            return cls(metadata, {}, frozenset())
        encoded = pc.dictionary_encode(metadata)
        of_each = [read_texts(each) for each in encoded.dictionary.to_pylist()]
        different = list(dict.fromkeys(text for texts in of_each for text in texts if not is_label(text)))
        turns = as_turns(different, np.arange(len(different)))
        found: dict[str, list[Span]] = defaultdict(list)
        for span in search(turns, policy):
            found[different[span.row]].append(span)
        with_any = np.array([any(text in found for text in texts) for texts in of_each], bool)
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        hit = np.flatnonzero((codes >= 0) & with_any[codes]) if len(with_any) else np.zeros(0, np.int64)
        return cls(metadata, found, frozenset(hit.tolist()))

    def texts(self, conversation: int) -> list[str]:
        value = self.metadata[conversation].as_py() if self.metadata is not None else None
        return read_texts(value) if value is not None else []


def search(turns: Turns, policy: Policy) -> list[Span]:
    """The identifiers of all turns that no redaction has put there."""
    return drop_surrogates(identify(turns, policy.recogniser, policy.allowed), turns)


def as_turns(texts: Sequence[str], conversation: npt.NDArray[np.int64]) -> Turns:
    """Texts as turns of users; ``conversation`` has the number of the conversation of each, in order."""
    count = int(conversation[-1]) + 1 if len(conversation) else 0
    number = np.arange(len(texts), dtype=np.int32)
    return Turns(conversation.astype(np.int32), number, np.full(len(texts), "user"), pa.array(texts, pa.string()), count)


def _moved(span: Span, row: int) -> Span:
    return Span(row, span.start, span.end, span.type, span.rule, span.score, span.found_by)
