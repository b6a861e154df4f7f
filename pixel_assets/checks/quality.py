"""Checks of the group quality: no score of a source drifts, and none falls, without anybody being told."""

from __future__ import annotations

from typing import Any

from pixel_assets.build.accepted import JUDGED, Accepted, accepted
from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.errors import UsageError
from pixel_assets.quality.drift import DriftLimits, Moved, drift

ASSET = "quality_report"
DRIFT, DEGRADED = COMPARING = ("quality_drift", "quality_degraded")
MAX_NAMED = 5  # scores that a description names
MAX_MEASURED = 20  # of them the numbers hold


def quality_drift(run: CheckRun) -> Verdict:
    """The distribution of no score has moved in any source since the accepted report, beyond the bound and beyond chance."""
    found = _compared(run)
    if isinstance(found, Verdict):
        return found
    before, moved = found
    drifted = [each for each in moved if each.drifted]
    bound = run.settings.drift.most_index
    named = "; ".join(f"{each.source} {each.score} {each.index:.3f}" for each in drifted[:MAX_NAMED])
    highest = f"highest {moved[0].index:.3f} ({moved[0].source} {moved[0].score})" if moved else "no source is large enough"
    return Verdict(
        not drifted,
        f"{len(drifted):,} of {len(moved):,} scores of sources drifted since {before.word}, index above {bound:g}"
        f" (population stability): {named or highest}",
        {
            JUDGED: _version(run), "compared_with": before.word, "compared": len(moved), "drifted": len(drifted), "bound": bound,
            "highest": moved[0].index if moved else 0.0, "worst": [_index(each) for each in moved[:MAX_MEASURED]],
        },
    )  # fmt: skip


def quality_degraded(run: CheckRun) -> Verdict:
    """The mean of no score has fallen in any source since the accepted report, beyond the bound and beyond chance."""
    found = _compared(run)
    if isinstance(found, Verdict):
        return found
    before, moved = found
    fallen = sorted((each for each in moved if each.degraded), key=lambda each: (-each.fall, each.source, each.score))
    bound = run.settings.drift.most_fall
    means = [f"{each.source} {each.score} {each.mean_before:.3f} to {each.mean_after:.3f}" for each in fallen[:MAX_NAMED]]
    named = "; ".join(means)
    return Verdict(
        not fallen,
        f"{len(fallen):,} of {len(moved):,} mean scores of sources fell by more than {bound:g} since {before.word}"
        + (f": {named}; `pixel report` says what to look at" if named else ""),
        {
            JUDGED: _version(run), "compared_with": before.word, "compared": len(moved), "degraded": len(fallen), "bound": bound,
            "furthest": fallen[0].fall if fallen else 0.0, "worst": [_fall(each) for each in fallen[:MAX_MEASURED]],
        },
    )  # fmt: skip


def _compared(run: CheckRun) -> tuple[Accepted, list[Moved]] | Verdict:
    """The accepted report and what moved since; or the verdict where there is nothing to compare with."""
    settings = run.settings.drift
    try:
        before = accepted(run.project, ASSET, COMPARING, settings.reference)
    except UsageError as error:
        return Verdict(False, f"setting drift.reference: {error}", {JUDGED: _version(run)})
    if before is None:
        return Verdict(True, "there is no report before this one to compare with", {JUDGED: _version(run), "compared": 0})
    return before, drift(before.table, run.tables[ASSET].read(), DriftLimits.of(settings))


def _version(run: CheckRun) -> str:
    return run.tables[ASSET].snapshots[0].data_version


def _index(each: Moved) -> dict[str, Any]:
    return {
        "source": each.source, "score": each.score, "index": each.index, "by_chance": each.index_by_chance,
        "rows_before": each.rows_before, "rows_after": each.rows_after,
    }  # fmt: skip


def _fall(each: Moved) -> dict[str, Any]:
    return {
        "source": each.source, "score": each.score, "before": each.mean_before, "after": each.mean_after,
        "by_chance": each.fall_by_chance, "rows_before": each.rows_before, "rows_after": each.rows_after,
    }  # fmt: skip


CHECKS = (
    Check(
        DRIFT, ASSET, "No score of a source has another distribution than in the accepted report.", quality_drift,
        settings=("drift",),
    ),
    Check(
        DEGRADED, ASSET, "No mean score of a source has fallen since the accepted report.", quality_degraded,
        settings=("drift",),
    ),
)  # fmt: skip
