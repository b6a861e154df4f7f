"""Repairing text: HTML, entities, wrong encodings, odd spaces, invisible characters, line ends.

Most texts need nothing, and cheap looks tell so. Each repair that was made is named by a flag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser

BLOCK: Final = "p|div|h[1-6]|blockquote|ul|ol|table|pre|section|article|hr"
LINE: Final = "br|li|tr"
INLINE: Final = (
    "span|a|b|i|u|em|strong|td|th|tbody|thead|img|font|small|sub|sup|s|strike|center|figure|iframe"
)
# Somebody who shows these is showing code, not writing in a rich-text editor
CODE: Final = re.compile(
    r"<(?:!doctype|html|head|body|script|style|form|input|button|svg|link|meta|nav)\b", re.I
)
ATTRIBUTES: Final = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s*"""
TAG: Final = re.compile(rf"</?(?:{BLOCK}|{LINE}|{INLINE}){ATTRIBUTES}/?>", re.I)
BREAKING_TAG: Final = re.compile(rf"<(?:{BLOCK}|br)\b", re.I)
# A paste from a word processor: its style sheets and markup are no text, and no code that is shown
OFFICE: Final = re.compile(r'<!--\[if|</?o:p>|class="?Mso|mso-|/\* Font Definitions')
OFFICE_BLOCK: Final = re.compile(
    r"<!--.*?-->|<(style|xml)\b[^>]*>.*?</\1>|</?[a-z]:\w+[^<>]*>|<!\[endif\]>", re.S | re.I
)
OFFICE_TAG: Final = re.compile(r"<(span|p|div|font|a|b|i|u)\s[^<>]*>", re.I)
ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
QUOTED_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)

# A lead byte of UTF-8 and one that follows it, both read as Windows-1252 or Latin-1
MOJIBAKE: Final = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]|\u00ef\u00bb\u00bf"
)
ODD_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
LINE_END: Final = re.compile("\r\n?|[\u0085\u2028\u2029]")
# Joiners belong to emoji and to several scripts: they go only where they join nothing
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
SURROGATE: Final = re.compile("[\ud800-\udfff]")
PLACEHOLDER: Final = re.compile(r"\{\{\s*\w[\w. -]{0,40}\}\}")


class Cleaned(NamedTuple):
    """A text and the repairs that were made, sorted."""

    text: str
    flags: tuple[str, ...] = ()


def clean(text: str) -> Cleaned:
    """The text repaired and stripped; any text at all is accepted, and code in backticks is left alone."""
    plain = "<" not in text and "&" not in text and "{{" not in text and text.replace("\n", "").isprintable()
    if plain and (text.isascii() or not _may_be_mojibake(text)):
        return Cleaned(text.strip(), ())
    return _repaired(text)


def _may_be_mojibake(text: str) -> bool:
    """A look at the commonest lead bytes, far cheaper than the pattern."""
    return (
        "\u00c3" in text or "\u00c2" in text or "\u00e2" in text or "\u00f0" in text or "\u00ef\u00bb" in text
        or "\u00c5" in text or "\u00c4" in text or "\u00d0" in text or "\u00d1" in text or "\u00e3" in text
    )  # fmt: skip


def _repaired(text: str) -> Cleaned:
    flags: list[str] = []

    def note(flag: str, after: str) -> str:
        if after != text:
            flags.append(flag)
        return after

    text = note("surrogates_replaced", SURROGATE.sub("\ufffd", text))
    if not text.isascii() and _may_be_mojibake(text) and MOJIBAKE.search(text):
        import ftfy  # loads large tables, and few texts need it

        text = note("mojibake_fixed", ftfy.fix_encoding(text))
    text = note("line_ends_normalized", LINE_END.sub("\n", text))
    if "<" in text and OFFICE.search(text):
        text = note("html_removed", OFFICE_TAG.sub(r"<\1>", OFFICE_BLOCK.sub("", text)))
    if "<" in text and not CODE.search(text):
        text = note("html_removed", _without_html(text))
    if "&" in text and "html_removed" not in flags:
        text = note("entities_decoded", _outside_code(text, _decoded))
    text = note("spaces_normalized", ODD_SPACE.sub(" ", text))
    text = note("invisible_removed", INVISIBLE.sub("", text))
    if "{{" in text and PLACEHOLDER.search(text):
        flags.append("placeholder")
    return Cleaned(text.strip(), tuple(sorted(set(flags))))


def _decoded(text: str) -> str:
    return ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    place = 0
    for code in QUOTED_CODE.finditer(text):
        parts += [change(text[place : code.start()]), code[0]]
        place = code.end()
    return "".join([*parts, change(text[place:])])


def _without_html(text: str) -> str:
    """Text without tags, paragraphs kept; unchanged when there is no real tag outside of code."""
    bare = QUOTED_CODE.sub("", text)
    if not TAG.search(bare):
        return text
    if BREAKING_TAG.search(bare):
        # Where tags break the lines, line ends in the source are only white space
        text = _outside_code(text, lambda part: part.replace("\n", " "))
    tree = LexborHTMLParser(f"<body>{_escaped(text)}</body>")
    body = tree.body
    if body is None:
        return text
    for node in body.css("p,div,h1,h2,h3,h4,h5,h6,blockquote,ul,ol,table,pre,section,article,hr"):
        node.insert_before("\n\n")
        node.insert_after("\n\n")
    for node in body.css("br,li,tr"):
        node.insert_before("\n")
    for node in body.css("td,th"):
        node.insert_after(" ")
    plain = body.text()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t\u00a0]*\n[ \t\u00a0]*", "\n", plain))


def _escaped(text: str) -> str:
    """HTML in which everything that is no real tag, and all code in backticks, is plain text."""
    parts: list[str] = []
    place = 0
    for match in re.finditer(f"(?:{QUOTED_CODE.pattern})|{TAG.pattern}", text, re.I | re.S):
        parts.append(text[place : match.start()].replace("<", "&lt;"))
        is_code = match[0].startswith("`")
        parts.append(match[0].replace("&", "&amp;").replace("<", "&lt;") if is_code else match[0])
        place = match.end()
    return "".join([*parts, text[place:].replace("<", "&lt;")])
