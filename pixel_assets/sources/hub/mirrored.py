"""Records of a dataset from a folder in the layout of the hub, read as they are read from the hub itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pixel_assets.sources.hub.problems import explain
from pixel_assets.sources.hub.reader import open_stream
from pixel_assets.sources.source import HubDataset


def read_mirrored(source: str, hub: HubDataset, folder: Path) -> Iterator[bytes]:
    """Each record as JSON text, in order; raises :class:`PixelError` where the folder cannot be read."""
    rows = 0
    try:
        with tempfile.TemporaryDirectory(prefix="pixel-hub-") as scratch:
            for record in open_stream(source, hub, folder, Path(scratch)).records():
                yield record
                rows += 1
    except Exception as error:
        raise explain(error, source, hub, rows) from error
