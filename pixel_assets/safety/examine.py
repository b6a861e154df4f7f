"""All detectors over some conversations: findings with their places, and one row of levels and scores for each.

Conversations after redaction go in, for evidence is kept by its place in them. A row's result depends on that row alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.safety.bias.detect import detect_identity
from pixel_assets.safety.bias.outcomes import diagnoses, sentiment
from pixel_assets.safety.content.examine import examine_content
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import kinds_of, levels, undecided
from pixel_assets.safety.crisis.response import examine_responses
from pixel_assets.safety.findings import FINDINGS, LEVELS, Area, Finding, to_table
from pixel_assets.safety.hate.detect import detect_hate
from pixel_assets.safety.turns import Turns
from pixel_assets.store.schema import column

_WORDS: Final = pa.list_(pa.field("item", pa.string(), nullable=False))
SAFETY_SCORES = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("crisis_level", pa.int8(), "level of the lexical pass: 0 none, 1 concern, 2 risk, 3 imminent"),
        column("crisis_score", pa.float64(), "risk by the trained model, 0.5 is its operating point", nullable=True),
        column("crisis_kinds", _WORDS, "kinds of crisis at that level, such as suicide_ideation; sorted"),
        column("risk_turn", pa.int32(), "first turn with a finding of risk or more", nullable=True),
        column("response_level", pa.int8(), "how badly a reply misses a crisis: 0 to 3"),
        column("hate_level", pa.int8(), "gravest hate in any turn: 0 to 3"),
        column("content_level", pa.int8(), "gravest finding of the rules on content: 0 to 3"),
        column("identities", _WORDS, "groups that are spoken of, as axis:group; sorted"),
        column("sentiment", pa.float64(), "mean valence of the words that are said, from -1 to 1"),
        column("diagnoses", _WORDS, "disorders that are named, by the id of their entry; sorted"),
        column("findings", pa.int32(), "findings in all"),
    ]
)
_RISK: Final = LEVELS.index("risk")


@dataclass(frozen=True)
class Examined:
    """What was found in a batch: findings in the order of their place, and one row of scores a conversation."""

    findings: pa.Table
    rows: npt.NDArray[np.int32]  # of each finding, the number of its conversation in the batch
    scores: pa.Table


def examine(
    conversations: pa.Table, model: CrisisModel | None, disorders: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Examined:
    """Run every detector over conversations with the columns ``conversation_id`` and ``turns``.

    Without a model the lexical pass decides alone. ``disorders`` are names by the id of their entry; those that are said are
    listed.
    """
    turns = Turns.of(conversations["turns"])
    crisis = detect(turns)
    found = [*crisis, *detect_hate(turns), *examine_content(turns, None), *detect_identity(turns)]
    found += examine_responses(turns, crisis)
    ids = conversations["conversation_id"].combine_chunks()
    ordered = sorted(found, key=lambda f: (f.conversation, f.turn, f.start, f.end, f.area, f.rule))
    rows = np.fromiter((finding.conversation for finding in ordered), np.int32, len(ordered))
    asked = np.full(turns.conversations, np.nan)
    if model is not None:
        asked = model.highest_scores(turns, crisis, undecided(turns, crisis))
    more = {
        "crisis_score": pa.array(asked, from_pandas=True),
        "sentiment": sentiment(turns),
        "diagnoses": diagnoses(turns, disorders),
    }
    return Examined(to_table(ordered, ids), rows, _scores(ids, ordered, crisis, more))


def _scores(ids: pa.Array, found: list[Finding], crisis: list[Finding], more: dict[str, Any]) -> pa.Table:
    conversations = len(ids)
    kinds = kinds_of(crisis, conversations)
    identities: list[set[str]] = [set() for _ in range(conversations)]
    counts = np.zeros(conversations, np.int32)
    first = np.full(conversations, -1, np.int32)
    for finding in found:
        counts[finding.conversation] += 1
        if finding.area == "identity":
            identities[finding.conversation].add(f"{finding.kind}:{finding.rule}")
        if finding.area == "crisis" and finding.level >= _RISK and finding.speaker == "user" and first[finding.conversation] < 0:
            first[finding.conversation] = finding.turn
    columns = {
        "conversation_id": ids,
        "crisis_level": levels(crisis, conversations),
        "crisis_kinds": pa.array([sorted(each) for each in kinds], _WORDS),
        "risk_turn": pa.array(first, pa.int32(), mask=first < 0),
        "response_level": _gravest(found, "response", conversations),
        "hate_level": _gravest(found, "hate", conversations),
        "content_level": _gravest(found, "content", conversations),
        "identities": pa.array([sorted(each) for each in identities], _WORDS),
        "findings": counts,
        **more,
    }
    return pa.table(columns).select(SAFETY_SCORES.names).cast(SAFETY_SCORES)


def _gravest(found: Iterable[Finding], area: Area, conversations: int) -> npt.NDArray[np.int8]:
    gravest = np.zeros(conversations, np.int8)
    for finding in found:
        if finding.area == area:
            gravest[finding.conversation] = max(gravest[finding.conversation], finding.level)
    return gravest


__all__ = ["FINDINGS", "SAFETY_SCORES", "Examined", "examine"]
