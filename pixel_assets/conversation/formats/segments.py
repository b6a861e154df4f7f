"""Speech with its times, made a dialogue: the words of one speaker are one turn, however many cues they fill.

Who is the user and who the assistant is never guessed: see :mod:`~pixel_assets.conversation.formats.speakers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pixel_assets.conversation.formats.base import Draft, Record, Rejection
from pixel_assets.conversation.formats.speakers import HOW, cast
from pixel_assets.conversation.hints import Options

SOUND: Final = re.compile(r"[\[(][^\[\]()]{1,60}[\])]|[♪♫#* ]+")
UNNAMED: Final = ""


class Segment(NamedTuple):
    """Words with their time in seconds.

    The speaker is None where nothing is said about it, and :data:`UNNAMED` where only a change is marked.
    """

    start: float | None
    end: float | None
    speaker: str | None
    words: str


def dialogue(segments: Sequence[Segment], options: Options, metadata: Record, cues: int) -> Draft | Rejection:
    """The turns of timed segments; words without a speaker belong to the one who spoke before.

    ``cues`` is the number that goes into the metadata, beside the times of the whole.
    """
    flags: list[str] = []
    spoken: list[tuple[str | None, list[str]]] = []
    changes = 0
    for segment in segments:
        named = segment.speaker is not None
        if not spoken and not named and len(segments) > 1 and SOUND.fullmatch(segment.words):
            flags.append("sounds_removed")
            continue
        changes += segment.speaker == UNNAMED
        if not spoken or (named and (segment.speaker != spoken[-1][0] or segment.speaker == UNNAMED)):
            spoken.append((segment.speaker, [segment.words]))
        else:
            spoken[-1][1].append(segment.words)
    if changes and len(spoken) > 1:
        return Rejection("ambiguous_speakers", f"speakers change {len(spoken) - 1} times and are not named; {HOW}")
    names = [name or UNNAMED for name, _ in spoken]
    if UNNAMED in names and any(names):
        return Rejection("ambiguous_speakers", f"of {len(set(names))} speakers one is not named; {HOW}")
    roles = cast(names, options)
    if isinstance(roles, Rejection):
        return roles
    turns = [(roles.roles[name], " ".join(filter(None, words))) for name, (_, words) in zip(names, spoken, strict=True)]
    return Draft(turns, metadata | _times(segments) | {"cues": cues}, flags=(*dict.fromkeys(flags), *roles.flags))


def _times(segments: Sequence[Segment]) -> Record:
    """Where the speech lies in its recording, in seconds."""
    starts = [segment.start for segment in segments if segment.start is not None]
    ends = [segment.end for segment in segments if segment.end is not None]
    return ({"start": min(starts)} if starts else {}) | ({"end": max(ends)} if ends else {})
