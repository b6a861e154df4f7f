"""English grammar of pronouns, as far as a swap of gender needs it: cases, the number of the verb, and "a" or "an".

Which case "her" and "his" stand for is read from the words beside them; the words stand in ``data/grammar.yaml``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from pixel_assets.safety.bias.terms import terms
from pixel_assets.typed_yaml import read_yaml

FILE: Final = Path(__file__).parent / "data" / "grammar.yaml"
Case = Literal["subject", "object", "determiner", "possessive", "reflexive"]
CASES: Final[tuple[Case, ...]] = ("subject", "object", "determiner", "possessive", "reflexive")
_ADJECTIVE: Final = (
    "ct",
    "ful",
    "al",
    "ous",
    "ive",
    "ic",
    "able",
    "ible",
    "less",
    "ent",
    "ant",
    "y",
    "free",
    "good",
    "bad",
    "new",
    "false",
)
_OPENING: Final = frozenset(('"', "“", "'", "‘", "(", "“‘", "*", "_"))


class Grammar(BaseModel):
    """The content of ``grammar.yaml``, which says what each list is for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    pronouns: Mapping[str, Sequence[str]]
    after_object: Sequence[str]
    either_way: Sequence[str]
    time_after: Mapping[str, Sequence[str]]
    body_verbs: Sequence[str]
    causing: Sequence[str]
    bare: Sequence[str]
    adjectives: Sequence[str]
    perceiving: Sequence[str]
    ing_nouns: Sequence[str]
    giving: Sequence[str]
    given: Sequence[str]
    degrees: Sequence[str]
    moving: Sequence[str]
    calling: Sequence[str]
    wishing: Sequence[str]
    wishes: Sequence[str]
    plural: Mapping[str, str]
    participles: Sequence[str]
    adverbs: Sequence[str]
    never_verbs: Sequence[str]
    question_words: Sequence[str]
    negations: Sequence[str]
    vowel_sound: Sequence[str]
    consonant_sound: Sequence[str]


@functools.cache
def grammar(file: Path = FILE) -> Grammar:
    """The lists of one file; raises ``SettingsError`` that names file, line and key of what cannot be read."""
    document = read_yaml(file, Grammar)
    for group, forms in document.content.pronouns.items():
        if len(forms) != len(CASES):
            raise document.wrong(("pronouns", group), f"{len(forms)} cases", expected=", ".join(CASES))
    return document.content


@functools.cache
def _words(field: str) -> frozenset[str]:
    return frozenset(getattr(grammar(), field))


@functools.cache
def cases_of(pronoun: str) -> tuple[tuple[str, Case], ...]:
    """Groups and cases that a pronoun may stand for; "they" and its cases are none, since they may be plural."""
    return tuple(
        (group, case) for group, forms in grammar().pronouns.items() if group != "neutral"
        for case, form in zip(CASES, forms, strict=True) if form == pronoun
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """A word with its neighbours in lower case; empty where the text or the sentence ends."""

    before: str
    after: str
    later: str
    gap: str  # what stands between the word and the next, blanks stripped
    name_after: bool  # the next word is capitalised


def case_of(pronoun: str, beside: Beside) -> tuple[str, Case]:
    """Group and case of a pronoun of the third person. Raises ``IndexError`` for another word."""
    found = cases_of(pronoun)
    if len(found) == 1:
        return found[0]
    group = found[0][0]
    alone: Case = "object" if pronoun == "her" else "possessive"
    if beside.gap == "/":  # "his/her": both are in one case
        twin = {case for _, case in cases_of(beside.after)}
        return group, alone if twin and "determiner" not in twin else "determiner"
    return group, alone if _owns_nothing(pronoun, beside) else "determiner"


def _owns_nothing(pronoun: str, beside: Beside) -> bool:
    """Whether what follows "her" or "his" cannot be what she or he owns."""
    after, later = beside.after, beside.later
    if not after or (beside.gap and beside.gap not in _OPENING):
        return True
    if after in ("and", "or") and later in ("his", "her", "their", "my", "your", "our"):
        return False
    if later in grammar().time_after.get(after, ()):
        return True
    if after in _words("after_object"):
        return True
    if pronoun == "his":
        return False
    return _object_by_verb(beside) or _object_by_adverb(beside)


def _object_by_verb(beside: Beside) -> bool:
    before, after = beside.before, beside.after
    if after.endswith("ing") and after not in _words("ing_nouns"):
        return before in _words("perceiving") or ends_phrase(beside.later)
    return (
        (before in _words("causing") and _done_or_felt(after, beside.later))
        or (
            before in _words("giving")
            and (after in _words("given") or (beside.later in _words("given") and after.endswith(_ADJECTIVE)))
        )
        or (before in _words("moving") and after == "home" and ends_phrase(beside.later))
        or (before in _words("calling") and beside.name_after)
        or (before in _words("wishing") and after in _words("wishes"))
    )


def _done_or_felt(after: str, later: str) -> bool:
    """Whether a word after "made her" is a verb or an adjective of hers; a noun is seldom followed by a determiner."""
    return (
        after in _words("bare")
        or after in _words("degrees")
        or (after in _words("adjectives") and ends_phrase(later))
        or (later in ("a", "an", "the", "my", "your", "our") and after not in terms().people)
    )


def _object_by_adverb(beside: Beside) -> bool:
    after = beside.after
    if after == "back" and (beside.before in _words("body_verbs") or beside.before in _words("after_object")):
        return False
    return (after in _words("either_way") or (after.endswith("ly") and after not in ("family", "belly"))) and ends_phrase(
        beside.later
    )


def ends_phrase(word: str) -> bool:
    """Whether no noun phrase goes on with this word; an empty one stands for the end of the sentence."""
    return not word or word in _words("after_object")


def plural_verb(verb: str) -> str | None:
    """The verb after "they" for the one after "he" or "she"; None if it stays, as past tenses and modal verbs do."""
    if verb in grammar().plural:
        return grammar().plural[verb]
    if len(verb) < 4 or not verb.endswith("s") or verb.endswith(("ss", "us")) or verb in _words("never_verbs") or "'" in verb:
        return None
    if verb.endswith("ies") and len(verb) > 4:
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")) else verb[:-1]


def is_adverb(word: str) -> bool:
    """Whether a word may stand between a subject and its verb."""
    return word in _words("adverbs") or (word.endswith("ly") and word not in ("rely", "apply", "fly", "reply"))


def asks(word: str) -> bool:
    """Whether a verb after this word may stand before its subject; nothing at all stands for the begin of a sentence."""
    return not word or word in _words("question_words")


def has_not_is(participle: str) -> bool:
    """Whether "he's" before this word is "he has"."""
    return participle in _words("participles")


def article(word: str) -> str:
    """ "a" or "an", by how the next word begins."""
    low = word.lower()
    if low in _words("vowel_sound"):
        return "an"
    return "an" if low[:1] in "aeiou" and low not in _words("consonant_sound") else "a"
