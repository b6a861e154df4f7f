"""Which entries of the knowledge base may stand together in a scenario: relations seen from both ends, and a few rules.

Contraindications on a safety protocol count only where that protocol is active. The rules that no relation says lie in
``data/what_fits.yaml`` and ``data/populations.yaml``.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pixel_assets.generation.suppositions import ANY_AGE, Ages, Ties, ages_of, in_a_consulting_room, load_data, ties_of
from pixel_assets.knowledge.model import DisorderEntry, How, Knowledge

NOBODY: Final = ""  # stands for "no population in particular" where a population is drawn
SUICIDE_RISK: Final = "suicide_risk_assessment"


class Situation(NamedTuple):
    """What is known of a scenario while its entries are chosen."""

    disorder: str | None = None
    modality: str | None = None
    population: str | None = None
    protocols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Presentation:
    """What a client says first, and what that supposes; ``voices_risk`` where it asks for a talk about safety."""

    text: str
    ages: Ages
    ties: Ties
    voices_risk: bool


@dataclass(frozen=True)
class Fit:
    """The knowledge base with its relations in both directions; made by :func:`fit_of`."""

    knowledge: Knowledge
    kinds: Mapping[str, tuple[str, ...]]  # ids of each kind, sorted
    _to: Mapping[tuple[str, How], frozenset[str]]
    _from: Mapping[tuple[str, How], frozenset[str]]
    _presentations: dict[str, tuple[Presentation, ...]] = field(default_factory=dict)
    _barred: dict[str, frozenset[str]] = field(default_factory=dict)
    _why_not: dict[tuple[str, str | None], str | None] = field(default_factory=dict)

    def has(self, entry: str) -> bool:
        return entry in self.knowledge.entries

    def to(self, entry: str | None, how: How) -> frozenset[str]:
        """The entries that one is related to in a way; none for no entry."""
        return self._to.get((entry, how), frozenset()) if entry else frozenset()

    def from_(self, entry: str | None, how: How) -> frozenset[str]:
        """The entries that are related to one in a way; none for no entry."""
        return self._from.get((entry, how), frozenset()) if entry else frozenset()

    def suits(self, entry: str, situation: Situation) -> bool:
        """Whether an entry may be used: not contraindicated, none of an impossible pair, and fitting where rules name it."""
        there = (situation.disorder, situation.population, *situation.protocols)
        if not self._barred_by(entry).isdisjoint(there):
            return False
        rule = _rules()["only_with"].get(entry)
        return rule is None or (
            situation.disorder in rule.get("disorders", ())
            or group_of(situation.disorder) in rule.get("groups", ())
            or situation.population in rule.get("populations", ())
            or any(protocol in rule.get("protocols", ()) for protocol in there if protocol)
        )

    def _barred_by(self, entry: str) -> frozenset[str]:
        """What an entry never stands beside: contraindicated, or the other of an impossible pair."""
        if entry not in self._barred:
            pairs = (pair - {entry} for pair in impossible() if entry in pair)
            self._barred[entry] = self.to(entry, "contraindicated_for").union(*pairs)
        return self._barred[entry]

    def presentations(self, disorder: str) -> tuple[Presentation, ...]:
        """What clients with a disorder say, without what only makes sense in a consulting room."""
        if disorder not in self._presentations:
            entry = self.knowledge.entries[disorder]
            assert isinstance(entry, DisorderEntry)
            risky = {entry.details.presentations[number] for number in entry.details.voices_risk}
            self._presentations[disorder] = tuple(
                Presentation(text, ages_of(text), ties_of(text), text in risky)
                for text in entry.details.presentations
                if not in_a_consulting_room(text)
            )
        return self._presentations[disorder]

    def sayable(self, disorder: str, ages: Ages) -> tuple[Presentation, ...]:
        """What clients of some ages with a disorder say."""
        return tuple(said for said in self.presentations(disorder) if not said.ages.meet(ages).empty)

    def why_not(self, disorder: str, population: str | None) -> str | None:
        """Why no client of a population is met with a disorder; nothing where that is possible."""
        if (disorder, population) not in self._why_not:
            self._why_not[disorder, population] = self._reason_against(disorder, population)
        return self._why_not[disorder, population]

    def _reason_against(self, disorder: str, population: str | None) -> str | None:
        if reason := impossible().get(frozenset({disorder, population or NOBODY})):
            return reason
        ages = ages_for(disorder, population)
        if ages.empty or not [said for said in self.sayable(disorder, ages) if not said.voices_risk]:
            return "nothing that clients with it say fits the ages of the population"
        return None


def fit_of(knowledge: Knowledge) -> Fit:
    """Index the relations of a knowledge base."""
    to: dict[tuple[str, How], set[str]] = defaultdict(set)
    from_: dict[tuple[str, How], set[str]] = defaultdict(set)
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, entry in sorted(knowledge.entries.items()):
        kinds[entry.kind].append(name)
        for relation in entry.relations:
            to[name, relation.how].add(relation.to)
            from_[relation.to, relation.how].add(name)
    return Fit(
        knowledge,
        {kind: tuple(names) for kind, names in kinds.items()},
        {key: frozenset(names) for key, names in to.items()},
        {key: frozenset(names) for key, names in from_.items()},
    )


@functools.cache
def _rules() -> Mapping[str, Any]:
    rules: Mapping[str, Any] = load_data("what_fits.yaml")
    return rules


@functools.cache
def impossible() -> Mapping[frozenset[str], str]:
    """The pairs of entries that never stand together, with the reason."""
    return {frozenset(case["pair"]): case["why"] for case in _rules()["impossible"]}


@functools.cache
def group_of(disorder: str | None) -> str | None:
    """The group of a disorder, by which histories and hopes are chosen; ``other`` where none is given."""
    if disorder is None:
        return None
    return next((group for group, members in _rules()["groups"].items() if disorder in members), "other")


@functools.cache
def listed(rule: str, key: str = "") -> Collection[str]:
    """The ids that a rule of ``what_fits.yaml`` lists, for a key where it has keys."""
    found = _rules()[rule]
    return tuple(found.get(key, ()) if key else found)


@functools.cache
def ages_for(disorder: str | None, population: str | None) -> Ages:
    """The ages of clients of a population who have a disorder; both may be missing. Unknown ids allow any age."""
    data = load_data("populations.yaml")
    ages = Ages(*(data["populations"].get(population, ANY_AGE) if population else data["nobody_in_particular"]))
    return ages.meet(Ages(*data["disorders"].get(disorder, ANY_AGE)))


def lives_as(disorder: str | None) -> str | None:
    """The population whose household a client with a disorder has, where the disorder implies one."""
    found: str | None = load_data("populations.yaml")["lives_as"].get(disorder)
    return found
