"""Questions to the index: which stored conversations have something like this text?

A text is compared as one side of a conversation. The digests of all conversations are looked through, which takes a millisecond
for ten thousand of them and misses nothing by bands; what looks likely is then compared shingle by shingle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pyarrow as pa

from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.minhash import EMPTY, PERMUTATIONS, SCHEME, Digests, digests_of_members, permutations
from pixel_assets.dedup.signatures import compared_words, digests_in
from pixel_assets.dedup.words import Hashes, shingles

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH

Role = Literal["user", "assistant"]
SIDES: Final[tuple[Role, ...]] = ("user", "assistant")


@dataclass(frozen=True, eq=False)
class Question:
    """A text as what one side says: its different shingles, ascending, and their digest, (PERMUTATIONS,)."""

    role: Role
    members: Hashes
    digest: Digests


@dataclass(frozen=True)
class Match:
    """A stored conversation one side of which has shingles of the text in common with it."""

    conversation_id: str
    role: Role
    jaccard: float  # of the shingles of the text and of the side
    containment: float  # share of the shingles of the text that the side has


def question(text: str, role: Role, boilerplate: Boilerplate) -> Question:
    """The text as what ``role`` says; without any shingle where it has no words."""
    said = pa.table({"turns": [[{"role": role, "content": text}]]})
    members = shingles(compared_words(said, boilerplate)).distinct().members
    return Question(role, members, digests_of_members(members, np.array([0, len(members)]))[0])


def likely(signatures: Iterable[pa.Table], questions: Sequence[Question], most: int) -> list[str]:
    """Ids of the conversations that are most like each question by their digests, at most ``most`` for each; ascending.

    What a digest tells of both sides is brought to the one side by the numbers of shingles.
    """
    found: list[list[tuple[float, str]]] = [[] for _ in questions]
    for table in signatures:
        digests = digests_in(table)
        names = table["conversation_id"]
        for best, asked in zip(found, questions, strict=True):
            alike = np.count_nonzero(digests == asked.digest, axis=1) / PERMUTATIONS
            rows = np.flatnonzero((alike > 0) & (digests[:, 0] != EMPTY)) if len(asked.members) else np.empty(0, np.int64)
            both, side = (table[name].to_numpy()[rows] for name in ("shingles", f"{asked.role}_shingles"))
            common = alike[rows] / (1 + alike[rows]) * (both + len(asked.members))
            score = common / np.maximum(len(asked.members) + side - common, 1)
            if len(rows) > most:
                good = score >= np.partition(score, -most)[-most]
                rows, score = rows[good], score[good]
            best += [(-value, names[int(row)].as_py()) for value, row in zip(score.tolist(), rows, strict=True)]
            best.sort()
            del best[most:]
    return sorted({name for best in found for _, name in best})


def matches(conversations: pa.Table, questions: Sequence[Question], boilerplate: Boilerplate) -> list[Match]:
    """How much each side of conversations (``conversation_id``, ``turns``) has in common with the question for it, best first.

    Exact; a side with nothing in common is left out.
    """
    sets = shingles(compared_words(conversations, boilerplate)).distinct()
    found = []
    for asked in questions:
        side = SIDES.index(asked.role)
        for row, name in enumerate(conversations["conversation_id"].to_pylist()):
            members = sets.members[sets.starts[2 * row + side] : sets.starts[2 * row + side + 1]]
            common = len(np.intersect1d(members, asked.members, assume_unique=True))
            if common:
                jaccard = common / (len(members) + len(asked.members) - common)
                found.append(Match(name, asked.role, jaccard, common / len(asked.members)))
    return sorted(found, key=lambda match: (-match.jaccard, -match.containment, match.conversation_id, match.role))


def load_lsh(signatures: pa.Table, threshold: float) -> MinHashLSH:
    """datasketch's own index of stored digests, whose keys are the ids; conversations without words are left out."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    filled = signatures.filter(signatures["digest"].is_valid())
    with index.insertion_session() as session:
        for name, digest in zip(filled["conversation_id"].to_pylist(), digests_in(filled), strict=True):
            session.insert(name, to_datasketch(digest), check_duplication=False)
    return index


def to_datasketch(digest: Digests) -> MinHash:
    """A digest, (PERMUTATIONS,), as datasketch's MinHash: to ask or to fill an index of its own."""
    from datasketch import MinHash

    return MinHash(hashvalues=digest, permutations=np.array(permutations()), scheme=SCHEME)
