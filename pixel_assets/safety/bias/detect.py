"""Which groups of people a conversation speaks of: one pass for the words of all axes.

Pronouns and titles are no evidence here: they stand in nearly every turn and say only that somebody is spoken of.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pixel_assets.safety.bias.terms import Form, Term, Terms, either, terms
from pixel_assets.safety.findings import Finding, Subject
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import fold_text

_AROUND: Final = 48  # bytes on either side of a hit in which a phrase or a statement may change what it means
_SAYS: Final = r"\b(?:i am|i'm|im|i identify as|speaking as|as an?|i was born|i grew up|me being|i came out as)"
_STATEMENT: Final = re.compile(_SAYS, re.IGNORECASE)
_OWNED: Final = re.compile(r"\b(?:my|our|his|her|their|your)(?: [a-z-]+)? $", re.IGNORECASE)
_RANK: Final = {"unknown": 0, "other": 1, "self": 2}
_STOP: Final = r"(?:[.,;:!?)]|$| (?:and|but|or|so|because)\b)"


@dataclass(frozen=True)
class _Meaning:
    """What a pattern stands for; a pattern without a group is a phrase that means none."""

    axis: str
    group: str
    form: Form
    lengths: tuple[int, ...]  # of its words, the longest first; none if the pattern is more than words
    words: frozenset[str]
    ending: re.Pattern[str]  # the pattern at the end of a text


@dataclass(frozen=True)
class _Lexicon:
    """The n-th pattern of the matcher means the n-th entry of ``means``."""

    matcher: Matcher
    means: tuple[_Meaning, ...]
    never: Mapping[str, re.Pattern[str]]  # by axis, phrases that mean no group
    before: re.Pattern[str]  # what stands before a word that the speaker says of oneself


@dataclass(frozen=True, slots=True)
class _Named:
    """A place in ``turns.folded`` where a group is named."""

    start: int
    end: int
    subject: Subject


def detect_identity(turns: Turns) -> list[Finding]:
    """Findings of the area ``identity``: the kind is the axis, the rule the group, the level 1.

    Of one group in one turn there is one finding: the first that the speaker says of oneself ("I am a Muslim"), else the first
    that is said of another ("my husband"), else the first of all, whose subject is ``unknown``.
    """
    lexicon, texts = _lexicon(), turns.folded
    ends = lexicon.matcher.ends(texts)
    ends = ends[np.lexsort((ends[:, 0], ends[:, 1]))]
    rows = texts.rows(ends[:, 1] - 1)
    firsts, lasts = texts.starts[rows], texts.starts[rows + 1] - 1
    idle = np.array([not meaning.group for meaning in lexicon.means], np.bool_)[ends[:, 0]]
    idle_rows = frozenset(rows[idle].tolist())
    data = texts.data.data
    kept: dict[tuple[int, str, str], _Named] = {}
    for (pattern, end), row, first, last in zip(
        ends[~idle].tolist(), rows[~idle].tolist(), firsts[~idle].tolist(), lasts[~idle].tolist(), strict=True
    ):
        meaning = lexicon.means[pattern]
        known = kept.get((row, meaning.axis, meaning.group))
        if end > last or (known is not None and known.subject == "self"):
            continue
        named = _named(data, first, end, last, meaning, lexicon, row in idle_rows)
        if named is not None and (known is None or _RANK[named.subject] > _RANK[known.subject]):
            kept[row, meaning.axis, meaning.group] = named
    return _findings(turns, kept)


def _named(data: memoryview, first: int, end: int, last: int, meaning: _Meaning, lexicon: _Lexicon, idle: bool) -> _Named | None:
    """The words that end at a byte and whom they are about, as far as the words before say; None if they mean no group."""
    left = max(first, end - _AROUND)
    before = bytes(data[left:end]).decode("latin-1").lower()  # one character a byte
    start = _start(before, meaning)
    if start is None:
        return None
    if idle and (never := lexicon.never.get(meaning.axis)):
        window = before + bytes(data[end : min(last, end + _AROUND)]).decode("latin-1").lower()
        if any(phrase.start() < len(before) and phrase.end() > start for phrase in never.finditer(window)):
            return None
    subject: Subject = "other" if meaning.form == "relation" else "unknown"
    said = _STATEMENT.search(before)
    if said and (said.start() == start or lexicon.before.search(before[:start])):
        subject = "self"
    elif subject == "unknown" and _OWNED.search(before[:start]):
        subject = "other"
    return _Named(left + start, end, subject)


def _start(before: str, meaning: _Meaning) -> int | None:
    for length in meaning.lengths:
        if before[-length:].replace("-", " ") in meaning.words and not before[-length - 1 : -length].isalnum():
            return len(before) - length
    if meaning.lengths:
        return None
    found = meaning.ending.search(before)
    return found.start() if found else None


def _findings(turns: Turns, kept: Mapping[tuple[int, str, str], _Named]) -> list[Finding]:
    places = np.array([(named.start, named.end) for named in kept.values()], np.int64).reshape(-1, 2)
    starts, ends = turns.folded.characters(places[:, 0]).tolist(), (turns.folded.characters(places[:, 1] - 1) + 1).tolist()
    found = [
        Finding(
            conversation=int(turns.conversation[row]), turn=int(turns.turn[row]), start=start, end=end, area="identity",
            rule=group, kind=axis, level=1, speaker=str(turns.role[row]), subject=named.subject,
        )
        for ((row, axis, group), named), start, end in zip(kept.items(), starts, ends, strict=True)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.conversation, each.turn, each.start, each.end, each.kind, each.rule))


@functools.cache
def _lexicon() -> _Lexicon:
    words = terms()
    people, modifiers = either(words.people), either(words.modifiers)
    patterns: list[Pattern] = []
    means: list[_Meaning] = []

    def add(regex: str, axis: str, group: str, form: Form, caseless: bool, plain: frozenset[str]) -> None:
        # Hyperscan 5.4 misses matches of long alternatives behind a word border far into a text: ``ending`` looks at the border
        sought = regex.removeprefix(r"\b") if regex.startswith(_SAYS) else regex
        patterns.append(Pattern(f"{axis}.{group}.{form}.{len(patterns)}", sought, caseless=caseless))
        lengths = tuple(sorted({len(word) for word in plain}, reverse=True))
        means.append(_Meaning(axis, group, form, lengths, plain, re.compile(rf"(?:{regex})\Z", re.IGNORECASE)))

    for (axis, group, form, exact, beside), found in _grouped(words).items():
        any_of = either(term.text for term in found)
        if beside:
            add(rf"\b(?:{any_of}) (?:{people})\b", axis, group, form, not exact, frozenset())
            add(rf"{_SAYS} (?:an? |the |very |quite )?(?:{any_of}){_STOP}", axis, group, form, not exact, frozenset())
        else:
            plain = frozenset(fold_text(term.text).lower().replace("-", " ") for term in found)
            add(rf"\b(?:{any_of})\b", axis, group, form, not exact, plain)
    never = {
        name: re.compile("|".join(phrase.pattern for phrase in axis.never), re.IGNORECASE)
        for name, axis in words.axes.items() if axis.never
    }  # fmt: skip
    for name, phrases in never.items():
        add(phrases.pattern, name, "", "noun", True, frozenset())
    before = re.compile(rf"{_SAYS} (?:(?:{modifiers}) ){{0,3}}$|\b(?:i am|i'm|im|as) an? [a-z-]+ $", re.IGNORECASE)
    return _Lexicon(Matcher(patterns), tuple(means), never, before)


def _grouped(words: Terms) -> dict[tuple[str, str, Form, bool, bool], list[Term]]:
    grouped = defaultdict(list)
    for axis in words.axes.values():
        for term in axis.terms:
            if term.counted:
                grouped[axis.name, term.group, term.form, term.exact_case, term.needs_person].append(term)
    return grouped
