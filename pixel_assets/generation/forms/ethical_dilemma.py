"""A clinician's dilemma, weighed by duties and interests, and answered practically: what to say, what not to do, whom to ask.

The order of the reasoning (question, facts, interests, duties, options, law, consultation, record) follows the usual models
of ethical decision making (Koocher & Keith-Spiegel 2016; Pope & Vasquez 2016; Beauchamp & Childress 2019 on principles).
"""

from __future__ import annotations

from typing import Final

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.composed import Composed, Known, Turn
from pixel_assets.generation.forms.wording import bullets, clause, first_of, listed, sentence, shuffled, some
from pixel_assets.generation.grammar import Speaker, load_grammar, tidy
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import PopulationEntry, ProtocolEntry

SITUATIONS: Final = "ethics_situations.yaml"
_GRAMMAR: Final = ("reasoning.yaml", "ethics.yaml", SITUATIONS)
_PARTS: Final = " // "  # between a situation, what it turns on, and words that could be said


def ethical_dilemma(scenario: Scenario, known: Known) -> Composed:
    """Two or four turns with reasoning, about the first ethics entry; a protocol among the entries bears on the answer."""
    speaker = Speaker(load_grammar(*_GRAMMAR), scenario.seed)
    entry_id, entry = _entry(scenario, known)
    situations = speaker.grammar[f"situation.{entry_id}"]
    number = int(speaker.pick([str(n) for n in range(len(situations))]))
    situation, crux, words = (tidy(speaker.expand(part)) for part in situations[number].split(_PARTS))
    speaker.values = _values(scenario, known, entry, speaker) | {"crux": clause(crux), "words": words}
    turns = [
        Turn("user", _told(speaker, sentence(situation)), "question"),
        Turn("assistant", _counsel(scenario, entry, speaker), "answer"),
    ]
    if speaker.chance(0.4):
        kind = speaker.pick(("anger", "done", "cold", "boss"))
        turns.append(Turn("user", speaker.say(f"again.{kind}"), "question"))
        turns.append(Turn("assistant", speaker.say(f"reply.{kind}"), "answer"))
    template = f"ethical_dilemma/{entry_id}/{number + 1}"
    return Composed(tuple(turns), (template,), _weighed(scenario, entry, speaker))


def _entry(scenario: Scenario, known: Known) -> tuple[str, ProtocolEntry]:
    for name in scenario.of("ethics"):
        if isinstance(entry := known[name], ProtocolEntry):
            return name, entry
    raise KnowledgeError(
        "an ethical dilemma has no entry of ethics",
        where=f"scenario {scenario.scenario_id}",
        expected="an entry with role ethics",
    )


def _values(scenario: Scenario, known: Known, entry: ProtocolEntry, speaker: Speaker) -> dict[str, str]:
    details = entry.details
    nots = [clause(text) for text in some(speaker, details.must_not, 2, "must_not")]
    values = {
        "entry": clause(entry.name), "summary": sentence(entry.summary), "them": "them", "first_step": sentence(details.steps[0]),
        "musts": "; ".join(clause(text) for text in shuffled(speaker, details.must)),
        "nots": listed(nots, "or"), "not_a": nots[0], "not_b": nots[-1],
    }  # fmt: skip
    if protocol := first_of(ProtocolEntry, scenario, known, "protocol"):
        values |= {
            "protocol": clause(protocol.name), "protocol_cap": protocol.name,
            "protocol_step": clause(protocol.details.steps[0]),
            "protocol_must": "; ".join(clause(text) for text in some(speaker, protocol.details.must, 2, "protocol")),
            "protocol_not": clause(speaker.pick(protocol.details.must_not)),
        }  # fmt: skip
    if population := first_of(PopulationEntry, scenario, known, "population"):
        considered = clause(speaker.pick(population.details.considerations))
        values |= {"population": clause(population.name), "consideration": considered}
    return values


def _told(speaker: Speaker, situation: str) -> str:
    around = [speaker.say("dilemma.setting") for _ in range(int(speaker.pick(("0", "1", "1", "2"))))]
    if _bears(speaker, "population", 0.5):
        around.append(speaker.say("dilemma.work"))
    parts = [*around, situation] if speaker.chance(0.5) else [situation, *around]
    if speaker.chance(0.8):
        parts.insert(0, speaker.say("dilemma.open"))
    if "protocol" in speaker.values:
        parts.append(speaker.say("dilemma.danger"))
    if speaker.chance(0.55):
        parts.append(speaker.say("dilemma.pull"))
    parts.append(speaker.say("dilemma.ask"))
    return " ".join(parts)


def _counsel(scenario: Scenario, entry: ProtocolEntry, speaker: Speaker) -> str:
    steps = _steps(entry, speaker)
    middle = ["counsel.say", "counsel.must_not", *(["counsel.context"] if _bears(speaker, "population", 0.4) else [])]
    if speaker.chance(0.5):
        middle.append("counsel.why")
    middle.append("counsel.must")
    parts = [speaker.say("counsel.open")]
    if "protocol" in speaker.values:
        parts.append(speaker.say("counsel.protocol"))
    if scenario.risk != "none":
        parts.append(speaker.say("safety.clinician"))
    if scenario.risk == "imminent":
        parts.append(speaker.say("safety.imminent"))
    body = [speaker.say(symbol) for symbol in shuffled(speaker, middle)]
    if speaker.chance(0.7):
        body.insert(1, f"{speaker.say('counsel.steps')}{steps}")
    ends = shuffled(speaker, ("counsel.law", "counsel.consult", "counsel.record"))
    end = " ".join(speaker.say(symbol) for symbol in ends)
    return "\n\n".join([*parts, *body, end, speaker.say("counsel.humble")])


def _steps(entry: ProtocolEntry, speaker: Speaker) -> str:
    chosen = set(some(speaker, entry.details.steps, 3, "steps"))
    kept = [text for text in entry.details.steps if text in chosen]
    if speaker.chance(0.5):
        return "\n" + bullets(kept, speaker.pick(("- ", "* ")))
    return " " + "; then ".join(clause(text) for text in kept) + "."


def _bears(speaker: Speaker, name: str, probability: float) -> bool:
    return name in speaker.values and speaker.chance(probability)


def _weighed(scenario: Scenario, entry: ProtocolEntry, speaker: Speaker) -> str:
    symbols = ["duty.facts", "duty.principle", "duty.interests", "duty.must", "duty.must_not", "duty.options", "duty.law"]
    if speaker.chance(0.4):
        symbols.insert(1, symbols.pop(0))
    if "population" in speaker.values:
        symbols.insert(4, "duty.population")
    if "protocol" in speaker.values:
        symbols.insert(1, "duty.protocol")
    if scenario.risk != "none":
        symbols.insert(1, "safety.clinician")
    texts = [speaker.say("duty.open"), *(speaker.say(symbol) for symbol in symbols), speaker.say("duty.end")]
    match speaker.pick(("numbered", "flowing", "lines")):
        case "numbered":
            return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
        case "lines":
            return "\n".join(texts)
        case _:
            return " ".join(texts)
