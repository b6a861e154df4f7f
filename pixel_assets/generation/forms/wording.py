"""Putting sentences of the knowledge base and of a scenario into other sentences."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final, TypeVar

from pydantic import BaseModel

from pixel_assets.generation.composed import Known
from pixel_assets.generation.grammar import Grammar, Speaker, load_grammar
from pixel_assets.generation.scenario import Role, Scenario
from pixel_assets.generation.suppositions import ages_of, agree, ties_of, trade_of
from pixel_assets.knowledge.details import Disorder

T = TypeVar("T", bound=BaseModel)

_KEPT: Final = re.compile(r"(?:I|I'(?:m|ve|d|ll)|Rosenberg|Christmas|[A-Z]\S*[A-Z+]\S*)(?:\W|$)")
_ME: Final = re.compile(r"\b(I'm|I've|I'd|I'll|I am|I was|I|my|mine|me|myself)\b")
_THEM: Final = {
    "I'm": "they're", "I've": "they've", "I'd": "they'd", "I'll": "they'll", "I am": "they are", "I was": "they were",
    "I": "they", "my": "their", "mine": "theirs", "me": "them", "myself": "themselves",
}  # fmt: skip
# What a client may say that asks for a question about safety at once, and people whom not every client has
_GRAVE: Final = re.compile(
    r"\b(?:die|dead|death|kill|suicid|want to live|better off|hurt (?:my|her|him|them)|end it|cut|harm)", re.I
)
_KIN: Final = re.compile(r"\b(?:son|daughters?|husband|wife|kids|children|baby|thirty|forty|fifty|pregnan\w+|mothers?)\b", re.I)

# Criteria that hold for any disorder and tell none from another
_COMMON: Final = re.compile(
    r"^(?:No |Not |It has lasted|Daily life|Work or|Work, |Life in|Distress or|Another|They limit|They show in|Clear distress)"
    r"|^(?:The pattern has|Serious distress|The picture|Confirmed|The kind|Eases? |Begins to ease|Can be understood)"
    r"|explains? |better|suffers?$"
)
# Texts that need the one before them to say of what they speak
_LEANING: Final = re.compile(r"^(?:They|It(?! has lasted)|The (?:fear|worry|pattern)|Some further|There is enough)\b")


def clause(text: str) -> str:
    """The text without its last mark and with a small first letter, to stand inside of a sentence."""
    text = text.rstrip(".")
    return text if _KEPT.match(text) else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """The text with a capital and a last mark."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", '."', '?"')) else ".")


def listed(texts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``; one text is itself."""
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]


def bullets(texts: Sequence[str], mark: str = "- ") -> str:
    """One line a text."""
    return "\n".join(mark + sentence(text) for text in texts)


def quotes_for(scenario: Scenario, presentations: tuple[str, ...]) -> tuple[str, ...]:
    """Sayings beside the presenting problem that suppose no other age or ties than the client's; any where none fits."""
    others = tuple(text for text in sayings(presentations) if text != scenario.presenting) or presentations
    home = ties_of(f"I live {scenario.household}.")
    fitting = (
        text
        for text in others
        if trade_of(text) in (None, scenario.occupation)
        and ages_of(text).first <= scenario.age <= ages_of(text).last
        and agree(ties_of(text), home)
    )
    return tuple(fitting) or others


def of_them(text: str) -> str:
    """A client's phrase as told by another: ``with my sister`` becomes ``with their sister``."""
    return _ME.sub(lambda found: _THEM[found[1]], text)


def aged(age: int) -> str:
    """``a 31-year-old``, ``an 18-year-old``."""
    return f"{'an' if age in (8, 11, 18) or 80 <= age < 90 else 'a'} {age}-year-old"


def plain_name(entry_id: str) -> str:
    """Words for an entry of which only the id is known, as the other end of a relation."""
    return (
        entry_id.upper()
        if entry_id in ("adhd", "cbt", "dbt", "act", "emdr")
        else _WRITTEN.get(entry_id, entry_id.replace("_", " "))
    )


_WRITTEN: Final = {
    "post_traumatic_stress_disorder": "post-traumatic stress disorder", "complex_ptsd": "complex post-traumatic stress disorder",
    "obsessive_compulsive_disorder": "obsessive-compulsive disorder",
    "generalized_anxiety_disorder": "generalised anxiety disorder",
    "lgbtq": "LGBTQ+ people", "phq_9": "PHQ-9", "phq_2": "PHQ-2", "gad_7": "GAD-7", "gad_2": "GAD-2",
    "ipip_neo_120": "IPIP-NEO-120", "autism_spectrum": "autism", "person_centred": "person-centred therapy",
    "family_systemic": "family therapy", "psychodynamic": "psychodynamic therapy", "narrative": "narrative therapy",
    "schema": "schema therapy", "interpersonal": "interpersonal psychotherapy",
    "compassion_focused": "compassion-focused therapy", "perinatal": "parents around birth",
    "neurodivergent": "neurodivergent people", "bereaved": "bereaved people",
    "chronic_illness": "people with chronic illness",
}  # fmt: skip


def first_of(form: type[T], scenario: Scenario, known: Known, role: Role) -> T | None:
    """The first entry of a role, if there is one and it is of the form that the role asks for."""
    return next(iter(all_of(form, scenario, known, role)), None)


def all_of(form: type[T], scenario: Scenario, known: Known, role: Role) -> tuple[T, ...]:
    """The entries of a role that are of a form, in order."""
    return tuple(entry for name in scenario.of(role) if isinstance(entry := known[name], form))


def some(speaker: Speaker, texts: Sequence[str], count: int, pool: str = "") -> tuple[str, ...]:
    """At most so many different texts, in the order in which they were drawn."""
    return tuple(speaker.pick(texts, pool or texts[0]) for _ in range(min(count, len(texts))))


def shuffled(speaker: Speaker, texts: Sequence[str]) -> tuple[str, ...]:
    """The texts in a drawn order."""
    left = list(texts)
    order: list[str] = []
    while left:
        order.append(speaker.pick(left))
        left.remove(order[-1])
    return tuple(order)


@functools.cache
def harmless(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts that speak of no danger to life or limb; all of them where each does."""
    return tuple(text for text in texts if not _GRAVE.search(text)) or texts


def unalarming(disorder: Disorder) -> tuple[str, ...]:
    """Presentations that ask for no talk about safety; all of them where each does."""
    quiet = (text for number, text in enumerate(disorder.presentations) if number not in disorder.voices_risk)
    return tuple(quiet) or disorder.presentations


@functools.cache
def sayings(presentations: tuple[str, ...]) -> tuple[str, ...]:
    """Presentations that fit any client and call for no question about safety; all harmless ones where few fit any client."""
    mild = harmless(presentations)
    anyone = tuple(text for text in mild if not _KIN.search(text))
    return anyone if len(anyone) > 1 else mild


@functools.cache
def telling(criteria: tuple[str, ...]) -> tuple[str, ...]:
    """The criteria that tell a disorder from another and can stand alone; all of them where none does."""
    return tuple(text for text in standing_alone(criteria) if not _COMMON.search(text)) or criteria


@functools.cache
def standing_alone(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts that say of what they speak, without a "they" that hangs on the text before; all of them where none does."""
    return tuple(text for text in texts if not _LEANING.search(text)) or texts


def grammar_for(scenario: Scenario, *files: str) -> Grammar:
    """The grammar of some files; without phrases about family, faith or place where the scenario has nothing of them."""
    return load_grammar(*files, lacking="" if scenario.culture else "culture")
