"""Licences: what each asks for or forbids, and whether a release of some purpose may hold what stands under it.

A verdict follows from the constraints of a registry entry, unless the settings say it by the licence's name.
A conversation that was found in several sources may be used if one of them may be: it is taken under that licence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from pixel_assets.settings import LicenceSettings

Constraint = Literal[
    "attribution",  # its authors must be named
    "share_alike",  # what is made of it stands under the same licence
    "non_commercial",  # not for money
    "no_derivatives",  # passed on unchanged or not at all
    "academic",  # for research alone
    "no_redistribution",  # not to be passed on
    "unstated",  # no licence text was found, or it was not verified
    "gated",  # terms must be accepted, or access asked for, before it can be fetched
]
LicenceVerdict = Literal["allow", "research-only", "deny"]
RESEARCH_ONLY: Final = frozenset({"non_commercial", "academic", "no_derivatives", "unstated"})


class Licensed(Protocol):
    """What a verdict needs to know of a source; a registry entry has it."""

    @property
    def licence(self) -> str: ...

    @property
    def constraints(self) -> Iterable[str]: ...


# Over a table with ``provenances``: whether none of the sources that a conversation was found in is $permitted.
UNLICENSED: Final = "NOT list_has_any(list_transform(provenances, lambda place: place.source), $permitted::VARCHAR[])"

# Over a table ``origin`` with ``provenances`` and ``source``: a conversation's first source that is $permitted, or the first.
LICENSED_SOURCE: Final = """
    coalesce(list_filter(
        list_transform(origin.provenances, lambda place: place.source), lambda name: list_contains($permitted::VARCHAR[], name)
    )[1], origin.source)
"""


@dataclass(frozen=True)
class Judgement:
    """The verdict on one source, and whether a release under these settings may hold it."""

    source: str
    licence: str
    verdict: LicenceVerdict
    use: str
    permitted: bool

    @property
    def detail(self) -> str:
        """The verdict in words, as decisions tell it."""
        return f"{self.licence} is {self.verdict}, the release is for {self.use} use"


def verdict_of(licence: str, constraints: Iterable[str], policy: Mapping[str, LicenceVerdict]) -> LicenceVerdict:
    """``allow``, ``research-only`` or ``deny``: what ``policy`` says of the licence, else what its constraints mean."""
    if licence in policy:
        return policy[licence]
    found = set(constraints)
    if "no_redistribution" in found:
        return "deny"
    return "research-only" if found & RESEARCH_ONLY else "allow"


def judge(sources: Mapping[str, Licensed], settings: LicenceSettings) -> dict[str, Judgement]:
    """The judgement on each source by name, in the order given."""
    found = {}
    for name, source in sources.items():
        verdict = verdict_of(source.licence, source.constraints, settings.policy)
        permitted = verdict == "allow" or (verdict == "research-only" and settings.use == "research")
        found[name] = Judgement(name, source.licence, verdict, settings.use, permitted)
    return found


def permitted(judgements: Mapping[str, Judgement]) -> list[str]:
    """Names of the sources that the release may hold, sorted."""
    return sorted(name for name, judgement in judgements.items() if judgement.permitted)
