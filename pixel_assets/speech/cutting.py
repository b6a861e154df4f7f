"""What a transcript is cut into: sentences, and the passages that are made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pixel_assets.speech.spoken import Spoken

Asked = Literal["other", "self", "nobody"]


@dataclass(frozen=True)
class Sizes:
    """How long passages are, in words; from ``pause_words`` on, a long pause ends one."""

    least: int
    most: int
    pause_words: int


@dataclass(frozen=True)
class Passage:
    """The words from ``first`` up to ``last``: before ``cut`` what is answered, after it the answer by ``speaker``.

    ``asked`` says who said the first part: the other speaker, the same one, or nobody, where there is none. ``is_statement``
    is True where the first part asks nothing. A question without an answer ends at its cut.
    """

    first: int
    cut: int
    last: int
    speaker: str
    asked: Asked
    is_statement: bool = False

    @property
    def words(self) -> int:
        """How many words there are in both parts."""
        return self.last - self.first


@dataclass(frozen=True)
class Sentence:
    """The words from ``first`` up to ``last``; ``pause`` says whether a long pause follows."""

    first: int
    last: int
    asks: bool
    pause: bool

    @property
    def words(self) -> int:
        """Its length."""
        return self.last - self.first


def sentences(spoken: Spoken, first: int, last: int) -> Iterator[Sentence]:
    """The sentences of the words from ``first`` up to ``last``, behind which somebody pauses; the last one may lack its mark."""
    for at in range(first, last):
        form = spoken.forms[at]
        if form.ends or at == last - 1:
            yield Sentence(first, at + 1, form.asks, at == last - 1)
            first = at + 1
