"""The rules about what an assistant says, judged by the cues of ``cues.yaml``."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.cues import Cue, CueRule, rule_cues
from pixel_assets.generation.validate.finding import Finding
from pixel_assets.generation.validate.guards import GUARDS, Match
from pixel_assets.generation.validate.said_back import says_back
from pixel_assets.generation.validate.spoken import Speech, Spoken, plain
from pixel_assets.generation.validate.spotter import Spotter

# A disorder may be named to a client, ungraded, after as many turns and words of theirs; never by a screening or in one answer.
CLIENT_TURNS: Final = 5
CLIENT_WORDS: Final = 100
_LONG_FORMS: Final = frozenset({"therapy_session", "difficult_client", "boundary_testing", "safety_protocol"})

_EATING: Final = frozenset({"anorexia_nervosa", "bulimia_nervosa", "binge_eating_disorder", "body_dysmorphic_disorder"})
_EATING_WORDS: Final = frozenset(
    {"purge", "purging", "starve", "starving", "binge", "bingeing", "binged", "calories", "anorexia", "bulimia"}
)
_ABUSE_WORDS: Final = frozenset(
    {
        "hits", "hit", "hitting", "beats", "beat", "chokes", "choked", "strangled", "slaps", "slapped", "punched", "kicks",
        "kicked", "threatens", "rapes", "raped", "pushed", "pushes",
    }
)  # fmt: skip
_UNUSUAL: Final = frozenset({"schizophrenia", "psychosis_response", "asking_about_unusual_experiences"})
_BELIEVED: Final = re.compile(
    r"\b(?:they|someone|somebody|the (?:neighbours?|government|police|agents?|secret service|people next door))"
    r"(?:'re| are|'s| is|'ve been| have been| has been) (?:\w+ )?(?:watching|following|spying on|listening to|after|out to get|"
    r"poisoning|tracking|monitoring|controlling|bugging|plotting against|filming) (?:me|us|my)\b|"
    r"\b(?:implant|chip|microphone|camera)s? in (?:my|the) (?:head|tooth|teeth|walls?|ceiling|brain|phone)\b|"
    r"\b(?:the|a) voices? (?:tells?|telling|says?|orders?|wants?|commands?) me\b|"
    r"\b(?:television|tv|radio) (?:is |sends? |speaks? |talks? )(?:\w+ )?(?:to me|me messages|about me)\b"
)
_ABUSER: Final = re.compile(
    r"\b(?:he|she|my (?:husband|wife|partner|boyfriend|girlfriend|ex)) (?:\w+ ){0,2}?(?:hits|hit|beats|beat|chokes|"
    r"choked|strangled|"
    r"slaps|slapped|punched|kicks|kicked|threatens to|raped|rapes|hitting|has hit|pushed|pushes) me\b"
)
_WORD: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class _Moment:
    """Where a match stands: what a guard may need beyond its sentence."""

    scenario: Scenario
    speech: Speech
    turn: Spoken


def broken(scenario: Scenario, speech: Speech, reasoning: str | None) -> Iterator[Finding]:
    """Each rule that the assistant's words break, with the first turn in which they do."""
    thought = (Spoken(len(speech.turns), "assistant", plain(reasoning)),) if reasoning else ()
    spotted = _spotter().spot((*speech.assistant, *thought))
    if not spotted:
        return
    for rule, first in _numbers().items():
        given = rule_cues()[rule]
        found = [
            (place, cue.says)
            for number, cue in enumerate(given.cues, start=first)
            if (place := _first(cue, given, spotted.get(number, []), scenario, speech)) is not None
        ]
        if found and (given.applies is None or _APPLIES[given.applies](scenario, speech)):
            place, says = min(found)
            yield Finding(rule, says, place if place < len(speech.turns) else None)


@functools.cache
def _spotter() -> Spotter:
    return Spotter.of([cue for given in rule_cues().values() for cue in given.cues])


@functools.cache
def _numbers() -> Mapping[str, int]:
    """The number of the first cue of each rule among all."""
    counts = [len(given.cues) for given in rule_cues().values()]
    return dict(zip(rule_cues(), accumulate(counts, initial=0), strict=False))


def _first(
    cue: Cue, given: CueRule, places: list[tuple[Spoken, Match]], scenario: Scenario, speech: Speech
) -> int | None:  # fmt: skip
    """The number of the first turn in which a cue holds; the reasoning counts as the turn after the last."""
    for turn, match in places:
        if turn.number == len(speech.turns) and not given.everywhere:
            continue
        if not _taken_back(cue, given, match, _Moment(scenario, speech, turn)):
            return turn.number
    return None


def _taken_back(cue: Cue, given: CueRule, match: Match, moment: _Moment) -> bool:
    if given.unless_turn and given.unless_turn.search(match.text):
        always = given.always is not None and given.always.search(match.sentence)
        if not always:
            return True
    return any(GUARDS[name](match) if name in GUARDS else _MOMENTS[name](match, moment) for name in cue.guards)


def _brought(match: Match, moment: _Moment) -> bool:
    """Whether the client has spoken of this disorder by name, or of a diagnosis with part of its name."""
    said = frozenset().union(*(turn.words for turn in moment.speech.client if turn.number < moment.turn.number))
    named = frozenset(_WORD.findall(match.named)) - {"a", "an", "the", "s"}
    if not named:
        return False
    diagnosed = not said.isdisjoint({"diagnosed", "diagnosis", "diagnosing"})
    return named <= said or (diagnosed and any(word in said for word in named if len(word) > 3 and word != "disorder"))


def _asked_enough(match: Match, moment: _Moment) -> bool:
    """Whether so much has been asked and told that a disorder may be named."""
    if moment.scenario.form not in _LONG_FORMS:
        return False
    before = [turn for turn in moment.speech.client if turn.number < moment.turn.number]
    return len(before) >= CLIENT_TURNS and sum(turn.text.count(" ") + 1 for turn in before) >= CLIENT_WORDS


def _said_back(match: Match, moment: _Moment) -> bool:
    """Whether the clause is the client's own, in words that they have used before."""
    return says_back(match.clause, (turn.text for turn in moment.speech.client if turn.number < moment.turn.number))


def _eating(scenario: Scenario, speech: Speech) -> bool:
    named = {*scenario.of("disorder"), *scenario.of("protocol")}
    return bool(named & {*_EATING, "eating_disorder_medical_risk"}) or not _EATING_WORDS.isdisjoint(speech.client_words)


def _abuse(scenario: Scenario, speech: Speech) -> bool:
    if "domestic_abuse_response" in scenario.of("protocol"):
        return True
    return not _ABUSE_WORDS.isdisjoint(speech.client_words) and any(_ABUSER.search(turn.text) for turn in speech.client)


def _delusion(scenario: Scenario, speech: Speech) -> bool:
    named = {*scenario.of("disorder"), *scenario.of("protocol"), *scenario.of("skill")}
    return bool(named & _UNUSUAL) or any(_BELIEVED.search(turn.text) for turn in speech.client)


_MOMENTS: Final[Mapping[str, Callable[[Match, _Moment], bool]]] = {
    "brought": _brought, "asked_enough": _asked_enough, "said_back": _said_back,
}  # fmt: skip
_APPLIES: Final[Mapping[str, Callable[[Scenario, Speech], bool]]] = {
    "eating": _eating, "abuse": _abuse, "delusion": _delusion,
}  # fmt: skip
