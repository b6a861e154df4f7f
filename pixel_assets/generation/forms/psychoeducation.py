"""A question about one entry of the knowledge base, asked by a client, a relative, a student or a clinician, and plain answers.

Which aspects are asked, in which order and how an answer is laid out is drawn, so that few entries give many conversations.
"""

from __future__ import annotations

from typing import Final, Literal

from pixel_assets.generation.composed import Composed, Known, Turn
from pixel_assets.generation.forms.topic_facts import PERSONAL, Facts, differences, facts_of
from pixel_assets.generation.forms.wording import bullets, clause, grammar_for, listed, plain_name, sentence, shuffled
from pixel_assets.generation.grammar import Speaker, tidy
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import Entry

Asker = Literal["client", "relative", "student", "clinician"]

_GRAMMAR: Final = ("reasoning.yaml", "psychoeducation.yaml")
_QUOTED: Final = frozenset({"voices", "phrases"})
_NOT_FOR: Final[dict[Asker, frozenset[str]]] = {  # what somebody would hardly ask
    "client": frozenset({"support", "consider"}),
    "relative": frozenset({"self_check", "phrases", "stance"}),
    "student": frozenset({"self_check", "support", "fault"}),
    "clinician": frozenset({"self_check", "fault"}),
}
_SELDOM: Final = ("what", "self_check", "fault", "support", "differ", "bad")  # answers to a question of their own
_LISTABLE: Final = frozenset(
    {"signs", "danger", "idea", "consider", "strengths", "must", "care", "therapy", "words", "when", "when_not"}
)


def psychoeducation(scenario: Scenario, known: Known) -> Composed:
    """Two to eight turns about the first entry that the scenario names; raises ``KeyError`` where it names none."""
    speaker = Speaker(grammar_for(scenario, *_GRAMMAR), scenario.seed)
    names = [name for _, name in scenario.entries]
    if not names:
        raise KeyError("entries")
    entry = known[names[0]]
    speaker.values = {
        "name": plain_name(names[0]) if entry.name[1:2].isupper() else _named(entry), "age": str(scenario.age),
        "occupation": scenario.occupation, "presenting": scenario.presenting, "history": scenario.history,
        "culture": scenario.culture, "goal": scenario.goal, "them": "them",
    }  # fmt: skip
    asker = _asker(entry, speaker)
    facts = facts_of(entry)
    aspects = _aspects(facts, asker, scenario, speaker)
    turns: list[Turn] = []
    for number, aspect in enumerate(aspects):
        turns.append(Turn("user", _question(entry, aspect, asker, number, speaker), "question"))
        answer = _answer(facts, aspects, number, asker, speaker)
        if number == 0 and scenario.risk != "none":
            answer = f"{speaker.say('safety.client')}\n\n{answer}"
        turns.append(Turn("assistant", answer, "answer"))
    return Composed(tuple(turns), (f"psychoeducation/{asker}", *(f"psychoeducation/{aspect}" for aspect in aspects)))


def _named(entry: Entry) -> str:
    """The name in a sentence; a word for what it is where the name alone would not tell."""
    kinds = {
        "profile": f"the \"{clause(entry.name)}\" style", "defence_mechanism": f"{clause(entry.name)} as a defence",
        "facet": f"the trait called {clause(entry.name)}",
    }  # fmt: skip
    return kinds.get(entry.kind, clause(entry.name))


def _asker(entry: Entry, speaker: Speaker) -> Asker:
    """Clients ask most often; relatives about what somebody close to them has."""
    asking: list[Asker] = (
        ["client", "client", "student", "clinician"] if entry.kind in PERSONAL else ["client", "student", "clinician"]
    )
    if entry.kind in ("disorder", "population"):
        asking.append("relative")
    chosen = speaker.pick(asking)
    return next(asker for asker in asking if asker == chosen)


def _aspects(facts: Facts, asker: Asker, scenario: Scenario, speaker: Speaker) -> tuple[str, ...]:
    possible = [aspect for aspect in facts if aspect not in _NOT_FOR[asker] and aspect != "what"]
    if "support" in facts and asker == "relative":
        possible.append("support")
    count = {"low": 1, "moderate": 2, "high": 3}[scenario.complexity] + speaker.chance(0.3)
    order = [*dict.fromkeys(shuffled(speaker, possible))]
    if speaker.chance(0.6):
        order.insert(0, "what")
    elif "what" not in order:
        order.append("what")
    return tuple(order[: max(1, count)])


def _question(entry: Entry, aspect: str, asker: Asker, number: int, speaker: Speaker) -> str:
    other = ""
    if aspect == "differ":
        other, note = speaker.pick([f"{name}\n{note}" for name, note in differences(entry)]).split("\n")
        speaker.values = {**speaker.values, "other": other, "note": note}
    lead = speaker.say(f"{'then' if number else 'who'}.{asker}")
    own = f"q.{aspect}.{asker}"
    symbol = own if own in speaker.grammar and speaker.chance(0.5) else f"q.{aspect}"
    return tidy(f"{lead} {speaker.say(symbol)}")


def _answer(facts: Facts, aspects: tuple[str, ...], number: int, asker: Asker, speaker: Speaker) -> str:
    """One answer: its aspect, now and then with another that is not asked about later."""
    aspect = aspects[number]
    parts = [speaker.say(f"open.{asker}"), _told(facts, aspect, speaker)]
    if aspect == "what" and len(facts) > 1 and speaker.chance(0.55):
        fitting = [name for name in facts if name not in (*aspects, *_SELDOM)]
        if fitting:
            parts.append(_told(facts, speaker.pick(fitting, "more"), speaker))
    elif aspect != "what" and number == 0 and "what" not in aspects and speaker.chance(0.25):
        parts.insert(1, _told(facts, "what", speaker))
    if speaker.chance(0.7):
        parts.append(speaker.say(f"close.{asker}"))
    kept = [part for part in parts if part]
    apart = (speaker.chance(0.35) and len(kept) > 2) or any("\n" in part for part in kept)
    return ("\n\n" if apart else " ").join(kept)


def _told(facts: Facts, aspect: str, speaker: Speaker) -> str:
    """One aspect in words: drawn texts of the entry in one of the aspect's frames, or as a list."""
    texts = facts[aspect]
    drawn = [speaker.pick(texts, f"fact {aspect}") for _ in range(min(3, len(texts)))]
    if aspect in _LISTABLE and len(drawn) == 3 and speaker.chance(0.25):
        return f"{speaker.say(speaker.pick(('list.one', 'list.two')))}\n{bullets(drawn)}"
    quoted = aspect in _QUOTED
    a, b, c = (drawn * 3)[:3]
    inside = [text if quoted else clause(text) for text in (a, b, c)]
    different = list(dict.fromkeys(inside))
    values = {
        "a": inside[0], "b": inside[1], "c": inside[2], "sentence_a": sentence(a),
        "sentence_b": sentence(b), "sentence_c": sentence(c),
        "ab": "; ".join(different[:2]), "abc": "; ".join(different), "or_ab": listed(different[:2], "or"),
        "fits": listed(different), "grade": clause(a), "level": a,
        "steps": _in_order(texts, speaker),
    }  # fmt: skip
    frames = speaker.grammar[f"a.{aspect}"]
    if len(different) < 2:
        frames = (
            tuple(frame for frame in frames if not any(slot in frame for slot in ("{b}", "{sentence_b}", "{sentence_c}")))
            or frames
        )
    return tidy(speaker.expand(speaker.pick(frames, f"a.{aspect}"), values)).replace(" \n", "\n")


def _in_order(texts: tuple[str, ...], speaker: Speaker) -> str:
    count = min(len(texts), 4)
    start = 0 if speaker.chance(0.6) else int(speaker.chance(0.5)) * (len(texts) - count)
    kept = texts[start : start + count]
    if speaker.chance(0.5):
        return "; then ".join(clause(text) for text in kept) + "."
    return "\n" + bullets(kept, speaker.pick(("- ", "* ")))
