"""Questions of the skills that a scenario names, in the words of the knowledge base, each with replies that fit."""

from __future__ import annotations

from typing import Final, Literal

from pixel_assets.generation.composed import Known
from pixel_assets.generation.forms.cues import answered
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import SkillEntry

GRAMMAR: Final = "session_skills.yaml"
Moment = Literal["middle", "end", "view", "danger"]
# When in a session the questions of a skill are asked; those of all others in its middle
_MOMENTS: Final[dict[str, Moment]] = {"closing_a_session": "end", "sharing_a_formulation": "view", "asking_about_risk": "danger"}
_OF_THE_YOUNG: Final = "interviewing_young_people"
_GROWN_UP: Final = 18
_QUIET: Final = "holding_silence"
_LOOKS_BACK: Final = "summarising"
_LOOKED_BACK_ON: Final = 6  # turns, before there is anything to sum up


def skill_question(dialogue: Dialogue, scenario: Scenario, known: Known, moment: Moment) -> tuple[str, tuple[str, ...]] | None:
    """A question that suits the moment, with the chain that answers it; None where no skill of the scenario has one left."""
    possible = []
    for name in scenario.of("skill"):
        entry = known[name]
        if not isinstance(entry, SkillEntry) or _MOMENTS.get(name, "middle") != moment:
            continue
        if name == _OF_THE_YOUNG and scenario.age >= _GROWN_UP:
            continue
        if name == _LOOKS_BACK and len(dialogue.turns) < _LOOKED_BACK_ON:
            continue
        phrases = (phrase for phrase in entry.details.phrases if not dialogue.has_said(phrase))
        possible += answered(GRAMMAR, "skill", name, phrases)
    usable = [f"{symbol}\n{phrase}" for phrase, symbol in possible if symbol in dialogue.speaker.grammar]
    if not usable:
        return None
    symbol, phrase = dialogue.speaker.pick(usable, "skill").split("\n")
    return phrase, dialogue.chain(symbol)


def quiet_words(scenario: Scenario, known: Known) -> tuple[str, ...]:
    """What is said to leave room, where the scenario names the skill of it: statements, and about nothing that was said."""
    entry = known[_QUIET] if _QUIET in scenario.of("skill") else None
    phrases = entry.details.phrases if isinstance(entry, SkillEntry) else ()
    return tuple(phrase for phrase in phrases if not phrase.endswith("?") and "you went" not in phrase.lower())
