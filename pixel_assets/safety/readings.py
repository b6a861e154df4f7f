"""Other readings of doubtful texts: what is meant by k1ll my5elf, $elf h@rm, s u i c i d e, k.y.s and diiiie.

Most texts have no such words, and a look at each byte says so. Of those that do, one or two further texts are made in which the
words are written out, so that patterns need to know plain words only. Numbers, dates and times have no letters between digits and
stay what they are; "2nd", "covid19" and "10am" as well. What does change without need ("mp3" becomes "mpe") only adds a reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.typed_yaml import read_yaml
from pixel_assets.wording.folding import FoldedTexts

SIGNS: Final = Path(__file__).parent / "data" / "readings.yaml"


@dataclass(frozen=True)
class Signs:
    """What signs stand for; all arrays have an entry for every byte, and the first two one for each reading."""

    letters: npt.NDArray[np.uint8]  # (2, 256), the letter that a sign stands for; 0 if for none
    kept: npt.NDArray[np.int64]  # (2, 256), letters that are kept of a stretched one
    dropped: npt.NDArray[np.bool_]  # (256,), signs that are dropped between two letters


def readings(texts: FoldedTexts) -> tuple[npt.NDArray[np.int32], FoldedTexts]:
    """Number of the text for each reading, ascending, and the readings; a text may have none, one or two.

    Places in a reading are kept as characters of the original text, as in ``texts``.
    """
    from pixel_assets.safety import reading_kernels as kernels  # numba takes a while to import

    signs = read_signs(SIGNS)
    doubtful = np.zeros(len(texts), np.bool_)
    kernels.find_doubtful(texts.data, texts.starts, signs.letters[0], signs.dropped, doubtful)
    rows = np.flatnonzero(doubtful)
    room = 2 * int((texts.starts[rows + 1] - texts.starts[rows]).sum())
    data, places = np.empty(room, np.uint8), np.empty(room, np.int64)
    lengths = np.zeros((len(rows), 2), np.int64)
    size = kernels.write_readings(
        texts.data, texts.starts, rows, signs.letters, signs.kept, signs.dropped, data, places, lengths
    )  # fmt: skip
    read, which = np.nonzero(lengths)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[read, which])])
    return rows[read].astype(np.int32), FoldedTexts(data[:size], starts, starts[:-1], texts.characters(places[:size]))


_Meanings = dict[Annotated[str, Field(pattern=r"^[!-~]$")], Annotated[str, Field(pattern=r"^[A-Za-z]$")]]


class _StandsFor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    first: _Meanings
    second: _Meanings


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    stands_for: _StandsFor
    stay_double: Annotated[str, Field(pattern=r"^[a-z]*$")]
    dropped: Annotated[str, Field(pattern=r"^[!-~]*$")]


@cache
def read_signs(path: Path) -> Signs:
    """Signs from a file. Raises ``SettingsError`` where a sign or what it stands for is not one ASCII character."""
    given = read_yaml(path, _File).content
    letters, kept, dropped = np.zeros((2, 256), np.uint8), np.ones((2, 256), np.int64), np.zeros(256, np.bool_)
    first = given.stands_for.first
    for number, meanings in enumerate((first, first | given.stands_for.second)):
        for sign, letter in meanings.items():
            letters[number, ord(sign)] = ord(letter)
    for letter in given.stay_double:
        kept[1, [ord(letter), ord(letter.upper())]] = 2
    dropped[[ord(sign) for sign in given.dropped]] = True
    return Signs(letters, kept, dropped)
