"""What the rows of all labelled sets have in common, and how their files are opened."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pixel_assets.errors import SourceError, UsageError

Half = Literal["fit", "report", "all"]
_MOST_CHARACTERS: Final = 1 << 24  # of one CSV field; the standard limit is shorter than what some users wrote


@dataclass(frozen=True, slots=True)
class Labelled:
    """A row of a labelled set: a group stays in one half as a whole, and is what a bootstrap draws."""

    dataset: str
    group: str  # user, persona, template …
    id: str
    fit: bool  # whether it may be fitted and tuned on; all others are only reported


R = TypeVar("R", bound=Labelled)


def half(rows: Iterable[R], which: Half) -> list[R]:
    """The rows to fit on, those to report, or all of them.

    All are meant for data that nothing was fitted on, such as the kept-back half of a set: there the line between the two
    would only throw rows away. On the shared half the figures of all rows say nothing, since half of them were tuned on.
    """
    return [row for row in rows if which == "all" or row.fit == (which == "fit")]


def read_text(folder: Path, name: str) -> str:
    """The text of one file of the labelled data.

    Raises ``UsageError`` if it is not there, ``SourceError`` if it is not UTF-8.
    """
    file = folder / name
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            "a labelled set cannot be read", where=str(file), expected=f"the file {name} in the folder of labelled data",
            hint="Name the folder that holds the labelled sets: --data DIR",
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise damaged(folder, name, f"byte {error.start} is not UTF-8", "a text in UTF-8") from error


def read_table(folder: Path, name: str, columns: Iterable[str], delimiter: str = ",") -> list[dict[str, str]]:
    """The records of a CSV or TSV file with a header. Raises as :func:`read_text`, and if one of ``columns`` is missing."""
    csv.field_size_limit(_MOST_CHARACTERS)
    reader = csv.DictReader(io.StringIO(read_text(folder, name), newline=""), delimiter=delimiter)
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise damaged(folder, name, f"there is no column {', '.join(missing)}", f"the columns {', '.join(columns)}")
    return list(reader)


def read_json(folder: Path, name: str) -> Any:
    """The content of a JSON file. Raises as :func:`read_text`, and if it is not JSON."""
    try:
        return json.loads(read_text(folder, name))
    except json.JSONDecodeError as error:
        raise damaged(folder, name, f"line {error.lineno} is not JSON", "a JSON document") from error


def read_json_lines(folder: Path, name: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises as :func:`read_text`, and if a line is not JSON."""
    records = []
    for number, line in enumerate(read_text(folder, name).splitlines(), 1):
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise damaged(folder, name, f"line {number} is not JSON", "one JSON object a line") from error
    return records


def damaged(folder: Path, name: str, what: str, expected: str) -> SourceError:
    """An error about the form of a file; it never quotes its text."""
    return SourceError(what, where=str(folder / name), expected=expected, hint="Fetch the file again as it was published")
