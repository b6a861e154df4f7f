"""The chain of thought: under which keys it stands, and how its steps become one text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from pixel_assets.conversation.formats.base import Record, filled, labels

# Names without case, spaces and punctuation
REASONING: Final = frozenset(
    (
        "complexcot", "cot", "chainofthought", "chainofthoughts", "reasoning", "reasoningcontent", "reasoningsteps",
        "reasoningtrace", "thinking", "thinkingcontent", "thinkingtrajectories", "think", "thought", "thoughts",
        "thoughtprocess", "rationale", "scratchpad",
    )
)  # fmt: skip
# Where thoughts stand when the record keeps them apart from the words
HOLDERS: Final = ("metadata", "meta", "extra", "additional_info")
STEP_KEYS: Final = ("text", "content", "step", "thought", "reasoning", "thinking", "value", "description")
LONGEST_CODE: Final = 24  # characters; a single word that short is a label such as "deductive", no thought


def plain_name(key: str) -> str:
    """A key without case, spaces and punctuation: ``Complex_CoT`` is ``complexcot``."""
    return re.sub(r"[\W_]+", "", key).lower()


@lru_cache(maxsize=1024)
def reasoning_key(keys: tuple[str, ...]) -> str | None:
    """The key that holds thoughts, if one of them does by its name."""
    return next((key for key in keys if plain_name(key) in REASONING), None)


def thoughts(value: Any) -> str | None:
    """Thoughts as one text: a text as it is, steps on lines of their own; None where there are none."""
    if isinstance(value, str):
        return value if filled(value) else None
    if isinstance(value, dict):
        value = [value[key] for key in STEP_KEYS if key in value][:1] or list(value.values())
    if not isinstance(value, list):
        return None
    return "\n".join(_steps(value)) or None


def take_thoughts(record: Record, metadata: Record) -> str | None:
    """The thoughts that come with a record, also within its own metadata; they are labels no longer.

    ``metadata`` are the labels gathered so far: the key of the thoughts is taken out of them.
    """
    key = reasoning_key(tuple(record))
    if key is not None and (found := thoughts(record[key])):
        metadata.pop(key, None)
        return found
    for holder in HOLDERS:
        inner = record.get(holder)
        if not isinstance(inner, dict):
            continue
        key = reasoning_key(tuple(inner))
        if key is not None and (found := thoughts(inner[key])) and _is_thought(found):
            metadata.pop(holder, None)
            if rest := labels(inner, (key,)):
                metadata[holder] = rest
            return found
    return None


def _is_thought(text: str) -> bool:
    return len(text) > LONGEST_CODE or " " in text.strip()


def _steps(value: Iterable[Any]) -> list[str]:
    steps: list[str] = []
    for step in value:
        if isinstance(step, dict):
            step = next((step[key] for key in STEP_KEYS if isinstance(step.get(key), str)), None)
        if isinstance(step, str) and step.strip():
            steps.append(step.strip())
    return steps
