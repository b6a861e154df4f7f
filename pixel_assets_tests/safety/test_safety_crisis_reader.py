"""The reader of crisis detection: what a sentence means and not which words are in it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.errors import PixelError
from pixel_assets.safety.crisis.classifier import CRISIS_MODEL, PACKAGED, CrisisModel, read_model, with_reader
from pixel_assets.safety.crisis.classifier import READER as READER_ROW
from pixel_assets.safety.crisis.reader import NOTHING, Reader
from pixel_assets.vectors.minilm import save_changes

READER = Reader.load()
DANGER = "I have been sorting my things so that nobody will have much to do once I am gone."
HARMLESS = "I have been sorting my things so that nobody will have much to do when we move in May."
PAIRS = [
    (DANGER, HARMLESS),
    (
        "Nobody would notice if I stopped being here, and lately I want to find out.",
        "Nobody would notice if I stopped coming here.",
    ),
    (
        "I keep thinking it would be easier for everyone without me.",
        "I keep thinking the party would be easier without me baking.",
    ),
]


@pytest.mark.parametrize(("danger", "harmless"), PAIRS)
def test_danger_is_likelier_than_its_harmless_twin(danger: str, harmless: str) -> None:
    dangerous, other = READER.logits([danger, harmless])
    assert dangerous > other


def test_danger_at_the_end_of_a_long_text_counts() -> None:
    long = "We talked about the garden and what to plant next to the fence this year. " * 20
    plain, ending = READER.logits([long, long + DANGER])
    assert ending > plain


def test_a_text_without_words_tells_nothing() -> None:
    assert READER.logits(["", "\u200b"]).tolist() == [NOTHING, NOTHING]
    assert READER.logits(pa.array([None], pa.string())).tolist() == [NOTHING]
    assert READER.logits([]).shape == (0,)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from([DANGER, HARMLESS, "", "ok", "It rains."]), min_size=1, max_size=5))
def test_what_a_text_tells_does_not_depend_on_the_others(texts: list[str]) -> None:
    assert READER.logits(texts).tolist() == [READER.logits([text])[0] for text in texts]


def test_what_is_left_open_counts_sooner() -> None:
    assert READER.open <= READER.silent


def test_a_file_without_operating_points_is_refused(tmp_path: Path) -> None:
    save_changes(tmp_path / "r.safetensors", {}, {"weights": np.zeros((1, 384), "f4"), "bias": np.zeros(1, "f4")}, {})
    with pytest.raises(PixelError, match="no operating points"):
        Reader.load(tmp_path / "r.safetensors")


def test_a_worker_process_gets_the_same_reader() -> None:
    sent = pickle.loads(pickle.dumps(CrisisModel.load()))
    assert sent.reader is not None
    assert sent.reader.logits([DANGER]).tolist() == READER.logits([DANGER]).tolist()


def test_a_model_that_names_another_reader_is_refused() -> None:
    rows = [row | {"note": "0"} if row["part"] == READER_ROW else row for row in with_reader(read_model(PACKAGED)).to_pylist()]
    with pytest.raises(PixelError, match="another reader"):
        CrisisModel.of(pa.Table.from_pylist(rows, CRISIS_MODEL))
