"""How a table is written: its delimiter, whether quotes mean anything, whether it has a header, and its shape."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

DELIMITERS = (",", "\t", ";", "|")
LONGEST_NAME = 80
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
NUMBER = re.compile(r"-?\d*[.,]?\d+")
MIN_RAGGED_ROWS = 5
MAX_AGREEMENT = 0.1  # of a ragged table's rows, at most so many have the same number of cells
QUOTED_CELL = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True)
class Dialect:
    """``quotes``: whether cells may be quoted; ``ragged``: rows are lists, not records of columns."""

    delimiter: str
    quotes: bool = True
    ragged: bool = False

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Rows that are not empty; raises csv.Error."""
        if self.quotes:
            return filter(None, csv.reader(lines, delimiter=self.delimiter))
        return filter(None, csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE))


def find_dialect(sample: list[str], suffix: str) -> Dialect:
    """The dialect of a table from its first lines; ``.tsv`` says that the delimiter is a tab."""
    delimiter = "\t" if suffix == ".tsv" else find_delimiter(sample)
    dialect = Dialect(delimiter, quotes=delimiter != "\t" or _has_quotes(sample))
    return replace(dialect, ragged=is_ragged(_widths(dialect, sample)))


def find_delimiter(sample: list[str]) -> str:
    """The delimiter that cuts most of the sample's rows into equally many cells, and into most."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = _widths(Dialect(delimiter), sample)
        width = widths[0] if widths else 1
        return (sum(w == width for w in widths) / len(widths), width) if width > 1 else (0.0, 1)

    best = max(DELIMITERS, key=fit)
    if best == "," and fit(";")[0] == 1 and not any("," in DECIMAL_COMMA.sub("", line) for line in sample):
        return ";"  # every comma stands between two digits
    return best


def is_header(cells: list[str]) -> bool:
    """Whether a first row names columns: short names, and no bare numbers."""
    named = [cell.strip() for cell in cells if cell.strip()]
    return bool(named) and not any(len(name) > LONGEST_NAME or "\n" in name or NUMBER.fullmatch(name) for name in named)


def is_ragged(widths: list[int]) -> bool:
    """Whether rows of these widths are lists of any length rather than damaged rows of one table.

    In a damaged table many rows still agree with each other, and where they do not its header is the
    shortest row (delimiters that were not quoted) or the longest (line ends that were not). Lists agree
    by chance only, and the first is nothing special.
    """
    if len(widths) < MIN_RAGGED_ROWS or not 1 < min(widths) < widths[0] < max(widths):
        return False
    counts = Counter(widths)
    return max(counts.values()) <= max(1, len(widths) * MAX_AGREEMENT)


def column_names(header: list[str]) -> list[str]:
    """Names of the columns: an empty one becomes column_N, a repeated one gets a number."""
    names: dict[str, None] = {}  # a set that keeps its order
    for place, name in enumerate(header, start=1):
        wanted = base = name.strip() or f"column_{place}"
        count = 1
        while wanted in names:
            count += 1
            wanted = f"{base}_{count}"
        names[wanted] = None
    return list(names)


def _widths(dialect: Dialect, sample: list[str]) -> list[int]:
    try:
        return [len(row) for row in dialect.rows(sample)]
    except csv.Error:
        return []


def _has_quotes(sample: list[str]) -> bool:
    """Whether quotes hold cells together, in tab-separated lines: often they are mere characters there.

    They are that where all lines cut at their tabs agree and a quote opens a cell without closing it.
    """
    rows = list(Dialect("\t", quotes=False).rows(sample))
    opened = any(cell.startswith('"') and not QUOTED_CELL.fullmatch(cell) for row in rows for cell in row)
    return not opened or len({len(row) for row in rows}) > 1
