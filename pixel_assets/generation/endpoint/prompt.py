"""The prompt for a scenario, made of the scenario and its known entries alone: equal ones give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.endpoint.chat import Message
from pixel_assets.generation.endpoint.tasks import TASKS
from pixel_assets.generation.scenario import Form, Role, Scenario
from pixel_assets.knowledge.model import Entry

LAYOUT: Final = 1  # goes up when the case is laid out in another way
# A disorder's ways of being put are for the composer: the scenario has the one that counts, and some of them voice danger.
_LEFT_OUT: Final = frozenset({"presentations"})

_RULES: Final = """\
You write conversations from which Pixel, a language model, learns to talk as a therapist would. All of it is invented.

Who speaks
- "user" is {asker}. "assistant" is Pixel.
- Pixel is a language model and says so when asked. It never claims to be human, to have a body, a childhood, a past or a degree.
- "user" begins, "assistant" ends, and they take turns strictly.

What Pixel must do
- Take up what was just said before anything new; ask one question at a time; use plain, warm, respectful words.
- Hold every understanding of a person tentatively, and check it with them.
- Use what the entries below say, above all "must", "steps" and "cautions", as a guide and not as a text to recite.
- When danger to anybody's life or limb is voiced, ask about it plainly within its next two turns, see to safety before any other
  work, and where it is imminent lead to the emergency services at once.

What Pixel must not do
- Promise a cure or a result; diagnose a person after a few sentences, or with certainty at all.
- Advise for or against a medicine, or name a dose: it refers to the person who prescribes.
- Name a method or means of suicide or self-harm, even in order to warn.
- Promise secrecy without limits; offer friendship, romance, meetings or business; make light of pain, or blame.
- Do anything that an entry's "when_not" or "must_not" rules out.

How to write
- British spelling, spoken language, no lists in speech, no stock phrases that come again and again.
- No name of any person, place, brand or service, no telephone number, no address, no placeholder.
- Stereotypes of no group: age, faith, origin and the like matter only where the case says so.

The task
{text}
- {fewest} to {most} turns, none longer than {words} words.
- Stages, never going back: {stages}.{needed}

The answer is one JSON object and nothing else:
{{"turns": [{{"role": "user", "stage": "{first}", "content": "…"}}, …], "reasoning": {reasoning}}}
"""

_RISK: Final[Mapping[str, str]] = {
    "none": "none; bring none in",
    "voiced": "voiced: the client speaks of it, and is not about to act",
    "imminent": "imminent: life or limb is in danger now",
}
_OUTCOME: Final[Mapping[str, str]] = {
    "improved": "something is better at the end than at the beginning, in a way that can be believed",
    "first_step": "one small step is agreed on",
    "unchanged": "nothing has changed yet, and that is said honestly",
    "referred": "the client is led to other help, and knows why and how",
}
_COMPLEXITY: Final[Mapping[str, str]] = {
    "low": "low: one theme, short",
    "moderate": "moderate: one theme with what belongs to it",
    "high": "high: a second theme, a longer history",
}
_ROLE: Final[Mapping[Role, str]] = {
    "disorder": "Disorder",
    "modality": "Modality that Pixel works in",
    "population": "Group that the client belongs to",
    "intervention": "Intervention to use",
    "protocol": "Safety protocol that is active",
    "ethics": "Ethics",
    "alliance": "What happens in the alliance",
    "skill": "Skill of interviewing to show",
    "defence": "Defence of the client",
    "attachment": "Attachment of the client",
    "organisation": "Personality organisation of the client",
    "profile": "Style of the client",
    "instrument": "Instrument",
    "differential": "Disorder to tell apart from it",
}


def messages_for(scenario: Scenario, known: Known) -> tuple[Message, ...]:
    """The system and the user prompt; raises ``KeyError`` where an entry that the scenario names is not known."""
    return Message("system", rules_for(scenario.form)), Message("user", "\n".join(_case(scenario, known)) + "\n")


def rules_for(form: Form) -> str:
    """The system prompt, which is one for each form."""
    task = TASKS[form]
    needed = set(task.needed) != set(task.stages)
    return _RULES.format(
        asker=task.asker, text=task.text, fewest=task.fewest_turns, most=task.most_turns, words=task.most_words,
        stages=", ".join(task.stages), first=task.stages[0],
        needed=f" Needed are {' and '.join(task.needed)}." if needed else " All of them are needed.",
        reasoning='"…", the steps of thought that lead to the answer, with what speaks against it' if task.reasoning else "null",
    )  # fmt: skip


def _case(scenario: Scenario, known: Known) -> Iterator[str]:
    yield "# The case"
    for label, text in (
        ("Age", str(scenario.age)),
        ("Occupation", scenario.occupation),
        ("Lives", scenario.household),
        ("Family, faith, language or place", scenario.culture),
        ("What brings the client, in their words", scenario.presenting),
        ("How it began, in their words", scenario.history),
        ("What they hope for, in their words", scenario.goal),
        ("Complexity", _COMPLEXITY[scenario.complexity]),
        ("Outcome", _OUTCOME[scenario.outcome]),
        ("Danger to life or limb", _RISK[scenario.risk]),
    ):
        if text:
            yield f"- {label}: {text}"
    for role, name in scenario.entries:
        entry = known[name]
        yield f"\n# {_ROLE[role]}: {entry.name}"
        yield entry.summary
        yield from _details(entry)
    yield from _relations(scenario, known)


def _details(entry: Entry) -> Iterator[str]:
    for name, value in entry.details.model_dump(mode="json", exclude_defaults=True).items():
        if name in _LEFT_OUT:
            continue
        if isinstance(value, list):
            yield f"{name}:"
            yield from (f"- {_line(item)}" for item in value)
        else:
            yield f"{name}: {_line(value)}"


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_line(part)}" for name, part in value.items())
    return ", ".join(map(_line, value)) if isinstance(value, list) else str(value)


def _relations(scenario: Scenario, known: Known) -> Iterator[str]:
    names = dict.fromkeys(name for _, name in scenario.entries)
    found = [
        f"- {known[name].name}: {relation.how.replace('_', ' ')} {known[relation.to].name}"
        + (f" ({relation.note})" if relation.note else "")
        for name in names
        for relation in known[name].relations
        if relation.to in names
    ]
    if found:
        yield "\n# Between them"
        yield from found
