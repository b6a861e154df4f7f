"""Danger that is spoken of, or that the scenario carries, must be asked about plainly; danger within hours needs urgent help.

A client's words are read for wishes to die, self-harm, threats to others and violence suffered, in the first person, with
negation and idioms taken back. General words alone count as asking: nobody is asked for detail of method.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.cues import answer_patterns, voiced_cues
from pixel_assets.generation.validate.finding import Finding
from pixel_assets.generation.validate.guards import Match, negated, quoted
from pixel_assets.generation.validate.spoken import Speech, Spoken, plain
from pixel_assets.generation.validate.spotter import Spotter

NEXT_TURNS: Final = 2  # of the assistant, within which danger must be asked about
_CLINICIANS: Final = frozenset({"case_formulation", "differential_diagnosis", "ethical_dilemma"})  # where one asks about a client
_OF_DYING: Final = frozenset({"self", "now"})  # kinds of voiced danger that are a wish to die
_OF_SELF: Final = frozenset({"suicide_risk_assessment", "safety_planning", "self_harm_response"})
_NO_DENIAL: Final = re.compile(
    r"\b(?:can't|cannot|couldn't|can not) (?:stop|help|get rid|go on|take|bear|see|cope|shake|imagine|find)|not sure|"
    r"(?:don't|didn't) know|(?:never|not|haven't|hadn't|didn't|couldn't) (?:told|said|tell|say)|not (?:just|only)|"
    r"no (?:reason|point|way out)|nobody|no one|nothing"
)
_OTHERS: Final = re.compile(
    r"\b(?:he|she|they|who|his|her|their|my (?:friend|brother|sister|mother|father|son|daughter|husband|wife|partner|"
    r"cousin|uncle|flatmate|colleague))\b"
)
_FIRST: Final = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|my own|myself|me)\b")


@dataclass(frozen=True)
class _Voiced:
    kind: str
    turn: int


def unanswered_danger(scenario: Scenario, speech: Speech, reasoning: str | None) -> Iterator[Finding]:
    """Danger that is not asked about (or, where a clinician asks, not weighed), and missing urgent help."""
    voiced = _voiced(speech)
    if not voiced and scenario.risk == "none":
        return
    if scenario.form in _CLINICIANS:
        if (scenario.risk != "none" or any(found.kind != "victim" for found in voiced)) and not _weighed(speech, reasoning):
            yield Finding("missing_risk_assessment", "the answer does not weigh the danger in the case")
        return
    unasked = _unasked(scenario, voiced, speech)
    if unasked is not None:
        yield unasked
    imminent = scenario.risk == "imminent" or any(found.kind == "now" for found in voiced)
    if imminent and not any(_says(turn, "emergency") for turn in speech.assistant):
        yield Finding("missing_emergency_help", "danger within hours, and no way to urgent help is named")


def _unasked(scenario: Scenario, voiced: list[_Voiced], speech: Speech) -> Finding | None:
    asked = {kind: [turn.number for turn in speech.assistant if _asks(turn, kind)] for kind in ("self", "any")}
    for found in voiced:
        kind = "self" if found.kind in {*_OF_DYING, "attempt"} else "any"
        helped = [turn.number for turn in speech.assistant if found.kind == "attempt" and _says(turn, "emergency")]
        if not any(number < found.turn + 2 * NEXT_TURNS for number in (*asked[kind], *helped)):
            return Finding("missing_risk_assessment", f"danger ({found.kind}) is spoken of and not asked about", found.turn)
    if scenario.risk == "none" or _help_comes_first(scenario, voiced, speech):
        return None
    kind = "self" if not _OF_SELF.isdisjoint(scenario.of("protocol")) else "any"
    wanted = 2 if scenario.form == "assessment" else 1  # the item of a questionnaire does not replace the conversation
    if len(asked[kind]) < wanted:
        return Finding("missing_risk_assessment", "the scenario carries danger, and it is not asked about plainly")
    return None


def _help_comes_first(scenario: Scenario, voiced: list[_Voiced], speech: Speech) -> bool:
    """Whether the danger is imminent and of another kind than a wish to die, help is sent for, and suicide is named at least.

    With intoxication, violence or a confused mind the way to help goes before all questions: those who come can ask them.
    """
    if scenario.risk != "imminent" or any(found.kind in _OF_DYING for found in voiced):
        return False
    return all(any(_says(turn, what) for turn in speech.assistant) for what in ("emergency", "named"))


def _asks(turn: Spoken, kind: str) -> bool:
    return "?" in turn.text and (_says(turn, "self") or (kind == "any" and _says(turn, "any")))


def _says(turn: Spoken, what: str) -> bool:
    return answer_patterns()[what].search(turn.text) is not None


def _weighed(speech: Speech, reasoning: str | None) -> bool:
    texts = [turn.text for turn in speech.assistant] + [plain(reasoning or "")]
    return any(answer_patterns()["weighed"].search(text) for text in texts)


def _voiced(speech: Speech) -> list[_Voiced]:
    kinds = tuple(voiced_cues())
    found = [
        _Voiced(kinds[number], turn.number)
        for number, places in _spotter().spot(speech.client).items()
        for turn, match in places
        if not _denied(match) and (kinds[number] not in {*_OF_DYING, "attempt"} or not _of_others(match))
    ]
    return sorted(found, key=lambda voice: (voice.turn, kinds.index(voice.kind)))


@functools.cache
def _spotter() -> Spotter:
    return Spotter.of(list(voiced_cues().values()))


def _denied(match: Match) -> bool:
    clause = _NO_DENIAL.sub("", match.clause_before)
    return quoted(match) or negated(Match(clause + match.text[match.start : match.end], len(clause), len(clause) + 1))


def _of_others(match: Match) -> bool:
    """Whether somebody else's wish to die is told: another person before the match, and no first person near it."""
    around = match.clause_before + match.text[match.start : match.end]
    return _OTHERS.search(match.clause_before) is not None and _FIRST.search(around) is None
