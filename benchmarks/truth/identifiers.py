"""Identifiers on their sets: labelled places that were found, whatever they were called.

A labelled and a found span are the same place if they share at least half of the characters of their union, each used once.
Everything that a set labels is compared with everything that is found ("any label"), and once more what singles a person out
with what redaction replaces ("in scope"): there, labels that do not are left out, and so is what was found at their places. One
set labels an address now in pieces and now as a whole: a third comparison takes labels of addresses and places that follow one
another as one, and does the same with what is found in them ("labels of one address joined"); the first is the figure. The
reasons are in ``identifier_labels.yaml``. Presidio's default pipeline runs on the same rows in the same run; of its dates, places
and nationalities only those are counted in scope that are right.
"""

from __future__ import annotations

import functools
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from figures import Figure, Peer

from pixel_assets.labelled.measures import Counts, Rows, covered, joined, matched
from pixel_assets.safety.identifiers.identify import REPLACED, identify
from pixel_assets.safety.identifiers.thorough import Remembering, recogniser
from pixel_assets.safety.labelled import identifiers as sets
from pixel_assets.safety.labelled.identifiers import IdentifierRow, LabelledSpan
from pixel_assets.safety.turns import Turns
from truth.judged import Bench, measured

PEER: Final = Path(__file__).parent / "presidio_peer.py"
KNOWN: Final = {
    "presidio_research": "Presidio F1 0.618 by its authors, customised 0.845; its default pipeline 0.61 on the kept-back half"
}
Measure = Literal["precision", "recall", "f1"]
Scope = Literal["any label", "any label, labels of one address joined", "in scope"]
JOINED: Final[Scope] = "any label, labels of one address joined"
SCOPES: Final[tuple[Scope, ...]] = ("any label", JOINED, "in scope")
ADDRESSES: Final = ("address", "location")
GOALS: Final[dict[Measure, float | None]] = {"precision": None, "recall": 0.95, "f1": 0.90}
PEERS_NAME: Final = "presidio default"
PEERS_KEPT: Final = ("DATE_TIME", "LOCATION", "NRP")

Place = tuple[int, int]
Found = list[list[Place]]  # by row


@dataclass(frozen=True)
class Places:
    """What was found in every row, and what of it is replaced."""

    found: Found
    replaced: Found


def read_all(data: Path) -> list[IdentifierRow]:
    """The rows of all sets."""
    readers = (sets.read_presidio_research, sets.read_generated_small, sets.read_pii_benchmark, sets.read_contextual_anonymizer)
    return [row for read in readers for row in read(data)]


def find(texts: Sequence[str], passes: Literal["fast", "both"] = "both") -> Places:
    """What the product finds in texts."""
    found: Found = [[] for _ in texts]
    replaced: Found = [[] for _ in texts]
    turns = Turns.of([[{"role": "user", "content": text}] for text in texts])
    packaged = recogniser("packaged")
    model = Remembering(packaged) if passes == "both" and packaged else None
    for span in identify(turns, model, every=True):
        found[span.row].append((span.start, span.end))
    for span in identify(turns, model):
        if span.type in REPLACED:
            replaced[span.row].append((span.start, span.end))
    return Places(found, replaced)


@dataclass(frozen=True)
class Answer:
    """What Presidio finds in every text, and the seconds that it took."""

    spans: list[list[tuple[int, int, str]]]
    seconds: float


@functools.cache
def ask_presidio(python: Path, texts: tuple[str, ...]) -> Answer:
    """Run Presidio's default pipeline in the peers' environment."""
    done = subprocess.run([python, PEER], input=json.dumps(texts), text=True, stdout=subprocess.PIPE, check=True)
    answer = json.loads(done.stdout)
    return Answer([[(start, end, kind) for start, end, kind in row] for row in answer["spans"]], answer["seconds"])


def _of_presidio(rows: Sequence[IdentifierRow], answer: Answer) -> Places:
    replaced = []
    for row, spans in zip(rows, answer.spans, strict=True):
        asked = [(span.start, span.end) for span in row.spans if span.in_scope]
        right = {number for _, number in matched(asked, [(start, end) for start, end, _ in spans])}
        replaced.append([span[:2] for number, span in enumerate(spans) if number in right or span[2] not in PEERS_KEPT])
    return Places([[span[:2] for span in spans] for spans in answer.spans], replaced)


def section(bench: Bench) -> list[Figure]:
    """All figures on identifiers."""
    rows = bench.reported(read_all(bench.data))
    texts = [row.text for row in rows]
    ours = find(texts)
    theirs = _of_presidio(rows, ask_presidio(bench.peers, tuple(texts))) if bench.peers else None
    figures = _set("all sets, fast pass alone", rows, find(texts, "fast"), None, goals=False)
    for name in ("all sets", *{row.dataset: None for row in rows}):
        chosen = [number for number, row in enumerate(rows) if name in ("all sets", row.dataset)]
        of_peer = _chosen(theirs, chosen) if theirs else None
        figures += _set(name, [rows[number] for number in chosen], _chosen(ours, chosen), of_peer)
    return figures


def _chosen(places: Places, rows: list[int]) -> Places:
    return Places([places.found[row] for row in rows], [places.replaced[row] for row in rows])


def _set(
    name: str, rows: list[IdentifierRow], ours: Places, theirs: Places | None, *, goals: bool = True
) -> list[Figure]:  # fmt: skip
    figures = []
    groups = [f"{row.dataset} {row.group}" for row in rows]
    everything = np.arange(len(rows))
    for scope in SCOPES:
        tables = Tables.of(rows, ours, scope)
        peer = Tables.of(rows, theirs, scope) if theirs else None
        for measure, goal in GOALS.items():
            more: dict[str, Any] = {"beside": Peer(PEERS_NAME, peer.measure(measure)(everything))} if peer else {}
            if measure == "recall":
                more["missed"] = tables.missed
            if measure == "f1" and scope == "any label":
                more["known"] = KNOWN.get(name, "")
            label = f"identifiers, {name}, {scope}: {measure}"
            aimed = goal if goals and scope != JOINED else None
            figures.append(measured(label, groups, tables.measure(measure), goal=aimed, **more))
    figures.append(_characters(name, groups, rows, ours, theirs))
    return figures


@dataclass(frozen=True)
class Tables:
    """Found, false and missed spans of every row (rows, 3), and how many were missed by label."""

    counts: npt.NDArray[np.int64]
    missed: dict[str, str]

    @classmethod
    def of(cls, rows: Sequence[IdentifierRow], places: Places, scope: Scope) -> Tables:
        """Compared row by row."""
        counts, missed, there = [], Counter[str](), Counter[str]()
        for row, found in zip(rows, places.replaced if scope == "in scope" else places.found, strict=True):
            labels = _joined_labels(row) if scope == JOINED else row.spans
            known = _joined_found(row, labels, found) if scope == JOINED else found
            pairs = dict(matched([(span.start, span.end) for span in labels], known))
            asked = [number for number, span in enumerate(labels) if span.in_scope or scope != "in scope"]
            right = sum(number in pairs for number in asked)
            counts.append((right, len(known) - len(pairs), len(asked) - right))
            there.update(labels[number].label for number in asked)
            missed.update(labels[number].label for number in asked if number not in pairs)
        shown = {label: f"{number} of {there[label]}" for label, number in sorted(missed.items())}
        return cls(np.array(counts, np.int64).reshape(-1, 3), shown)

    def measure(self, name: Measure) -> Callable[[Rows], float]:
        """Precision, recall or F1 of the rows that it is given the numbers of."""
        return lambda drawn: float(getattr(Counts(*map(int, self.counts[drawn].sum(axis=0))), name))


def _joined_labels(row: IdentifierRow) -> list[LabelledSpan]:
    """The labels of a row, those of addresses and places joined where they follow one another."""
    of_address = [span for span in row.spans if span.type in ADDRESSES]
    first = {span.start: span for span in reversed(of_address)}
    whole = [replace(first[start], end=end) for start, end in joined([(span.start, span.end) for span in of_address], row.text)]
    return sorted([*(span for span in row.spans if span.type not in ADDRESSES), *whole], key=lambda span: span.start)


def _joined_found(row: IdentifierRow, labels: Sequence[LabelledSpan], found: Sequence[Place]) -> list[Place]:
    """What was found, joined where it follows one another within one label of an address."""
    wholes = [span for span in labels if span.type in ADDRESSES]
    kept: list[Place] = []
    inside: dict[int, list[Place]] = defaultdict(list)
    for place in found:
        within = next((n for n, span in enumerate(wholes) if span.start <= place[0] and place[1] <= span.end), None)
        (kept if within is None else inside[within]).append(place)
    return sorted([*kept, *(place for of_label in inside.values() for place in joined(of_label, row.text))])


def _characters(
    name: str, groups: list[str], rows: Sequence[IdentifierRow], ours: Places, theirs: Places | None
) -> Figure:  # fmt: skip
    """Of the labelled characters in scope those that are replaced; the others are left after redaction."""
    mine = _covered(rows, ours)
    beside = Peer(PEERS_NAME, _covered_share(_covered(rows, theirs), np.arange(len(rows)))) if theirs else None
    label = f"identifiers, {name}, in scope: characters"
    return measured(label, groups, lambda drawn: _covered_share(mine, drawn), beside=beside)


def _covered(rows: Sequence[IdentifierRow], places: Places) -> npt.NDArray[np.int64]:
    def of(spans: Sequence[LabelledSpan], found: list[Place]) -> Place:
        asked = [(span.start, span.end) for span in spans if span.in_scope]
        return covered(asked, found), covered(asked, asked)

    counts = [of(row.spans, found) for row, found in zip(rows, places.replaced, strict=True)]
    return np.array(counts, np.int64).reshape(-1, 2)


def _covered_share(counts: npt.NDArray[np.int64], drawn: Rows) -> float:
    inside, everything = counts[drawn].sum(axis=0)
    return float(inside / everything) if everything else 1.0
