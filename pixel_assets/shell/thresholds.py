"""``pixel thresholds``: what thresholds on scores would keep of each source or category, before anything is rebuilt.

Nothing is written. What would be kept is decided by the function that decides in a build, on the snapshots that stand now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from pixel_assets.assets.selection import DECISIONS_STEP, to_decide
from pixel_assets.build.graph import asset, declared
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.quality.charts import Panel, histogram_text, histograms
from pixel_assets.quality.report import histogram
from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import Thresholds, load_presets
from pixel_assets.selection.decisions import decide
from pixel_assets.selection.rules import DUPLICATES, KEPT
from pixel_assets.shell.console import out

INPUTS: Final = DECISIONS_STEP.inputs
ALL: Final = "all"
WIDEST: Final = 400  # characters of a line; a narrower terminal wraps it, for a number must not be cut
By = Literal["source", "category"]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """What becomes of the conversations of one source or category, or of all."""

    name: str
    conversations: int
    now: int | None  # kept by the decisions that stand; None where none were made
    otherwise: int  # would be kept if no score were asked for
    alone: Mapping[str, int]  # of these, those that would still be kept with this threshold and no other
    together: int  # the same with all thresholds


@dataclass(frozen=True)
class Distribution:
    """The scores of the conversations that would be kept if no score were asked for."""

    score: str
    at_least: float | None
    meaning: str
    without: int  # that lack the score
    below: int  # that have it, below the threshold
    histogram: Sequence[int]  # counts of equal bins from 0 to 1


@dataclass(frozen=True)
class Foreseen:
    """What thresholds would keep."""

    preset: str
    meaning: str
    at_least: Mapping[str, float]
    missing: str
    by: By
    lines: tuple[Line, ...]  # all first, then by name
    scores: tuple[Distribution, ...]

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel thresholds --json``."""
        return asdict(self)


def chosen(project: Project, preset: str | None, instead: Iterable[str]) -> tuple[str, Thresholds]:
    """The thresholds that are asked about, with the name of their preset: those of the settings, but for what is given.

    ``instead`` holds ``NAME=VALUE`` words. A preset that is given stands for itself: what the settings put in place of single
    thresholds does not count then. Raises :class:`UsageError` for a name that does not exist or a value that is no share.
    """
    asked = project.settings.thresholds
    replaced = dict(asked.instead) if preset is None else {}
    for word in instead:
        name, _, value = word.partition("=")
        replaced[name.strip()] = _share(word, value)
    try:
        return preset or asked.preset, Thresholds.of(preset or asked.preset, replaced, asked.missing)
    except ValueError as error:
        raise UsageError(str(error), hint="Write a threshold as coherence=0.85; `pixel thresholds` lists the scores") from error


def _share(word: str, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise UsageError(f"no threshold can be read from {word!r}", expected="NAME=VALUE, the value from 0 to 1")
    return found


def foresee(project: Project, preset: str | None = None, instead: Iterable[str] = (), by: By = "source") -> Foreseen:
    """Decide on every conversation without scores, with each threshold alone and with all of them, and count.

    Raises :class:`UsageError` where scores or what else decisions read are not built, and as :func:`chosen`.
    """
    name, thresholds = chosen(project, preset, instead)
    corpus, traits, pairs, labels = _read(project, by)
    decided = partial(decide, settings=project.settings.decisions, pairs=pairs, order=project.settings.representatives.order)

    def kept(of: Places, asked: Thresholds) -> Mask:
        """Of the conversations at some places of the corpus, which are kept."""
        given = corpus.take(pa.array(of))
        of_these = traits.take(pc.index_in(given["conversation_id"], value_set=traits["conversation_id"].combine_chunks()))
        made = decided(given, of_these, thresholds=asked)  # in the order of the ids, as the corpus is
        return np.isin(made["reason"].to_numpy(zero_copy_only=False), [KEPT.reason])

    everything = np.arange(corpus.num_rows)
    first = decided(corpus, traits, thresholds=Thresholds())
    stays = pc.is_in(first["reason"], value_set=pa.array([was.reason for was in (KEPT, *DUPLICATES)])).to_numpy(
        zero_copy_only=False
    )
    candidates = everything[stays]  # what falls for another reason that comes before falls in any case
    otherwise = candidates[kept(candidates, Thresholds())]
    alone = {score: candidates[kept(candidates, thresholds.only(score))] for score in thresholds.at_least}
    together = candidates[kept(candidates, thresholds)]
    lines = _lines(labels, _standing(project, corpus["conversation_id"]), otherwise, alone, together)
    scores = tuple(_distribution(corpus["quality"].take(pa.array(otherwise)), score, thresholds) for score in SCORES)
    return Foreseen(name, load_presets().presets[name].meaning, thresholds.at_least, thresholds.missing, by, lines, scores)


def _read(project: Project, by: By) -> tuple[pa.Table, pa.Table, pa.Table, pa.StringArray]:
    """The corpus in the order of its ids, its traits, the pairs of what repeats itself, and each one's source or category."""
    tables = {asset(project.graph, name).name: project.table(name) for name in INPUTS}
    for name, table in tables.items():
        if not table.snapshots:
            raise UsageError(f"{name} is not built yet", where=str(project.warehouse.root), hint=f"Run `pixel build {name}`")
    registry = {source.name: declared(source, DECISIONS_STEP.registry_fields) for source in project.entries}
    with project.connect() as connection:
        for name, table in tables.items():
            connection.execute(f'CREATE VIEW "{name}" AS {table.sql()}')
        corpus, pairs = to_decide(connection, registry, project.settings)
        corpus = corpus.sort_by("conversation_id")
        placed = connection.sql(f"SELECT {by} AS name FROM redacted_corpus ORDER BY conversation_id").to_arrow_table()
    traits = tables["conversation_traits"].read()
    ids = [corpus["conversation_id"], traits["conversation_id"].take(pc.sort_indices(traits["conversation_id"]))]
    if len(placed) != len(corpus) or ids[0].combine_chunks() != ids[1].combine_chunks():
        raise UsageError(
            "the inputs of decisions are not of the same state", where=str(project.warehouse.root),
            hint="Run `pixel build conversation_traits quality_scores`, which brings both up to date",
        )  # fmt: skip
    return corpus, traits, pairs, placed["name"].combine_chunks()


def _standing(project: Project, ids: pa.ChunkedArray) -> Mask | None:
    """Which conversations are kept by the decisions that stand now."""
    table = project.table("decisions")
    if not table.snapshots:
        return None
    made = table.read(["conversation_id", "keep"])
    now = made.filter(made["keep"])["conversation_id"].combine_chunks()
    found: Mask = pc.is_in(ids, value_set=now).to_numpy()
    return found


def _lines(
    labels: pa.StringArray, standing: Mask | None, otherwise: Places, alone: Mapping[str, Places], together: Places
) -> tuple[Line, ...]:
    coded = labels.dictionary_encode()
    codes, names = coded.indices.to_numpy(), coded.dictionary.to_pylist()

    def counts(of: Places) -> list[int]:
        """All, then each name."""
        return [len(of), *(int(count) for count in np.bincount(codes[of], minlength=len(names)))]

    conversations, without, every = counts(np.arange(len(codes))), counts(otherwise), counts(together)
    by_score = {score: counts(of) for score, of in alone.items()}
    now = counts(np.flatnonzero(standing)) if standing is not None else None
    order = [0, *(1 + number for number in sorted(range(len(names)), key=names.__getitem__))]
    return tuple(
        Line(
            [ALL, *names][place], conversations[place], now[place] if now else None, without[place],
            {score: found[place] for score, found in by_score.items()}, every[place],
        )
        for place in order
    )  # fmt: skip


def _distribution(quality: pa.ChunkedArray, score: str, thresholds: Thresholds) -> Distribution:
    values = pc.struct_field(quality, score).drop_null().to_numpy()
    bound = thresholds.at_least.get(score)
    below = int((values < bound).sum()) if bound is not None else 0
    return Distribution(score, bound, load_presets().scores[score], len(quality) - len(values), below, histogram(values))


def write_picture(found: Foreseen, file: Path) -> None:
    """Write histograms of all scores with their thresholds as a PNG; raises :class:`UsageError` where it cannot be written."""
    whole = found.lines[0]
    shares = {score: kept / max(whole.otherwise, 1) for score, kept in whole.alone.items()}
    panels = [Panel(each.score, each.histogram, each.at_least, shares.get(each.score)) for each in found.scores]
    together = f"all together keep {whole.together:,} of {whole.otherwise:,} that are otherwise kept"
    picture = histograms(panels, f"Thresholds {found.preset}: {together}")
    try:
        file.write_bytes(picture)
    except OSError as error:
        raise UsageError(
            f"the picture cannot be written: {error.strerror or type(error).__name__}",
            where=str(file),
            hint="Name a file in a folder that exists",
        ) from error


def show_foreseen(found: Foreseen) -> None:
    """Print the distribution of each score, and what is kept of each source or category."""
    whole = found.lines[0]
    out.print(f"[bold]{found.preset}[/]: {escape(found.meaning)}")
    out.print(
        f"{whole.conversations:,} conversations; {whole.otherwise:,} would be kept if no score were asked for. "
        f"Of those otherwise kept, each threshold alone keeps:"
    )
    for table in (_score_table(found), _line_table(found)):
        table.width = Measurement.get(out, out.options.update(width=WIDEST), table).maximum
        out.print(table, crop=False)
        out.print()
    out.print(
        f"a score that is missing: {found.missing}; `now` is what the decisions that stand keep. Nothing was changed: "
        "set `thresholds` and run `pixel build`",
        style="dim",
    )


def _score_table(found: Foreseen) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("score", "0 … 1"):
        table.add_column(name, no_wrap=True)
    for name in ("at least", "keeps", "share", "without"):
        table.add_column(name, justify="right")
    whole = found.lines[0]
    for each in found.scores:
        kept = whole.alone.get(each.score)
        asked = ("–", "", "") if kept is None else (f"{each.at_least:g}", f"{kept:,}", _percent(kept, whole.otherwise))
        table.add_row(each.score, escape(histogram_text(each.histogram, each.at_least)), *asked, f"{each.without:,}")
    table.add_row("[bold]all together[/]", "", "", f"{whole.together:,}", _percent(whole.together, whole.otherwise), "")
    return table


def _line_table(found: Foreseen) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(found.by, no_wrap=True)
    for name in ("now", "otherwise", *(score.replace("_", " ") for score in found.at_least), "together", "share"):
        table.add_column(name, justify="right")
    for line in found.lines:
        now = "–" if line.now is None else f"{line.now:,}"
        alone = (f"{line.alone[score]:,}" for score in found.at_least)
        table.add_row(
            escape(line.name), now, f"{line.otherwise:,}", *alone, f"{line.together:,}", _percent(line.together, line.otherwise)
        )
    return table


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
