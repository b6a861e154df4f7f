"""A vignette, the disorders that might be taken for each other, and a graded conclusion; never a certain one.

Every candidate is weighed by the question that tells it apart (the ``note`` of a relation ``differential``), by what of its
criteria is told or not, and beside bodily causes and risk (First, *DSM-5-TR Handbook of Differential Diagnosis*, on the order).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.composed import Composed, Known, Turn
from pixel_assets.generation.forms.wording import (
    aged,
    clause,
    first_of,
    grammar_for,
    harmless,
    listed,
    of_them,
    quotes_for,
    shuffled,
    some,
    standing_alone,
    telling,
    unalarming,
)
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import DisorderEntry, PopulationEntry

_GRAMMAR: Final = ("reasoning.yaml", "differential.yaml")
_TIME: Final = re.compile(r"\b(?:months?|weeks?|years?|days|lasted|begins)\b")


@dataclass(frozen=True)
class _Other:
    """A candidate: its name, the question that tells it apart if there is one, what is missing for it, and what is there."""

    name: str
    question: str | None
    missing: str
    shared: str | None  # a feature of it that the vignette holds
    beside: bool  # known to come together with the disorder


def differential_diagnosis(scenario: Scenario, known: Known) -> Composed:
    """Two to six turns with reasoning; needs a disorder and at least one differential among the scenario's entries."""
    speaker = Speaker(grammar_for(scenario, *_GRAMMAR), scenario.seed)
    disorder = first_of(DisorderEntry, scenario, known, "disorder")
    if disorder is None:
        raise KeyError("disorder")
    others = _others(scenario, known, disorder, speaker)
    speaker.values = _values(scenario, known, disorder, others, speaker)
    asks_back = speaker.chance(0.45)
    turns = [Turn("user", _vignette(scenario, speaker, others), "question")]
    if asks_back:
        turns.append(Turn("assistant", _questions_back(scenario, speaker, others), "question"))
        turns.append(Turn("user", _findings(scenario, speaker, others), "answer"))
    turns.append(Turn("assistant", _conclusion(scenario, speaker, others), "answer"))
    if speaker.chance(0.3):
        kind = speaker.pick(("change", "tell", "sure"))
        turns.append(Turn("user", speaker.say(f"more_ask.{kind}"), "question"))
        turns.append(Turn("assistant", speaker.say(f"more.{kind}"), "answer"))
    shape = "asks_back" if asks_back else "at_once"
    return Composed(tuple(turns), (f"differential_diagnosis/{shape}",), _weighing(scenario, known, disorder, others, speaker))


def _others(scenario: Scenario, known: Known, disorder: DisorderEntry, speaker: Speaker) -> tuple[_Other, ...]:
    notes = {relation.to: relation.note for relation in disorder.relations if relation.how == "differential"}
    beside = {relation.to for relation in disorder.relations if relation.how == "comorbid_with"}
    found = []
    names = scenario.of("differential")
    hinted = speaker.pick(names) if names and speaker.chance(0.7) else None
    for name in names:
        other = known[name]
        back = (r.note for r in other.relations if r.how == "differential" and r.to == scenario.disorder)
        core = harmless(telling(other.details.criteria)) if isinstance(other, DisorderEntry) else (other.summary,)
        missing, *rest = some(speaker, core, 2, f"core {name}")
        shared = clause(rest[0]) if rest and name == hinted else None
        found.append(_Other(clause(other.name), notes.get(name) or next(back, None), clause(missing), shared, name in beside))
    if not found:
        raise KeyError("differential")
    return tuple(found)


def _values(
    scenario: Scenario, known: Known, disorder: DisorderEntry, others: tuple[_Other, ...], speaker: Speaker
) -> dict[str, str]:
    details = disorder.details
    core = some(speaker, harmless(telling(details.criteria)), 3, "criteria")
    signs = core if len(core) < 3 else core[:2]
    rest = [text for text in standing_alone(details.criteria) if text not in core]
    name, names = clause(disorder.name), [other.name for other in others]
    population = first_of(PopulationEntry, scenario, known, "population")
    quotes = quotes_for(scenario, unalarming(details))
    values = {
        "age": str(scenario.age), "aged": aged(scenario.age), "occupation": scenario.occupation, "them": "them",
        "occupation_cap": scenario.occupation[:1].upper() + scenario.occupation[1:], "household": of_them(scenario.household),
        "presenting": scenario.presenting, "history": scenario.history, "culture": scenario.culture, "disorder": name,
        "disorder_cap": disorder.name, "names": listed(shuffled(speaker, [name, *names])), "or_names": listed(names, "or"),
        "names_others": listed(names), "first_other": names[0], "first_other_cap": names[0][:1].upper() + names[0][1:],
        "signs": "; ".join(clause(text) for text in signs), "met": clause(signs[0]), "sign": clause(core[-1]),
        "open": clause(speaker.pick(rest or list(details.criteria))), "quote": speaker.pick(quotes),
        "bodily": speaker.expand("{unknown_bodily}"), "risk": clause(speaker.pick(details.risk)),
        "question": others[0].question or "Which came first, and which stays in good weeks?",
        "duration": clause(next((text for text in details.criteria if _TIME.search(text)), details.criteria[-1])),
        "hint": next((other.shared for other in others if other.shared), ""),
    }  # fmt: skip
    if population:
        considered = clause(speaker.pick(population.details.considerations))
        values |= {"population": clause(population.name), "consideration": considered}
    return values


def _vignette(scenario: Scenario, speaker: Speaker, others: tuple[_Other, ...]) -> str:
    told = ["case.said", "case.signs", "case.began"]
    more = [symbol for symbol in ("case.quote", "case.context") if symbol in speaker.grammar]
    told += [symbol for symbol in more if scenario.complexity == "high" or speaker.chance(0.5)]
    if speaker.values["hint"]:
        told.append("case.hint")
    middle = [speaker.say(symbol) for symbol in shuffled(speaker, told)]
    parts = [speaker.say("case.person"), *middle]
    first, last = speaker.say("case.open"), speaker.say("case.want")
    if speaker.chance(0.2):
        return "\n".join([first, *(f"- {part}" for part in parts), last])
    if speaker.chance(0.5):
        return f"{first}\n\n{' '.join(parts)}\n\n{last}"
    return " ".join([first, *parts, last])


def _questions_back(scenario: Scenario, speaker: Speaker, others: tuple[_Other, ...]) -> str:
    asked = [_asked(other) for other in others[:3]]
    asked.append(speaker.say("back.risk" if scenario.risk == "none" else "back.danger"))
    lead = speaker.say("back.lead")
    if speaker.chance(0.5):
        return "\n".join([lead, *(f"{number}. {question}" for number, question in enumerate(asked, 1))])
    return " ".join([lead, *asked])


def _asked(other: _Other) -> str:
    return other.question or f"What speaks for {other.name}: which came first, and which stays in good weeks?"


def _findings(scenario: Scenario, speaker: Speaker, others: tuple[_Other, ...]) -> str:
    parts = [speaker.say("found.lead"), speaker.say("found.self")]
    for other in others:
        text = {"other": other.name, "other_cap": other.name[:1].upper() + other.name[1:], "missing": other.missing}
        parts.append(speaker.say("found.some", **text, shared=other.shared) if other.shared else speaker.say("found.not", **text))
    parts.append(speaker.say("found.safe" if scenario.risk == "none" else "found.risk"))
    return " ".join(parts)


def _conclusion(scenario: Scenario, speaker: Speaker, others: tuple[_Other, ...]) -> str:
    rest = []
    for other in others:
        text = {"other": other.name, "question": _asked(other), "missing": other.missing}
        rest.append(speaker.say("end.other", **text))
    lead = speaker.say("end.others")
    listed_out = "\n".join([lead, *(f"- {text}" for text in rest)]) if speaker.chance(0.6) else " ".join([lead, *rest])
    parts = [f"{speaker.say('end.most')} {speaker.say('end.why')}", listed_out, speaker.say("end.bodily")]
    parts += [speaker.say("end.next"), speaker.say("safety.asked" if scenario.risk == "none" else "safety.clinician")]
    if scenario.risk != "none":
        parts.insert(0, parts.pop())
    if scenario.risk == "imminent":
        parts.insert(1, speaker.say("safety.imminent"))
    parts.append(speaker.say("end.limit"))
    return ("\n\n" if speaker.chance(0.7) else "\n").join(parts)


def _weighing(scenario: Scenario, known: Known, disorder: DisorderEntry, others: tuple[_Other, ...], speaker: Speaker) -> str:
    steps = [speaker.say("weigh.open"), speaker.say("weigh.known"), speaker.say("weigh.main")]
    if any(_TIME.search(text) for text in disorder.details.criteria):
        steps.append(speaker.say("weigh.duration"))
    for other in others:
        text = {"other": other.name, "other_cap": other.name[:1].upper() + other.name[1:], "missing": other.missing}
        weighed = [speaker.say("weigh.ask" if other.question else "weigh.without", **text, question=other.question or "")]
        weighed.append(speaker.say("weigh.against", **text))
        if other.shared:
            weighed.insert(1, speaker.say("weigh.shared", shared=other.shared))
        if other.beside:
            weighed.append(speaker.say("weigh.both"))
        steps.append(" ".join(weighed))
    rest = ["weigh.bodily", "weigh.own_risk", *(["weigh.context"] if "weigh.context" in speaker.grammar else [])]
    rest += ["weigh.population"] if "population" in speaker.values else []
    steps += [speaker.say(symbol) for symbol in shuffled(speaker, rest)]
    steps.append(speaker.say("safety.asked" if scenario.risk == "none" else "safety.clinician"))
    steps.append(speaker.say("weigh.end"))
    if speaker.chance(0.5):
        return "\n".join(f"{number}. {text}" for number, text in enumerate(steps, 1))
    return "\n".join(steps) if speaker.chance(0.5) else " ".join(steps)
