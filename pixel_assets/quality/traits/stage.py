"""How far a therapy session a conversation goes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.quality.traits.evidence import ASSISTANT_LAST, USER_LAST, Evidence, Values
from pixel_assets.quality.traits.kinds import DECIMALS
from pixel_assets.quality.traits.phrases import Family

CLOSING: Final = "closing"
_FEWEST_REPLIES: Final = 2  # an answer to a letter may wish well, which ends no session


def reached(evidence: Evidence, family: Family) -> tuple[pa.Array, Values]:
    """The furthest stage that the words show, in the order of the family, and how strongly they do, from 0 to 1.

    A session closes in the last turn of either side, after more than one reply. Where no stage shows, the strength is that of
    nothing: its share of all points.
    """
    points = evidence.of(family)
    closing = family.kinds.index(CLOSING)
    ends = evidence.points[:, (USER_LAST, ASSISTANT_LAST), family.first + closing]
    last = ends @ np.array([family.user, family.assistant])
    points[:, closing] = np.where(evidence.turns[:, 1] >= _FEWEST_REPLIES, np.maximum(last, 0), 0)
    nothing = evidence.nothing(family)
    there = points > nothing[:, None]
    furthest = len(family.kinds) - 1 - there[:, ::-1].argmax(1)
    number = np.where(there.any(1), furthest, len(family.kinds))
    own = np.take_along_axis(points, np.minimum(number, len(family.kinds) - 1)[:, None], 1)[:, 0]
    strength: Values = np.where(there.any(1), own / (own + nothing), nothing / (points.sum(1) + nothing))
    names = pa.array([*family.kinds, family.nothing], pa.string())
    return names.take(pa.array(number)), np.round(strength, DECIMALS)
