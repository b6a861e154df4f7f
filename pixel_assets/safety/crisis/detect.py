"""Crisis in what is said: one pass for all cues over all turns, and a look around where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.crisis.answers import answers, taken_back
from pixel_assets.safety.crisis.context import REACH, Context, Marker, judge
from pixel_assets.safety.crisis.lexicon import lexicon, markers
from pixel_assets.safety.crisis.phrases import Found
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.folding import FoldedTexts
from pixel_assets.safety.readings import readings
from pixel_assets.safety.turns import Turns


def detect(turns: Turns) -> list[Finding]:
    """Every cue in turns of users, in order of its place; of a cue that one pattern finds often the first 50.

    A cue that was denied, quoted, asked about, made up or only a manner of speaking is kept as evidence of level 0. Words in
    another reading (``k1ll``, ``s u i c i d e``) count where the plain reading has no such cue.
    """
    users = turns.role == "user"
    plain = list(_findings(turns, turns.folded, np.arange(len(turns), dtype=np.int32), users))
    rows, texts = readings(turns.folded)
    known = {(finding.conversation, finding.turn, finding.rule) for finding in plain}
    read = [f for f in _findings(turns, texts, rows, users) if (f.conversation, f.turn, f.rule) not in known]
    known |= {(finding.conversation, finding.turn, finding.rule) for finding in read}
    agreed = [f for f in answers(turns) if (f.conversation, f.turn, f.rule) not in known]
    return sorted([*taken_back(turns, plain + read), *agreed], key=lambda f: (f.conversation, f.turn, f.start, f.end, f.rule))


def _findings(turns: Turns, texts: FoldedTexts, rows: npt.NDArray[np.int32], sought: npt.NDArray[np.bool_]) -> Iterator[Finding]:
    cues = lexicon()
    data, starts = texts.data.tobytes(), texts.starts.tolist()
    for place in np.flatnonzero(sought[rows]).tolist():
        first = starts[place]
        text = data[first : starts[place + 1] - 1]
        possible = cues.anchored.possible(text)
        found = cues.phrases.matches(text, possible) if possible else ()
        if not found:
            continue
        row = int(rows[place])
        context = Context(
            text, _markers(text, found), [(m.start, m.end, cues.masks[m.pattern]) for m in cues.covers.matches(text)]
        )
        ends: dict[str, int] = {}
        for match in found:
            cue = cues.entries[match.pattern]
            if match.start < ends.get(cue.id, 0):
                continue
            ends[cue.id] = match.end
            judged = judge(cue, match.start, match.end, context)
            origin = texts.characters(np.array([first + match.start, first + match.end - 1]))
            yield Finding(
                int(turns.conversation[row]), int(turns.turn[row]), int(origin[0]), int(origin[1]) + 1,
                "crisis", cue.id, cue.kind, judged.level, "user", judged.subject, judged.time, judged.frame,
            )  # fmt: skip


def _markers(text: bytes, found: Sequence[Found]) -> list[Marker]:
    """The markers around what was found; of a long text only the stretches that a judgement looks at."""
    known = markers()
    around: set[Marker] = set()
    stretches: list[tuple[int, int]] = []
    for match in found:
        first, last = max(0, match.start - REACH), min(len(text), match.end + REACH)
        if stretches and first <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))
    for first, last in stretches:
        around.update(
            Marker(first + m.start, first + m.end, known.names[m.pattern]) for m in known.phrases.matches(text[first:last])
        )
    return sorted(around)
