"""Character encodings: Unicode by its mark or by being valid UTF-8, else the best guess.

A file that is UTF-8 but for a few damaged bytes is read as UTF-8; the rows with damage are marked.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

import charset_normalizer

from pixel_assets.sources.readers.rows import Unreadable, read_block

HEAD_BYTES = 64 * 2**10
SCAN_BYTES = 4 * 2**20
GUESS_BYTES = 256 * 2**10
# Below this share of bytes beyond ASCII a text is English with some typography, where statistics of
# letters mislead, and Windows-1252 is by far the commonest code page
WESTERN_SHARE = 0.03
DAMAGED = re.compile("[\udc80-\udcff]")  # how "surrogateescape" carries bytes that are not UTF-8

# UTF-32 first: its little-endian mark begins with that of UTF-16
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Text of mostly Latin letters has a zero in the same half of nearly every pair, or three in every four bytes
ZERO_SHARE = 0.6
STRAY_SHARE = 0.05
ZERO_PLACES: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """A codec, and what to do with bytes that do not fit it."""

    name: str
    errors: str = "strict"


def byte_order_mark(head: bytes) -> str | None:
    """The codec that the first bytes announce, if any."""
    return next((codec for mark, codec in MARKS if head.startswith(mark)), None)


def unicode_encoding(head: bytes) -> str | None:
    """The Unicode codec that the first bytes announce by a mark, or give away by the places of their zeros."""
    head = head[:HEAD_BYTES]
    mark = byte_order_mark(head)
    if mark or not head.count(0):
        return mark
    shares = [head[start::4].count(0) / max(1, len(head[start::4])) for start in range(4)]
    often = tuple(share > ZERO_SHARE for share in shares)
    codec = ZERO_PLACES.get(often)
    rare = all(share < STRAY_SHARE for share, is_often in zip(shares, often, strict=True) if not is_often)
    return codec if codec and rare else None


def find_encoding(stream: BinaryIO, declared: str | None = None) -> TextEncoding:
    """Encoding of a whole file, which is then rewound; raises Unreadable when none fits.

    What the file declares is believed where it is a codec for bytes, and not Unicode: that is seen anyway.
    """
    mark = unicode_encoding(_block_or_nothing(stream, HEAD_BYTES))
    stream.seek(0)
    if mark and mark != "utf-8-sig":
        return TextEncoding(mark)
    if declared and (codec := _legacy_codec(declared)):
        return TextEncoding(codec, "surrogateescape")
    bad = _first_block_not_utf8(stream)
    stream.seek(0)
    if bad is None:
        return TextEncoding("utf-8-sig")
    if is_damaged_utf8(bad):
        return TextEncoding("utf-8-sig", "surrogateescape")
    return TextEncoding(guess_legacy(bad))


def is_damaged_utf8(sample: bytes) -> bool:
    """Whether a sample that is not valid UTF-8 is rather damaged UTF-8 than another encoding."""
    text = sample.decode("utf-8", "surrogateescape")
    damaged = len(DAMAGED.findall(text))
    return sum(not char.isascii() for char in text) > 2 * damaged


def guess_legacy(sample: bytes) -> str:
    """Name of the 8-bit or multi-byte codec that fits the sample; raises Unreadable when none does."""
    first = next((place for place, byte in enumerate(sample) if byte > 127), 0)
    start = max(0, first - GUESS_BYTES // 2)
    part = sample[start : start + GUESS_BYTES]
    # Newlines bound the part, so that no multi-byte character is cut
    part = part[part.find(b"\n") + 1 if start else 0 : part.rfind(b"\n") + 1 or None]
    if sum(byte > 127 for byte in part) < len(part) * WESTERN_SHARE and _decodes(part, "cp1252"):
        return "cp1252"
    best = charset_normalizer.from_bytes(part).best()
    if best is None:
        raise Unreadable("text in an encoding that is not known")
    return "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding


def _legacy_codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    # "utf-…", and codecs such as rot13 that do not decode bytes
    is_legacy = codec._is_text_encoding and not codec.name.startswith("utf") and codec.name not in ("ascii", "idna")
    return codec.name if is_legacy else None


def _first_block_not_utf8(stream: BinaryIO) -> bytes | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := _block_or_nothing(stream, SCAN_BYTES):
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return block
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return error.object
    return None


def _block_or_nothing(stream: BinaryIO, size: int) -> bytes:
    try:
        return read_block(stream, size)
    except Unreadable.CAUSES:
        return b""  # what is readable is read; the damage is met again there


def _decodes(sample: bytes, codec: str) -> bool:
    try:
        sample.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
