"""Findings of many conversations at once are those of each turn looked at alone, with every pattern tried on it."""

from __future__ import annotations

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixel_assets
from pixel_assets.safety.crisis.answers import LONGEST, QUESTION, taken_back
from pixel_assets.safety.crisis.candidates import Candidates
from pixel_assets.safety.crisis.context import REACH, Context, Marker, judge
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.lexicon import lexicon, markers
from pixel_assets.safety.crisis.lines import Lines, portions
from pixel_assets.safety.crisis.phrases import MOST, Found, Phrases
from pixel_assets.safety.crisis.statements import read_statements
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.readings import readings
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts, fold

SESSIONS = Path(pixel_assets.__file__).parent / "sources" / "sample" / "sessions.tsv"
QUESTIONS = (
    "Are you thinking of ending your life?", "Did you sleep well?", "Is somebody hurting you?  Do you hear voices?", "I see.",
)  # fmt: skip
PIECES = st.sampled_from(
    ["I want to die", "I'm not suicidal", "my sister", "ten years ago", "tonight", "he hits me", "hopeless", "lol", "if i ever",
     "aku pengen mati", "k1ll my5elf", "in my novel", "？", "😂", "want to", "want", "die", "to", "my life", "end it", ".", "\n",
     "\r", "\x00", "\u2028", "ﬁ", "I feel worthless", "   ", "yes", "since monday", "no", "the relationship", *QUESTIONS]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map(" ".join))
TALKS = st.lists(st.lists(st.tuples(st.sampled_from(["user", "assistant", "system"]), TEXTS), max_size=5), min_size=1, max_size=4)


def matches(phrases: Phrases, text: bytes) -> list[Found]:
    """Every pattern tried on one text."""
    return sorted(
        Found(match.start(), match.end(), number)
        for number, regex in enumerate(phrases.regexes)
        for match in islice(regex.finditer(text), MOST)
        if match.end() > match.start()
    )


@cache
def cues(text: bytes) -> tuple[Found, ...]:
    return tuple(matches(lexicon().phrases, text))


def context(text: bytes, found: tuple[Found, ...]) -> Context:
    reached: list[tuple[int, int]] = []
    for match in found:
        first, last = max(0, match.start - REACH), min(len(text), match.end + REACH)
        joins = bool(reached) and first <= reached[-1][1]
        reached[-1 if joins else len(reached) :] = [(reached[-1][0], max(last, reached[-1][1])) if joins else (first, last)]
    marked = [
        Marker(first + m.start, first + m.end, markers().names[m.pattern])
        for first, last in reached
        for m in matches(markers().phrases, text[first:last])
    ]
    masks = [(m.start, m.end, lexicon().masks[m.pattern]) for m in matches(lexicon().covers, text)]
    return Context(text, sorted(marked), masks)


def of_turn(turns: Turns, row: int, texts: FoldedTexts, place: int) -> list[Finding]:
    """The findings in one text of a turn."""
    first = int(texts.starts[place])
    text = texts.data[first : texts.starts[place + 1] - 1].tobytes()
    findings, ends, around = [], dict[str, int](), context(text, cues(text))
    for match in cues(text):
        cue = lexicon().entries[match.pattern]
        if match.start < ends.get(cue.id, 0):
            continue
        ends[cue.id] = match.end
        judged = judge(cue, match.start, match.end, around)
        start, last = (int(texts.origin[first + at]) for at in (match.start, match.end - 1))
        findings.append(
            Finding(
                int(turns.conversation[row]), int(turns.turn[row]), start, last + 1, "crisis", cue.id, cue.kind, judged.level,
                "user", judged.subject, judged.time, judged.frame,
            )
        )  # fmt: skip
    return findings


def agreed(turns: Turns, row: int) -> list[Finding]:
    """What a turn says yes to."""
    if turns.role[row] != "user" or turns.turn[row] == 0 or turns.role[row - 1] != "assistant":
        return []
    answer, before = (turns.folded.text(each).encode() for each in (row, row - 1))
    said = {markers().names[match.pattern] for match in matches(markers().phrases, answer)}
    if not 0 < len(answer) <= LONGEST or answer.rstrip().endswith(b"?") or "answer_yes" not in said or "answer_no" in said:
        return []
    asking = before.rfind(b"?")
    question = before[max(0, asking - QUESTION) : asking + 1] if asking >= 0 else b""
    question = re.sub(rb"\byour(?=self\b|\b)", b"my", question, flags=re.IGNORECASE)
    question = re.sub(rb"\byou\b", b"i", question, flags=re.IGNORECASE)
    asked = [lexicon().entries[match.pattern] for match in cues(question) if b"?" in question[match.end : match.end + 120]]
    if not any(cue.level >= 2 for cue in asked):
        return []
    cue = max(asked, key=lambda each: (each.level, each.id))
    last = int(turns.folded.origin[turns.folded.starts[row + 1] - 2]) + 1
    return [
        Finding(
            int(turns.conversation[row]), int(turns.turn[row]), 0, last, "crisis", cue.id, cue.kind, max(cue.level, 1), "user",
            "self", "present", "literal",
        )
    ]  # fmt: skip


def turn_by_turn(turns: Turns) -> list[Finding]:
    """What ``detect`` finds, one turn after the other."""
    users = dict.fromkeys(np.flatnonzero(turns.role == "user").tolist())
    plain = [finding for row in users for finding in of_turn(turns, row, turns.folded, row)]
    rows, texts = readings(turns.folded)
    known = {(f.conversation, f.turn, f.rule) for f in plain}
    read = [f for at, row in enumerate(rows.tolist()) if row in users for f in of_turn(turns, row, texts, at)]
    read = [f for f in read if (f.conversation, f.turn, f.rule) not in known]
    known |= {(f.conversation, f.turn, f.rule) for f in read}
    said = [f for row in users for f in agreed(turns, row) if (f.conversation, f.turn, f.rule) not in known]
    return sorted([*taken_back(turns, plain + read), *said], key=lambda f: (f.conversation, f.turn, f.start, f.end, f.rule))


def _turns(talks: list[list[tuple[str, str]]]) -> Turns:
    return Turns.of([[{"role": role, "content": content} for role, content in talk] for talk in talks])


@given(TALKS)
@settings(deadline=None)
def test_many_turns_at_once_are_found_as_each_alone(talks: list[list[tuple[str, str]]]) -> None:
    turns = _turns(talks)
    assert detect(turns) == turn_by_turn(turns)


def test_statements_and_the_sample_are_found_as_each_turn_alone() -> None:
    statements = [statement.text for statement in read_statements()][::4]
    talks = [[("assistant", QUESTIONS[at % len(QUESTIONS)]), ("user", text)] for at, text in enumerate(statements)]
    with SESSIONS.open(encoding="utf-8", newline="") as file:
        spoken = list(csv.DictReader(file, delimiter="\t"))
    talks.append([("user" if row["interlocutor"] == "client" else "assistant", row["utterance_text"]) for row in spoken])
    turns = _turns(talks)
    found = detect(turns)
    assert len(found) > 300
    assert found == turn_by_turn(turns)


@pytest.mark.parametrize("size", [1, 40, 100])
def test_the_size_of_portions_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = ["I want to die", "", "tired of  living", "k1ll my5elf tonight", "a" * 200, "aku pengen mati"]
    turns = _turns([[("user", content)] for content in contents])
    whole = detect(turns)
    monkeypatch.setattr(portions, "__defaults__", (size,))
    assert detect(turns) == whole


def test_threads_share_the_automata() -> None:
    turns = _turns([[("user", f"I want to die, and day {day} was hopeless")] for day in range(200)])
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(detect, [turns] * 8))
    assert together == [detect(turns)] * 8


def test_portions_hold_each_text_once_in_order() -> None:
    texts = fold(["zero", "", "é two", "three", "x" * 30])
    rows = np.array([0, 1, 2, 4])
    held = [(rows.tolist(), some.texts) for rows, some in portions(texts, rows, most=12)]
    assert held == [([0, 1, 2], [b"zero\n", b"\n", b"e two\n"]), ([4], [b"x" * 30 + b"\n"])]
    assert list(portions(texts, rows[:0])) == []


def test_a_match_lies_in_one_line_and_borders_are_those_of_the_line() -> None:
    phrases = Phrases([("any", "a[^b]*c"), ("whole", "^a$"), ("blank", r"a\s+c")])
    assert phrases.find(Lines.of([b"a", b"c", b"xa c a", b"a"])) == {
        0: [Found(0, 1, 1)], 2: [Found(1, 4, 0), Found(1, 4, 2)], 3: [Found(0, 1, 1)],
    }  # fmt: skip
    assert phrases.find(Lines.of([])) == {}


def test_of_each_text_the_first_matches_are_kept() -> None:
    found = Phrases([("x", "x")]).find(Lines.of([b"x" * (MOST + 9), b"yx", b"x" * MOST]))
    assert {place: len(matches) for place, matches in found.items()} == {0: MOST, 1: 1, 2: MOST}
    assert found[0][-1] == Found(MOST - 1, MOST, 0)


def test_a_candidate_holds_an_anchor_whatever_the_blanks_before_it() -> None:
    candidates = Candidates([("kill", "kill(?:ing)? +myself"), ("out", r"\bwant +out\b"), ("die", "want +to +die")])
    texts = [b"   killing   myself", b"want", b"out", b"they want   out", b"", b"WANT OUT and want  to  die", b"wantout"]
    assert list(candidates.among(Lines.of(texts))) == [(0, [0]), (1, [3, 5]), (2, [5])]
    assert list(candidates.among(Lines.of([]))) == []
    assert list(Candidates([]).among(Lines.of(texts))) == []
