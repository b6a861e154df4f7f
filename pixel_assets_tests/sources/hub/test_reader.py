"""The stream of the library can be left anywhere and taken up again: the rows are those of one run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.sources.hub.reader import open_stream
from pixel_assets.sources.source import HubDataset
from pixel_assets_tests.conftest import Once
from pixel_assets_tests.sources.hub.test_acquire import TWO_FILES, TWO_PARQUETS, expected
from pixel_assets_tests.sources.hub.test_mirror import write

HUB = HubDataset(dataset="o/n")


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 119), max_size=4))
def test_a_stream_that_is_left_and_taken_up_gives_every_record_once(once: Once, kind: str, cuts: list[int]) -> None:
    folder = once(f"stream-{kind}", lambda folder: _fill(folder, kind)) / "n"
    found: list[str] = []
    state = None
    for cut in [*sorted(set(cuts)), 10_000]:
        stream = open_stream("a", HUB, folder, folder.parent / "scratch")
        for text in stream.records(state):
            found.append(text.decode())
            if len(found) == cut:
                break
        state = stream.state()
    assert found == expected(120)


def _fill(folder: Path, kind: str) -> None:
    write(folder / "n", TWO_FILES if kind == "jsonl" else TWO_PARQUETS)
