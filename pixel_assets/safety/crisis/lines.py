"""Many texts in one buffer, so that a pattern is matched against all of them in one call.

Folded texts have no line end inside, and a pattern that never matches one finds the same in a buffer of lines as in each line
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.folding import SEPARATOR, FoldedTexts

PORTION: Final = 1 << 22  # bytes of text that are held at once, as long as no single text is longer
END: Final = bytes([SEPARATOR])


class Lines:
    """Folded texts, each with its line end."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        """From texts that end with their line ends."""
        self.texts = texts
        self.data = b"".join(texts)  # one behind the other

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> Lines:
        """From folded texts without their line ends."""
        return cls([text + END for text in texts])

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def bounds(self) -> list[int]:
        """Where texts begin in ``data``, and its length."""
        return [0, *accumulate(map(len, self.texts))]

    def take(self, numbers: Sequence[int]) -> Lines:
        """Some of the texts, by their ascending numbers; of all of them these lines themselves."""
        return self if len(numbers) == len(self.texts) else Lines([self.texts[number] for number in numbers])


def portions(
    texts: FoldedTexts, rows: npt.NDArray[np.int64], most: int = PORTION
) -> Iterator[tuple[npt.NDArray[np.int64], Lines]]:
    """Some folded texts by ascending rows, in portions of at most so many bytes or one text: their rows, and the lines."""
    firsts, lasts = texts.starts[rows], texts.starts[rows + 1]
    sizes = np.concatenate([np.zeros(1, np.int64), np.cumsum(lasts - firsts)])
    begin = 0
    while begin < len(rows):
        end = max(begin + 1, int(np.searchsorted(sizes, sizes[begin] + most, side="right")) - 1)
        first = int(firsts[begin])
        data = texts.data[first : int(lasts[end - 1])].tobytes()
        bounds = zip((firsts[begin:end] - first).tolist(), (lasts[begin:end] - first).tolist(), strict=True)
        yield rows[begin:end], Lines([data[start:stop] for start, stop in bounds])
        begin = end
