"""Figures of a fit, all from predictions for groups that were left out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.quality.heads.linear import Values

BINS: Final = 10
Told = dict[str, Any]


def reliability(probabilities: Values, truth: npt.NDArray[np.bool_], importance: Values | None = None) -> Told:
    """The reliability curve: in ten bins of about as many rows, the mean probability and the share of those that are true.

    Also the expected calibration error, the mean distance between both (Naeini et al. 2015). Rows that are equal stay together.
    """
    weight = np.ones(len(probabilities)) if importance is None else importance
    order = np.argsort(probabilities, kind="stable")
    said, true, weight = probabilities[order], truth[order].astype(np.float64), weight[order]
    place = np.minimum((np.cumsum(weight) - weight / 2) / weight.sum() * BINS, BINS - 1e-9).astype(np.int64)
    place = place[np.searchsorted(said, said)]
    bins = [(place == number) for number in range(BINS) if (place == number).any()]
    curve = [[round(float(np.average(of[each], weights=weight[each])), 4) for of in (said, true)] for each in bins]
    shares = [float(weight[each].sum() / weight.sum()) for each in bins]
    error = sum(share * abs(first - second) for share, (first, second) in zip(shares, curve, strict=True))
    return {"curve": curve, "calibration_error": round(error, 4)}
