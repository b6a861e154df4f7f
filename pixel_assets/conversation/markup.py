"""HTML and entities made plain text, for posts of forums and pastes of word processors.

What somebody shows as code stays: text in backticks and fences, whole pages, ``<code>`` and ``<pre>``, which
become backticks and fences. All patterns take time in proportion to the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5
from typing import Final

from selectolax.lexbor import LexborHTMLParser

BLOCK: Final = "p|div|h[1-6]|blockquote|ul|ol|table|pre|section|article|hr"
LINE: Final = "br|li|tr"
INLINE: Final = "span|a|b|i|u|em|strong|td|th|tbody|thead|img|font|small|sub|sup|s|strike|center|figure|iframe|code"
# Somebody who shows these is showing code, not writing in a rich-text editor
CODE: Final = re.compile(r"<(?:!doctype|html|head|body|script|style|form|input|button|svg|link|meta|nav)\b", re.I)
ATTRIBUTES: Final = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s*"""
TAG: Final = re.compile(rf"</?(?:{BLOCK}|{LINE}|{INLINE}){ATTRIBUTES}/?>", re.I)
BREAKING_TAG: Final = re.compile(rf"<(?:{BLOCK}|br)\b", re.I)
NESTING: Final = re.compile(r"<(/?)(?:div|h[1-6]|blockquote|ul|ol|table|pre|section|article|center|figure)\b", re.I)
MOST_OPEN: Final = 2000  # tags that stay open: the parser takes time with the square of their number
PREFORMATTED: Final = re.compile(r"<pre\b[^<>]*>", re.I)
INLINE_CODE: Final = re.compile(r"<code\b[^<>]*>", re.I)
# A paste from a word processor: its style sheets and markup are no text, and no code that is shown
OFFICE: Final = re.compile(r'<!--\[if|</?o:p>|class="?Mso|mso-|/\* Font Definitions')
OFFICE_BLOCKS: Final = (
    (re.compile(r"<!--"), "-->"),
    (re.compile(r"<style\b[^<>]*>", re.I), "</style>"),
    (re.compile(r"<xml\b[^<>]*>", re.I), "</xml>"),
)
OFFICE_MARK: Final = re.compile(r"</?[a-z]:\w+[^<>]*>|<!\[endif\]>", re.I)
OFFICE_TAG: Final = re.compile(r"<(span|p|div|font|a|b|i|u)\s[^<>]*>", re.I)
# An entity, also one whose ampersand was escaped once more, or several times
ENTITY: Final = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,9});")
ANGLE: Final = re.compile(r"&(?=(?:lt|gt|LT|GT|#0*6[02]|#[xX]0*3[cCeE]);)")
QUOTED_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
CODE_OR_TAG: Final = re.compile(f"(?:{QUOTED_CODE.pattern})|{TAG.pattern}", re.I | re.S)


def without_office(text: str) -> str:
    """A paste from a word processor without its style sheets, comments and attributes."""
    if not OFFICE.search(text):
        return text
    for opening, closing in OFFICE_BLOCKS:
        text = _between(text, opening, closing, lambda _: "")
    return OFFICE_TAG.sub(r"<\1>", OFFICE_MARK.sub("", text))


def without_html(text: str) -> str:
    """Text without tags, paragraphs kept; unchanged when it shows code or has no real tag outside of code."""
    if CODE.search(text) or not _has_tag(text) or _nested_too_deep(text):
        return text
    if "<pre" in text or "<PRE" in text:
        text = _outside_code(text, lambda part: _between(part, PREFORMATTED, "</pre>", _fenced))
    if "<code" in text or "<CODE" in text:
        text = _outside_code(text, lambda part: _between(part, INLINE_CODE, "</code>", _ticked))
    if BREAKING_TAG.search(QUOTED_CODE.sub("", text)):
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
    return _outside_code(body.text(), _tidy)


def without_entities(text: str) -> str:
    """Text with entities decoded, outside of code.

    Escaped tags are markup when the whole text is escaped HTML, and are decoded to be removed. Else they
    are tags that somebody talks about: those stay escaped, so that nothing is lost.
    """
    decoded = _outside_code(text, lambda part: ENTITY.sub(_character, part))
    if "<" not in decoded or CODE.search(decoded) or not _has_tag(decoded) or _is_html(decoded):
        return decoded
    return _outside_code(text, lambda part: ENTITY.sub(_character_but_angles, part))


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with everything changed that is not in backticks or fences."""
    return _outside_code(text, change) if "`" in text else change(text)


def _has_tag(text: str) -> bool:
    return TAG.search(QUOTED_CODE.sub("", text) if "`" in text else text) is not None


def _nested_too_deep(text: str) -> bool:
    return sum(-1 if tag[1] else 1 for tag in NESTING.finditer(text)) > MOST_OPEN


def _is_html(text: str) -> bool:
    bare = QUOTED_CODE.sub("", text)
    return TAG.match(bare.lstrip()) is not None or len(BREAKING_TAG.findall(bare)) > 1


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    if name.startswith("#"):
        return html.unescape(f"&{name};")
    # The standard library also takes the beginning of a longer word for an entity
    return html5.get(f"{name};", f"&{name};")


def _character_but_angles(entity: re.Match[str]) -> str:
    character = _character(entity)
    return f"&{'lt' if character == '<' else 'gt'};" if character in "<>" else character


def _fenced(code: str) -> str:
    code = html.unescape(TAG.sub("", code)).strip("\n")
    return f"\n```\n{code}\n```\n" if "```" not in code else code


def _ticked(code: str) -> str:
    code = html.unescape(TAG.sub("", code))
    return f"`{code}`" if code.strip() and "`" not in code and "\n" not in code else _fenced(code)


def _between(text: str, opening: re.Pattern[str], closing: str, change: Callable[[str], str]) -> str:
    """The text with each stretch between an opening and the next closing mark changed, the marks dropped."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    parts: list[str] = []
    place = 0
    while (mark := opening.search(text, place)) and (end := lowered.find(closing, mark.end())) >= 0:
        parts += [text[place : mark.start()], change(text[mark.end() : end])]
        place = end + len(closing)
    return "".join([*parts, text[place:]])


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    place = 0
    for code in QUOTED_CODE.finditer(text):
        parts += [change(text[place : code.start()]), code[0]]
        place = code.end()
    return "".join([*parts, change(text[place:])])


def _tidy(text: str) -> str:
    """No white space around line ends, and no more than one empty line."""
    lines = [line.strip(" \t\u00a0") for line in text.split("\n")]
    if len(lines) == 1:
        return text
    first, last = text.split("\n", 1)[0].rstrip(" \t\u00a0"), text.rsplit("\n", 1)[1].lstrip(" \t\u00a0")
    return re.sub(r"\n{3,}", "\n\n", "\n".join([first, *lines[1:-1], last]))


def _escaped(text: str) -> str:
    """HTML in which everything that is no real tag, and all code in backticks, is plain text."""
    parts: list[str] = []
    place = 0
    for match in CODE_OR_TAG.finditer(text):
        parts.append(_plain(text[place : match.start()]))
        is_code = match[0].startswith("`")
        parts.append(match[0].replace("&", "&amp;").replace("<", "&lt;") if is_code else match[0])
        place = match.end()
    return "".join([*parts, _plain(text[place:])])


def _plain(text: str) -> str:
    """Text between tags: escaped angles stay escaped, for they are no tags."""
    return ANGLE.sub("&amp;", text).replace("<", "&lt;")
