"""The rules about what an assistant says, judged by the cues of ``cues.yaml``."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.cues import Cue, CueRule, Spotter, rule_cues
from pixel_assets.generation.validate.finding import Finding
from pixel_assets.generation.validate.guards import GUARDS, Match
from pixel_assets.generation.validate.spoken import Sentence, Speech, Spoken, plain

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
    for rule, first in _numbers().items():
        given = rule_cues()[rule]
        cues = [(number, spotted[number]) for number in range(first, first + len(given.cues)) if number in spotted]
        if not cues or (given.applies is not None and not _APPLIES[given.applies](scenario, speech)):
            continue
        found = [
            (turn.number, _spotter().cues[number].says)
            for number, places in cues
            if (turn := _first(_spotter().cues[number], given, places, scenario, speech)) is not None
        ]
        if found:
            turn_number, says = min(found)
            yield Finding(rule, says, turn_number if turn_number < len(speech.turns) else None)


@functools.cache
def _spotter() -> Spotter:
    return Spotter.of(tuple(cue for given in rule_cues().values() for cue in given.cues))


@functools.cache
def _numbers() -> Mapping[str, int]:
    """The number of the first cue of each rule among all."""
    counts = [len(given.cues) for given in rule_cues().values()]
    return dict(zip(rule_cues(), accumulate(counts, initial=0), strict=False))


def _first(
    cue: Cue, given: CueRule, places: list[tuple[Spoken, Sentence]], scenario: Scenario, speech: Speech
) -> Spoken | None:  # fmt: skip
    """The first turn in which a cue holds."""
    for turn, sentence in places:
        if turn.number == len(speech.turns) and not given.everywhere:
            continue
        for match in cue.matches_in(turn, sentence):
            if not _taken_back(cue, given, match, _Moment(scenario, speech, turn)):
                return turn
    return None


def _taken_back(cue: Cue, given: CueRule, match: Match, moment: _Moment) -> bool:
    if given.unless_turn and given.unless_turn.search(match.text):
        return given.always is None or not given.always.search(match.sentence)
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


def _eating(scenario: Scenario, speech: Speech) -> bool:
    named = {*scenario.of("disorder"), *scenario.of("protocol")}
    return bool(named & {*_EATING, "eating_disorder_medical_risk"}) or not _EATING_WORDS.isdisjoint(speech.client_words)


def _abuse(scenario: Scenario, speech: Speech) -> bool:
    if "domestic_abuse_response" in scenario.of("protocol"):
        return True
    return not _ABUSE_WORDS.isdisjoint(speech.client_words) and any(_ABUSER.search(turn.text) for turn in speech.client)


_MOMENTS: Final[Mapping[str, Callable[[Match, _Moment], bool]]] = {"brought": _brought, "asked_enough": _asked_enough}
_APPLIES: Final[Mapping[str, Callable[[Scenario, Speech], bool]]] = {"eating": _eating, "abuse": _abuse}
