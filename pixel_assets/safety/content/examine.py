"""What the content rules find in conversations: one pass for all patterns, and one for each measure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.content import measures
from pixel_assets.safety.content.rules import ASKED, Measure, Rule, Rules, read_rules
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.matching import Hits, Matcher
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts

SENTENCE_REACH: Final = 300  # bytes to each side of a finding in which its sentence is looked for
_SENTENCE_END: Final = re.compile(rb"[.?!:]+(?:[ \"')*]|$)")


def examine_content(turns: Turns) -> list[Finding]:
    """Findings of area "content", ordered by place: the first of each rule in each turn."""
    rules = read_rules()
    found = [*_matched(turns, rules), *_measured(turns, rules)]
    return sorted(found, key=lambda f: (f.conversation, f.turn, f.start, f.end, f.rule))


@cache
def _matchers() -> tuple[Matcher, npt.NDArray[np.int64], Matcher]:
    """The matcher of all rules, the number of the rule for each of its patterns, and the matcher of all guards."""
    patterns, rule_numbers = read_rules().patterns()
    return Matcher(patterns), np.array(rule_numbers, np.int64), Matcher(read_rules().guard_patterns())


def _matched(turns: Turns, rules: Rules) -> Iterator[Finding]:
    matcher, rule_of, _ = _matchers()
    hits = matcher.scan(turns.folded)
    if not len(hits):
        return
    rule = rule_of[hits.pattern]
    reads = {role: np.array([role in each.roles for each in rules.rules]) for role in ("user", "assistant", "system")}
    role = turns.role[hits.row]
    may = np.select([role == name for name in reads], [reads[name][rule] for name in reads], False)
    only_first = np.array([each.first_reply for each in rules.rules])
    may &= ~only_first[rule] | _first_replies(turns)[hits.row]
    guards = _Guards(turns.folded, np.unique(hits.row[may]), rules)
    seen: set[tuple[int, int]] = set()
    for k in np.flatnonzero(may).tolist():
        row, number = int(hits.row[k]), int(rule[k])
        if (row, number) not in seen and guards.allow(
            rules.rules[number], row, int(hits.folded_start[k]), int(hits.folded_end[k])
        ):
            seen.add((row, number))
            yield _finding(turns, row, int(hits.start[k]), int(hits.end[k]), rules.rules[number])


def _first_replies(turns: Turns) -> npt.NDArray[np.bool_]:
    """Which turns are the first of the assistant in their conversation."""
    said = measures.replies(turns)
    first = np.zeros(len(turns), np.bool_)
    first[said[np.unique(turns.conversation[said], return_index=True)[1]]] = True
    return first


class _Guards:
    """Where guards stand in the few texts in which a rule found something."""

    def __init__(self, texts: FoldedTexts, rows: npt.NDArray[np.int64], rules: Rules) -> None:
        self._texts = texts
        self._number = {int(row): number for number, row in enumerate(rows)}
        self._scopes = {guard.id: guard.scope for guard in rules.guards}
        matcher = _matchers()[2]
        hits: Hits = matcher.scan(texts.take(rows))
        self._places: dict[tuple[int, str], list[tuple[int, int]]] = {}
        places = zip(hits.row.tolist(), hits.pattern.tolist(), hits.folded_start.tolist(), hits.folded_end.tolist(), strict=True)
        for row, pattern, start, end in places:
            self._places.setdefault((row, matcher.patterns[pattern].id), []).append((start, end))

    def allow(self, rule: Rule, row: int, start: int, end: int) -> bool:
        """Whether a finding of ``rule`` at some bytes of a text has what it needs and nothing that speaks against it."""
        if not (rule.needs or rule.unless):
            return True
        sentence = self._sentence(row, start, end)
        return all(self._holds(guard, row, sentence) for guard in rule.needs) and not any(
            self._holds(guard, row, sentence) for guard in rule.unless
        )

    def _holds(self, guard: str, row: int, sentence: tuple[int, int, bool]) -> bool:
        first, last, asked = sentence
        if guard == ASKED:
            return asked
        places = self._places.get((self._number[row], guard), [])
        if self._scopes[guard] == "turn":
            return bool(places)
        within = places[bisect_left(places, (first, 0)) : bisect_right(places, (last, last))]
        return any(end <= last for _, end in within)

    def _sentence(self, row: int, start: int, end: int) -> tuple[int, int, bool]:
        """First byte, end, and whether it ends in a question mark, of the sentence around some bytes of a text."""
        text_start, text_end = int(self._texts.starts[row]), int(self._texts.starts[row + 1]) - 1
        begin = max(text_start, text_start + start - SENTENCE_REACH)
        before = self._texts.data[begin : text_start + start].tobytes()
        after = self._texts.data[text_start + end : min(text_end, text_start + end + SENTENCE_REACH)].tobytes()
        first = max((mark.end() for mark in _SENTENCE_END.finditer(before)), default=0)
        mark = _SENTENCE_END.search(after)
        last, asked = (mark.end(), b"?" in mark[0]) if mark else (len(after), False)
        return begin - text_start + first, end + last, asked


def _measured(turns: Turns, rules: Rules) -> Iterator[Finding]:
    texts, said = turns.folded, measures.replies(turns)
    endings = measures.endings(texts, said, rules.unending)
    found: dict[Measure, measures.Places] = {
        "truncated": endings.truncated,
        "unfinished": endings.unfinished,
        "looping": measures.loops(texts, said),
        "repeated": measures.repeats(texts, said, turns.conversation),
        "blob": measures.blobs(texts),
    }
    for measure, places in found.items():
        rule = rules.by_measure[measure]
        starts, ends = texts.characters(places[:, 1]), texts.characters(places[:, 2] - 1) + 1
        for row, start, end in zip(places[:, 0].tolist(), starts.tolist(), ends.tolist(), strict=True):
            if turns.role[row] in rule.roles:
                yield _finding(turns, row, start, end, rule)


def _finding(turns: Turns, row: int, start: int, end: int, rule: Rule) -> Finding:
    return Finding(
        int(turns.conversation[row]),
        int(turns.turn[row]),
        start,
        end,
        "content",
        rule.id,
        rule.id,
        rule.level,
        str(turns.role[row]),
    )
