"""Files that hold no text: sound, pictures, films, documents for print; told by their first bytes."""

from __future__ import annotations

import filetype  # type: ignore[import-untyped]  # it has no types

from pixel_assets.sources.readers.rows import Unreadable

MARKED_TEXT = (b"%PDF-", b"{\\rtf")  # documents that may hold no control character
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
MAX_CONTROL_SHARE = 0.01  # a few zero bytes are damage of a text; random bytes hold 10 %
NAMES = {"image": "picture", "application": "document"}
DOCUMENTS = {"pdf", "rtf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp"}


def refuse_media(head: bytes) -> None:
    """Raises Unreadable with the code ``media_file`` for media, with ``unreadable_file`` for other binaries."""
    if head.startswith(MARKED_TEXT) or is_binary(head):
        found = filetype.guess(head)
        if found is None:
            raise Unreadable("binary content that is none of the known kinds")
        kind, _, _ = found.mime.partition("/")
        if kind in ("audio", "video", "image") or found.extension in DOCUMENTS:
            raise Unreadable(f"{NAMES.get(kind, kind)} ({found.extension.upper()})", code="media_file")
        raise Unreadable(f"binary content ({found.extension.upper()}) that is none of the known kinds")


def is_office_document(head: bytes) -> bool:
    """Whether a ZIP archive is rather a document for an office program."""
    found = filetype.guess(head)
    return found is not None and found.extension in DOCUMENTS


def is_binary(head: bytes) -> bool:
    """Whether bytes hold more control characters than any damaged text does."""
    controls = len(head) - len(head.translate(None, CONTROLS))
    return controls > len(head) * MAX_CONTROL_SHARE
