"""An instrument in conversation: introduced with its limits, answered in the client's words, scored, and led back to life.

Answers are drawn before a word is said, and scored by :func:`pixel_assets.knowledge.scoring.score`. An answer above the lowest
to an item that asks about danger stops the questionnaire for a plain question about safety (Kroenke, Spitzer & Williams 2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pixel_assets.generation.composed import Composed, Known, Stage, Turn
from pixel_assets.generation.forms.assessment_result import kind_of, result_of, talked_about
from pixel_assets.generation.forms.wording import clause, grammar_for, sentence
from pixel_assets.generation.grammar import Speaker, tidy
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.details import Item
from pixel_assets.knowledge.model import InstrumentEntry
from pixel_assets.knowledge.scoring import score

_GRAMMAR: Final = ("assessment.yaml",)
_SHORTENED: Final = 20  # an instrument with more items is talked about by two of its facets
_ABOUT: Final = {
    "phq_9_1": "joy", "phq_9_2": "low", "phq_9_3": "sleep", "phq_9_4": "tired", "phq_9_5": "food", "phq_9_6": "worth",
    "phq_9_7": "mind", "phq_9_8": "pace", "phq_2_1": "joy", "phq_2_2": "low", "gad_7_1": "edge", "gad_7_2": "worry",
    "gad_7_3": "worry", "gad_7_4": "relax", "gad_7_5": "pace", "gad_7_6": "cross", "gad_7_7": "dread", "gad_2_1": "edge",
    "gad_2_2": "worry",
}  # fmt: skip
_KINDS: Final = {0: ("often", "freq"), 1: ("statement", "degree"), 2: ("trait", "fit")}


def assessment(scenario: Scenario, known: Known) -> Composed:
    """A conversation with drawn answers about the first instrument among the scenario's entries."""
    return assessment_of(scenario, known, drawn_answers(scenario, known))


def asked_of(scenario: Scenario, known: Known) -> InstrumentEntry:
    """The instrument that is given: as it stands, or two facets of a long one; raises ``KeyError`` where there is none."""
    name = next((name for name in scenario.of("instrument") if isinstance(known[name], InstrumentEntry)), None)
    entry = known[name] if name is not None else None
    if not isinstance(entry, InstrumentEntry):
        raise KeyError("instrument")
    items = entry.details.items
    if len(items) <= _SHORTENED:
        return entry
    speaker = Speaker({}, scenario.seed)
    facets = list(dict.fromkeys(item.facet for item in items if item.facet is not None))
    traits = {item.facet: item.trait for item in items}
    first = speaker.pick(facets)
    chosen = (first, speaker.pick([facet for facet in facets if traits[facet] != traits[first]]))
    kept = tuple(item for facet in chosen for item in items if item.facet == facet)
    return entry.model_copy(update={"details": entry.details.model_copy(update={"items": kept})})


def drawn_answers(scenario: Scenario, known: Known) -> dict[str, int]:
    """An answer to each item that is asked; danger is answered by the scenario's risk alone."""
    instrument = asked_of(scenario, known)
    scale = instrument.details.scale
    speaker = Speaker({}, scenario.seed + 1)
    steps = scale.highest - scale.lowest
    heavy = {"low": 0.2, "moderate": 0.5, "high": 0.8}[scenario.complexity]
    answers = {}
    for item in instrument.details.items:
        if item.risk:
            answers[item.id] = scale.lowest + {"none": 0, "voiced": 1 + speaker.chance(0.4), "imminent": steps}[scenario.risk]
            continue
        level = sum(speaker.chance(heavy) for _ in range(steps))
        burdened = item.keyed == "minus" if kind_of(instrument) == 1 else True
        answers[item.id] = scale.lowest + (level if burdened else steps - level)
    return answers


def assessment_of(scenario: Scenario, known: Known, answers: Mapping[str, int]) -> Composed:
    """The conversation for given answers, by item id; raises :class:`KnowledgeError` where they do not fit the instrument."""
    instrument = asked_of(scenario, known)
    speaker = Speaker(grammar_for(scenario, *_GRAMMAR), scenario.seed, _values(scenario, instrument))
    found = score(instrument, answers)
    if scenario.risk == "imminent":
        return _emergency(speaker)
    turns = _asked(scenario, instrument, answers, speaker)
    result = result_of(instrument, answers, speaker)
    danger = bool(found.risk) or scenario.risk != "none"
    if danger:
        turns += _safety(speaker)
    turns += talked_about(instrument, found.total, result, speaker)
    name = next(name for name in scenario.of("instrument") if known[name].name == instrument.name)
    shape = "safety" if danger else "plain"
    return Composed(tuple(turns), (f"assessment/{name}", f"assessment/{shape}"), result.arithmetic)


def _values(scenario: Scenario, instrument: InstrumentEntry) -> dict[str, str]:
    return {
        "name": clause(instrument.name), "summary": sentence(instrument.summary), "presenting": scenario.presenting,
        "history": scenario.history, "culture": scenario.culture, "goal": scenario.goal, "age": str(scenario.age),
        "occupation": scenario.occupation, "household_line": f"I live {scenario.household}.",
        "remark": scenario.presenting, "lowest": str(instrument.details.scale.lowest * 4),
        "highest": str(instrument.details.scale.highest * (4 if kind_of(instrument) == 2 else len(instrument.details.items))),
    }  # fmt: skip


def _asked(scenario: Scenario, instrument: InstrumentEntry, answers: Mapping[str, int], speaker: Speaker) -> list[Turn]:
    """From the first question to the last answer."""
    kind = kind_of(instrument)
    intro = " ".join(
        (speaker.say("intro.name"), speaker.say("intro.limits"), speaker.say(f"intro.{('window', 'agree', 'accurate')[kind]}"))
    )
    turns = [Turn("user", speaker.say("want.traits" if kind == 2 else "want.open"), "engagement")]
    if scenario.risk != "none":  # what opens the conversation may be a hint already
        turns.append(Turn("assistant", speaker.say("safe.first"), "engagement"))
        turns.append(Turn("user", speaker.say("safe.first_answer"), "engagement"))
        intro = f"{speaker.say('safe.then')} {intro}"
    said = ""
    for number, group in enumerate(_groups(instrument, speaker)):
        lead = speaker.say("go.first" if number == 0 else "go.next")
        if number and speaker.chance(0.25):
            lead = speaker.say("go.noted", noted=f'"{clause(said)}"')
        question = tidy(f"{lead} {_question(group, kind, speaker)}")
        stage: Stage = "exploration" if number else "engagement"
        turns.append(Turn("assistant", question if number else f"{intro}\n\n{question}", stage))
        turns.append(Turn("user", _answered(group, kind, answers, speaker), "exploration"))
        said = instrument.details.scale.answers[answers[group[-1].id] - instrument.details.scale.lowest]
    return turns


def _groups(instrument: InstrumentEntry, speaker: Speaker) -> list[list[Item]]:
    sizes = speaker.pick(("1", "2", "3", "12", "21", "123"))
    groups: list[list[Item]] = [[]]
    for item in instrument.details.items:
        if item.risk or (groups[-1] and groups[-1][-1].risk) or len(groups[-1]) >= int(sizes[(len(groups) - 1) % len(sizes)]):
            groups.append([])
        groups[-1].append(item)
    return [group for group in groups if group]


def _question(group: Sequence[Item], kind: int, speaker: Speaker) -> str:
    if group[0].risk:
        return speaker.say("ask.last")
    symbol = f"ask.{_KINDS[kind][0]}"
    texts = [speaker.say(symbol, item=_item(item, kind)) for item in group]
    if len(texts) == 1:
        return texts[0]
    names = ("first", "second", "third")[: len(texts)]
    return speaker.say(f"ask.{('two', 'three')[len(texts) - 2]}", **dict(zip(names, texts, strict=True)))


def _item(item: Item, kind: int) -> str:
    return (clause(item.text), item.text, f"I {clause(item.text)}")[kind]


def _answered(group: Sequence[Item], kind: int, answers: Mapping[str, int], speaker: Speaker) -> str:
    texts = []
    for item in group:
        answer = answers[item.id]
        text = speaker.say(f"{_KINDS[kind][1]}.{answer}")
        life = "nine" if item.risk else _ABOUT.get(item.id, ("self", "self", "trait")[kind])
        if (answer > 0 or kind) and speaker.chance(0.45 if kind else 0.7):
            remark = speaker.say(f"safe.{life}" if item.risk else f"life.{life}")
            text = f"{text} {remark}"
            if not kind and not item.risk:
                speaker.values = {**speaker.values, "remark": remark}
        texts.append(text)
    if len(texts) == 1:
        return texts[0]
    names = ("first", "second", "third")[: len(texts)]
    return speaker.say(f"answer.{('two', 'three')[len(texts) - 2]}", **dict(zip(names, texts, strict=True)))


def _safety(speaker: Speaker) -> list[Turn]:
    """The questions stop; danger is asked about, and the nights are made safer."""
    return [
        Turn("assistant", speaker.say("safe.ask"), "exploration"),
        Turn("user", speaker.say("safe.voiced"), "exploration"),
        Turn("assistant", speaker.say("safe.plan"), "exploration"),
        Turn("user", speaker.say("safe.agreed"), "exploration"),
    ]


def _emergency(speaker: Speaker) -> Composed:
    """No questionnaire where life is in danger now: one plain question, and the way to people who can come."""
    turns = (
        Turn("user", f"{speaker.say('want.open')} {speaker.say('safe.voicing')}", "engagement"),
        Turn("assistant", speaker.say("safe.ask"), "exploration"),
        Turn("user", speaker.say("safe.imminent"), "intervention"),
        Turn("assistant", speaker.say("safe.emergency"), "intervention"),
        Turn("user", speaker.say("safe.calling"), "intervention"),
        Turn("assistant", speaker.say("safe.stay"), "closing"),
    )
    return Composed(turns, ("assessment/emergency",), "Danger is near: no instrument now, emergency help first.")
