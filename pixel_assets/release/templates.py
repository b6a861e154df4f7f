"""Templates of what people read about a release, and how numbers and names are written in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from pixel_assets.release.facts import Counted, Origin


@cache
def _environment(*, html: bool) -> Environment:
    made = Environment(undefined=StrictUndefined, autoescape=html, keep_trailing_newline=True, lstrip_blocks=False)
    made.filters |= FILTERS
    return made


def render(name: str, /, **values: Any) -> str:
    """The template ``data/<name>`` with these values; what is missing raises. HTML is escaped, Markdown is not."""
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return _environment(html=".html" in name).from_string(text).render(**values)


def thousands(number: int | None) -> str:
    """1234567 as 1,234,567."""
    return "–" if number is None else f"{number:,}"


def percent(share: float) -> str:
    """0.1234 as 12.3 %."""
    return f"{share * 100:.1f} %"


def plain(name: str) -> str:
    """A name of code as words."""
    return name.replace("_", " ")


def cell(text: str) -> str:
    """Text that may stand in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def linked(origin: Origin) -> str:
    """The title of a source, with a link where there is an address."""
    return f"[{cell(origin.title)}]({origin.url})" if origin.url else cell(origin.title)


def words(names: Iterable[str]) -> str:
    """Names of code in a row."""
    return ", ".join(map(plain, names))


def counted(rows: Iterable[Counted]) -> str:
    """Names with their numbers."""
    return ", ".join(f"{plain(row.name)} {row.rows:,}" for row in rows)


def redacted(rows: Iterable[Counted]) -> str:
    """Types of identifiers with how many were found, and how many of those were replaced."""
    return ", ".join(f"{plain(row.name)} {row.rows:,} ({row.part:,})" for row in rows)


def merged(rows: Iterable[Counted]) -> str:
    """Relations with pairs that were found, and that both sides confirm."""
    return ", ".join(f"{row.name} {row.rows:,}, of which {row.part:,} agree on both sides" for row in rows)


def contaminated(rows: Iterable[Counted]) -> str:
    """Evaluation sets with conversations that overlap, and that give it away."""
    return ", ".join(f"{row.name} {row.rows:,} looked at, {row.part:,} dropped" for row in rows)


def number(value: float) -> str:
    """A score."""
    return f"{value:.3f}"


def total(rows: Iterable[Counted]) -> int:
    """The sum of counts."""
    return sum(row.rows for row in rows)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    each.__name__: each
    for each in (thousands, percent, plain, cell, linked, words, counted, redacted, merged, contaminated, number, total)
}
