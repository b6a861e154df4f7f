"""Fixtures of the sources' tests."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture(scope="session")
def parquet() -> bytes:
    """A small Parquet file: the column ``a`` with 1 and 2."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2]}), sink)
    return sink.getvalue()
