"""A JSON array of records, read piece by piece: memory holds some records, not the file.

Where the array breaks, the records before the break are delivered and the rest is unreadable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TextIO

import pyarrow as pa

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.encoding import DAMAGED
from pixel_assets.sources.readers.rows import MAX_RECORD_BYTES, Row, Unreadable, to_batches

BLOCK_CHARS = 2**20
NEAR_END = 16  # an error this close to the end of what is held may be one of holding too little
SPACE = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder(strict=False)


def read_json_array(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each element, numbered from 1, with the text of the element as it stands in the file."""
    with content.text() as stream:
        yield from to_batches(_elements(_Window(stream)), batch_rows)


class _Window:
    """The part of the text that is held: from ``place`` on it is not used yet."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.text = ""
        self.place = 0
        self.ended = False

    def grow(self) -> None:
        """Drop what is used and hold more; twice as much each time, so that long records cost no more."""
        rest = self.text[self.place :]
        more = self.stream.read(max(BLOCK_CHARS, len(rest)))
        self.ended = not more
        self.text, self.place = rest + more, 0

    def next_char(self) -> str:
        """The next character that is not white space, not yet used; empty at the end."""
        while True:
            match = SPACE.match(self.text, self.place)
            self.place = match.end() if match else self.place
            if self.place < len(self.text) or self.ended:
                return self.text[self.place : self.place + 1]
            self.grow()


def _elements(window: _Window) -> Iterator[Row]:
    window.next_char()
    window.place += 1  # the opening bracket, which is why this reader was chosen
    number = 0
    if window.next_char() == "]":
        window.place += 1
        _nothing_after(window)
        return
    while True:
        number += 1
        window.next_char()
        element = _element(window, number)
        if DAMAGED.search(element):
            yield Row(number, None, "invalid_encoding: the record is not valid UTF-8")
        else:
            yield Row(number, element.encode("utf-8"))
        mark = window.next_char()
        window.place += 1
        if mark == "]":
            _nothing_after(window)
            return
        if mark != ",":
            where = "ends" if not mark else "breaks"
            raise Unreadable(f"the JSON array {where} after element {number}")


def _element(window: _Window, number: int) -> str:
    while True:
        start = window.place
        try:
            _, end = DECODER.raw_decode(window.text, start)
        except json.JSONDecodeError as error:
            cut_off = error.msg.startswith("Unterminated string") or error.pos >= len(window.text) - NEAR_END
            if not cut_off or window.ended:
                raise Unreadable(f"element {number} of the JSON array is not valid JSON") from error
        except (RecursionError, ValueError) as error:  # nested too deep, or a number of thousands of digits
            raise Unreadable(f"element {number} of the JSON array cannot be read") from error
        else:
            # A number that reaches the end of what is held may go on
            if end < len(window.text) or window.ended:
                window.place = end
                return window.text[start:end]
        if len(window.text) - start > MAX_RECORD_BYTES:
            raise Unreadable(f"element {number} of the JSON array exceeds 256 MiB")
        window.grow()


def _nothing_after(window: _Window) -> None:
    if window.next_char():
        raise Unreadable("there is text after the end of the JSON array")
