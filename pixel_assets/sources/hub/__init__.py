"""Datasets of the Hugging Face hub, or of a local mirror that stands in for it.

Nothing that is imported with this package loads the hub's libraries, which take seconds: a plan needs none of them.
"""

from __future__ import annotations

from pixel_assets.settings import HubSettings
from pixel_assets.sources.hub.version import mirror_of, pinned_version, record_file

__all__ = ["mirror_of", "pinned_version", "record_file", "resolve_revision"]


def resolve_revision(dataset: str, ref: str = "main", settings: HubSettings | None = None) -> str:
    """The commit (40 hex digits) that a branch or tag of a dataset stands for now; raises :class:`SourceError`."""
    from pixel_assets.sources.hub.acquire import resolve_revision as resolve

    return resolve(dataset, ref, settings)
