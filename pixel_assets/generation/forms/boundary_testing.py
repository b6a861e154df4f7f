"""A client asks for what a therapist must not give: the limit is said clearly and warmly, and the wish behind it is explored."""

from __future__ import annotations

from typing import Final

from pixel_assets.generation.composed import Composed, Known, Turn
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.forms.people import unfitting
from pixel_assets.generation.forms.risk import end_at_once, speak_of_risk
from pixel_assets.generation.forms.session import GRAMMAR as SESSION
from pixel_assets.generation.forms.session import explore
from pixel_assets.generation.forms.theme import client_values, profile_line
from pixel_assets.generation.forms.wording import grammar_for
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Complexity, Scenario

GRAMMAR: Final = (*SESSION, "boundary.yaml")
_TOPICS: Final[dict[Complexity, int]] = {"low": 0, "moderate": 1, "high": 2}
_EXPLORED: Final = ("moment", "home", "since", "goal", "exception", "tried", "sleep", "cost")


def boundary_testing(scenario: Scenario, known: Known) -> Composed:
    """A conversation about a request that goes against an entry of ethics; raises ``KeyError`` for an entry that is not known."""
    speaker = Speaker(grammar_for(scenario, *GRAMMAR), scenario.seed)
    speaker.values = client_values(speaker, scenario, known)
    entry = next((entry for entry in scenario.of("ethics") if known[entry]), "other")
    limit = entry if f"limit.{entry}.say" in speaker.grammar else "other"
    alliance = next((name for name in scenario.of("alliance") if known[name]), "other")
    bond = alliance if f"bond.{alliance}" in speaker.grammar else "other"
    dialogue = Dialogue(speaker, unfitting(scenario))
    _request(dialogue, scenario, known, limit)
    _answer(dialogue, limit)
    used = speak_of_risk(dialogue, scenario, known) if scenario.risk != "none" else ()
    if scenario.risk == "imminent":
        return Composed(end_at_once(dialogue), (f"boundary_testing/{entry}", *used))
    _wish(dialogue, scenario)
    _bond(dialogue, bond)
    turns = _close(dialogue, scenario)
    return Composed(turns, (f"boundary_testing/{entry}", f"bond/{alliance}", *used))


def _request(dialogue: Dialogue, scenario: Scenario, known: Known, limit: str) -> None:
    speaker = dialogue.speaker
    before = speaker.say("hook.before") if speaker.chance(0.35) else ""
    values = {
        "hook": f"{before} {speaker.say(f'limit.{limit}.hook')}",
        "profile": profile_line(speaker, scenario, known),
    }
    dialogue.open(speaker.say("boundary.open", **values), speaker.say(f"limit.{limit}.say"))


def _answer(dialogue: Dialogue, limit: str) -> None:
    """What the client makes of the limit: objects to this one, or to limits as such, or takes it."""
    speaker = dialogue.speaker
    how = speaker.say("boundary.hear")
    own = f"limit.{limit}.push"
    if own in speaker.grammar and speaker.chance(0.45):
        dialogue.ask("engagement", how, dialogue.chain(own))
    elif speaker.chance(0.5):
        dialogue.ask("engagement", how, dialogue.chain("boundary.push"))
    else:
        dialogue.ask("engagement", how, (speaker.say("boundary.limit.back"), speaker.say("boundary.hurt")))


def _wish(dialogue: Dialogue, scenario: Scenario) -> None:
    """What the wish was for, and what else is going on, as far as there is room."""
    speaker = dialogue.speaker
    dialogue.ask("exploration", speaker.say("boundary.wish"), dialogue.chain("boundary.wish.reply"))
    topics = list(_EXPLORED)
    for _ in range(_TOPICS[scenario.complexity] + int(speaker.chance(0.5))):
        topic = speaker.pick(topics, "topics")
        if dialogue.left >= 9:
            explore(dialogue, scenario, topic, stance=speaker.chance(0.3))
    if scenario.complexity == "high" and dialogue.left >= 10:
        dialogue.ask("exploration", speaker.say("ask.else"), dialogue.chain("second"))


def _bond(dialogue: Dialogue, bond: str) -> None:
    question, *chain = dialogue.chain(f"bond.{bond}")
    dialogue.ask("formulation", question, chain)


def _close(dialogue: Dialogue, scenario: Scenario) -> tuple[Turn, ...]:
    speaker = dialogue.speaker
    question, *chain = dialogue.chain("boundary.need")
    dialogue.ask("intervention", question, chain)
    dialogue.ask("closing", speaker.say("boundary.end"), (dialogue.say(f"boundary.close.{scenario.outcome}"),))
    return dialogue.close(speaker.say("boundary.last"))
