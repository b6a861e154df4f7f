"""Crisis in what is said: one pass for all cues over all turns, and a look around where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.crisis.answers import answers, taken_back
from pixel_assets.safety.crisis.context import REACH, Context, Judgement, Marker, judge
from pixel_assets.safety.crisis.lexicon import Cue, lexicon, markers
from pixel_assets.safety.crisis.lines import Lines, portions
from pixel_assets.safety.crisis.phrases import Found
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.readings import readings
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts


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
    for places, lines in portions(texts, np.flatnonzero(sought[rows])):
        found = lexicon().phrases.find(lines)
        contexts = _contexts(lines, found)
        judged = [(int(places[line]), *each) for line in found for each in _judged(found[line], contexts[line])]
        bounds = np.array(
            [(texts.starts[place] + m.start, texts.starts[place] + m.end - 1) for place, m, _, _ in judged], np.int64
        )
        ends = texts.characters(bounds.ravel()).reshape(-1, 2).tolist()
        for (place, _, cue, judgement), (first, last) in zip(judged, ends, strict=True):
            row = rows[place]
            yield Finding(
                int(turns.conversation[row]), int(turns.turn[row]), first, last + 1,
                "crisis", cue.id, cue.kind, judgement.level, "user", judgement.subject, judgement.time, judgement.frame,
            )  # fmt: skip


def _judged(found: Sequence[Found], context: Context) -> Iterator[tuple[Found, Cue, Judgement]]:
    """The cues of one text and what they mean; of places of one cue that overlap the first."""
    ends: dict[str, int] = {}
    for match in found:
        cue = lexicon().entries[match.pattern]
        if match.start >= ends.get(cue.id, 0):
            ends[cue.id] = match.end
            yield match, cue, judge(cue, match.start, match.end, context)


def _contexts(lines: Lines, found: Mapping[int, Sequence[Found]]) -> dict[int, Context]:
    """What stands around the cues of texts, by number of the text."""
    covers = lexicon().covers.find(lines.take(list(found)))
    around = _markers(lines, found)
    masks = lexicon().masks
    return {
        line: Context(lines.texts[line][:-1], around[line], [(m.start, m.end, masks[m.pattern]) for m in covers.get(number, ())])
        for number, line in enumerate(found)
    }


def _markers(lines: Lines, found: Mapping[int, Sequence[Found]]) -> dict[int, list[Marker]]:
    """The markers around cues, by number of the text; of a long text only the stretches that a judgement looks at."""
    stretches = [(line, *stretch) for line in found for stretch in _stretches(len(lines.texts[line]) - 1, found[line])]
    known = markers()
    marked = known.phrases.find(Lines.of(lines.texts[line][first:last] for line, first, last in stretches))
    around: dict[int, list[Marker]] = {line: [] for line in found}
    for number, places in marked.items():
        line, first, _ = stretches[number]
        around[line] += [Marker(first + m.start, first + m.end, known.names[m.pattern]) for m in places]
    return {line: sorted(each) for line, each in around.items()}


def _stretches(length: int, found: Sequence[Found]) -> list[tuple[int, int]]:
    """Bounds of the parts of a text of some bytes that lie around what was found, ascending."""
    stretches: list[tuple[int, int]] = []
    for match in found:
        first, last = max(0, match.start - REACH), min(length, match.end + REACH)
        if stretches and first <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))
    return stretches
