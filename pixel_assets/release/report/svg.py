"""Pictures as SVG that stands inside a page: written out in whole numbers, so that equal figures give equal bytes everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

BLUE: Final = "#4f7cac"
GREY: Final = "#c9c9c9"
RED: Final = "#b03a2e"
GREEN: Final = "#4d8f6f"
_WIDTH: Final = 1000
_LABEL: Final = 240  # room for names, in pixels
_LINE: Final = 22


@dataclass(frozen=True)
class Bar:
    """A named bar of parts, each a number and a colour; ``mark`` is drawn as a line across."""

    name: str
    parts: tuple[tuple[int, str], ...]
    says: str
    mark: int | None = None


@dataclass(frozen=True)
class Flow:
    """What flows on from a stage, and what leaves it there."""

    name: str
    left: int
    exits: tuple[tuple[str, int], ...]


def bars(rows: Sequence[Bar], title: str) -> str:
    """Horizontal bars on one scale."""
    most = max((max(sum(size for size, _ in row.parts), row.mark or 0) for row in rows), default=0) or 1
    drawn = []
    for place, row in enumerate(rows):
        top, start = 4 + place * _LINE, _LABEL
        drawn.append(_text(_LABEL - 8, top + 14, row.name, "end"))
        for size, colour in row.parts:
            width = _scaled(size, most)
            drawn.append(f'<rect x="{start}" y="{top}" width="{width}" height="{_LINE - 6}" fill="{colour}"/>')
            start += width
        if row.mark is not None:
            at = _LABEL + _scaled(row.mark, most)
            drawn.append(f'<line x1="{at}" x2="{at}" y1="{top - 2}" y2="{top + _LINE - 4}" stroke="{RED}" stroke-width="2"/>')
        drawn.append(_text(max(start, _LABEL + _scaled(row.mark or 0, most)) + 6, top + 14, row.says))
    return _picture(drawn, 8 + len(rows) * _LINE, title)


def sankey(flows: Sequence[Flow], title: str) -> str:
    """What each stage lets through, from the top down: the stream narrows by what leaves it to the right."""
    most = max((flow.left + sum(size for _, size in flow.exits) for flow in flows), default=0) or 1
    drawn, top, broad = [], 20, 380
    before = None
    for flow in flows:
        arrives = flow.left + sum(size for _, size in flow.exits)
        height = max(44, 16 * (len(flow.exits) + 1))
        above, below = (_share(size, most, broad) for size in (arrives, flow.left))
        if before is not None and before != above:  # a stream that is joined
            above = before
        drawn.append(
            f'<path d="M{_LABEL} {top}h{above}C{_LABEL + above} {top + height // 2} {_LABEL + below} {top + height // 2} '
            f'{_LABEL + below} {top + height}h-{below}z" fill="{BLUE}" fill-opacity="0.75"/>'
        )
        drawn.append(_text(_LABEL - 8, top + 14, flow.name, "end"))
        drawn.append(_text(_LABEL - 8, top + 30, f"{flow.left:,} left", "end"))
        for line, (name, size) in enumerate(flow.exits):
            width = max(2, _share(size, most, 200))
            at = _LABEL + broad + 20
            drawn.append(
                f'<rect x="{at}" y="{top + 4 + 16 * line}" width="{width}" height="11" fill="{RED}" fill-opacity="0.7"/>'
            )
            drawn.append(_text(at + width + 6, top + 14 + 16 * line, f"{name} {size:,}"))
        before, top = below, top + height
    return _picture(drawn, top + 8, title)


def histogram(counts: Sequence[int], title: str) -> str:
    """Bars of equal bins from 0 to 1."""
    most, wide = max(counts, default=0) or 1, 240
    width = wide // max(len(counts), 1)
    drawn = [
        f'<rect x="{8 + place * width}" y="{70 - _share(count, most, 60)}" width="{width - 1}" '
        f'height="{_share(count, most, 60)}" fill="{BLUE}"/>'
        for place, count in enumerate(counts)
    ]
    drawn += [_text(8, 84, "0"), _text(8 + wide, 84, "1", "end")]
    return _picture(drawn, 90, title, wide + 16)


def _scaled(size: int, most: int) -> int:
    return _share(size, most, _WIDTH - _LABEL - 400)


def _share(size: int, most: int, room: int) -> int:
    return max(1 if size else 0, size * room // most)


def _text(x: int, y: int, text: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _picture(drawn: Iterable[str], height: int, title: str, width: int = _WIDTH) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'font-family="system-ui,sans-serif" font-size="12"><title>{escape(title)}</title>{"".join(drawn)}</svg>'
    )
