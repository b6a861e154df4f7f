"""Fixtures that all rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of open data sets: ``$PIXEL_SHARED_DATA``, or ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("PIXEL_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the folder of open data sets is not here; set PIXEL_SHARED_DATA to it")
    return folder
