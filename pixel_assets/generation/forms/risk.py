"""What a session does when danger comes up: it asks plainly, follows the protocol, and only then goes on to anything else."""

from __future__ import annotations

from typing import Final

from pixel_assets.generation.composed import Known, Turn
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.forms.skills import skill_question
from pixel_assets.generation.scenario import Scenario

_STEPS: Final = ("ask", "close", "safe")


def speak_of_risk(dialogue: Dialogue, scenario: Scenario, known: Known) -> tuple[str, ...]:
    """Ask about the danger of each active protocol and answer it by the protocol's steps; gives ids of what was used.

    A protocol without texts of its own is handled as ``risk.other``: danger is asked about plainly and people are brought in.
    """
    protocols = [protocol for protocol in scenario.of("protocol") if known[protocol].kind == "safety_protocol"]
    spoken = [protocol for protocol in protocols if f"risk.{protocol}.ask" in dialogue.speaker.grammar] or ["other"]
    spoken = spoken[: 2 if dialogue.left >= 18 else 1]
    for at, protocol in enumerate(spoken):
        for step in _STEPS:
            symbol = f"risk.{protocol}.{step}"
            if symbol not in dialogue.speaker.grammar or (at and step == "safe"):
                continue
            question, *chain = dialogue.chain(symbol)
            dialogue.ask("exploration", question, chain)
            if at == 0 and step == "ask" and (asked := skill_question(dialogue, scenario, known, "danger")):
                dialogue.ask("exploration", *asked)
    level = "imminent" if scenario.risk == "imminent" else "voiced"
    question, *chain = dialogue.chain(f"risk.help.{level}")
    dialogue.ask("exploration", question, chain)
    return tuple(f"risk/{protocol}" for protocol in spoken)


def end_at_once(dialogue: Dialogue) -> tuple[Turn, ...]:
    """End a conversation in acute danger with the next step alone, and give all turns."""
    speaker = dialogue.speaker
    dialogue.ask("closing", speaker.say("imminent.ask"), (speaker.say("imminent.reply"),))
    return dialogue.close(speaker.say("imminent.last"))
