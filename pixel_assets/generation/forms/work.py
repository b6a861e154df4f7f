"""What therapist and client say while an intervention is under way: its own phrases, each with a reply that fits it.

A symbol ``reply.<intervention>.<cue>`` holds replies to the phrase of that intervention in which all words of the cue occur. So
replies go on fitting when a phrase is reworded around its cue, and a phrase that has no replies is not used.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.grammar import Speaker, load_grammar
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import InterventionEntry

GRAMMAR: Final = "session_work.yaml"
_WORD: Final = re.compile(r"[a-z]+")
# A reflection of something that the client did, or that happened just now, needs a client who did it
_DEED: Final = re.compile(
    r"\b(?:did|went|came|stayed|wrote|chose|heard|rode|bore|spoke|got up|surprised|in the room|half a minute|moved|looked|"
    r"changed|forgot|deeper|quiet|turned|you're here|kept|tried|knew|understood|ruled?|expected|trust the good|"
    r"sounds like you|a bit more)\b",
    re.IGNORECASE,
)


@functools.cache
def _cues() -> Mapping[str, tuple[tuple[frozenset[str], str], ...]]:
    """For each intervention the cues of its phrases, as sets of words, with the symbol of the replies."""
    cues: dict[str, list[tuple[frozenset[str], str]]] = {}
    for symbol in load_grammar(GRAMMAR):
        if symbol.startswith("reply."):
            _, intervention, cue = symbol.split(".")
            cues.setdefault(intervention, []).append((frozenset(cue.split("_")), symbol))
    return {intervention: tuple(found) for intervention, found in cues.items()}


@functools.cache
def reply_symbol(intervention: str, phrase: str) -> str | None:
    """The symbol whose replies fit a phrase of an intervention; None where there is none."""
    words = frozenset(_WORD.findall(phrase.lower().replace("'", "")))
    return next((symbol for cue, symbol in _cues().get(intervention, ()) if cue <= words), None)


def fitting(scenario: Scenario, known: Known) -> tuple[str, ...]:
    """The interventions of a scenario that neither its disorder nor an active protocol speaks against."""
    against = {scenario.disorder, scenario.population, *scenario.of("protocol")}
    return tuple(
        name
        for name in scenario.of("intervention")
        if not any(relation.how == "contraindicated_for" and relation.to in against for relation in known[name].relations)
    )


def work_on(dialogue: Dialogue, name: str, known: Known, exchanges: int, *, improved: bool) -> None:
    """Do an intervention for some exchanges, after an offer of it; ``improved`` allows to reflect what the client achieved."""
    speaker, entry = dialogue.speaker, known[name]
    if not isinstance(entry, InterventionEntry):
        raise KeyError(name)
    answered = [(phrase, symbol) for phrase in entry.details.phrases if (symbol := reply_symbol(name, phrase))]
    chosen = _in_order(speaker, answered, exchanges) or [(entry.details.phrases[0], "work.reply")]
    for at, (phrase, symbol) in enumerate(chosen):
        lead = speaker.say("work.offer") if at == 0 and speaker.chance(0.6) else ""
        dialogue.ask("intervention", f"{lead} {phrase}", dialogue.chain(symbol))
    reflections = [text for text in entry.details.reflections if improved or not _DEED.search(text)]
    if reflections and dialogue.left >= 8 and speaker.chance(0.35):
        guess = speaker.say("work.guess", reflection=speaker.pick(reflections, name))
        dialogue.ask("intervention", guess, dialogue.chain("work.guess.reply"))


def _in_order(speaker: Speaker, answered: list[tuple[str, str]], exchanges: int) -> list[tuple[str, str]]:
    """Some of the phrases that have replies, in the order in which the intervention has them."""
    left = list(range(len(answered)))
    while len(left) > max(1, exchanges):
        left.remove(int(speaker.pick([str(at) for at in left], "phrases")))
    return [answered[at] for at in left]
