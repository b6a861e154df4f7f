"""Which half of a labelled set may be fitted on, and which is only reported: by a hash of the group, so that it never moves."""

from __future__ import annotations

import hashlib


def is_fit(dataset: str, group: str) -> bool:
    """Whether a group (user, transcript, template …) of a labelled set belongs to the half that may be fitted and tuned on."""
    return hashlib.sha256(f"{dataset}\x1f{group}".encode()).digest()[0] % 2 == 0
