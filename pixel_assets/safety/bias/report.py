"""The bias report: how often each group is spoken of, and what stands beside it more or less often than beside others.

Every value has its 95 % interval, and no row says more than that two things stand in the same conversations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.safety.bias.intervals import Estimate, adjusted, log_odds, mean_difference, weighted_log_odds, wilson
from pixel_assets.safety.findings import LEVELS
from pixel_assets.store.schema import column

Action = Literal["", "collect", "reweight", "swap", "review"]
BIAS_REPORT: Final = pa.schema(
    [
        column("axis", pa.string(), "such as gender or religion"),
        column("group", pa.string(), "group of that axis"),
        column(
            "measure", pa.string(), "rate: share of all conversations; share: of what is said on the axis; log_odds, difference"
        ),
        column("scope", pa.string(), "what it is measured in: all, category:name or source:name; associations in all alone"),
        column(
            "outcome", pa.string(), "what it is associated with: crisis, quarantine, sentiment or diagnosis:id; empty for rates"
        ),
        column("count", pa.int64(), "conversations of the group (with the outcome, where it is one that is there or not)"),
        column("of", pa.int64(), "what they are counted among"),
        column("value", pa.float64(), "the measure"),
        column("low", pa.float64(), "lower end of its 95 % interval"),
        column("high", pa.float64(), "upper end"),
        column(
            "reference",
            pa.float64(),
            "rate, share: if all groups were alike, and of a category or source its value in all; "
            "association: the outcome's share or mean in the other groups",
        ),
        column("flagged", pa.bool_(), "out of its bounds, and not by chance"),
        column("action", pa.string(), "what to do: collect, reweight, swap or review; empty if not flagged"),
    ]
)
ALL: Final = "all"
SCOPES: Final = ("category", "source")  # columns of conversations whose values are scopes of their own
_DIGITS: Final = 6
_RISK: Final = LEVELS.index("risk")


@dataclass(frozen=True)
class BiasLimits:
    """Bounds of the report; docs/bias.md says what each is for."""

    shares: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: {"gender:female": (0.35, 0.65), "gender:male": (0.35, 0.65)}
    )  # lowest and highest share of a group among those of its axis, by axis:group
    most_log_odds: float = 0.7  # of an association; 0.7 is twice the odds
    most_difference: float = 0.15  # of mean sentiments, which go from -1 to 1
    least_count: int = 30  # conversations of a group below which nothing about it is flagged
    most_false: float = 0.05  # share of flagged associations that may be chance
    prior: float = 500.0  # mentions of disorders that the prior of their log odds is worth

    @classmethod
    def of(cls, settings: object) -> BiasLimits:
        """From settings with the same names."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})


@dataclass(frozen=True)
class _Line:
    axis: str
    group: str
    measure: str
    outcome: str
    count: int
    of: int
    estimate: Estimate
    reference: float
    flagged: bool = False
    action: Action = ""
    scope: str = ALL


@dataclass(frozen=True)
class _Outcomes:
    """Outcome columns, one entry a conversation."""

    crisis: npt.NDArray[np.bool_]
    quarantine: npt.NDArray[np.bool_]
    sentiment: npt.NDArray[np.float64]
    diagnosis: npt.NDArray[np.bool_]  # (conversations, disorders)
    disorders: tuple[str, ...]


def bias_report(findings: pa.Table, conversations: pa.Table, limits: BiasLimits) -> pa.Table:
    """One row a measure, ordered by axis, group, measure, outcome and scope; whatever the order of what comes in.

    ``findings`` has the form of ``FINDINGS``, of which only the area ``identity`` is read. ``conversations`` has the columns
    conversation_id, category, source, crisis_level (int8), verdict (string), sentiment (float) and diagnosis (list of strings).
    A group is compared with the conversations that speak of other groups of its axis and not of it.
    """
    outcomes = _outcomes(conversations)
    scopes = [_scopes(name, conversations[name]) for name in SCOPES]
    lines: list[_Line] = []
    for axis, groups in members(findings, conversations["conversation_id"]).items():
        rates = [*_rates(axis, groups, len(conversations), limits)]
        lines += rates
        for scope in scopes:
            lines += _rates_by(scope, groups, rates)
        for group in groups:
            lines += _associations(axis, group, groups, outcomes, limits)
    judged = _judged(lines, limits)
    rows = sorted(judged, key=lambda line: (line.axis, line.group, line.measure, line.outcome, line.scope))
    return pa.Table.from_pylist([_row(line) for line in rows], BIAS_REPORT)


def members(findings: pa.Table, ids: pa.ChunkedArray) -> dict[str, dict[str, npt.NDArray[np.int64]]]:
    """By axis and group, both sorted, the numbers of the conversations that speak of the group, in order."""
    identity = findings.filter(pc.equal(findings["area"], "identity")).select(["conversation_id", "kind", "rule"])
    places = pc.index_in(identity["conversation_id"], value_set=ids.combine_chunks())
    unique = identity.set_column(0, "place", places).group_by(["kind", "rule", "place"]).aggregate([])
    unique = unique.filter(pc.is_valid(unique["place"])).sort_by(
        [("kind", "ascending"), ("rule", "ascending"), ("place", "ascending")]
    )
    found: dict[str, dict[str, npt.NDArray[np.int64]]] = {}
    counted = unique.group_by(["kind", "rule"], use_threads=False).aggregate([("place", "count")])
    first, numbers = 0, unique["place"].to_numpy().astype(np.int64)
    for row in counted.sort_by([("kind", "ascending"), ("rule", "ascending")]).to_pylist():
        last = first + row["place_count"]
        found.setdefault(row["kind"], {})[row["rule"]] = numbers[first:last]
        first = last
    return found


def _outcomes(conversations: pa.Table) -> _Outcomes:
    lists = conversations["diagnosis"].combine_chunks()
    flat = pc.list_flatten(lists)
    disorders = tuple(sorted(set(flat.to_pylist())))
    diagnosis = np.zeros((len(conversations), len(disorders)), np.bool_)
    if disorders:
        named = pc.index_in(flat, value_set=pa.array(disorders, flat.type)).to_numpy(zero_copy_only=False)
        diagnosis[np.asarray(pc.list_parent_indices(lists)), named] = True
    return _Outcomes(
        conversations["crisis_level"].to_numpy() >= _RISK,
        pc.equal(conversations["verdict"], "quarantine").to_numpy(),
        conversations["sentiment"].to_numpy().astype(np.float64),
        diagnosis,
        disorders,
    )


def _rates(axis: str, groups: Mapping[str, npt.NDArray[np.int64]], conversations: int, limits: BiasLimits) -> Iterator[_Line]:
    said = sum(len(places) for places in groups.values())
    for group, places in groups.items():
        count = len(places)
        yield _Line(
            axis, group, "rate", "", count, conversations, Estimate(count / conversations, *wilson(count, conversations), 1.0),
            said / len(groups) / conversations,
        )  # fmt: skip
        low, high = wilson(count, said)
        least, most = limits.shares.get(f"{axis}:{group}", (0.0, 1.0))
        action: Action = "" if said < limits.least_count else "collect" if high < least else "reweight" if low > most else ""
        estimate = Estimate(count / said, low, high, 1.0)
        yield _Line(axis, group, "share", "", count, said, estimate, 1 / len(groups), bool(action), action)


@dataclass(frozen=True)
class _Scopes:
    """The scopes of one kind, such as all sources."""

    names: tuple[str, ...]
    of: npt.NDArray[np.int64]  # (conversations,), the number of the scope of each
    conversations: npt.NDArray[np.int64]  # (scopes,), how many conversations each has

    def counts(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(scopes,): how many of some conversations each scope has."""
        return np.bincount(self.of[places], minlength=len(self.names))


def _scopes(kind: str, values: pa.ChunkedArray) -> _Scopes:
    names = sorted(set(pc.unique(values).to_pylist()))
    of = pc.index_in(values, value_set=pa.array(names, pa.string())).to_numpy().astype(np.int64)
    return _Scopes(tuple(f"{kind}:{name}" for name in names), of, np.bincount(of, minlength=len(names)))


def _rates_by(scopes: _Scopes, groups: Mapping[str, npt.NDArray[np.int64]], rates: list[_Line]) -> Iterator[_Line]:
    """The rates of an axis in each scope that speaks of the group; nothing is flagged, for only the whole has limits."""
    counts = {group: scopes.counts(places) for group, places in groups.items()}
    said = np.sum([*counts.values()], axis=0)
    for line in rates:
        among = scopes.conversations if line.measure == "rate" else said
        for at in np.flatnonzero(counts[line.group]).tolist():
            count, of = int(counts[line.group][at]), int(among[at])
            yield replace(
                line, count=count, of=of, estimate=Estimate(count / of, *wilson(count, of), 1.0),
                reference=line.estimate.value, flagged=False, action="", scope=scopes.names[at],
            )  # fmt: skip


def _associations(
    axis: str, group: str, groups: Mapping[str, npt.NDArray[np.int64]], outcomes: _Outcomes, limits: BiasLimits
) -> Iterator[_Line]:
    mine = groups[group]
    rest = [places for name, places in groups.items() if name != group]
    others = np.setdiff1d(np.unique(np.concatenate(rest)), mine) if rest else np.zeros(0, np.int64)
    if not len(mine) or not len(others):
        return
    for name, happened in (("crisis", outcomes.crisis), ("quarantine", outcomes.quarantine)):
        count, other = int(happened[mine].sum()), int(happened[others].sum())
        estimate = log_odds(count, len(mine), other, len(others))
        yield _Line(axis, group, "log_odds", name, count, len(mine), estimate, other / len(others))
    felt, other_felt = outcomes.sentiment[mine], outcomes.sentiment[others]
    estimate = mean_difference(
        float(felt.mean()), float(felt.var(ddof=min(1, len(mine) - 1))), len(mine),
        float(other_felt.mean()), float(other_felt.var(ddof=min(1, len(others) - 1))), len(others),
    )  # fmt: skip
    yield _Line(axis, group, "difference", "sentiment", len(mine), len(mine), estimate, float(other_felt.mean()))
    named, other_named, all_named = (
        counts.sum(axis=0) for counts in (outcomes.diagnosis[mine], outcomes.diagnosis[others], outcomes.diagnosis)
    )
    for number, disorder in enumerate(outcomes.disorders):
        count, other = int(named[number]), int(other_named[number])
        if count + other:
            share = float(all_named[number] / all_named.sum())
            if share == 1.0:  # one disorder alone: there are no odds against others
                continue
            estimate = weighted_log_odds(count, int(named.sum()), other, int(other_named.sum()), share, limits.prior)
            reference = other / int(other_named.sum()) if other else 0.0
            yield _Line(axis, group, "log_odds", f"diagnosis:{disorder}", count, int(named.sum()), estimate, reference)


def _judged(lines: list[_Line], limits: BiasLimits) -> list[_Line]:
    tests = [number for number, line in enumerate(lines) if line.outcome]
    chance = dict(zip(tests, adjusted([lines[number].estimate.p for number in tests]), strict=True))
    return [_flagged(line, chance[number], limits) if number in chance else line for number, line in enumerate(lines)]


def _flagged(line: _Line, chance: float, limits: BiasLimits) -> _Line:
    most = limits.most_difference if line.measure == "difference" else limits.most_log_odds
    if line.of < limits.least_count or chance > limits.most_false or abs(line.estimate.value) < most:
        return line
    return replace(line, flagged=True, action="review" if line.outcome in ("crisis", "quarantine") else "swap")


def _row(line: _Line) -> dict[str, object]:
    estimate = line.estimate
    return {
        "axis": line.axis, "group": line.group, "measure": line.measure, "scope": line.scope, "outcome": line.outcome,
        "count": line.count, "of": line.of, "value": round(estimate.value, _DIGITS), "low": round(estimate.low, _DIGITS),
        "high": round(estimate.high, _DIGITS), "reference": round(line.reference, _DIGITS), "flagged": line.flagged,
        "action": line.action,
    }  # fmt: skip
