"""Content rules as data: what each forbids, how grave it is, what is done about it, and how it is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from pixel_assets.errors import SettingsError
from pixel_assets.safety.matching import Pattern

T = TypeVar("T")
Severity = Literal["note", "review", "quarantine"]
Action = Literal["note", "review", "quarantine"]
Role = Literal["user", "assistant", "system"]
Measure = Literal["truncated", "unfinished", "looping", "repeated", "blob", "dark"]

LEVELS: Final[Mapping[Severity, int]] = {"note": 1, "review": 2, "quarantine": 3}
RULES: Final = Path(__file__).parent / "rules.yaml"
ASKED: Final = "asked"  # the guard that holds in a sentence which ends in a question mark


@dataclass(frozen=True, slots=True)
class Guard:
    """Words near a finding that it needs, or that speak against it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

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


@cache
def read_rules(path: Path = RULES) -> Rules:
    """The rules of a file. Raises ``SettingsError`` that names the file and the rule that is wrong."""
    read: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    words: dict[str, str] = read.get("words", {})
    guards = tuple(
        _read(_GUARD, {"id": name, **fields}, words, f"{path}, guard {name}") for name, fields in read.get("guards", {}).items()
    )
    rules = tuple(
        _read(_RULE, fields, words, f"{path}, rule {fields.get('id', number)}") for number, fields in enumerate(read["rules"])
    )
    known, seen = {guard.id for guard in guards} | {ASKED}, set[str]()
    for rule in rules:
        where = f"{path}, rule {rule.id}"
        if rule.id in seen:
            raise SettingsError("the id stands twice", where=where)
        if unknown := sorted({*rule.needs, *rule.unless} - known):
            raise SettingsError(
                f"unknown guards {', '.join(unknown)}", where=where, expected=f"some of {', '.join(sorted(known))}"
            )
        if bool(rule.patterns) == bool(rule.measure):
            raise SettingsError("must have either patterns or a measure", where=where)
        seen.add(rule.id)
    return Rules(rules, guards, frozenset(read.get("unending", ())))


def _read(adapter: TypeAdapter[T], fields: Mapping[str, Any], words: Mapping[str, str], where: str) -> T:
    patterns = [_written_out(regex, words, where) for regex in fields.get("patterns", ())]
    try:
        return adapter.validate_python({**fields, "patterns": patterns})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field_name = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{field_name}: {first['msg']}", where=where, hint="The head of rules.yaml says what the fields are"
        ) from error


def _written_out(regex: str, words: Mapping[str, str], where: str) -> str:
    """A pattern with its lists of words in place of their names; lists may name lists."""
    for _ in range(_DEEPEST):
        named = set(_NAME.findall(regex)) & words.keys()
        if not named:
            return regex
        regex = _NAME.sub(lambda name: words.get(name[1], name[0]), regex)
    raise SettingsError("lists of words that name each other", where=where)


_DEEPEST: Final = 5
_NAME: Final = re.compile(r"<([a-z_]+)>")
_GUARD: Final = TypeAdapter(Guard)
_RULE: Final = TypeAdapter(Rule)


@cache
def actions() -> Mapping[str, Action]:
    """What each rule of the package leads to, by its id."""
    return {rule.id: rule.action for rule in read_rules().rules}
