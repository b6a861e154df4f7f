"""Everything here writes many small files and flushes each, so it works in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.store import segments, writer


@pytest.fixture
def tmp_path(memory_path: Path) -> Path:
    """The folder of one test, in memory."""
    return memory_path


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes so small that tables of a few rows share, delete, roll over and compact."""
    monkeypatch.setattr(segments, "ROW_GROUP", 2)
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 4)
    monkeypatch.setattr(writer, "COMPACT_BELOW", 2)
    monkeypatch.setattr(writer, "MAX_SEGMENTS", 6)
    monkeypatch.setattr(writer, "MAX_DELETED", 0.5)
