"""JSON Lines: one record a line. The text is split with numpy and never parsed here.

A line that is not JSON is found in conversion, where every record is parsed anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.encoding import guess_legacy, is_damaged_utf8
from pixel_assets.sources.readers.rows import MAX_RECORD_BYTES, RAW, Row, Unreadable, to_batches

NEWLINE = 10
MARK = b"\xef\xbb\xbf"  # stands before a line where files with byte order marks were joined
BLANK = np.frombuffer(b"\t\n\r ", np.uint8)


def read_json_lines(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each line that is not blank; blank lines still count in the numbers."""
    legacy = _LegacyEncoding()
    first_line = 1
    for data in _whole_lines(_with_newlines(content.blocks())):
        if data is None:
            yield from to_batches([Row(first_line, None, "record_too_large: the line exceeds 256 MiB")], batch_rows)
            first_line += 1
            continue
        numbers, lines, count = _split(data, first_line)
        first_line += count
        for start in range(0, len(lines), batch_rows):
            yield from _batches(numbers[start : start + batch_rows], lines.slice(start, batch_rows), legacy, batch_rows)


def _with_newlines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks; where the first has only carriage returns, all of them become newlines."""
    only_returns = None
    for block in blocks:
        if only_returns is None:
            only_returns = b"\n" not in block and b"\r" in block.rstrip(b"\r")
        yield block.replace(b"\r", b"\n") if only_returns else block


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    """Blocks cut at line ends, the last one closed with one; None in place of an endless line."""
    carried: list[bytes] = []
    size = 0
    for block in blocks:
        start = 0
        cut = block.rfind(b"\n") + 1
        if cut:
            if size > MAX_RECORD_BYTES:
                yield None
                start = block.find(b"\n") + 1
                carried = []
            yield b"".join([*carried, block[start:cut]])
            carried, size = [], 0
        size += len(block) - cut
        if size > MAX_RECORD_BYTES:
            carried = []  # only its length is still of interest
        else:
            carried.append(block[cut:])
    if size > MAX_RECORD_BYTES:
        yield None
    elif size:
        yield b"".join([*carried, b"\n"])


def _split(data: bytes, first_line: int) -> tuple[npt.NDArray[np.int64], pa.StringArray, int]:
    """Numbers and texts of the lines that are not blank, and how many lines there are in all."""
    if MARK in data:
        data = data.replace(b"\n" + MARK, b"\n").removeprefix(MARK)
    content = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(content == NEWLINE) + 1
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    lines = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data))
    keep = np.ones(len(ends), bool)
    for place in np.flatnonzero(np.isin(content[offsets[:-1]], BLANK)):
        keep[place] = bool(data[offsets[place] : offsets[place + 1]].strip(b"\t\n\r "))
    numbers = np.arange(first_line, first_line + len(ends), dtype=np.int64)
    # Trimming works on bytes, so it is safe before the text is known to be UTF-8
    lines = pc.ascii_rtrim(lines, characters="\r\n")
    if keep.all():
        return numbers, lines, len(ends)
    return numbers[keep], lines.filter(pa.array(keep)), len(ends)


def _batches(
    numbers: npt.NDArray[np.int64], lines: pa.StringArray, legacy: _LegacyEncoding, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    data = lines.view(pa.binary())
    try:
        texts = data.cast(pa.string())
    except pa.ArrowInvalid:
        yield from to_batches(legacy.rows(numbers.tolist(), data.to_pylist()), batch_rows)
        return
    yield pa.RecordBatch.from_arrays([pa.array(numbers), texts, pa.nulls(len(texts), pa.string())], schema=RAW)


class _LegacyEncoding:
    """Decodes lines that are not UTF-8, with one guess for the whole file."""

    def __init__(self) -> None:
        self._decided = False
        self._codec: str | None = None

    def rows(self, numbers: list[int], lines: list[bytes | None]) -> Iterator[Row]:
        """The lines as UTF-8 where that can be had, else rows with the problem invalid_encoding."""
        if not self._decided:
            self._decide(b"\n".join(line for line in lines if line and not line.isascii()))
        for number, line in zip(numbers, lines, strict=True):
            text = self._utf8(line or b"")
            yield Row(number, text, None if text is not None else "invalid_encoding: the line is not valid UTF-8")

    def _decide(self, sample: bytes) -> None:
        self._decided = True
        if is_damaged_utf8(sample):
            return  # another encoding would garble the lines that are damaged, not mend them
        try:
            self._codec = guess_legacy(sample)
        except Unreadable:
            self._codec = None

    def _utf8(self, line: bytes) -> bytes | None:
        for codec in ("utf-8", self._codec):
            if codec is not None:
                try:
                    return line.decode(codec).encode("utf-8")
                except UnicodeError:
                    continue
        return None
