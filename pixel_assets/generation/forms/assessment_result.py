"""What the answers to an instrument add up to, in words: the sum, its band, what it does not say, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.composed import Turn
from pixel_assets.generation.forms.wording import clause, plain_name
from pixel_assets.generation.grammar import Speaker
from pixel_assets.knowledge.model import InstrumentEntry
from pixel_assets.knowledge.scoring import score

_TO_CLINICIANS: Final = re.compile(r"\b[Aa]sk\b|ninth|^A score")


def kind_of(instrument: InstrumentEntry) -> int:
    """0: how often, 1: agreement, 2: accuracy."""
    first = instrument.details.items[0]
    return 2 if first.facet is not None else int(any(item.keyed == "minus" for item in instrument.details.items))


@dataclass(frozen=True)
class Result:
    """Sums in words: what is said to the client, and the arithmetic behind it."""

    sums: str
    arithmetic: str


def result_of(instrument: InstrumentEntry, answers: Mapping[str, int], speaker: Speaker) -> Result:
    found, details = score(instrument, answers), instrument.details
    values = {
        item.id: answers[item.id] if item.keyed == "plus" else details.scale.lowest + details.scale.highest - answers[item.id]
        for item in details.items
    }
    lines = [f"{instrument.name}: {details.scoring}"]
    for item in details.items:
        turned = f" (reversed, counts {values[item.id]})" if item.keyed == "minus" else ""
        lines.append(
            f"{item.id}: {details.scale.answers[answers[item.id] - details.scale.lowest].lower()} = {answers[item.id]}{turned}"
        )
    if found.total is not None:
        sums = " + ".join(str(values[item.id]) for item in details.items)
        if any(item.keyed == "minus" for item in details.items):
            sums += ", the negative sentences turned round"
        lines.append(f"Total: {found.total}, band: {found.band}. A screening result, no diagnosis.")
        said = [speaker.say("score.sum", sum=sums, total=str(found.total)), speaker.say("score.band", band=str(found.band))]
    else:
        said = []
        for facet, total in found.facets.items():
            parts = [values[item.id] for item in details.items if item.facet == facet]
            title = plain_name(facet.removeprefix(f"{_trait_of(instrument, facet)}_")).capitalize()
            lines.append(
                f"{title}: {' + '.join(map(str, parts))} = {total}, on a range from 4 to 20. No norm is given, so no band."
            )
            level = "low" if total < 10 else "high" if total > 14 else "middle"
            said.append(speaker.say("score.trait", facet=title, sum=" + ".join(map(str, parts)), total=str(total)))
            said.append(speaker.say(f"score.trait_{level}"))
    if found.risk:
        lines.append("An answer about not wanting to live is above zero: safety is asked about before anything else.")
    return Result(" ".join(said), "\n".join(lines))


def _trait_of(instrument: InstrumentEntry, facet: str) -> str:
    return next(item.trait or "" for item in instrument.details.items if item.facet == facet)


def talked_about(instrument: InstrumentEntry, total: int | None, result: Result, speaker: Speaker) -> list[Turn]:
    details = instrument.details
    level = _level(instrument, total)
    cautions = [
        clause(text)
        for text in details.cautions
        if not _TO_CLINICIANS.search(text) and (level == "low" or not text.startswith("A low score"))
    ]
    caution = speaker.pick(cautions) if cautions else clause(details.cautions[-1])
    parts = [result.sums, speaker.say("score.no_diagnosis", caution=caution)]
    if speaker.chance(0.5) and caution not in parts[1]:
        parts.append(speaker.say("score.caution", caution=caution))
    turns = [
        Turn("assistant", " ".join([*parts, speaker.say("link.ask")]), "formulation"),
        Turn("user", speaker.say("link.answer_low" if level == "low" else "link.answer"), "formulation"),
        Turn("assistant", speaker.say(f"next.{level}"), "closing"),
    ]
    if speaker.chance(0.6):
        turns.append(Turn("user", speaker.say("bye.client"), "closing"))
        turns.append(Turn("assistant", speaker.say("bye.reply"), "closing"))
    return turns


def _level(instrument: InstrumentEntry, total: int | None) -> str:
    if total is None:
        return "traits"
    if kind_of(instrument) == 1:
        return "self"
    bands = instrument.details.bands
    number = next(number for number, band in enumerate(bands) if band.first <= total <= band.last)
    return "low" if number == 0 else "middle" if number == 1 and len(bands) > 2 else "high"
