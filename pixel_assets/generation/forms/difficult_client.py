"""A session with a client who would rather not be there: guarded, hostile, silent, or too quickly in agreement."""

from __future__ import annotations

from typing import Final

from pixel_assets.generation.composed import Composed, Known
from pixel_assets.generation.forms.background import before_the_session
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.forms.people import unfitting
from pixel_assets.generation.forms.session import GRAMMAR as SESSION
from pixel_assets.generation.forms.session import finish, run_session
from pixel_assets.generation.forms.theme import client_values, profile_line
from pixel_assets.generation.forms.wording import grammar_for
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Scenario

GRAMMAR: Final = (*SESSION, "difficult.yaml")


def difficult_client(scenario: Scenario, known: Known) -> Composed:
    """A session that has to be won first; the kind of rupture is the scenario's first entry of the alliance.

    Raises ``KeyError`` for an entry that is not known.
    """
    speaker = Speaker(grammar_for(scenario, *GRAMMAR), scenario.seed)
    speaker.values = client_values(speaker, scenario, known)
    alliance = next((entry for entry in scenario.of("alliance") if known[entry]), "other")
    dialogue = Dialogue(speaker, unfitting(scenario))
    _begin(dialogue, scenario, known, alliance)
    if scenario.risk == "none":
        _mend(dialogue, alliance, 2 if scenario.complexity == "high" else 1)
        _thaw(dialogue)
    elif speaker.chance(0.5):
        _mend(dialogue, alliance, 1)
    used = run_session(dialogue, scenario, known, shorter_by=2)
    turns = finish(dialogue, scenario)
    templates = (f"difficult_client/{alliance}", f"session/{scenario.modality or 'other'}/{used[0]}", *used[1:])
    return Composed(turns, templates, before_the_session(speaker, scenario, known))


def _begin(dialogue: Dialogue, scenario: Scenario, known: Known, alliance: str) -> None:
    speaker = dialogue.speaker
    kind = f"guarded.{alliance}" if f"guarded.{alliance}" in speaker.grammar else "guarded.other"
    values = {"hostile": speaker.say(kind), "profile": profile_line(speaker, scenario, known)}
    opening = "difficult.open" if scenario.risk == "none" else "difficult.open.danger"
    dialogue.open(dialogue.say(opening, values), speaker.say("guarded.meet"))


def _mend(dialogue: Dialogue, alliance: str, times: int) -> None:
    """Speak about what stands between the two."""
    speaker = dialogue.speaker
    own = f"difficult.{alliance}"
    for symbol in [own if own in speaker.grammar else "difficult.other", "difficult.other"][:times]:
        question, *chain = dialogue.chain(symbol)
        dialogue.ask("engagement", question, chain)


def _thaw(dialogue: Dialogue) -> None:
    """Something small is asked for and given."""
    speaker = dialogue.speaker
    dialogue.ask("engagement", speaker.say("difficult.thaw"), (dialogue.say("difficult.thaw.reply"), speaker.say("ack")))
