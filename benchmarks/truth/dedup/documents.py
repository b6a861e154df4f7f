"""Made-up documents as long as counselling chats, some of them nearly equal to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.conversation.standard import TURNS

SEED: Final = 20_261_123
WORDS: Final = 118  # of a document: about 830 characters
VOCABULARY: Final = 40_000
REPEATED: Final = 0.1  # share of documents made of an earlier one
MOST_CHANGED: Final = 0.12  # share of words replaced: Jaccard coefficients of word 3-grams from 1.0 down to 0.5
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Documents:
    """Texts, and for each the number of the one that it was made of, or its own."""

    texts: pa.Array
    made_of: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    def save(self, folder: Path) -> Path:
        """As Parquet with the columns id and text."""
        file = folder / "documents.parquet"
        pq.write_table(pa.table({"id": pa.array(np.arange(len(self))), "text": self.texts}), file)
        return file

    def conversations(self) -> pa.Table:
        """Each as a conversation of one turn of the user."""
        rows = len(self)
        said = pa.StructArray.from_arrays([pa.array(["user"] * rows), self.texts], fields=list(TURNS.value_type))
        turns = pa.ListArray.from_arrays(pa.array(np.arange(rows + 1), pa.int32()), said).cast(TURNS)
        return pa.table({"conversation_id": [f"{number:08d}" for number in range(rows)], "turns": turns})


def make_documents(rows: int) -> Documents:
    """``rows`` documents of words that are drawn by Zipf's law."""
    draw = np.random.default_rng(SEED)
    lengths = draw.integers(3, 10, VOCABULARY)
    words = ["".join(draw.choice(list(_LETTERS), length)) for length in lengths]
    chances = 1.0 / np.arange(10, VOCABULARY + 10)
    drawn = draw.choice(VOCABULARY, (rows, WORDS), p=chances / chances.sum())
    made_of = np.arange(rows)
    for row in np.flatnonzero(draw.random(rows) < REPEATED):
        if row == 0:
            continue
        made_of[row] = made_of[draw.integers(0, row)]
        other = draw.random(WORDS) < draw.random() * MOST_CHANGED
        drawn[row] = np.where(other, drawn[row], drawn[made_of[row]])
    return Documents(pa.array([" ".join(words[word] for word in row) for row in drawn.tolist()]), made_of)
