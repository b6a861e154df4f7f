"""Signatures: what of each conversation is kept for finding those that nearly repeat it, word by word."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.fingerprints import Boilerplate, without_boilerplate
from pixel_assets.dedup.minhash import EMPTY, PERMUTATIONS, Digests, digests
from pixel_assets.dedup.slices import by_slices
from pixel_assets.dedup.words import RoleWords, Shingles, shingles, words_of_turns
from pixel_assets.store.schema import column

DIGEST: Final = pa.list_(pa.uint32(), PERMUTATIONS)
SIGNATURES = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("digest", DIGEST, "MinHash of the shingles of both sides, as datasketch's affine32; null for none", nullable=True),
        column("shingles", pa.int64(), "different runs of three words, each with its role"),
        column("user_shingles", pa.int64(), "those of the user"),
        column("assistant_shingles", pa.int64(), "those of the assistant"),
        column("boilerplate_words", pa.int64(), "words left out because they are of a template that many conversations share"),
        column(
            "place_key",
            pa.int64(),
            "of the smallest shingles, by two hashes, of the user's first turn: equal for equal openings, mostly for near ones",
        ),
    ]
)


def signatures(table: pa.Table, boilerplate: Boilerplate, threads: int = 1) -> pa.Table:
    """SIGNATURES of each conversation, in order, from its columns ``conversation_id`` and ``turns``."""
    parts = by_slices(lambda rows: _signatures(rows, boilerplate), table, threads)
    return pa.concat_tables(parts)


def compared_words(table: pa.Table, boilerplate: Boilerplate) -> RoleWords:
    """The words by which conversations are compared, from the column ``turns``: without system turns and boilerplate."""
    return without_boilerplate(words_of_turns(table["turns"]), boilerplate)[0]


def digests_in(table: pa.Table) -> Digests:
    """(rows, PERMUTATIONS): the digests in a table of SIGNATURES; those of rows without words are of an empty set."""
    column = table["digest"].combine_chunks()
    found = np.full((len(column), PERMUTATIONS), EMPTY, np.uint32)
    found[np.asarray(column.is_valid())] = column.flatten().to_numpy().reshape(-1, PERMUTATIONS)
    return found


def _signatures(rows: pa.Table, boilerplate: Boilerplate) -> pa.Table:
    words, left_out = without_boilerplate(words_of_turns(rows["turns"]), boilerplate)
    said = shingles(words)
    counts = said.counts()
    digest = pa.FixedSizeListArray.from_arrays(pa.array(digests(said).ravel()), type=DIGEST, mask=pa.array(~counts.any(axis=1)))
    columns = [digest, counts.sum(axis=1), counts[:, 0], counts[:, 1], left_out, _place_keys(words, said)]
    return pa.table([rows["conversation_id"], *map(pa.array, columns)], SIGNATURES)


def _place_keys(words: RoleWords, said: Shingles) -> npt.NDArray[np.int64]:
    """(n,): of what the user says first; of the assistant where the user says nothing; 0 without words."""
    from pixel_assets.dedup import minhash_kernels as kernels  # numba takes a while to import

    keys = np.empty(len(words), np.int64)
    kernels.fill_place_keys(words.turn_starts, words.speakers, words.starts, said.members, said.starts, keys)
    return keys
