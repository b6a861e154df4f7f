"""What card and report tell of a training set: counts, names and ids, never text.

:func:`pixel_assets.release.gathering.gather` reads them from tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ALL: Final = "all"
NOT_NEEDED: Final = ("mix", "not_needed")  # stage and reason of what is kept and not taken


@dataclass(frozen=True)
class Origin:
    """What the registry says of a source."""

    name: str
    title: str
    category: str
    licence: str
    constraints: tuple[str, ...] = ()
    url: str | None = None
    citation: str | None = None
    purpose: str = "training"
    verdict: str = "allow"  # allow, research-only or deny, for the use that the release is for
    permitted: bool = True


@dataclass(frozen=True)
class Loss:
    """Conversations that a stage took for one reason."""

    stage: str
    reason: str
    rows: int


@dataclass(frozen=True)
class SourceFacts:
    """What became of a source on the way; a conversation of several sources counts at the first of them."""

    origin: Origin
    records: int  # 0 for recordings, and for what the package makes
    rejected: int
    conversations: int  # different ones
    losses: tuple[Loss, ...]  # largest first
    kept: int
    in_mix: int
    released: int  # conversations of the splits that are used under its licence, the first that permits it

    @property
    def name(self) -> str:
        """Name of the source."""
        return self.origin.name

    @property
    def lost(self) -> int:
        """Conversations that were dropped."""
        return sum(loss.rows for loss in self.losses)


@dataclass(frozen=True)
class CategoryFacts:
    """What a category was to give to the mix, and what it gave."""

    category: str
    ratio: float
    wanted: int
    kept: int
    taken: int
    share: float

    @property
    def short_by(self) -> int:
        """Conversations that it lacks for what is wanted of it."""
        return max(0, self.wanted - self.kept)


@dataclass(frozen=True)
class ScoreFacts:
    """How a score is distributed in the released conversations of a category, or in all."""

    category: str
    score: str
    scored: int
    mean: float
    p05: float
    p50: float
    p95: float
    histogram: tuple[int, ...]  # of equal bins from 0 to 1


@dataclass(frozen=True)
class Counted:
    """A number of things by name, and of those a part."""

    name: str
    rows: int
    part: int = 0


@dataclass(frozen=True)
class ExportedFile:
    """A file of the exports."""

    file: str
    format: str
    split: str
    rows: int
    bytes: int
    sha256: str
    trainable_tokens: int | None = None


@dataclass(frozen=True)
class Facts:
    """All of it. Tuples are in an order that depends on content alone, and empty where nothing was measured."""

    sources: tuple[SourceFacts, ...]
    splits: tuple[Counted, ...]  # conversations, and groups that are never divided
    split_categories: Mapping[tuple[str, str], int]
    generated: int  # released conversations of which no person said all
    funnel: tuple[Loss, ...] = ()  # what each stage took, in the order of the stages
    records: int = 0
    rejected: tuple[Counted, ...] = ()  # records without a conversation, by reason
    conversations: int = 0
    kept: int = 0
    mix: int = 0
    target: int = 0
    categories: tuple[CategoryFacts, ...] = ()
    scores: tuple[ScoreFacts, ...] = ()
    redactions: tuple[Counted, ...] = ()  # identifiers by type: found, replaced
    crisis: tuple[Counted, ...] = ()  # released conversations by crisis level
    verdicts: tuple[Counted, ...] = ()
    pairs: tuple[Counted, ...] = ()  # by relation: all, and those that may be merged
    cluster_sizes: tuple[Counted, ...] = ()  # relation and size: clusters
    contamination: tuple[Counted, ...] = ()  # by what is given away: all, and contaminated
    augmented: tuple[Counted, ...] = ()
    not_exported: tuple[Counted, ...] = ()
    files: tuple[ExportedFile, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)  # asset → data version
