"""Exchanging two groups in a text: every word of the one becomes the word of the other, and the sentence stays grammatical."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pixel_assets.safety.bias import grammar
from pixel_assets.safety.bias.grammar import CASES, Beside
from pixel_assets.safety.bias.terms import Axis, Term, terms
from pixel_assets.safety.bias.words import Words, shaped

Groups = Mapping[str, str]  # from each group that is replaced to the one in its place


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A rewritten text; no swaps means that it is the same, and no text that a word has no counterpart."""

    text: str | None
    swaps: int


@dataclass(frozen=True, slots=True)
class _Named:
    """Words ``first`` to ``end`` name a group."""

    first: int
    end: int
    options: tuple[Term, ...]


def exchange(text: str, axis: str, groups: Groups) -> Exchanged:
    """Replace the words of some groups of an axis by those of others. Raises ``KeyError`` for an axis that does not exist."""
    words, kind = Words.of(text), terms().axes[axis]
    new: dict[int, str] = {}  # what takes the place of a word; an empty string where a phrase became shorter
    swaps = 0
    named = {each.first: each for each in _named(words, kind)}
    number = 0
    while number < len(words.words):
        found = named.get(number)
        term = _chosen(words, found) if found else None
        if found and term and term.group in groups:
            written = _counterpart(kind, term, found, groups[term.group])
            if written is None:
                return Exchanged(None, swaps)
            new.update(_placed(words, found, term, written))
            swaps += 1
        elif axis == "gender" and found is None and _exchange_pronoun(words, number, groups, new):
            swaps += 1
        number = found.end if found else number + 1
    return Exchanged(_joined(words, new) if swaps else text, swaps)


def groups_in(text: str, axis: str) -> list[str]:
    """The groups of an axis that a swap finds in a text, in the order of their first words."""
    words, kind = Words.of(text), terms().axes[axis]
    found = {each.first: _chosen(words, each).group for each in _named(words, kind)}
    if axis == "gender":
        for number in range(len(words.words)):
            if number not in found and (cases := grammar.cases_of(_split(words.low(number))[0])):
                found[number] = cases[0][0]
    return list(dict.fromkeys(found[number] for number in sorted(found)))


def _named(words: Words, axis: Axis) -> list[_Named]:
    lookup, longest = _lookup(axis.name)
    blocked = _blocked(words, axis)
    found, number = [], 0
    while number < len(words.words):
        end = number + 1
        if words.low(number) in longest or _split(words.low(number))[0] in longest:
            match = _match(words, number, lookup, longest)
            if match and not blocked.intersection(range(number, match.end)):
                found.append(match)
                end = match.end
        number = end
    return found


def _match(
    words: Words, number: int, lookup: Mapping[tuple[str, ...], tuple[Term, ...]], longest: Mapping[str, int]
) -> _Named | None:
    first = words.low(number)
    for length in range(max(longest.get(first, 0), longest.get(_split(first)[0], 0)), 0, -1):
        end = number + length
        if end > len(words.words) or not all(words.joined(each) for each in range(number, end - 1)):
            continue
        tokens = tuple(words.low(each) for each in range(number, end))
        options = lookup.get(tokens) or lookup.get((*tokens[:-1], _split(tokens[-1])[0]))
        options = tuple(term for term in options or () if _counts(words, number, end, term))
        if options:
            swapped = tuple(term for term in options if term.swapped)
            return _Named(number, end, swapped) if swapped else None
    return None


def _counts(words: Words, first: int, end: int, term: Term) -> bool:
    if term.exact_case:
        return [_split(word)[0] for word in words.words[first:end]] == term.text.replace("-", " ").split(" ")
    if not term.needs_person:
        return True
    known = terms()
    if words.low(end) in known.people and words.joined(end - 1):
        return True
    alone = words.apart(end - 1) or words.low(end) in ("and", "but", "or", "so", "because")
    back = first - 1
    while back >= 0 and words.low(back) in known.modifiers:
        back -= 1
    return alone and words.low(back) in ("i'm", "am", "im", "are", "is", "he's", "she's", "was", "being", "as", "you're", "were")


def _blocked(words: Words, axis: Axis) -> frozenset[int]:
    """Numbers of the words that are part of a phrase which means no group."""
    if not axis.never:
        return frozenset()
    low = [words.low(number).replace("'", " ") for number in range(len(words.words))]
    starts, length = {}, 0
    for number, word in enumerate(low):
        starts[length] = number
        length += len(word) + 1
    line = " ".join(low)
    blocked: set[int] = set()
    for phrase in axis.never:
        for found in phrase.finditer(line):
            if found.start() in starts:
                first = starts[found.start()]
                blocked.update(range(first, first + found[0].count(" ") + 1))
    return frozenset(blocked)


@functools.cache
def _lookup(axis: str) -> tuple[Mapping[tuple[str, ...], tuple[Term, ...]], Mapping[str, int]]:
    """Terms by their words, and for each first word the length of the longest of its terms."""
    found: dict[tuple[str, ...], list[Term]] = defaultdict(list)
    for term in terms().axes[axis].terms:
        if term.group not in terms().axes[axis].written:
            found[tuple(term.text.lower().replace("-", " ").split(" "))].append(term)
    longest: dict[str, int] = defaultdict(int)
    for tokens in found:
        longest[tokens[0]] = max(longest[tokens[0]], len(tokens))
    return {tokens: tuple(each) for tokens, each in found.items()}, dict(longest)


def _split(word: str) -> tuple[str, str]:
    """A word and what is contracted to it: its possessive or verb."""
    place = max(word.rfind("'"), word.rfind("’"))
    return (word[:place], word[place:]) if place > 0 and word[place + 1 :].lower() in ("s", "d", "ll", "re", "ve") else (word, "")


def _chosen(words: Words, found: _Named) -> Term:
    """Of a word that is noun and adjective the one that it is here."""
    if len(found.options) == 1:
        return found.options[0]
    after, before = words.low(found.end), words.low(found.first - 1)
    ends = words.apart(found.end - 1) or grammar.ends_phrase(after)
    noun = ends and (
        before in ("a", "an", "the", "another", "one", "that", "this", "fellow", "many", "some")
        or bool(_split(words.words[found.end - 1])[1])
    )
    return next((term for term in found.options if (term.form == "noun") == noun), found.options[0])


def _counterpart(axis: Axis, term: Term, found: _Named, target: str) -> str | None:
    for option in [term, *(option for option in found.options if option.form == term.form)]:
        written = axis.counterparts.get((option.row, option.number, target))
        if written:
            return written
    if term.form == "noun":  # a group without a noun of its own
        adjective = next(
            (each.text for each in axis.terms if each.group == target and each.form == "adjective" and each.first), None
        )
        return adjective and f"{adjective} {'person' if term.number == 'one' else 'people'}"
    return None


def _placed(words: Words, found: _Named, term: Term, written: str) -> dict[int, str]:
    last = found.end - 1
    contracted = _split(words.words[last])[1] if _split(term.text)[1] == "" else ""
    inside = [words.words[number] + (words.gaps[number + 1] if number < last else "") for number in range(found.first, found.end)]
    like = "".join(inside).removesuffix(contracted)
    usual = term.text if like.replace("-", " ") != term.text.replace("-", " ") else like
    new = {number: "" for number in range(found.first, found.end)}
    new[found.first] = shaped(written, like, usual, words.begins(found.first)) + contracted
    return new


def _exchange_pronoun(words: Words, number: int, groups: Groups, new: dict[int, str]) -> bool:
    base, contracted = _split(words.words[number])
    low = base.lower()
    if not grammar.cases_of(low):
        return False
    gap = words.gaps[number + 1].strip() if number + 1 < len(words.words) else "."
    follows = words.words[number + 1][:1].isupper() if number + 1 < len(words.words) else False
    later = "" if number + 2 >= len(words.words) or words.apart(number + 1) else words.low(number + 2)
    before = "" if words.begins(number) else words.low(number - 1)
    group, case = grammar.case_of(low, Beside(before, words.low(number + 1), later, gap, follows))
    target = groups.get(group)
    if target is None:
        return False
    written = grammar.grammar().pronouns[target][CASES.index(case)]
    if target == "neutral" and case == "subject":
        contracted = _agree(words, number, contracted, new)
    new[number] = shaped(written, base, low, words.begins(number)) + contracted
    return True


def _agree(words: Words, number: int, contracted: str, new: dict[int, str]) -> str:
    """Make the verb of a subject plural, before or after it; returns what is contracted to the subject then."""
    if contracted[1:].lower() == "s":
        return f"{contracted[0]}ve" if grammar.has_not_is(words.low(number + 1)) else f"{contracted[0]}re"
    if contracted:
        return contracted
    verb = words.low(number - 1) if not words.begins(number) and not words.apart(number - 1) else ""
    if verb in grammar.grammar().plural and (
        words.begins(number - 1) or words.apart(number - 2) or grammar.asks(words.low(number - 2))
    ):
        new[number - 1] = shaped(grammar.grammar().plural[verb], words.words[number - 1], verb, words.begins(number - 1))
        return contracted
    place = number + 1
    while place < len(words.words) and not words.apart(place - 1) and grammar.is_adverb(words.low(place)):
        place += 1
    if place < len(words.words) and not words.apart(place - 1):
        plural = grammar.plural_verb(words.low(place))
        if plural:
            new[place] = shaped(plural, words.words[place], words.low(place), first=False)
    return contracted


def _joined(words: Words, new: Mapping[int, str]) -> str:
    """The text with its new words; "a" and "an" follow the word after them."""
    parts: list[str] = []
    changed = dict(new)
    for number in range(1, len(words.words)):
        before = words.low(number - 1)
        if new.get(number) and before in ("a", "an") and number - 1 not in new and words.gaps[number] == " ":
            wanted = grammar.article(new[number].split(" ")[0].split("-")[0])
            if wanted != before:
                old = words.words[number - 1]
                changed[number - 1] = "AN" if old.isupper() and len(old) > 1 and wanted == "an" else old[0] + wanted[1:]
    for number, word in enumerate(words.words):
        if changed.get(number) != "":
            parts += [words.gaps[number], changed.get(number, word)]
    return "".join(parts) + words.gaps[-1]
