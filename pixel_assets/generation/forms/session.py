"""A whole session of a modality: engagement, exploration, formulation, intervention and closing, in one of several arcs."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

from pixel_assets.generation.composed import Composed, Known, Turn
from pixel_assets.generation.forms.background import before_the_session
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.forms.people import unfitting
from pixel_assets.generation.forms.risk import end_at_once, speak_of_risk
from pixel_assets.generation.forms.skills import GRAMMAR as SKILLS
from pixel_assets.generation.forms.skills import quiet_words, skill_question
from pixel_assets.generation.forms.theme import can_be_said_back, client_values
from pixel_assets.generation.forms.wording import grammar_for
from pixel_assets.generation.forms.work import fitting, work_on
from pixel_assets.generation.grammar import Grammar, Speaker, tidy
from pixel_assets.generation.scenario import Complexity, Scenario

GRAMMAR: Final = ("session.yaml", "session_themes.yaml", "session_work.yaml", "session_people.yaml", "session_risk.yaml", SKILLS)
_EXPLORED: Final[dict[Complexity, tuple[int, int]]] = {"low": (2, 2), "moderate": (2, 4), "high": (3, 4)}
_WORKED: Final[dict[Complexity, tuple[int, int]]] = {"low": (1, 2), "moderate": (2, 2), "high": (2, 3)}
_TOLD_IN: Final = {"since": "history", "goal": "goal", "culture": "culture"}  # topics of which all is said at once
_DRAWS: Final = 6
_SHORTEST: Final = 5  # turns of exploring, before a formulation may be left out
_TOLD: Final = re.compile(r"\{(?:your_)?(thought|coping|cost|body|feeling|onset)")


def therapy_session(scenario: Scenario, known: Known) -> Composed:
    """A session for a scenario, as long as its complexity asks for; raises ``KeyError`` for an entry that is not known."""
    speaker = Speaker(grammar_for(scenario, *GRAMMAR), scenario.seed)
    speaker.values = client_values(speaker, scenario, known)
    dialogue = Dialogue(speaker, unfitting(scenario))
    _engage(dialogue)
    used = run_session(dialogue, scenario, known)
    turns = finish(dialogue, scenario)
    templates = (f"therapy_session/{scenario.modality or 'other'}/{used[0]}", *used[1:])
    return Composed(turns, templates, before_the_session(speaker, scenario, known))


def finish(dialogue: Dialogue, scenario: Scenario) -> tuple[Turn, ...]:
    """The last word, which in acute danger is about help and nothing else; gives all turns."""
    if scenario.risk == "imminent":
        return end_at_once(dialogue)
    return dialogue.close(dialogue.say(f"close.last.{scenario.outcome}"))


def _engage(dialogue: Dialogue) -> None:
    speaker = dialogue.speaker
    visit = "first" if speaker.chance(0.6) else "again"
    values = dict(speaker.values) | {"greet": speaker.expand(f"{{greet.{visit}}}")}
    client = _once(speaker, values)
    back = "meet" if can_be_said_back(speaker.values["presenting"]) else "meet.plain"
    welcome = speaker.say(f"welcome.{visit}") if speaker.chance(0.55) else ""
    dialogue.open(client, f"{welcome} {speaker.say(back)}")


def _once(speaker: Speaker, values: dict[str, str]) -> str:
    """An opening in which the client says what they do at most once."""
    for _ in range(_DRAWS):
        client = speaker.say("open", **values)
        if client.count(speaker.values["occupation"]) < 2:
            break
    return client


def run_session(dialogue: Dialogue, scenario: Scenario, known: Known, *, shorter_by: int = 0) -> tuple[str, ...]:
    """Everything between the opening and the last word; gives the name of the arc and ids of what else shaped it."""
    speaker = dialogue.speaker
    arc, *topics = speaker.pick(_of(speaker.grammar, "arc", scenario.modality), "arc").split()
    least, most = _EXPLORED[scenario.complexity]
    at_risk = scenario.risk != "none"
    explored = max(1, _between(speaker, least, most) - shorter_by - (2 if at_risk else 0))
    used = [arc]
    if at_risk:  # what was said first may be danger already, so nothing goes before the question about it
        used += speak_of_risk(dialogue, scenario, known)
        if scenario.risk == "imminent":
            return tuple(used)
    quiet = quiet_words(scenario, known)
    asked: list[str] = []
    for topic in topics:  # one that was told already is passed over, and the next takes its place
        if len(asked) < explored and explore(dialogue, scenario, topic, stance=len(asked) == 1 or at_risk, quiet=quiet):
            asked.append(topic)
    if dialogue.left >= (12 if at_risk else 8) and speaker.chance(0.6):
        _by_skill(dialogue, scenario, known)
    if not at_risk and scenario.complexity != "low" and speaker.chance(0.7 if scenario.complexity == "high" else 0.45):
        used += _person(dialogue, scenario, known)
    if scenario.complexity == "high" and not at_risk and dialogue.left >= 14:
        dialogue.ask("exploration", speaker.say("ask.else"), dialogue.chain("second"))
    short = scenario.complexity == "low" and len(dialogue.turns) >= _SHORTEST and not speaker.chance(0.7)
    if dialogue.left >= 6 and not short:
        _formulate(dialogue, scenario, known, frozenset(asked))
    used += _intervene(dialogue, scenario, known)
    _end(dialogue, scenario, known)
    return tuple(used)


def _by_skill(dialogue: Dialogue, scenario: Scenario, known: Known) -> None:
    """A question in the words of a skill that the scenario names, where there is one."""
    if asked := skill_question(dialogue, scenario, known, "middle"):
        dialogue.ask("exploration", *asked)


def explore(dialogue: Dialogue, scenario: Scenario, topic: str, *, stance: bool = False, quiet: Sequence[str] = ()) -> bool:
    """One question about a topic of exploration, in the manner of the modality, with its answer; False if it was answered.

    ``quiet`` are words that leave room, of which one may go before the question.
    """
    speaker = dialogue.speaker
    if f"tell.{topic}" not in speaker.grammar or (topic in _TOLD_IN and dialogue.has_said(speaker.values[_TOLD_IN[topic]])):
        return False
    own = f"ask.{topic}.{scenario.modality}"
    question = speaker.say(own if own in speaker.grammar and speaker.chance(0.4) else f"ask.{topic}")
    if quiet and speaker.chance(0.3):
        question = f"{speaker.pick(quiet, 'quiet')} {question}"
    elif stance and speaker.chance(0.6):
        question = f"{speaker.pick(_of(speaker.grammar, 'stance', scenario.modality), 'stance')} {question}"
    told = "moment.intro" if topic == "moment" else f"tell.{topic}"
    dialogue.ask("exploration", speaker.expand(question), (dialogue.say(told), dialogue.say(f"heard.{topic}")))
    return True


def _person(dialogue: Dialogue, scenario: Scenario, known: Known) -> list[str]:
    """Something that belongs to this client: the population, a defence, or a bond, where the scenario has one."""
    grammar, speaker = dialogue.speaker.grammar, dialogue.speaker
    entries = [*scenario.of("defence"), *scenario.of("attachment"), *([scenario.population] if scenario.population else ())]
    symbols = [f"person.{entry}" for entry in entries if known[entry] and f"person.{entry}" in grammar]
    if not symbols:
        return []
    symbol = speaker.pick(symbols, "person")
    question, *chain = dialogue.chain(symbol)
    dialogue.ask("exploration", question, chain)
    return [symbol.replace("person.", "person/")]


def _formulate(dialogue: Dialogue, scenario: Scenario, known: Known, told: frozenset[str]) -> None:
    """A tentative view of what has been told so far, and of nothing else."""
    speaker = dialogue.speaker
    if speaker.chance(0.25):
        idea = speaker.say("wonder")
    else:
        own = f"formulate.{scenario.modality}"
        symbol = own if own in speaker.grammar and speaker.chance(0.5) else "formulate"
        ideas = [idea for idea in speaker.grammar[symbol] if _rests_on(idea) <= told] or speaker.grammar["formulate.early"]
        idea = tidy(speaker.expand(speaker.pick(ideas, "formulate")))
    if idea.endswith("?"):
        dialogue.ask("formulation", idea, dialogue.chain("wonder.reply"))
        return
    asked = skill_question(dialogue, scenario, known, "view") or (speaker.say("wonder.ask"), dialogue.chain("wonder.reply"))
    dialogue.ask("formulation", f"{idea} {asked[0]}", asked[1])


def _intervene(dialogue: Dialogue, scenario: Scenario, known: Known) -> list[str]:
    speaker = dialogue.speaker
    names = fitting(scenario, known)
    least, most = _WORKED[scenario.complexity]
    exchanges = max(1, min(_between(speaker, least, most), dialogue.left // 2 - 3))
    shares = [exchanges] if len(names) < 2 or exchanges < 3 else [exchanges - 1, 1]
    done = []
    for name, share in zip(names, shares, strict=False):
        work_on(dialogue, name, known, share, improved=scenario.outcome == "improved")
        done.append(f"intervention/{name}")
    return done


def _end(dialogue: Dialogue, scenario: Scenario, known: Known) -> None:
    """Plan and leave-taking, shorter where the conversation is long already."""
    speaker, outcome = dialogue.speaker, scenario.outcome
    reply, heard = dialogue.chain(f"plan.reply.{outcome}")
    if dialogue.left >= 6 and speaker.chance(0.75) and scenario.complexity != "low":
        back = f"plan.back.{outcome}"
        more = dialogue.say(f"plan.more.{outcome}")
        dialogue.ask(
            "closing", speaker.say("plan.ask"), (reply, heard, more, speaker.say(_first(speaker.grammar, back, "plan.back")))
        )
    else:
        dialogue.ask("closing", speaker.say("plan.ask"), (reply, heard))
    if dialogue.left >= 2:
        asked = skill_question(dialogue, scenario, known, "end") if speaker.chance(0.7) else None
        dialogue.ask("closing", *(asked or (speaker.say("close.ask"), (dialogue.say(f"close.reply.{outcome}"),))))


@functools.cache
def _rests_on(phrase: str) -> frozenset[str]:
    """The topics that a client must have spoken of before a therapist can say a phrase."""
    return frozenset("moment" if topic == "onset" else topic for topic in _TOLD.findall(phrase))


def _of(grammar: Grammar, symbol: str, modality: str | None) -> Sequence[str]:
    return grammar.get(f"{symbol}.{modality}", grammar[f"{symbol}.other"])


def _first(grammar: Grammar, *symbols: str) -> str:
    return next(symbol for symbol in symbols if symbol in grammar)


def _between(speaker: Speaker, least: int, most: int) -> int:
    return int(speaker.pick([str(number) for number in range(least, most + 1)], "numbers"))
