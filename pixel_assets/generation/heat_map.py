"""The coverage of the matrix as a picture and as text: disorders × modalities, and disorders × populations.

A field is the sum over the dimension that is left out. It is marked where a required cell under it has no conversation.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES: Final = "░▒▓█"
_NOBODY: Final = "none in particular"


@dataclass(frozen=True)
class Field:
    """A field of a panel: conversations, required cells, and required cells without a conversation."""

    conversations: int = 0
    required: int = 0
    empty: int = 0


@dataclass(frozen=True)
class Panel:
    """Disorders by one other dimension; ``fields[row][column]``."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    fields: tuple[tuple[Field, ...], ...]

    @property
    def highest(self) -> int:
        """The most conversations of a field, at least 1."""
        return max((field.conversations for row in self.fields for field in row), default=0) or 1


def panels(cells: pa.Table) -> tuple[Panel, Panel]:
    """Sum a table of COVERAGE up, once over populations and once over modalities."""
    return _panel(cells, "modality"), _panel(cells, "population")


def _panel(cells: pa.Table, across: Literal["modality", "population"]) -> Panel:
    found: dict[tuple[str, str], Field] = {}
    names = ("disorder", across, "required", "conversations")
    for disorder, name, required, count in zip(*(cells[column].to_pylist() for column in names), strict=True):
        key = disorder, name or _NOBODY
        sofar = found.get(key, Field())
        found[key] = Field(sofar.conversations + count, sofar.required + required, sofar.empty + (required and not count))
    rows, columns = (tuple(dict.fromkeys(key[place] for key in found)) for place in (0, 1))
    fields = tuple(tuple(found.get((row, column), Field()) for column in columns) for row in rows)
    return Panel(f"disorder × {across}", rows, columns, fields)


def heat_map(cells: pa.Table) -> bytes:
    """A PNG of a table of COVERAGE: colour is the number of conversations, a red cross a required cell without any.

    Equal tables give equal bytes under the same version of matplotlib.
    """
    from matplotlib.figure import Figure

    both = panels(cells)
    height = 2.6 + 0.24 * len(both[0].rows)
    figure = Figure(figsize=(15, height), dpi=110, layout="constrained")
    widths = [len(panel.columns) for panel in both]
    for axes, panel in zip(figure.subplots(1, 2, sharey=True, width_ratios=widths), both, strict=True):
        _draw(axes, panel)
    empty = sum(field.empty for row in both[0].fields for field in row)
    required = sum(field.required for row in both[0].fields for field in row)
    figure.suptitle(f"Conversations by cell: {required - empty:,} of {required:,} required cells have one")
    written = io.BytesIO()
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def _draw(axes: Axes, panel: Panel) -> None:
    import numpy as np

    counts = np.array([[field.conversations if field.required else np.nan for field in row] for row in panel.fields])
    image = axes.imshow(np.ma.masked_invalid(counts), cmap="YlGnBu", vmin=0, vmax=panel.highest, aspect="auto")
    axes.set_facecolor("#ececec")
    marks = [(x, y) for y, row in enumerate(panel.fields) for x, field in enumerate(row) if field.empty]
    axes.scatter([x for x, _ in marks], [y for _, y in marks], marker="x", color="crimson", s=36)
    axes.set_title(panel.title)
    axes.set_xticks(range(len(panel.columns)), _words(panel.columns), rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(panel.rows)), _words(panel.rows), fontsize=8)
    axes.set_xlabel("grey: nothing required; ×: a required cell is empty", fontsize=8)
    figure = axes.get_figure()
    assert figure is not None
    figure.colorbar(image, ax=axes, shrink=0.6, label="conversations")


def heat_map_text(cells: pa.Table) -> str:
    """The same for a terminal: shades of conversations, ``·`` nothing required, ``!`` a required cell is empty."""
    return "\n\n".join(_written(panel) for panel in panels(cells)) + "\n"


def _written(panel: Panel) -> str:
    width = max((len(row) for row in panel.rows), default=0)
    heads = [f"{' ' * width} {'│' * number}╭ {name}" for number, name in enumerate(_words(panel.columns))]
    lines = [
        f"{row:<{width}} {''.join(_mark(field, panel.highest) for field in fields)}"
        for row, fields in zip(_words(panel.rows), panel.fields, strict=True)
    ]
    key = f"{' ' * width} ░▒▓█ up to {panel.highest:,} conversations   · nothing required   ! a required cell is empty"
    return "\n".join([panel.title, *heads, *lines, key])


def _mark(field: Field, highest: int) -> str:
    if not field.required:
        return "·"
    return "!" if field.empty else _SHADES[min(field.conversations * len(_SHADES) // (highest + 1), len(_SHADES) - 1)]


def _words(names: Sequence[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]
