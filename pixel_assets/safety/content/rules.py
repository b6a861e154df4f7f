"""Content rules as data: what each forbids, how grave it is, what is done about it, and how it is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict

from pixel_assets.safety.matching import Pattern
from pixel_assets.typed_yaml import Document, Loc, read_yaml

Severity = Literal["note", "review", "quarantine"]
Action = Literal["note", "review", "quarantine"]
Role = Literal["user", "assistant", "system"]
Measure = Literal["truncated", "unfinished", "looping", "repeated", "blob"]

LEVELS: Final[Mapping[Severity, int]] = {"note": 1, "review": 2, "quarantine": 3}
RULES: Final = Path(__file__).parent / "rules.yaml"
ASKED: Final = "asked"  # the guard that holds in a sentence which ends in a question mark


@dataclass(frozen=True, slots=True)
class Guard:
    """Words near a finding that it needs, or that speak against it."""

    id: str
    scope: Literal["sentence", "turn"]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``rules.yaml`` says what the fields mean."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    severity: Severity
    action: Action
    roles: tuple[Role, ...]
    rule: str
    reason: str
    patterns: tuple[str, ...] = ()
    measure: Measure | None = None
    exact: bool = False
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    first_reply: bool = False
    expected_of_dark: bool = False

    @property
    def level(self) -> int:
        """1 note, 2 review, 3 quarantine."""
        return LEVELS[self.severity]


@dataclass(frozen=True)
class Rules:
    """All rules and the guards that they name; the patterns are written out."""

    rules: tuple[Rule, ...]
    guards: tuple[Guard, ...]
    unending: frozenset[str]  # words that are no sentence's last
    by_measure: Mapping[Measure, Rule] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_measure", {rule.measure: rule for rule in self.rules if rule.measure})

    def patterns(self) -> tuple[list[Pattern], list[int]]:
        """The patterns of all rules for one matcher, and for each the number of its rule."""
        listed = [(number, rule, regex) for number, rule in enumerate(self.rules) for regex in rule.patterns]
        return [Pattern(rule.id, regex, not rule.exact) for _, rule, regex in listed], [number for number, _, _ in listed]

    def guard_patterns(self) -> list[Pattern]:
        """The patterns of all guards, by the guard's id."""
        return [Pattern(guard.id, regex) for guard in self.guards for regex in guard.patterns]


class _GivenGuard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    scope: Literal["sentence", "turn"]
    patterns: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    words: dict[str, str] = {}
    unending: tuple[str, ...] = ()
    guards: dict[str, _GivenGuard] = {}
    rules: tuple[Rule, ...]


@cache
def read_rules(path: Path = RULES) -> Rules:
    """The rules of a file. Raises ``SettingsError`` that names file and line of the rule that is wrong."""
    document = read_yaml(path, _File)
    given = document.content
    known, seen = {*given.guards, ASKED}, set[str]()
    for number, rule in enumerate(given.rules):
        loc: Loc = ("rules", number)
        if rule.id in seen:
            raise document.wrong((*loc, "id"), f"{rule.id!r} stands twice", hint="Give the later rule another id")
        if unknown := sorted({*rule.needs, *rule.unless} - known):
            what = f"{rule.id!r} has unknown guards {', '.join(unknown)}"
            raise document.wrong(loc, what, expected=f"some of {', '.join(sorted(known))}")
        if bool(rule.patterns) == bool(rule.measure):
            raise document.wrong(loc, f"{rule.id!r} must have either patterns or a measure")
        seen.add(rule.id)
    guards = tuple(
        Guard(name, guard.scope, _written_out(guard.patterns, document, ("guards", name))) for name, guard in given.guards.items()
    )
    rules = tuple(
        replace(rule, patterns=_written_out(rule.patterns, document, ("rules", number, "patterns")))
        for number, rule in enumerate(given.rules)
    )
    return Rules(rules, guards, frozenset(given.unending))


def _written_out(patterns: tuple[str, ...], document: Document[_File], loc: Loc) -> tuple[str, ...]:
    """Patterns with lists of words in place of their names; lists may name lists."""
    words = document.content.words
    for _ in range(_DEEPEST):
        if not any(set(_NAME.findall(regex)) & words.keys() for regex in patterns):
            return patterns
        patterns = tuple(_NAME.sub(lambda name: words.get(name[1], name[0]), regex) for regex in patterns)
    raise document.wrong(loc, "lists of words that name each other", hint="Write one of them out")


_DEEPEST: Final = 5
_NAME: Final = re.compile(r"<([a-z_]+)>")


@cache
def actions() -> Mapping[str, Action]:
    """What each rule of the package leads to, by its id."""
    return {rule.id: rule.action for rule in read_rules().rules}


@cache
def expected_of_dark() -> frozenset[str]:
    """Ids of the rules that the clients of a dark source are expected to break."""
    return frozenset(rule.id for rule in read_rules().rules if rule.expected_of_dark)
