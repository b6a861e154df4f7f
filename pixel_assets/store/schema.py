"""Column declarations: an Arrow schema whose fields say what they hold."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

HASH, INPUT = "_hash", "_input"  # the columns of a segment that no reader is shown
HIDDEN: Final = (HASH, INPUT)
KEY_TYPE: Final = pa.binary(16)


def column(name: str, kind: pa.DataType, description: str, *, nullable: bool = False) -> pa.Field:
    """An Arrow field with a description, which docs, catalogue and UI all show."""
    return pa.field(name, kind, nullable=nullable, metadata={"description": description})


def description(field: pa.Field) -> str:
    """The description given to :func:`column`, or an empty string."""
    text: bytes = (field.metadata or {}).get(b"description", b"")
    return text.decode()
