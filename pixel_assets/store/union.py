"""Several tables with columns in common, read one after the other as if they were one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.store.data_version import Hashes
from pixel_assets.store.snapshot import Mask, Table


@dataclass(frozen=True)
class Union:
    """The rows of ``tables`` in their order; as :class:`Table`, and only columns that all of them have can be read."""

    tables: tuple[Table, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(table.rows for table in self.tables)

    def read(self, columns: Sequence[str]) -> pa.Table:
        """The rows as one table in memory."""
        return pa.concat_tables([table.read(columns) for table in self.tables])

    def hashes(self) -> Hashes:
        """Hashes of the whole rows as (rows, 2) uint64."""
        return np.concatenate([table.hashes() for table in self.tables])

    def matching(self, wanted: Mask, columns: Sequence[str]) -> Iterator[tuple[pa.RecordBatch, npt.NDArray[np.int64]]]:
        """The rows at the positions where ``wanted`` is true, with their positions."""
        start = 0
        for table in self.tables:
            for batch, positions in table.matching(wanted[start : start + table.rows], columns):
                yield batch, positions + start
            start += table.rows
