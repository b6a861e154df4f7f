"""Reading the cues: patterns that show in a text that a rule is broken, an intervention used or a danger spoken of.

In: YAML files of this package's ``data``. Out: compiled patterns with what takes their matches back.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from pixel_assets.errors import KnowledgeError
from pixel_assets.typed_yaml import read_yaml

DATA: Final = Path(__file__).parent / "data"
_PIECE: Final = re.compile(r"(?<!\(\?P)<([a-z_]+)>")


@dataclass(frozen=True)
class Cue:
    """A pattern over lower-case text and what it shows; ``unless`` takes a match back if it is found in its sentence."""

    says: str
    pattern: re.Pattern[str]
    guards: tuple[str, ...] = ()
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True)
class CueRule:
    """The cues of one rule; ``unless_turn`` takes a match back for a whole turn, unless ``always`` is in its sentence."""

    cues: tuple[Cue, ...]
    unless_turn: re.Pattern[str] | None
    always: re.Pattern[str] | None
    applies: str | None
    everywhere: bool


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
    """How a plain question about danger sounds (``self``, ``any``), suicide named, a way to urgent help, danger weighed."""
    content = _content("risk.yaml")
    given = {**content["asked"], **{name: content[name] for name in ("named", "emergency", "weighed")}}
    return {name: _compiled(f"risk.yaml, {name}", pattern, {}) for name, pattern in given.items()}


def _content(file: str) -> Any:
    return read_yaml(DATA / file, TypeAdapter(Any), error=KnowledgeError).content


def _rule(rule: str, given: Mapping[str, Any], pieces: Mapping[str, str]) -> CueRule:
    where = f"cues.yaml, {rule}"
    also = tuple(given.get("also", ()))
    cues = tuple(
        _cue(where, cue, pieces, (*cue.get("guards", given["guards"]), *also), given.get("unless")) for cue in given["cues"]
    )
    after = {name: _compiled(where, given[name], {}) if name in given else None for name in ("unless_turn", "always")}
    return CueRule(cues, after["unless_turn"], after["always"], given.get("applies"), given.get("everywhere", False))


def _cue(
    where: str, given: Mapping[str, Any], pieces: Mapping[str, str], guards: tuple[str, ...], unless: str | None
) -> Cue:  # fmt: skip
    return Cue(
        given["says"],
        _compiled(where, given["pattern"], pieces),
        guards,
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
