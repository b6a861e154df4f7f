"""Reading the cues: patterns that show in a text that a rule is broken, an intervention used or a danger spoken of.

In: YAML files of this package's ``data``. Out: compiled patterns, each with words of which one must occur before it is tried,
so that most texts are judged by looking words up.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.validate.guards import Match
from pixel_assets.generation.validate.spoken import Sentence, Spoken

DATA: Final = Path(__file__).parent / "data"
_PIECE: Final = re.compile(r"(?<!\(\?P)<([a-z_]+)>")


@dataclass(frozen=True)
class Cue:
    """A pattern over lower-case text, the words of which one must occur, and what it shows."""

    says: str
    words: frozenset[str]
    pattern: re.Pattern[str]
    guards: tuple[str, ...] = ()
    unless: re.Pattern[str] | None = None

    def matches(self, turn: Spoken) -> Iterator[Match]:
        """Matches in a turn that ``unless`` does not take back; guards are left to the caller."""
        for sentence in turn.sentences:
            if not self.words.isdisjoint(sentence.words):
                yield from self.matches_in(turn, sentence)

    def matches_in(self, turn: Spoken, sentence: Sentence) -> Iterator[Match]:
        """Matches in one sentence of a turn, which is known to hold one of the words."""
        # one character more, for patterns that begin with the end of the sentence before
        for found in self.pattern.finditer(turn.text, max(0, sentence.start - 1), sentence.end):
            start = next((place for place in range(found.start(), found.end()) if turn.text[place].isalnum()), found.start())
            match = Match(turn.text, start, found.end(), found.groupdict().get("named") or "")
            if self.unless is None or not self.unless.search(match.sentence):
                yield match


@dataclass(frozen=True)
class CueRule:
    """The cues of one rule; ``unless_turn`` takes a match back for a whole turn, unless ``always`` is in its sentence."""

    cues: tuple[Cue, ...]
    unless_turn: re.Pattern[str] | None
    always: re.Pattern[str] | None
    applies: str | None
    everywhere: bool


@dataclass(frozen=True)
class Spotter:
    """Cues by their words: finds the sentences that are worth trying a cue on, by looking up the words of each once."""

    cues: tuple[Cue, ...]
    by_word: Mapping[str, tuple[int, ...]]
    words: frozenset[str]

    @classmethod
    def of(cls, cues: tuple[Cue, ...]) -> Spotter:
        by_word: dict[str, tuple[int, ...]] = {}
        for number, cue in enumerate(cues):
            for word in cue.words:
                by_word[word] = (*by_word.get(word, ()), number)
        return cls(cues, by_word, frozenset(by_word))

    def spot(self, turns: Iterable[Spoken]) -> dict[int, list[tuple[Spoken, Sentence]]]:
        """Sentences in order, by the number of each cue that has a word in them."""
        spotted: dict[int, list[tuple[Spoken, Sentence]]] = {}
        for turn in turns:
            for sentence in turn.sentences:
                numbers = {number for word in self.words & sentence.words for number in self.by_word[word]}
                for number in numbers:
                    spotted.setdefault(number, []).append((turn, sentence))
        return spotted


@functools.cache
def rule_cues() -> Mapping[str, CueRule]:
    """The cues of ``cues.yaml`` by rule; raises :class:`KnowledgeError` for a pattern that does not compile."""
    content = _content("cues.yaml")
    return {rule: _rule(rule, given, content["pieces"]) for rule, given in content["rules"].items()}


@functools.cache
def intervention_cues() -> Mapping[str, tuple[Cue, ...]]:
    """The cues of ``interventions.yaml`` by the id of the intervention that they show."""
    content = _content("interventions.yaml")
    cues: dict[str, tuple[Cue, ...]] = {}
    for name, given in content["interventions"].items():
        entry = given.get("entry", name)
        cue = _cue(f"interventions.yaml, {name}", {"says": entry, **given}, content["pieces"], ("negated", "quoted"), None)
        cues[entry] = (*cues.get(entry, ()), cue)
    return cues


@functools.cache
def voiced_cues() -> Mapping[str, Cue]:
    """How a client speaks of danger, by kind: self, self_harm, others, victim, and ``now`` for danger within hours."""
    content = _content("risk.yaml")
    given = {**content["voiced"], "now": content["explicit_now"]}
    return {
        kind: _cue(f"risk.yaml, {kind}", {"says": kind, **entry}, {}, (), entry.get("unless")) for kind, entry in given.items()
    }


@functools.cache
def answer_patterns() -> Mapping[str, re.Pattern[str]]:
    """How a plain question about danger sounds (``self``, ``any``), a way to urgent help, and danger that is weighed."""
    content = _content("risk.yaml")
    given = {**content["asked"], "emergency": content["emergency"], "weighed": content["weighed"]}
    return {name: _compiled(f"risk.yaml, {name}", pattern, {}) for name, pattern in given.items()}


def _content(file: str) -> Any:
    return yaml.load((DATA / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _rule(rule: str, given: Mapping[str, Any], pieces: Mapping[str, str]) -> CueRule:
    where = f"cues.yaml, {rule}"
    cues = tuple(_cue(where, cue, pieces, tuple(given["guards"]), given.get("unless")) for cue in given["cues"])
    after = {name: _compiled(where, given[name], {}) if name in given else None for name in ("unless_turn", "always")}
    return CueRule(cues, after["unless_turn"], after["always"], given.get("applies"), given.get("everywhere", False))


def _cue(
    where: str, given: Mapping[str, Any], pieces: Mapping[str, str], guards: tuple[str, ...], unless: str | None
) -> Cue:  # fmt: skip
    return Cue(
        given["says"],
        frozenset(word.partition("'")[0] for word in str(given["words"]).split()),
        _compiled(where, given["pattern"], pieces),
        tuple(given.get("guards", guards)),
        _compiled(where, unless, {}) if unless else None,
    )


def _compiled(where: str, pattern: str, pieces: Mapping[str, str]) -> re.Pattern[str]:
    filled = _PIECE.sub(lambda piece: pieces[piece[1]], pattern)
    try:
        return re.compile(filled)
    except re.error as error:
        raise KnowledgeError(
            f"a pattern does not compile: {error}", where=f"generation/validate/data/{where}", hint="Correct the expression"
        ) from None
