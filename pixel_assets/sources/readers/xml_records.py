"""XML: an element becomes a JSON object, a document one record, and a list of elements one record each.

- A list is a root whose children (two or more) are all of one tag, or that has more than 1,000 children;
  its own attributes are not repeated. Any other document is one record, so that what belongs together stays.
- Attributes are ``@name``, text is ``#text``, children go by their tags as written, repeated ones as a list.
  An element that has neither attributes nor children is its text.
- An element that mixes text with children is its words in their order, children included, as ``#text``.
- White space around line breaks is layout: it becomes one line break, or two for an empty line.
- Comments and processing instructions are left out. No entity is ever fetched, and expat stops bombs of entities.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.entities import html5
from typing import TextIO
from xml.parsers import expat

import orjson
import pyarrow as pa

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.encoding import DAMAGED
from pixel_assets.sources.readers.rows import Row, Unreadable, to_batches
from pixel_assets.sources.readers.xml_tree import Element, tidy, value_of

BLOCK_CHARS = 2**20
MAX_CHARS = 256 * 2**20  # of what is held at once: a document, or one element of a list
MAX_DEPTH = 100  # an element is at most two levels of JSON, of which parsers take some 250
LIST_CHILDREN = 1000
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']""")
REPLACEMENT = "\ufffd"


def read_xml(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Rows numbered from 1; raises Unreadable where the XML breaks, after the elements of a list before that."""
    declared = DECLARED.match(content.stream.read(200))
    content.stream.seek(0)
    with content.text(declared[1].decode("ascii") if declared else None) as stream:
        yield from to_batches(_rows(stream), batch_rows)


def _rows(stream: TextIO) -> Iterator[Row]:
    builder = _Builder()
    number = 0
    damaged = False
    while True:
        text = stream.read(BLOCK_CHARS)
        if DAMAGED.search(text):
            damaged, text = True, DAMAGED.sub(REPLACEMENT, text)
        try:
            builder.feed(text)
        except Unreadable:
            yield from _numbered(builder.take(broken=True), number, damaged)
            raise
        for row in _numbered(builder.take(), number, damaged):
            number += 1
            yield row
        if not text:
            return


def _numbered(values: Iterator[object], number: int, damaged: bool) -> Iterator[Row]:
    for place, value in enumerate(values, start=number + 1):
        record = orjson.dumps(value)
        if damaged and REPLACEMENT.encode() in record:
            yield Row(place, None, "invalid_encoding: the record is not valid UTF-8")
        else:
            yield Row(place, record)


def _holds_a_list(root: Element) -> bool:
    tags = [child.tag for child in root.children]
    return len(tags) > 1 and len(set(tags)) == 1 and not root.own_text.strip()


def _records(parts: list[str | Element], usual: str) -> Iterator[object]:
    """What stands in a list: elements of the usual tag as they are, anything else under its name."""
    text = ""
    for part in [*parts, None]:
        if isinstance(part, str):
            text += part
            continue
        if text.strip():
            yield {"#text": tidy(text)}
        text = ""
        if part is not None:
            value = value_of(part)
            yield value if isinstance(value, dict) and part.tag == usual else {part.tag: value}


class _Builder:
    """Grows the tree of a document, and cuts off the children of a list that are whole."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._is_list = False
        self._done = False
        self._held = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.UseForeignDTD(True)  # entities that are not declared are then skipped, not an error
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.SkippedEntityHandler = self._skipped
        self._parser.ExternalEntityRefHandler = self._external
        self._parser.EntityDeclHandler = self._declared

    def feed(self, text: str) -> None:
        """Parse more; an empty text is the end. Raises Unreadable."""
        try:
            self._parser.Parse(text, not text)
        except expat.ExpatError as error:
            raise Unreadable(f"not valid XML at line {error.lineno}, column {error.offset + 1}") from error

    def take(self, *, broken: bool = False) -> Iterator[object]:
        """The records that are whole by now: elements of a list as they come, a document at its end."""
        root = self._root
        if root is None:
            return
        children = root.children
        self._is_list = self._is_list or len(children) > LIST_CHILDREN
        if self._is_list or ((self._done or broken) and _holds_a_list(root)):
            whole = len(root.parts)
            if len(self._open) > 1:
                whole -= 1  # its last element
            while len(self._open) == 1 and whole and isinstance(root.parts[whole - 1], str):
                whole -= 1  # its last text, which may go on
            usual = Counter(child.tag for child in children).most_common(1)[0][0] if children else ""
            yield from _records(root.parts[:whole], usual)
            root.parts = root.parts[whole:]
            self._held = sum(len(part) for part in root.parts if isinstance(part, str))
        elif self._done and not broken:
            value = value_of(root)
            yield value if isinstance(value, dict) else {root.tag: value}
        if self._done:
            self._root = None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes)
        if self._open:
            self._open[-1].parts.append(element)
        else:
            self._root = element
        self._open.append(element)
        if len(self._open) > MAX_DEPTH:
            raise Unreadable(f"XML that is nested more than {MAX_DEPTH} deep")
        self._hold(len(tag) + sum(map(len, attributes.values())))

    def _end(self, tag: str) -> None:
        self._open.pop()
        self._done = not self._open

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].parts.append(text)
            self._hold(len(text))

    def _hold(self, chars: int) -> None:
        self._held += chars
        if self._held > MAX_CHARS:
            raise Unreadable(f"an XML record of more than {MAX_CHARS // 2**20} MiB")

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._text(html5.get(f"{name};", f"&{name};"))

    def _external(self, context: str | None, base: str | None, system: str | None, public: str | None) -> int:
        if context is not None:
            raise Unreadable("an entity outside of the file, which is not fetched")
        return 1

    def _declared(self, name: str, *parts: object) -> None:
        if parts[1] is None:
            raise Unreadable("an entity outside of the file, which is not fetched")
