"""Counterfactual pairs: the same conversation about people of another group, for training that does not depend on the group.

Counterfactual data augmentation (Lu et al. 2018; Zmigrod et al. 2019 for grammar) exchanges two groups everywhere in a
conversation. Names stay. A conversation whose meaning rests on who somebody is stays single, and the reason is kept.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, TypeAdapter

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import UsageError
from pixel_assets.safety.bias.exchange import Groups, exchange, groups_in
from pixel_assets.safety.bias.terms import terms
from pixel_assets.safety.hate.lexicon import slurs
from pixel_assets.store.schema import column
from pixel_assets.typed_yaml import read_yaml

BOUND: Final = Path(__file__).parent / "data" / "bound.yaml"
COUNTERFACTUAL_PAIRS: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation that was rewritten"),
        column("pair_id", pa.string(), "hash of the conversation, the axis and the groups"),
        column("axis", pa.string(), "such as gender or religion"),
        column("from_group", pa.string(), "group that is spoken of first"),
        column("to_group", pa.string(), "group in its place; where both are spoken of, they change places"),
        column("turns", TURNS, "the rewritten conversation"),
        column("swaps", pa.int32(), "words that were replaced"),
    ]
)
NOT_SWAPPED: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation that speaks of a group and was not rewritten"),
        column("axis", pa.string(), "such as gender or religion"),
        column("reason", pa.string(), "why not"),
    ]
)
_NO_WORD: Final = "a word has no counterpart"
_NO_GROUP: Final = "the group has no partner"


class _Bound(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    reason: str
    axes: list[str]
    words: list[str]


@dataclass(frozen=True)
class Counterfactuals:
    """Rewritten conversations, and those that speak of a group and were left alone."""

    pairs: pa.Table  # COUNTERFACTUAL_PAIRS
    not_swapped: pa.Table  # NOT_SWAPPED


def swap(text: str, axis: str, to: str | None = None) -> str | None:
    """A text with two groups of an axis exchanged: the first that it speaks of, and ``to`` or else that group's partner.

    Neutral words (``to="neutral"`` on the axis of gender) replace those of every group. None if the text speaks of no group
    that can be exchanged, or if a word has no counterpart. Raises ``UsageError`` for an axis or a group that does not exist.
    """
    _known(axis, to)
    groups = _groups(groups_in(text, axis), axis, to)
    if groups is None:
        return None
    exchanged = exchange(text, axis, groups)
    return exchanged.text if exchanged.swaps else None


def bound_to(texts: Sequence[str], axis: str) -> str | None:
    """The reason why a conversation must not be swapped along an axis; None if it may be."""
    text = "\n".join(texts).lower().replace("’", "'")
    return next((reason for reason, words in _bound(axis) if words.search(text)), None)


def counterfactual_pairs(conversations: pa.Table, axes: Sequence[str], seed: int) -> pa.Table:
    """The rewritten conversations alone, as COUNTERFACTUAL_PAIRS; see :func:`counterfactuals`."""
    return counterfactuals(conversations, axes, seed).pairs


def counterfactuals(conversations: pa.Table, axes: Sequence[str], seed: int) -> Counterfactuals:
    """Rewrite conversations (columns ``conversation_id`` and ``turns``) along each axis on which they speak of a group.

    The group is the first that is spoken of. On the axis of gender its partner takes its place, on the others a group that is
    drawn by a hash of the seed and the conversation, so that a row depends on nothing else.
    """
    for axis in axes:
        _known(axis, None)
    pairs, left = [], []
    ids = conversations["conversation_id"].to_pylist()
    for conversation, turns in zip(ids, conversations["turns"].to_pylist(), strict=True):
        for axis in axes:
            done = _rewritten(conversation, turns, axis, seed)
            if isinstance(done, str):
                left.append({"conversation_id": conversation, "axis": axis, "reason": done})
            elif done is not None:
                pairs.append(done)
    return Counterfactuals(pa.Table.from_pylist(pairs, COUNTERFACTUAL_PAIRS), pa.Table.from_pylist(left, NOT_SWAPPED))


def _rewritten(conversation: str, turns: Sequence[Mapping[str, str]], axis: str, seed: int) -> dict[str, object] | str | None:
    """A row of the table, the reason why there is none, or None if no group is spoken of."""
    texts = [turn["content"] for turn in turns]
    found = list(dict.fromkeys(group for text in texts for group in groups_in(text, axis)))
    if not found:
        return None
    reason = bound_to(texts, axis)
    if reason is not None:
        return reason
    groups = _groups(found, axis, _drawn(conversation, axis, found[0], seed))
    if groups is None:
        return _NO_GROUP
    rewritten, swaps = [], 0
    for turn, text in zip(turns, texts, strict=True):
        exchanged = exchange(text, axis, groups)
        if exchanged.text is None:
            return _NO_WORD
        rewritten.append({**turn, "content": exchanged.text})
        swaps += exchanged.swaps
    pair = hashlib.sha256(f"{conversation}\x1f{axis}\x1f{found[0]}\x1f{groups[found[0]]}".encode()).hexdigest()[:32]
    return {
        "conversation_id": conversation, "pair_id": pair, "axis": axis, "from_group": found[0], "to_group": groups[found[0]],
        "turns": rewritten, "swaps": swaps,
    }  # fmt: skip


def _groups(found: Sequence[str], axis: str, to: str | None) -> Groups | None:
    written = terms().axes[axis].written
    if to is not None and to in written and axis == "gender":
        return {group: to for group in found} or None
    first = next((group for group in found if group != to), None)
    target = to if to is not None or first is None else terms().axes[axis].partner(first)
    return None if first is None or target is None else {first: target, target: first}


def _drawn(conversation: str, axis: str, first: str, seed: int) -> str | None:
    if axis == "gender":
        return None
    kind = terms().axes[axis]
    options = [group for group in kind.groups if group != first and group not in kind.written]
    if not options:
        return None
    draw = hashlib.sha256(f"{seed}\x1f{conversation}\x1f{axis}".encode()).digest()
    return options[int.from_bytes(draw[:8], "big") % len(options)]


def _known(axis: str, group: str | None) -> None:
    axes = terms().axes
    if axis not in axes:
        raise UsageError(f"unknown axis {axis!r}", where="counterfactual", expected=", ".join(axes))
    if group is not None and group not in axes[axis].groups:
        raise UsageError(f"unknown group {group!r}", where=f"counterfactual, {axis}", expected=", ".join(axes[axis].groups))


@functools.cache
def _bound(axis: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    forms = sorted({re.escape(form.lower()) for slur in slurs() if not slur.weak for form in slur.forms})
    return *_reasons(axis), ("a slur", re.compile(rf"\b(?:{'|'.join(forms)})\b"))


def _reasons(axis: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    document = read_yaml(BOUND, TypeAdapter(list[_Bound]))
    for number, entry in enumerate(document.content):
        if axis in entry.axes:
            try:
                yield entry.reason, re.compile(rf"\b(?:{'|'.join(entry.words)})\b")
            except re.error as error:
                raise document.wrong((number, "words"), f"no regular expression: {error}") from error
