"""Group release: preference pairs without identifiers, as training by preference needs them."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pyarrow as pa

from pixel_assets.assets.data_files import files_in
from pixel_assets.assets.safety import redaction, thorough_model
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.conversation.standard import PREFERENCE_PAIRS
from pixel_assets.release.preference import REDACTED_PREFERENCES, Cleaned, redact_preferences
from pixel_assets.safety.identifiers.redact import redact


def redacted_preferences(run: StepRun) -> None:
    """Replace identifiers in the pairs that are new."""
    pairs = run.inputs["preference_pairs"]
    compute = partial(redact_pairs, settings=run.settings.identifiers)
    run.each_row(pairs, pairs.hashes(), PREFERENCE_PAIRS.names, compute)


def redact_pairs(rows: pa.Table, settings: SimpleNamespace) -> pa.Table:
    """Preference pairs without identifiers."""
    policy = redaction(settings.recogniser, settings.style, tuple(settings.keep), tuple(settings.allow), settings.seed)

    def cleaned(ids: pa.StringArray, turns: pa.ListArray) -> Cleaned:
        found = redact(ids, turns, policy=policy)
        return Cleaned(found.turns, found.redactions, found.left)

    return redact_preferences(rows, cleaned)


REDACTED_PREFERENCES_STEP = Step(
    group="release",
    assets=(
        Asset(
            "redacted_preferences",
            "Preference pairs without identifiers, each redacted as one conversation.",
            REDACTED_PREFERENCES,
            key=("source", "file", "rows", "pair_id"),
            derived_from={name: (("preference_pairs", name),) for name in PREFERENCE_PAIRS.names},
        ),
    ),
    inputs=("preference_pairs",),
    compute=redacted_preferences,
    settings=("identifiers",),
    data_files=files_in("safety/data", "safety/identifiers/data", "wording/data"),
    libraries=("hyperscan", "ctranslate2", "phonenumbers", "python-stdnum"),
    models=thorough_model,
    owner="team:safety",
)
