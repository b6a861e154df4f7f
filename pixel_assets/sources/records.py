"""The form of ``raw_records``: one row per record of a source, as it came, with its locator."""

from __future__ import annotations

import pyarrow as pa

from pixel_assets.store.schema import column

RAW_RECORDS = pa.schema(
    [
        column("source", pa.string(), "name of the source in the registry"),
        column("file", pa.string(), "file it stands in, relative to the sources folder; archive!member inside an archive"),
        column("row", pa.int64(), "number of the record in its file (in JSON Lines, of the line), from 1; 0 is the whole file"),
        column("record", pa.string(), "the record as JSON text; null where it could not be read", nullable=True),
        column("problem", pa.string(), "why the record could not be read; null where it could", nullable=True),
    ]
)
