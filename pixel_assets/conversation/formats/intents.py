"""Intents of a chatbot: what people say (patterns) and what it may answer (responses), any with any.

That is no dialogue, and all combinations would say the same things over and over. So each pattern is
answered once: by the response at the place that the hash of the pattern gives. The choice depends on
nothing else, so a pattern that is added or removed leaves the other pairs as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from pixel_assets.conversation.formats.base import (
    TELLING,
    UNMISTAKABLE,
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Score,
    labels,
)
from pixel_assets.conversation.hints import Options

PATTERNS: Final = ("patterns", "examples", "utterances", "inputs", "text")
RESPONSES: Final = ("responses", "replies")


def _texts(value: Any) -> list[str]:
    """The distinct texts of a list that hold anything, in order."""
    value = [value] if isinstance(value, str) else value
    return (
        list(dict.fromkeys(text for text in value if isinstance(text, str) and text.strip())) if isinstance(value, list) else []
    )


def _first(record: Record, keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if isinstance(record.get(key), list)), None)


def _intent(record: Record, options: Options) -> Converted:
    pattern_key, response_key = _first(record, PATTERNS), _first(record, RESPONSES)
    patterns = _texts(record.get(pattern_key or ""))
    responses = _texts(record.get(response_key or ""))
    if not patterns:
        return Rejection("no_user_turn", f"an intent without a pattern that says anything, and {len(responses)} responses")
    if not responses:
        return Rejection("no_reply", f"an intent with {len(patterns)} patterns and no response that says anything")
    answered = [(pattern, responses[_place(pattern, len(responses))]) for pattern in patterns]
    unused = len(responses) - len({response for _, response in answered})
    metadata = labels(record, (pattern_key or "", response_key or ""))
    metadata |= {"patterns": len(patterns), "responses": len(responses), "responses_unused": unused}
    flags = ("responses_paired",) if len(responses) > 1 else ()
    return [Draft([("user", pattern), ("assistant", response)], metadata, flags=flags) for pattern, response in answered]


def _place(pattern: str, count: int) -> int:
    digest = hashlib.blake2b(pattern.strip().lower().encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % count


def _score(sample: Sequence[Record]) -> Score:
    usual = sum(isinstance(record.get("patterns"), list) and isinstance(record.get("responses"), list) for record in sample)
    count = sum(_first(record, PATTERNS) is not None and _first(record, RESPONSES) is not None for record in sample)
    confidence = (UNMISTAKABLE * usual + TELLING * (count - usual)) / len(sample) if sample else 0.0
    return Score(confidence, f"patterns and responses in {count} of {len(sample)} records")


INTENTS = Format("intents", _score, _intent)
