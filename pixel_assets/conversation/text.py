"""Repairing text: HTML, entities, wrong encodings, odd spaces, invisible characters, line ends, composition.

Most texts need nothing, and cheap looks tell so. Each repair that was made is named by a flag.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

from pixel_assets.conversation.markup import outside_code, without_entities, without_html, without_office

# A lead byte of UTF-8 and one that follows it, both read as Windows-1252 or Latin-1
MOJIBAKE: Final = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]|\u00ef\u00bb\u00bf"
)
# Bytes of Windows-1252 read as Latin-1: a control character for each quotation mark
WINDOWS_1252: Final = {
    byte: bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
WINDOWS_CONTROL: Final = re.compile("[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]")
# One character of UTF-8 written out byte by byte, as a representation of bytes does
BYTE_ESCAPES: Final = re.compile(r"\\x[c-fC-F][0-9a-fA-F](?:\\x[89abAB][0-9a-fA-F]){1,3}")
ODD_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
LINE_END: Final = re.compile("\r\n?|[\u2028\u2029]")
# Joiners belong to emoji and to several scripts: they go only where they join nothing. Tag characters
# belong to flags of regions; anywhere else they are a hidden text.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]++|(?<![\u200c\u200d])[\u200c\u200d]++(?![^\x00-\x7f])"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
SURROGATE: Final = re.compile("[\ud800-\udfff]")
PLACEHOLDER: Final = re.compile(r"\{\{\s*\w[\w. -]{0,40}\}\}")
MOST_PASSES: Final = 20  # each pass undoes one layer, and nobody escapes a text twenty times


class Cleaned(NamedTuple):
    """A text and the repairs that were made, sorted."""

    text: str
    flags: tuple[str, ...] = ()


def clean(text: str) -> Cleaned:
    """The text repaired and stripped. Any text at all is accepted; markup and escapes in backticks are left alone.

    A cleaned text is clean: to clean it once more changes nothing.
    """
    if _is_plain(text):
        return Cleaned(text.strip(), ())
    flags: set[str] = set()
    for _ in range(MOST_PASSES):
        before, text = text, _repaired(text, flags)
        if text == before or _is_plain(text):
            break
    if "{{" in text and PLACEHOLDER.search(text):
        flags.add("placeholder")
    return Cleaned(text, tuple(sorted(flags)))


def _is_plain(text: str) -> bool:
    """Whether cheap looks tell that nothing needs repair."""
    return (
        # To look for one character is ten times as fast as for two
        "<" not in text and "&" not in text
        and ("{" not in text or "{{" not in text) and ("\\" not in text or "\\x" not in text)
        and text.replace("\n", "").isprintable()
        and (text.isascii() or (not _may_be_mojibake(text) and unicodedata.is_normalized("NFC", text)))
    )  # fmt: skip


def _may_be_mojibake(text: str) -> bool:
    """A look at the commonest lead bytes, far cheaper than the pattern."""
    return (
        "\u00c3" in text or "\u00c2" in text or "\u00e2" in text or "\u00f0" in text
        or ("\u00ef" in text and "\u00ef\u00bb" in text)
        or "\u00c5" in text or "\u00c4" in text or "\u00d0" in text or "\u00d1" in text or "\u00e3" in text
    )  # fmt: skip


def _repaired(text: str, flags: set[str]) -> str:
    """The text after one pass of all repairs, stripped; their flags are added."""

    def note(flag: str, after: str) -> str:
        if after != text:
            flags.add(flag)
        return after

    text = note("surrogates_replaced", SURROGATE.sub("\ufffd", text))
    if "\x00" in text:
        text = note("utf16_fixed", _from_utf16(text))
    if not text.isascii():
        text = _recoded(text, note)
    text = note("line_ends_normalized", LINE_END.sub("\n", text))
    if "<" in text:
        text = note("html_removed", without_html(without_office(text)))
    if "&" in text:
        text = note("html_removed" if "html_removed" in flags else "entities_decoded", without_entities(text))
    if "\\x" in text:
        text = note("byte_escapes_decoded", outside_code(text, lambda part: BYTE_ESCAPES.sub(_from_bytes, part)))
    text = note("spaces_normalized", ODD_SPACE.sub(" ", text))
    text = note("invisible_removed", INVISIBLE.sub("", text))
    if not text.isascii():
        text = note("composed", unicodedata.normalize("NFC", text))
    return text.strip()


def _recoded(text: str, note: Callable[[str, str], str]) -> str:
    """Text that was read in the wrong encoding, read in the right one."""
    if _may_be_mojibake(text) and MOJIBAKE.search(text):
        import ftfy  # loads large tables, and few texts need it

        text = note("mojibake_fixed", ftfy.fix_encoding(text))
    if WINDOWS_CONTROL.search(text):
        text = note("windows_1252_fixed", text.translate(WINDOWS_1252))
    return text


def _from_utf16(text: str) -> str:
    """Text of two bytes a character that were read as two characters; unchanged when it is anything else."""
    if text.count("\x00") * 3 < len(text):
        return text
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-16-le"), (b"", "utf-16-be")):
        try:
            found = data.removeprefix(mark).decode(encoding)
        except UnicodeDecodeError:
            continue
        if data.startswith(mark) and "\x00" not in found and found.replace("\n", "").replace("\r", "").isprintable():
            return found
    return text


def _from_bytes(escapes: re.Match[str]) -> str:
    try:
        return bytes.fromhex(escapes[0].replace("\\x", "")).decode("utf-8")
    except UnicodeDecodeError:
        return escapes[0]
