"""The data files of the package that a step reads, as it declares them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parents[1]
_KINDS: Final = (".yaml", ".json", ".csv", ".tsv", ".txt", ".gz", ".npy", ".onnx", ".safetensors")


def files_in(*folders: str) -> tuple[str, ...]:
    """The data files in folders of the package and all folders below, relative to the package, in order."""
    found = (path for folder in folders for path in (_PACKAGE / folder).rglob("*") if path.suffix in _KINDS)
    return tuple(sorted(path.relative_to(_PACKAGE).as_posix() for path in found))
