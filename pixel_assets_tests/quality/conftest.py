"""Made-up labelled sets, and a model fitted on them, once in a test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.quality.fitting.fit import fit_model
from pixel_assets.quality.model import write_model

from ..conftest import Once
from .made_up_sets import write_sets


@pytest.fixture(scope="session")
def sets(once: Once) -> Path:
    """A folder of made-up sets."""
    return once("made-up-quality-sets", write_sets)


@pytest.fixture(scope="session")
def fitted_heads(once: Once, sets: Path) -> Path:
    """The file of a model of the static tier, from the half of the made-up sets that may be fitted on."""

    def fit(folder: Path) -> None:
        write_model(fit_model(sets, ["static"], "fit").table, folder / "model.parquet")

    return once("made-up-quality-model", fit) / "model.parquet"
