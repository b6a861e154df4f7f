"""What was found in a conversation as one row: its levels, kinds and groups. The cost is that of the findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.safety.crisis.kinds import DETECTED
from pixel_assets.safety.crisis.levels import kinds_of, levels
from pixel_assets.safety.findings import Area, Finding
from pixel_assets.safety.listed import WORDS, distinct
from pixel_assets.store.schema import column

SAFETY_SCORES: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("crisis_level", pa.int8(), "level of the lexical pass: 0 none, 1 concern, 2 risk, 3 imminent"),
        column("crisis_score", pa.float64(), "risk by the trained model, 0.5 is its operating point", nullable=True),
        column("crisis_kinds", WORDS, "kinds of crisis at that level, such as suicide_ideation; sorted"),
        column("risk_turn", pa.int32(), "first turn with a finding of risk or more", nullable=True),
        column("response_level", pa.int8(), "how badly a reply misses a crisis: 0 to 3"),
        column("hate_level", pa.int8(), "gravest hate in any turn: 0 to 3"),
        column("content_level", pa.int8(), "gravest finding of the rules on content: 0 to 3"),
        column("identities", WORDS, "groups that are spoken of, as axis:group; sorted"),
        column("sentiment", pa.float64(), "mean valence of the words that are said, from -1 to 1"),
        column("diagnoses", WORDS, "disorders that are named, by the id of their entry; sorted"),
        column("findings", pa.int32(), "findings in all"),
    ]
)


def scores(ids: pa.StringArray, found: Sequence[Finding], **others: Any) -> pa.Table:
    """One row of ``SAFETY_SCORES`` for each of ``ids``, in their order.

    ``others`` are the columns that no finding tells: crisis_score, sentiment and diagnoses.
    """
    rows = len(ids)
    crisis = [finding for finding in found if finding.area == "crisis"]
    groups = ((finding.conversation, f"{finding.kind}:{finding.rule}") for finding in found if finding.area == "identity")
    columns = {
        "conversation_id": ids,
        "crisis_level": levels(crisis, rows),
        "crisis_kinds": kinds_of(crisis, rows),
        "risk_turn": _risk_turns(crisis, rows),
        "identities": distinct(groups, rows),
        "findings": np.bincount(_numbers([finding.conversation for finding in found]), minlength=rows),
        **{f"{area}_level": _gravest(found, area, rows) for area in ("response", "hate", "content")},
        **others,
    }
    return pa.table(columns).select(SAFETY_SCORES.names).cast(SAFETY_SCORES)


def _risk_turns(crisis: Sequence[Finding], rows: int) -> pa.Array:
    """(rows,): the first turn in which the user voices a risk; null where there is none."""
    voiced = [each for each in crisis if each.level >= DETECTED and each.speaker == "user" and each.turn >= 0]
    none = np.iinfo(np.int32).max
    first = np.full(rows, none, np.int32)
    np.minimum.at(first, _numbers([each.conversation for each in voiced]), _numbers([each.turn for each in voiced]))
    return pa.array(first, pa.int32(), mask=first == none)


def _gravest(found: Sequence[Finding], area: Area, rows: int) -> npt.NDArray[np.int8]:
    """(rows,): the highest level of an area; 0 where nothing is found."""
    its = [finding for finding in found if finding.area == area]
    gravest = np.zeros(rows, np.int8)
    np.maximum.at(gravest, _numbers([each.conversation for each in its]), _numbers([each.level for each in its]))
    return gravest


def _numbers(values: Sequence[int]) -> npt.NDArray[np.int32]:
    return np.array(values, np.int32)
