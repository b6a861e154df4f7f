"""A case is told, thought through in steps, and answered by a tentative formulation in the style of its modality.

Styles: the five Ps (Weerasekera 1996; Macneil et al. 2012), the maintenance cycle of cognitive behavioural therapy, the
focal psychodynamic formulation (conflict, defence, relationship), the systemic and the narrative one (Johnstone & Dallos 2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pixel_assets.generation.composed import Composed, Known, Turn
from pixel_assets.generation.forms.case_facts import Case, case_of
from pixel_assets.generation.forms.wording import grammar_for, shuffled
from pixel_assets.generation.grammar import Speaker, tidy
from pixel_assets.generation.scenario import Scenario

STYLES: Final[Mapping[str, tuple[str, ...]]] = {
    "five_ps": ("p.presenting", "p.predisposing", "p.precipitating", "p.perpetuating", "p.protective"),
    "maintenance_cycle": ("cycle.trigger", "cycle.meaning", "cycle.response", "cycle.cost", "cycle.origin", "cycle.exit"),
    "psychodynamic": ("depth.conflict", "depth.past", "depth.room"),  # and what is known of defence and attachment
    "systemic": ("system.context", "system.circle", "system.turn", "system.belief", "system.resource"),
    "narrative": ("story.name", "story.tactics", "story.history", "story.exceptions", "story.hopes"),
}
_OF_MODALITY: Final = {
    "cbt": "maintenance_cycle", "act": "maintenance_cycle", "dbt": "maintenance_cycle", "emdr": "maintenance_cycle",
    "compassion_focused": "maintenance_cycle", "psychodynamic": "psychodynamic", "schema": "psychodynamic",
    "interpersonal": "systemic", "family_systemic": "systemic", "narrative": "narrative", "person_centred": "narrative",
}  # fmt: skip
_TOLD: Final = ("ask.presenting", "ask.history", "ask.culture", "ask.goal", "ask.seen", "ask.quote")
_GRAMMAR: Final = ("reasoning.yaml", "formulation.yaml", "formulation_styles.yaml", "formulation_strengths.yaml")


def case_formulation(scenario: Scenario, known: Known) -> Composed:
    """Two or four turns with reasoning; the disorder must be among the scenario's entries, all others may be missing."""
    speaker = Speaker(grammar_for(scenario, *_GRAMMAR), scenario.seed)
    case = case_of(scenario, known, speaker)
    speaker.values = case.values
    own = speaker.chance(0.25)
    style = _OF_MODALITY.get(scenario.modality or "", "five_ps")
    if style != "five_ps" and speaker.chance(0.2):
        style = "five_ps"
    turns, reasoning = (_with_client if own else _with_colleague)(scenario, speaker, case, style)
    by = "client" if own else "colleague"
    return Composed(tuple(turns), (f"case_formulation/{style}", f"case_formulation/{by}"), reasoning)


def _with_colleague(scenario: Scenario, speaker: Speaker, case: Case, style: str) -> tuple[list[Turn], str]:
    told = [symbol for symbol in _TOLD if symbol in speaker.grammar]
    told += [symbol for symbol, there in (("ask.room", bool(case.values["room"])), ("ask.referred", True)) if there]
    if "differential" in case.has:
        told.append("ask.other")
    dropped = {"low": 3, "moderate": 2, "high": 0}[scenario.complexity]
    order = shuffled(speaker, told[2:])[dropped:]
    wants = [text for text in speaker.grammar["ask.want"] if "intervention" in case.has or "{intervention}" not in text]
    ask = speaker.pick(wants)
    parts = [
        speaker.say("ask.open"), speaker.say("ask.person"), *(speaker.say(symbol) for symbol in (*told[:2], *order)),
        tidy(speaker.expand(ask)),
    ]  # fmt: skip
    turns = [
        Turn("user", _laid_out(speaker, parts), "question"),
        Turn("assistant", _answer(scenario, speaker, case, style), "answer"),
    ]
    if speaker.chance(0.45):
        kind = speaker.pick(("client", "wrong", "disagree", "first", "neat"))
        turns.append(Turn("user", speaker.say(f"back_ask.{kind}"), "question"))
        turns.append(Turn("assistant", speaker.say(f"back.{kind}"), "answer"))
    return turns, _reasoning(scenario, speaker, case, own=False)


def _laid_out(speaker: Speaker, parts: list[str]) -> str:
    if speaker.chance(0.25):
        return "\n".join([parts[0], *(f"- {part}" for part in parts[1:-1]), parts[-1]])
    if speaker.chance(0.4):
        middle = len(parts) // 2
        return " ".join(parts[:middle]) + "\n\n" + " ".join(parts[middle:])
    return " ".join(parts)


def _answer(scenario: Scenario, speaker: Speaker, case: Case, style: str) -> str:
    parts = [speaker.say("say.open")]
    if scenario.risk != "none":
        parts.insert(0, speaker.say("safety.clinician"))
        if scenario.risk == "imminent":
            parts.insert(1, speaker.say("safety.imminent"))
    symbols = [symbol for symbol in STYLES[style] if symbol in speaker.grammar]
    if style == "psychodynamic":
        symbols.insert(1, "depth.defence" if "defence" in case.has else "depth.plain")
        if "attachment" in case.has:
            symbols.insert(2, "depth.bond")
    elif len(symbols) > 4 and style != "five_ps" and speaker.chance(0.5):
        symbols.remove(speaker.pick(symbols[1:-1]))
    body = [speaker.say(symbol) for symbol in symbols]
    parts.append(("\n" if speaker.chance(0.5) else " ").join(body) if style != "five_ps" else "\n".join(f"- {p}" for p in body))
    extra = [symbol for symbol, role in (("say.style", "profile"), ("say.population", "population")) if role in case.has]
    parts += [speaker.say(symbol) for symbol in extra if speaker.chance(0.6)]
    if "differential" in case.has:
        parts.append(speaker.say("say.differential"))
    parts.append(speaker.say("say.step" if "intervention" in case.has else "say.no_step"))
    questions = [speaker.say("say.question") for _ in range(3 if scenario.complexity == "high" else 2)]
    lead = speaker.say("say.questions")
    parts.append(f"{lead} {' '.join(questions)}" if speaker.chance(0.5) else "\n".join([lead, *(f"- {q}" for q in questions)]))
    if scenario.risk == "none":
        parts.append(speaker.say("safety.asked"))
    parts.append(speaker.say("not_certain"))
    return "\n\n".join(parts)


def _with_client(scenario: Scenario, speaker: Speaker, case: Case, style: str) -> tuple[list[Turn], str]:
    more = [text for text in (scenario.culture, scenario.goal, case.values["quote"]) if text]
    mine = [scenario.presenting, scenario.history, *shuffled(speaker, more)]
    kept = mine[: {"low": 3, "moderate": 4, "high": 5}[scenario.complexity]]
    said = [speaker.say("own.open"), speaker.say("own.person"), *kept, speaker.say("own.ask")]
    you = {"strength": speaker.expand("{strength.you}")}
    you["strength_cap"] = you["strength"][:1].upper() + you["strength"][1:]
    symbols = ["you.open", "you.now", "you.began", "you.kept"]
    optional = [symbol for symbol in ("you.before", "you.family", "you.not_fault") if symbol in speaker.grammar]
    symbols[3:3] = [symbol for symbol in optional if speaker.chance(0.55)]
    symbols += ["you.strength", "you.next" if "intervention" in case.has else "you.not_fault", "you.safe", "you.end"]
    if scenario.risk != "none":
        symbols = ["safety.client", *(symbol for symbol in symbols if symbol != "you.safe")]
    parts = [speaker.say(symbol, **you) for symbol in dict.fromkeys(symbols)]
    turns = [
        Turn("user", _laid_out(speaker, said), "question"),
        Turn("assistant", ("\n\n" if speaker.chance(0.6) else " ").join(parts), "answer"),
    ]
    if scenario.risk == "none" and speaker.chance(0.6):
        kind = speaker.pick(("fits", "corrects", "blames", "safe"))
        turns.append(Turn("user", speaker.say(f"you_back.{kind}"), "question"))
        turns.append(Turn("assistant", speaker.say(f"you_reply.{kind}", **you), "answer"))
    return turns, _reasoning(scenario, speaker, case, own=True)


def _reasoning(scenario: Scenario, speaker: Speaker, case: Case, own: bool) -> str:
    steps = [
        "think.open",
        "think.presenting",
        "think.predisposing",
        "think.precipitating",
        "think.perpetuating",
        "think.protective",
    ]
    if not own:
        steps.insert(2, "think.fit")
    inner = [f"think.{role}" for role in ("attachment", "organisation", "defence", "profile", "population") if role in case.has]
    steps += shuffled(speaker, inner)
    if "differential" in case.has:
        steps.append("think.differential")
    steps += ["think.against", "think.unknown", "safety.asked" if scenario.risk == "none" else "safety.clinician"]
    steps += ["think.step" if "intervention" in case.has else "think.no_step", "think.own" if own else "think.end"]
    texts = [speaker.say(step) for step in steps]
    match speaker.pick(("numbered", "flowing", "steps")):
        case "numbered":
            return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
        case "steps":
            return "\n".join([texts[0], *(f"Step {number}: {text}" for number, text in enumerate(texts[1:-1], 1)), texts[-1]])
        case _:
            half = len(texts) // 2
            return " ".join(texts[:half]) + "\n\n" + " ".join(texts[half:])
