"""The trained part of crisis detection: how likely a turn or a conversation holds a crisis where no cue decides it.

Two logistic regressions. One reads a conversation, or all posts of a user, as a whole: who speaks of whom and of what, as rates.
The other reads a single turn, with its wording (:mod:`pixel_assets.wording.ngrams`) and its sentence vector besides.
Both were fitted by :mod:`pixel_assets.safety.crisis.fit` so that a probability of 0.5 means: as likely as not, if crises were as
many as all else. Their coefficients come with the package.

A turn is taken for a crisis at one of two operating points: a lower one where cues left it open, a higher one where they are
silent. With the :mod:`~pixel_assets.safety.crisis.reader` the regression only chooses whom to ask: turns that cues left open and
those that are likely enough are read by it, and the sum of both decides, with operating points of its own: the reader knows the
order of words, the regressions know languages and slang that it never saw.

Scores are sums in a fixed order, rounded to six digits, so that they are the same on every machine.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.errors import PixelError
from pixel_assets.safety.crisis.features import (
    FOUND,
    Counts,
    Features,
    Words,
    count_found,
    count_words,
    found_rates,
    packaged_words,
    pooled,
    rates,
)
from pixel_assets.safety.crisis.reader import Reader
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.turns import Turns
from pixel_assets.store.schema import column
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.wording import ngrams as wording
from pixel_assets.wording.ngrams import Wording

PACKAGED: Final = Path(__file__).parent / "data" / "model.json"
CONVERSATION, TURN, WORDING, OPERATING, ABOUT = "conversation", "turn", "wording", "operating", "about"
SILENT, OPEN, ASKED, READER = "silent", "open", "asked", "reader"
INTERCEPT: Final = "intercept"
_DIGITS: Final = 6
_UNASKED: Final = -0.05  # the highest logit of a turn of which the reader is not asked
_HINT: Final = "fit it again with `python -m pixel_assets.safety.crisis.fit --data DIR`"

CRISIS_MODEL = pa.schema(
    [
        column("part", pa.string(), "conversation or turn, which model the coefficient is of; wording, operating, reader, about"),
        column("name", pa.string(), "the feature, or intercept; of a row about the fit, what it says"),
        column("coefficient", pa.float64(), "weight of the feature in units of its scale", nullable=True),
        column("mean", pa.float64(), "what is taken off the feature before it is weighed", nullable=True),
        column("scale", pa.float64(), "what the feature is then divided by", nullable=True),
        column("note", pa.string(), "sets, sizes, figures by cross-validation, versions", nullable=True),
    ]
)


@dataclass(frozen=True)
class Head:
    """One logistic regression: names of features with coefficient, mean and scale each, and an intercept."""

    features: tuple[str, ...]
    coefficients: npt.NDArray[np.float64]
    means: npt.NDArray[np.float64]
    scales: npt.NDArray[np.float64]
    intercept: float

    def logits(self, features: Features) -> npt.NDArray[np.float64]:
        """Of each row of features, (n, features)."""
        weights = self.coefficients / self.scales
        logits = np.full(len(features), self.intercept - float(np.cumsum(self.means * weights)[-1]))
        for number, values in enumerate(np.ascontiguousarray(features.T)):  # a matrix product may add in another order elsewhere
            logits += values * weights[number]
        return logits

    def probabilities(self, features: Features) -> npt.NDArray[np.float64]:
        """Of each row of features, (n, features), from 0 to 1."""
        return _probabilities(self.logits(features))


@dataclass(frozen=True)
class CrisisModel:
    """Both models, the operating points of that of turns, and what is known of how they were fitted."""

    conversation: Head
    turn: Head
    wording: Wording
    silent: float  # logit from which a turn counts that no cue left open
    open: float  # logit from which a turn counts that cues left open
    asked: float  # logit from which the reader is asked about a turn that cues did not leave open
    reader: Reader | None
    about: dict[str, str]

    @classmethod
    def load(cls, path: Path = PACKAGED) -> CrisisModel:
        """Read a file that the fit wrote, with the packaged reader, once in a process.

        Raises ``PixelError`` if it is no such file or does not fit.
        """
        return _load(path)

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """From rows of :data:`CRISIS_MODEL`.

        Raises ``PixelError`` if they were fitted on other features, words or sentence vectors than these.
        """
        rows = table.to_pylist()
        points = {row["name"]: row["coefficient"] for row in rows if row["part"] == OPERATING}
        if set(points) != {SILENT, OPEN, ASKED}:
            raise PixelError("the crisis model has no operating points", where="crisis_model", hint=_HINT)
        about = {row["name"]: row["note"] for row in rows if row["part"] == ABOUT}
        reader = Reader.load() if any(row["part"] == READER for row in rows) else None
        if reader is not None and reader.version not in [row["note"] for row in rows if row["part"] == READER]:
            raise PixelError("the crisis model names another reader", where="crisis_model", expected=reader.version, hint=_HINT)
        model = cls(
            _head(rows, CONVERSATION), _head(rows, TURN), _wording(rows), float(points[SILENT]), float(points[OPEN]),
            float(points[ASKED]), reader, about,
        )  # fmt: skip
        words, vectors = packaged_words(), StaticVectors.load()
        for head, names in ((model.conversation, conversation_names(words)), (model.turn, turn_names(words, vectors))):
            if head.features != names:
                raise PixelError("the crisis model was fitted on other features", where="crisis_model", hint=_HINT)
        for name, version in (("words", words.version), ("vectors", vectors.version)):
            if model.about.get(name) != version:
                raise PixelError(
                    f"the crisis model was fitted on other {name}", where="crisis_model", expected=version, hint=_HINT
                )
        return model

    def scores(self, turns: Turns, findings: Iterable[Finding]) -> npt.NDArray[np.float64]:
        """How likely each turn of a user holds a crisis; 0 for turns of others.

        ``findings`` are those of the lexical pass over the same turns.
        """
        scores = np.zeros(len(turns))
        said, logits = self._logits(turns, findings)
        scores[said] = _probabilities(logits)
        return scores

    def highest_scores(
        self, turns: Turns, findings: Iterable[Finding], left_open: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """The highest score of the user's turns in each conversation, NaN where there is none.

        Scores are moved so that 0.5 is the operating point: the lower one for turns that are ``left_open`` by cues
        (``levels.undecided``), the higher one for all others. A turn of which the reader is not asked stays below it.
        """
        said, logits = self._logits(turns, findings)
        moved = logits - np.where(left_open[said], self.open, self.silent)
        if self.reader is not None:
            asked = left_open[said] | (logits >= self.asked)
            moved = np.minimum(logits - self.asked, _UNASKED)
            moved[asked] = self.reader.logits(turns.content.take(pa.array(said[asked]))) + self.reader.beside * logits[asked]
            moved[asked] -= np.where(left_open[said[asked]], self.reader.open, self.reader.silent)
        highest = np.full(turns.conversations, -1.0)
        np.maximum.at(highest, turns.conversation[said], _probabilities(moved))
        return np.where(highest < 0, np.nan, highest)

    def _logits(self, turns: Turns, findings: Iterable[Finding]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Places of the user's turns, and their logits."""
        said = np.flatnonzero(turns.role == "user")
        counts, found = count_turns(turns, findings)
        return said, self.turn.logits(turn_features(turns, counts, found, said, self.wording.scores(turns.folded, said)))

    def conversation_scores(self, turns: Turns, findings: Iterable[Finding]) -> npt.NDArray[np.float64]:
        """How likely each conversation, or each user whose posts are its turns, is one in crisis, by what the user says."""
        counts, found = count_turns(turns, findings)
        said = np.bincount(turns.conversation[turns.role == "user"], minlength=turns.conversations) > 0
        scores = self.conversation.probabilities(conversation_features(turns, counts, found))
        return np.where(said, scores, 0.0)


def count_turns(turns: Turns, findings: Iterable[Finding]) -> tuple[Counts, Counts]:
    """What all features are made of: counts of words, and of what the lexical pass found, in each turn."""
    return count_words(turns.folded, packaged_words()), count_found(turns, findings)


def conversation_features(turns: Turns, counts: Counts, found: Counts) -> Features:
    """Features of what the user says in each conversation, (conversations, features)."""
    words, total = packaged_words(), pooled(counts, turns)
    return np.hstack([rates(total, words), found_rates(pooled(found, turns), total)])


def turn_features(
    turns: Turns, counts: Counts, found: Counts, places: npt.NDArray[np.int64], worded: npt.NDArray[np.float64]
) -> Features:
    """Features of the turns at some places, (places, features); ``worded`` are scores of their wording."""
    some = counts[places]
    vectors = StaticVectors.load().encode(turns.content.take(pa.array(places)))
    return np.hstack([rates(some, packaged_words()), found_rates(found[places], some), worded, vectors.astype(np.float64)])


def conversation_names(words: Words) -> tuple[str, ...]:
    """Names of the columns of :func:`conversation_features`."""
    return (*words.features, *(f"found:{each}" for each in FOUND))


def turn_names(words: Words, vectors: StaticVectors) -> tuple[str, ...]:
    """Names of the columns of :func:`turn_features`."""
    return (*conversation_names(words), *wording.NAMES, *(f"vector:{number}" for number in range(vectors.dimensions)))


def with_reader(table: pa.Table) -> pa.Table:
    """Rows of :data:`CRISIS_MODEL`, and one more that says by which reader turns are read."""
    row = {"part": READER, "name": "packaged", "note": Reader.load().version}
    return pa.concat_tables([table, pa.Table.from_pylist([row], CRISIS_MODEL)])


def write_model(table: pa.Table, path: Path) -> None:
    """Write rows of :data:`CRISIS_MODEL` as JSON, one row a line."""
    told = ({name: value for name, value in row.items() if value is not None} for row in table.to_pylist())
    rows = [json.dumps(row, ensure_ascii=False) for row in told]
    path.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


def read_model(path: Path) -> pa.Table:
    """The rows that :func:`write_model` wrote. Raises ``PixelError`` if the file holds something else."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(rows, list) or not rows:
            raise ValueError("no rows")
        return pa.Table.from_pylist(rows, CRISIS_MODEL)
    except (OSError, ValueError, AttributeError, pa.ArrowException) as error:
        raise PixelError(f"the crisis model cannot be read: {type(error).__name__}", where=str(path), hint=_HINT) from error


def _probabilities(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = np.round(1 / (1 + np.exp(-logits)), _DIGITS)
    return found


def _wording(rows: list[dict[str, object]]) -> Wording:
    packed = [str(row["note"]) for row in rows if row["part"] == WORDING]
    try:
        (only,) = packed
        return Wording.unpacked(only)
    except ValueError as error:
        raise PixelError(f"the crisis model has no usable part {WORDING}: {error}", where="crisis_model", hint=_HINT) from error


def _head(rows: list[dict[str, object]], part: str) -> Head:
    own = [row for row in rows if row["part"] == part]
    weights = [row for row in own if row["name"] != INTERCEPT]
    intercepts = [row["coefficient"] for row in own if row["name"] == INTERCEPT]
    numbers = np.array([[row[name] for name in ("coefficient", "mean", "scale")] for row in weights], np.float64).reshape(-1, 3)
    if len(intercepts) != 1 or not np.isfinite(numbers).all() or (numbers[:, 2] <= 0).any():
        raise PixelError(f"the crisis model has no usable part {part}", where="crisis_model", hint=_HINT)
    intercept = float(np.float64(str(intercepts[0])))
    return Head(tuple(str(row["name"]) for row in weights), numbers[:, 0], numbers[:, 1], numbers[:, 2], intercept)


@functools.cache
def _load(path: Path) -> CrisisModel:
    return CrisisModel.of(with_reader(read_model(path)))
