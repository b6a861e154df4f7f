"""A session with a client who would rather not be there: guarded, hostile, silent, or too quickly in agreement."""

from __future__ import annotations

from typing import Final

from pixel_assets.generation.composed import Composed, Known
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.forms.session import GRAMMAR as SESSION
from pixel_assets.generation.forms.session import finish, run_session
from pixel_assets.generation.forms.theme import client_values, profile_line
from pixel_assets.generation.grammar import Speaker, load_grammar
from pixel_assets.generation.scenario import Scenario

GRAMMAR: Final = (*SESSION, "difficult.yaml")


def difficult_client(scenario: Scenario, known: Known) -> Composed:
    """A session that has to be won first; the kind of rupture is the scenario's first entry of the alliance.

    Raises ``KeyError`` for an entry that is not known.
    """
    speaker = Speaker(load_grammar(*GRAMMAR), scenario.seed)
    speaker.values = client_values(speaker, scenario, known)
    alliance = next((entry for entry in scenario.of("alliance") if known[entry]), "other")
    dialogue = Dialogue(speaker)
    _begin(dialogue, scenario, known, alliance)
    _mend(dialogue, alliance, 2 if scenario.complexity == "high" and scenario.risk == "none" else 1)
    used = run_session(dialogue, scenario, known, shorter_by=2)
    turns = finish(dialogue, scenario)
    return Composed(turns, (f"difficult_client/{alliance}", f"session/{scenario.modality or 'other'}/{used[0]}", *used[1:]))


def _begin(dialogue: Dialogue, scenario: Scenario, known: Known, alliance: str) -> None:
    speaker = dialogue.speaker
    kind = f"guarded.{alliance}" if f"guarded.{alliance}" in speaker.grammar else "guarded.other"
    values = {"hostile": speaker.say(kind), "profile": profile_line(speaker, scenario, known)}
    dialogue.open(speaker.say("difficult.open", **values), speaker.say("guarded.meet"))


def _mend(dialogue: Dialogue, alliance: str, times: int) -> None:
    """Speak about what stands between the two, and then ask for something small."""
    speaker = dialogue.speaker
    own = f"difficult.{alliance}"
    for symbol in [own if own in speaker.grammar else "difficult.other", "difficult.other"][:times]:
        question, *chain = dialogue.chain(symbol)
        dialogue.ask("engagement", question, chain)
    dialogue.ask("engagement", speaker.say("difficult.thaw"), (dialogue.say("difficult.thaw.reply"), speaker.say("ack")))
