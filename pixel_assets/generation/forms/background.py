"""What a therapist has in mind before a session: what the population asks for, and what an active protocol must and must not."""

from __future__ import annotations

from pixel_assets.generation.composed import Known
from pixel_assets.generation.forms.wording import all_of, clause, some
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import PopulationEntry, ProtocolEntry

_CONSIDERED = 2


def before_the_session(speaker: Speaker, scenario: Scenario, known: Known) -> str | None:
    """A few lines of thought; None where the scenario has neither a population nor a protocol of safety."""
    lines = []
    for population in all_of(PopulationEntry, scenario, known, "population"):
        considered = "; ".join(clause(text) for text in some(speaker, population.details.considerations, _CONSIDERED))
        strength = clause(speaker.pick(population.details.strengths))
        lines.append(speaker.say("mind.population", population=clause(population.name), considered=considered, strength=strength))
    for protocol in all_of(ProtocolEntry, scenario, known, "protocol"):
        must = "; ".join(clause(text) for text in protocol.details.must)
        must_not = "; ".join(clause(text) for text in protocol.details.must_not)
        lines.append(speaker.say("mind.protocol", protocol=protocol.name, must=must, must_not=must_not))
    if not lines:
        return None
    return "\n".join([*lines, speaker.say("mind.end")])
