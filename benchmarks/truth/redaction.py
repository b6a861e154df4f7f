"""What redaction leaves: labelled identifiers that can still be read, and numbers and addresses that are written oddly.

The odd spellings are made from labelled values of the reported rows, one at a time, in their own text: of each spelling some
values evenly from all sets. A value counts as found if the places overlap by half, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from figures import Figure

from pixel_assets.conversation.standard import TURNS
from pixel_assets.labelled.measures import Rows, matched
from pixel_assets.safety.identifiers.redact import Policy, redact, remaining
from pixel_assets.safety.identifiers.thorough import recogniser
from pixel_assets.safety.labelled.identifiers import IdentifierRow, LabelledSpan
from truth.identifiers import find, read_all
from truth.judged import Bench, measured

DIGITS: Final = str.maketrans("0123456789", "０１２３４５６７８９")
LOOKALIKES: Final = str.maketrans("aeocpx", "аеосрх")  # Cyrillic
NUMBERS: Final = ("phone", "card", "social_security", "medical_record", "iban", "other_id")
MOST: Final = 150  # values of a spelling
SHORTEST: Final = 4  # characters of a value: a shorter one stands in other words by chance

Spelling = Callable[[str], str]
SPELLINGS: Final[dict[str, tuple[tuple[str, ...], Spelling]]] = {
    "digits apart": (NUMBERS, " ".join),
    "full-width digits": (NUMBERS, lambda value: value.translate(DIGITS)),
    "a line break inside": (NUMBERS, lambda value: f"{value[: len(value) // 2]}\n{value[len(value) // 2 :]}"),
    "invisible characters inside": ((*NUMBERS, "email", "name"), "\u200b".join),
    "look-alike letters": (("email", "name"), lambda value: value.translate(LOOKALIKES)),
    "at and dot as words": (("email",), lambda value: value.replace("@", " [at] ").replace(".", " (dot) ")),
}


def section(bench: Bench) -> list[Figure]:
    """All figures on redaction."""
    rows = bench.reported(read_all(bench.data))
    return [*_left(rows), *(_spelled(rows, name, *spelling) for name, spelling in SPELLINGS.items())]


def _left(rows: list[IdentifierRow]) -> list[Figure]:
    groups = [f"{row.dataset} {row.group}" for row in rows]
    policy = Policy(recogniser=recogniser("packaged"))
    once = redacted([row.text for row in rows], policy)
    twice = redacted(once, policy)
    legible = np.array([_legible(row, text) for row, text in zip(rows, once, strict=True)], np.int64).reshape(-1, 2)
    again = np.zeros(len(rows), bool)
    again[[span.row for span in remaining(_column(once), policy)]] = True
    changed = np.array([one != two for one, two in zip(once, twice, strict=True)])
    return [
        measured("redaction: labelled values still legible", groups, lambda drawn: _share(legible, drawn), at_least=False),
        measured(
            "redaction: rows in which the fast pass finds more", groups, lambda drawn: again[drawn].mean(), goal=0, at_least=False
        ),
        measured(
            "redaction: rows that a second time changes", groups, lambda drawn: changed[drawn].mean(), goal=0, at_least=False
        ),
    ]


def redacted(texts: Sequence[str], policy: Policy) -> list[str]:
    """Every text as a conversation of one turn, redacted as a build does it."""
    ids = pa.array([str(number) for number in range(len(texts))])
    return [turns[0]["content"] for turns in redact(ids, _column(texts), policy=policy).turns.to_pylist()]


def _column(texts: Sequence[str]) -> pa.ListArray:
    return pa.array([[{"role": "user", "content": text}] for text in texts], TURNS)


def _legible(row: IdentifierRow, text: str) -> tuple[int, int]:
    """How many of the labelled values in scope are still in the redacted text, and how many there were."""
    values = [row.text[span.start : span.end] for span in row.spans if span.in_scope]
    long = [value for value in values if len(value) >= SHORTEST]
    return sum(value in text for value in long), len(long)


def _share(counts: npt.NDArray[np.int64], drawn: Rows) -> float:
    some, everything = counts[drawn].sum(axis=0)
    return float(some / everything) if everything else 0.0


def _spelled(rows: list[IdentifierRow], name: str, types: tuple[str, ...], spell: Spelling) -> Figure:
    chosen = [(row, span) for row in rows for span in row.spans if span.in_scope and span.type in types]
    chosen = chosen[:: max(1, len(chosen) // MOST)]
    values = [spell(row.text[span.start : span.end]) for row, span in chosen]
    texts = [row.text[: span.start] + value + row.text[span.end :] for (row, span), value in zip(chosen, values, strict=True)]
    hits = np.array(
        [_hit(span, value, found) for (_, span), value, found in zip(chosen, values, find(texts).replaced, strict=True)]
    )
    plain = find([row.text for row, _ in chosen]).replaced
    before = np.array([bool(matched([(span.start, span.end)], found)) for (_, span), found in zip(chosen, plain, strict=True)])
    groups = [f"{row.dataset} {row.group}" for row, _ in chosen]
    return measured(
        f"redaction, {name}: found", groups, lambda drawn: hits[drawn].mean(), plainly_written=round(float(before.mean()), 3)
    )


def _hit(span: LabelledSpan, value: str, found: list[tuple[int, int]]) -> bool:
    return bool(matched([(span.start, span.start + len(value))], found))
