"""What stands around a cue and what it makes of it: who is meant, when, whether it is denied, asked, told or made up.

Negation is read as Chapman et al. (2001, NegEx) do: a word of denial counts for the few words that follow it, up to the end of
the clause; words like "can't stop" take it back, and two denials cancel each other. Whom a cue is about is said by itself or by
the nearest person before it in the sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from pixel_assets.safety.crisis.kinds import SUICIDAL
from pixel_assets.safety.crisis.lexicon import Cue, Mask
from pixel_assets.safety.findings import Frame, Subject, Time

SENTENCE: Final = 240  # bytes that are looked at before and after a cue, if the sentence is not shorter
_SCOPE: Final = 28  # bytes that a denial reaches
REACH: Final = 400  # bytes before and after a cue in which a story, a programme or a study may be spoken of
_AFTER: Final = 40  # bytes after a cue in which a denial of it may stand
_END: Final = re.compile(rb"[.!?;]+[\"')]*(?= |$)|\n")
_CLAUSE: Final = re.compile(
    rb"[,;:()]| but | because | and i | though | although | i'd | i would | so i | yet | pero | tapi | aber | mais | mas "
)
_DONE: Final = frozenset({"suicide_attempt", "overdose", "self_harm"})


class Marker(NamedTuple):
    """A word of context in a text; bytes of the folded text."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a cue means where it stands."""

    level: int
    subject: Subject
    time: Time
    frame: Frame


@dataclass(frozen=True)
class Context:
    """The markers of one text in order, and what its sentences need."""

    text: bytes
    markers: Sequence[Marker]
    masks: Sequence[tuple[int, int, Mask]]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The bounds of the sentence around a place, at most :data:`SENTENCE` bytes to each side."""
        first, last = max(0, start - SENTENCE), min(len(self.text), end + SENTENCE)
        for match in _END.finditer(self.text, first, start):
            first = match.end()
        following = _END.search(self.text, end, last)
        return first, following.end() if following else last

    def within(self, first: int, last: int) -> Iterator[Marker]:
        """The markers that begin in a stretch of the text."""
        for number in range(bisect_left(self.markers, Marker(first, 0, "")), len(self.markers)):
            if self.markers[number].start >= last:
                return
            yield self.markers[number]


def judge(cue: Cue, start: int, end: int, context: Context) -> Judgement:
    """What a cue means that stands in bytes ``start`` to ``end`` of the text of a user's turn."""
    first, last = context.sentence(start, end)
    around = list(context.within(first, last))
    names = {marker.name for marker in around}
    subject = cue.subject if cue.subject != "unknown" else _subject(around, start, end)
    general = subject == "unknown" and _nearest(around, start, end) == "general"
    time = _time(cue, names)
    told = Judgement(cue.level, subject, time, "literal")
    for mask_start, mask_end, mask in context.masks:
        if mask_start < end and start < mask_end and (not mask.kinds or cue.kind in mask.kinds):
            return replace(told, level=min(cue.level, mask.level), frame=mask.frame)
    question = context.text[first:last].rstrip().endswith(b"?")
    if _denied(around, start, end, context.text, last):
        return replace(told, level=0, frame="negated")
    frame = _frame(cue, subject, general, question, names, context, start)
    if frame != "literal":
        about_self = subject == "self"
        if frame == "fiction":
            about_self = about_self and any(
                marker.name == "own_verse" for marker in context.within(max(0, start - REACH), end + REACH)
            )
        kept = 0 if not about_self else cue.level if frame == "asked" else min(cue.level, 1)
        return replace(told, level=kept, frame=frame)
    return replace(told, level=_level(cue, subject, general, time, names))


def _level(cue: Cue, subject: Subject, general: bool, time: Time, names: set[str]) -> int:
    level = cue.level
    if general:
        return min(level, 1)
    if "laughing" in names and "serious" not in names and cue.kind == "suicide_ideation" and not cue.intent:
        return min(level, 1)
    if time == "past":
        return min(level, 1)
    if level >= 2 and "recent" in names and cue.kind in ("suicide_attempt", "overdose"):
        return 3
    if level >= 2 and "soon" in names and (cue.kind in SUICIDAL or cue.intent):
        return 3
    return min(level, 2) if subject == "other" and level == 3 and time != "present" and "recent" not in names else level


def _subject(around: Sequence[Marker], start: int, end: int) -> Subject:
    nearest = _nearest(around, start, end)
    return nearest if nearest in ("self", "other") else "unknown"  # type: ignore[return-value]


def _nearest(around: Sequence[Marker], start: int, end: int) -> str:
    """The person in the cue itself, else the nearest before it; of persons that overlap the one with more words."""
    people = [marker for marker in around if marker.name in ("self", "other", "general")]
    inside = [marker for marker in people if start <= marker.start and marker.end <= end and marker.name != "general"]
    if inside:
        return next((marker.name for marker in inside if marker.name == "self"), inside[-1].name)
    before = [marker for marker in people if marker.end <= start]
    return max(before, key=lambda marker: (marker.end, -marker.start)).name if before else ""


def _time(cue: Cue, names: set[str]) -> Time:
    if "long_ago" in names and (cue.kind in _DONE or "still" not in names) and not {"soon", "recent"} & names:
        return "past"
    if "soon" in names:
        return "future"
    if "recent" in names and cue.kind in _DONE:
        return "past" if cue.level < 2 else "present"
    return "present" if "still" in names or cue.subject == "self" else "unknown"


def _denied(around: Sequence[Marker], start: int, end: int, text: bytes, last: int) -> bool:
    takers = [marker for marker in around if marker.name == "unnegation" and marker.start < start]
    denials: list[Marker] = []
    for marker in around:
        if marker.name != "negation" or marker.end > start or start - marker.end > _SCOPE:
            continue
        if any(taker.start <= marker.start < taker.end for taker in takers):
            continue
        if denials and marker.start < denials[-1].end:
            continue
        if not _CLAUSE.search(text, marker.end, start + 1):
            denials.append(marker)
    if len(denials) % 2:
        return True
    return any(marker.name == "denial" and end <= marker.start <= min(end + _AFTER, last) for marker in around)


def _frame(cue: Cue, subject: Subject, general: bool, question: bool, names: set[str], context: Context, start: int) -> Frame:
    about_self = subject == "self"
    near = {marker.name for marker in context.within(max(0, start - REACH), start + REACH)}
    if "strong_fiction" in names or (not about_self and {"fiction", "strong_fiction"} & near):
        return "fiction"
    if about_self:
        return "asked" if "normal_to" in names else "hypothetical" if "hypothetical" in names and not cue.intent else "literal"
    if "technical" in near:
        return "idiom"
    named = general or subject == "unknown"
    if named and "clinical" in near and cue.kind != "abuse":
        return "asked"
    asks = "asking" in names or question
    if named and asks and ("self" not in names or "general" in names):
        return "asked"
    return "hypothetical" if "hypothetical" in names else "literal"
