"""What therapist and client say while an intervention is under way: its own phrases, each with a reply that fits it.

What would be done is said beforehand in the steps of the intervention, as far as they can be said to a client.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.forms.cues import answered
from pixel_assets.generation.forms.dialogue import Dialogue
from pixel_assets.generation.forms.wording import clause
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import InterventionEntry

GRAMMAR: Final = "session_work.yaml"
# A reflection of something that the client did, or that happened just now, needs a client who did it
_DEED: Final = re.compile(
    r"\b(?:did|went|came|stayed|wrote|chose|heard|rode|bore|spoke|got up|surprised|in the room|half a minute|moved|looked|"
    r"changed|forgot|deeper|quiet|turned|you're here|kept|tried|knew|understood|ruled?|expected|trust the good|"
    r"sounds like you|a bit more)\b",
    re.IGNORECASE,
)
# Steps that begin with something that two can do, and those that speak to a therapist all the same
_TOGETHER: Final = re.compile(
    r"^(?:Add|Agree|Bring|Build|Catch|Choose|Collect|Compare|Decide|Define|Describe|Draw|Explore|Fill|Find|Follow|Go|Imagine|Join|"
    r"Keep|Let|List|Look|Map|Mark|Name|Note|Notice|Pick|Plan|Practise|Put|Recall|Rehearse|Repeat|Return|Say|Set|Settle|Share|Sit|"
    r"Sort|Start|State|Take|Tell|Trace|Try|Turn|Walk|Watch|Write)\b"
)
_TO_A_THERAPIST: Final = re.compile(
    r"\b(?:clients?|therap\w+|one's|oneself|the person|members?|patient|self-harm|suicid\w+|session|supervis\w+|everyone's|"
    r"memor\w+|consent|a set|sets|stop signal|the room|chairs?|tentatively|needs holding|the child|act apart|someone|lands|"
    r"next step on it|jargon)\b"
)
_LONGEST_STEP: Final = 16  # words


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
    usable = answered(GRAMMAR, "reply", name, entry.details.phrases)
    chosen = _in_order(speaker, usable, exchanges) or [(entry.details.phrases[0], "work.reply")]
    for at, (phrase, symbol) in enumerate(chosen):
        lead = _offer(speaker, sayable_steps(entry.details.steps)) if at == 0 else ""
        dialogue.ask("intervention", f"{lead} {phrase}", dialogue.chain(symbol))
    reflections = [text for text in entry.details.reflections if improved or not _DEED.search(text)]
    if reflections and dialogue.left >= 8 and speaker.chance(0.35):
        guess = speaker.say("work.guess", reflection=speaker.pick(reflections, name))
        dialogue.ask("intervention", guess, dialogue.chain("work.guess.reply"))


@functools.cache
def sayable_steps(steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps that a therapist can announce after "we'd": things to do together, in a few words."""
    return tuple(
        clause(step)
        for step in steps
        if _TOGETHER.search(step) and not _TO_A_THERAPIST.search(step) and len(step.split()) <= _LONGEST_STEP
    )


def _offer(speaker: Speaker, steps: tuple[str, ...]) -> str:
    """An offer, with what would be done as the intervention's own steps say it; now and then none."""
    offer = speaker.say("work.offer") if speaker.chance(0.6) else ""
    if not steps or not speaker.chance(0.45):
        return offer
    if len(steps) == 1:
        return f"{offer} {speaker.say('work.how.one', step_1=steps[0])}"
    first = int(speaker.pick([str(at) for at in range(len(steps) - 1)], "steps"))
    return f"{offer} {speaker.say('work.how', step_1=steps[first], step_2=steps[first + 1])}"


def _in_order(speaker: Speaker, usable: list[tuple[str, str]], exchanges: int) -> list[tuple[str, str]]:
    """Some of the phrases that have replies, in the order in which the intervention has them."""
    left = list(range(len(usable)))
    while len(left) > max(1, exchanges):
        left.remove(int(speaker.pick([str(at) for at in left], "phrases")))
    return [usable[at] for at in left]
