"""Persona consistency: how well the assistant's talk fits the profile of the voice that it should have.

``speech/`` measures how far a passage lies from the profile: the root mean square over markers (pace, questions, hedges, length
of sentences …), each in spreads of the voice. Were the markers of passages of that voice spread normally and independently
around the profile, the sum of squares would have the chi-squared distribution. Markers move together, so that they count for
fewer directions than there are. The score is the tail of that distribution:

    persona_consistency = P(chi² with DIRECTIONS degrees of freedom ≥ DIRECTIONS × distance²)

It says how probable it is that a passage of the same voice lies as far away or farther. A score of 0.85 is a distance of about
0.75 spreads, one of 0.44 a distance of 1. The spreads of a profile are never smaller than what is usual within one voice, so most
passages of the voice itself score near 1, and a low score speaks against it. Null where there is no profile, where the
conversation has another category, or where nothing was measured; the reason is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.fluency.score import MOVED
from pixel_assets.quality.tables import PERSONA
from pixel_assets.store.schema import column

CATEGORIES: Final = ("voice", "personality")
DIRECTIONS: Final = 10  # in which the markers of a passage vary independently, of some seventeen markers
FARTHEST: Final = 2.5  # spreads at which speech's consistency is 0: consistency = 1 - distance / FARTHEST
DISTANCE: Final = "distance from the voice profile, in spreads"
NO_PROFILE: Final = "no voice profile"
OTHER_CATEGORY: Final = "another category"
NOT_MEASURED: Final = "not measured against the profile"
PERSONA_SCORES: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column(PERSONA, pa.float64(), "how probable such a distance is for the voice itself, from 0 to 1", nullable=True),
        column("reason", pa.string(), "why there is no score; null where there is one", nullable=True),
        column("moved", MOVED, "the distance from the profile, in spreads of the voice; empty where there is no score"),
    ]
)
_CONSISTENCY: Final = r'"consistency":\s*(?P<consistency>[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)'
_DIGITS: Final = 6

Values = npt.NDArray[np.float64]


def persona_scores(rows: pa.Table, profiled: bool, measured: Mapping[str, float] | None = None) -> pa.Table:
    """One row of :data:`PERSONA_SCORES` for each of ``rows``, which have conversation_id, category and metadata (JSON).

    ``profiled`` says whether there is an overall profile. The distance is taken from ``measured``, consistencies of
    conversations as ``speech/`` defines them (0 to 1), or else from the metadata of the row, where ``speech/`` put it when it
    made the conversation.
    """
    category = rows["category"]
    of_voice = np.asarray(pc.fill_null(pc.is_in(category, pa.array(CATEGORIES)), False))
    consistency = told_consistency(rows["metadata"])
    if measured:
        own = pc.index_in(rows["conversation_id"], pa.array(list(measured)))
        given = pc.take(pa.array(list(measured.values()), pa.float64()), own)
        consistency = np.where(np.asarray(pc.is_valid(own)), np.asarray(pc.fill_null(given, np.nan)), consistency)
    known = of_voice & profiled & ~np.isnan(consistency)
    distance = np.where(known, (1 - np.clip(np.where(known, consistency, 1.0), 0, 1)) * FARTHEST, 0.0)
    reason = np.select([known, ~of_voice, np.full(len(known), not profiled)], ["", OTHER_CATEGORY, NO_PROFILE], NOT_MEASURED)
    moved = pa.ListArray.from_arrays(
        pa.array(np.concatenate([[0], np.cumsum(known)]).astype(np.int32)),
        pa.StructArray.from_arrays(
            [pa.array([DISTANCE], pa.string()).take(pa.array(np.zeros(int(known.sum()), np.int32))),
             pa.array(distance[known].round(3))], names=["what", "amount"],
        ),
    ).cast(MOVED)  # fmt: skip
    columns = {
        "conversation_id": rows["conversation_id"],
        PERSONA: pa.array(tail(distance), mask=~known),
        "reason": pa.array(reason.tolist(), pa.string(), mask=known),
        "moved": moved,
    }
    return pa.table(columns, PERSONA_SCORES)


def tail(distance: Values) -> Values:
    """How probable it is that a passage of the voice lies at least so many spreads away; 1 at distance 0."""
    from scipy.stats import chi2  # half a second to import

    return np.asarray(chi2.sf(DIRECTIONS * distance**2, DIRECTIONS)).round(_DIGITS)


def told_consistency(metadata: pa.Array | pa.ChunkedArray) -> Values:
    """The consistency in JSON objects, (n,); NaN where there is none."""
    found = pc.struct_field(pc.extract_regex(metadata, _CONSISTENCY), "consistency").cast(pa.float64())
    return np.asarray(pc.fill_null(found, np.nan), np.float64)
