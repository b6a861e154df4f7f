"""``pixel similar``: which stored conversations have something like a text, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import pyarrow as pa
from rich.markup import escape

from pixel_assets.build.graph import asset
from pixel_assets.build.project import Project
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.online import SIDES, Match, likely, matches, question
from pixel_assets.errors import UsageError
from pixel_assets.shell.console import out
from pixel_assets.store.query import to_table

INDEX: Final = "minhash_signatures"
TEMPLATES: Final = "boilerplate"
TEXTS: Final = "redacted_corpus"
Side = Literal["user", "assistant", "both"]
_READ: Final = ("conversation_id", "digest", "shingles", "user_shingles", "assistant_shingles")
_ROWS: Final = 65_536  # digests compared at once
_SPARE: Final = 20  # candidates for each match that is asked for: digests estimate, and are verified
_FEWEST: Final = 200  # candidates at least


@dataclass(frozen=True)
class Similar:
    """What is like a text, and among how many conversations it was looked for."""

    searched: int
    shingles: int  # different ones of the text, by which it was compared
    matches: tuple[Match, ...]
    sources: dict[str, str]  # of the conversations that match

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel similar --json``."""
        found = [{**asdict(match), "source": self.sources[match.conversation_id]} for match in self.matches]
        return {"searched": self.searched, "shingles": self.shingles, "matches": found}


def find_similar(project: Project, text: str, side: Side, top: int) -> Similar:
    """The ``top`` sides of stored conversations that are most like a text, best first.

    Raises :class:`UsageError` for a text without words, and where there is no index yet.
    """
    for name in (INDEX, TEMPLATES, TEXTS):
        asset(project.graph, name)
        if not project.table(name).snapshots:
            raise UsageError(
                f"there is no index yet: {name} is not built",
                where=str(project.warehouse.root),
                hint=f"Run `pixel build {INDEX}`",
            )
    known = Boilerplate.of(project.table(TEMPLATES).read(), project.settings.boilerplate.min_rest)
    asked = [question(text, role, known) for role in SIDES if side in (role, "both")]
    if not len(asked[0].members):
        raise UsageError("the text has no words", expected="what somebody might say", hint="Put it in quotes")
    names = likely(_signatures(project), asked, max(_FEWEST, _SPARE * top))
    rows = _conversations(project, names)
    found = matches(rows, asked, known)[:top]
    sources = dict(zip(rows["conversation_id"].to_pylist(), rows["source"].to_pylist(), strict=True))
    chosen = {match.conversation_id: sources[match.conversation_id] for match in found}
    return Similar(project.table(INDEX).rows, len(asked[0].members), tuple(found), chosen)


def show_similar(found: Similar) -> None:
    """Print a line for each match, and how to look at one."""
    for match in found.matches:
        name, source = match.conversation_id, escape(found.sources[match.conversation_id])
        out.print(f"{match.jaccard:.3f}  {match.containment:>4.0%} of the text  {match.role:<9}  {name}  [dim]{source}[/]")
    if found.matches:
        out.print(
            f"[dim]among {found.searched:,} conversations; `pixel why {found.matches[0].conversation_id}` tells all of one[/]"
        )
    else:
        out.print(f"nothing like it among {found.searched:,} conversations")


def _signatures(project: Project) -> Iterator[pa.Table]:
    for batch in project.table(INDEX).batches(_READ, rows=_ROWS):
        yield pa.Table.from_batches([batch])


def _conversations(project: Project, names: list[str]) -> pa.Table:
    """Id, source and redacted turns of some conversations."""
    texts = project.table(TEXTS).sql()
    with project.connect() as connection:
        return to_table(
            connection,
            f"SELECT conversation_id, source, turns FROM ({texts}) WHERE conversation_id IN (SELECT unnest($names))",
            {"names": names},
        )
