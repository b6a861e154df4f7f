"""Units of conversion: what must be converted again when something changes, and what need not.

For most formats a unit is one record; where a dialogue is spread over rows, it is the whole file. A
unit's key is the hash of its content and of how it is read, so equal keys mean equal conversations.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.conversation.detect import Detection
from pixel_assets.store.data_version import Hashes, row_hashes


def unit_keys(
    files: pa.ChunkedArray | pa.Array, hashes: Hashes, detections: Mapping[str, Detection]
) -> Hashes:
    """Key of the unit that each raw row belongs to: shape (rows, 2), uint64.

    ``files`` and ``hashes`` have the file and the row hash of every raw row, ``detections`` how each file is
    read. The rows of a file that is read as a whole share one key, made of all of them.
    """
    names, index = np.unique(files.to_numpy(zero_copy_only=False), return_inverse=True)
    keys = hashes.copy()
    for i, name in enumerate(names):
        rows: npt.NDArray[np.bool_] = index == i
        if detections[name].grouped:
            keys[rows] = hashes[rows].sum(axis=0, dtype=np.uint64)
        keys[rows] += _salt(detections[name])
    return keys


def _salt(detection: Detection) -> npt.NDArray[np.uint64]:
    # The explanation counts where nothing was detected, for it is what the rejected records say.
    how = detection.name if detection.format else f"{detection.reason}: {detection.explanation}"
    salt: npt.NDArray[np.uint64] = row_hashes(pa.table({"how": [how]}))[0]
    return salt
