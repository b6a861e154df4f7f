"""Crisis in what is said: one pass for all cues over all turns, and a look around where there is one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.crisis.context import REACH, Context, Marker, judge
from pixel_assets.safety.crisis.lexicon import Cue, Mask, lexicon, markers
from pixel_assets.safety.crisis.phrases import Found
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.folding import FoldedTexts
from pixel_assets.safety.readings import readings
from pixel_assets.safety.turns import Turns


def detect(turns: Turns) -> list[Finding]:
    """Every cue in turns of users and assistants, in order of its place; what system prompts say is not looked at.

    A cue that was denied, quoted, asked about, made up or only a manner of speaking is kept as evidence of level 0, as is all
    that an assistant says. Words in another reading (``k1ll``, ``s u i c i d e``) count where the plain reading has no such cue.
    """
    plain = list(_findings(turns, turns.folded, np.arange(len(turns), dtype=np.int32)))
    rows, texts = readings(turns.folded)
    known = {(finding.conversation, finding.turn, finding.rule) for finding in plain}
    read = [f for f in _findings(turns, texts, rows) if (f.conversation, f.turn, f.rule) not in known]
    return sorted(plain + read, key=lambda f: (f.conversation, f.turn, f.start, f.end, f.rule))


def _findings(turns: Turns, texts: FoldedTexts, rows: npt.NDArray[np.int32]) -> Iterator[Finding]:
    cues = lexicon()
    for place in cues.phrases.rows(texts):
        row = int(rows[place])
        role = str(turns.role[row])
        if role == "system":
            continue
        first = int(texts.starts[place])
        text = texts.data[first : int(texts.starts[place + 1]) - 1].tobytes()
        found = [(match, cues.entries[match.pattern]) for match in cues.phrases.matches(text)]
        masks = [(match.start, match.end, entry) for match, entry in found if isinstance(entry, Mask)]
        ends: dict[str, int] = {}
        context: Context | None = None
        for match, cue in found:
            if not isinstance(cue, Cue) or match.start < ends.get(cue.id, 0):
                continue
            if context is None:
                context = Context(text, _markers(text, [match for match, _ in found]) if role == "user" else [], masks)
            ends[cue.id] = match.end
            judged = judge(cue, match.start, match.end, context, role)
            origin = texts.characters(np.array([first + match.start, first + match.end - 1]))
            yield Finding(
                int(turns.conversation[row]), int(turns.turn[row]), int(origin[0]), int(origin[1]) + 1,
                "crisis", cue.id, cue.kind, judged.level, role, judged.subject, judged.time, judged.frame,
            )  # fmt: skip


def _markers(text: bytes, found: list[Found]) -> list[Marker]:
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
