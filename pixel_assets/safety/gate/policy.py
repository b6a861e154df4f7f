"""The policy: what each finding leads to. It is data, so that two versions of it can be told apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Final, Literal

Action = Literal["note", "review", "quarantine"]
Protocol = Literal["keep", "review", "drop"]
Verdict = Literal["pass", "redact", "review", "quarantine"]
VERDICTS: Final[tuple[Verdict, ...]] = ("pass", "redact", "review", "quarantine")  # from the mildest
ACTIONS: Final[tuple[Action, ...]] = ("note", "review", "quarantine")
ByLevel = tuple[Action, Action, Action]  # of findings of level 1, 2 and 3


@dataclass(frozen=True)
class Policy:
    """What leads to which verdict.

    ``protocol`` says of each crisis level whether a conversation is kept as an example of how to meet it, goes to the experts,
    or is dropped; what is ``written_to_protocol`` (sources whose conversations are made from reviewed knowledge) is kept at any
    level. A reply that does not meet a crisis has findings of its own, by ``response``. The rules on content say themselves
    what they lead to, unless ``rules`` says otherwise.
    """

    protocol: Mapping[str, Protocol] = field(
        default_factory=lambda: {"none": "keep", "concern": "keep", "risk": "keep", "imminent": "review"}
    )
    written_to_protocol: tuple[str, ...] = ("knowledge_conversations", "edge_case_conversations")
    crisis_score: float = 0.5
    response: ByLevel = ("note", "review", "quarantine")
    hate_of_user: ByLevel = ("note", "note", "review")
    hate_of_assistant: ByLevel = ("review", "quarantine", "quarantine")
    rules: Mapping[str, Action] = field(default_factory=dict)  # of single rules, whatever their level

    @classmethod
    def of(cls, settings: object) -> Policy:
        """From settings with the same names."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})

    @cached_property
    def version(self) -> str:
        """Twelve hex digits that change with anything in the policy."""
        content = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]
