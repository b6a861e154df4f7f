"""The patterns of sentence structure of the hate screen, read from ``data/grammar.yaml``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, fields

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.hate.lexicon import read_data


@dataclass(frozen=True, slots=True)
class Grammar:
    """One pattern for each entry of the file, which says what each is for. They see a bounded stretch of text only."""

    end: re.Pattern[str]
    clause: re.Pattern[str]
    after_preposition: re.Pattern[str]
    specific_plural: re.Pattern[str]
    specific_singular: re.Pattern[str]
    self: re.Pattern[str]
    being_i: re.Pattern[str]
    own: re.Pattern[str]
    determined: re.Pattern[str]
    follows_name: re.Pattern[str]
    leads_adjective: re.Pattern[str]
    is_said: re.Pattern[str]
    passive: re.Pattern[str]
    agent: re.Pattern[str]
    affects: re.Pattern[str]
    third: re.Pattern[str]
    aimed_before: re.Pattern[str]
    aimed_after: re.Pattern[str]
    follows_adjective: re.Pattern[str]
    they: re.Pattern[str]
    opens_clause: re.Pattern[str]
    another: re.Pattern[str]
    opens: re.Pattern[str]
    on_them: re.Pattern[str]
    others_say: re.Pattern[str]
    asks: re.Pattern[str]
    why: re.Pattern[str]


@functools.cache
def grammar() -> Grammar:
    """The compiled patterns; raises :class:`KnowledgeError` that names the entry which is missing or cannot be read."""
    content = read_data("grammar.yaml")
    compiled: dict[str, re.Pattern[str]] = {}
    for field in fields(Grammar):
        try:
            compiled[field.name] = re.compile(content[field.name])
        except (KeyError, TypeError, re.error) as error:
            raise KnowledgeError(
                f"the pattern {field.name} cannot be read", where="safety/hate/data/grammar.yaml",
                expected="a regular expression", hint="correct the entry",
            ) from error  # fmt: skip
    return Grammar(**compiled)
