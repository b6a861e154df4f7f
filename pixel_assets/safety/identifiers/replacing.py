"""One conversation with its identifiers replaced: texts in, texts out, and for every place where it was and where it is now."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

from pixel_assets.safety.identifiers.spans import Span
from pixel_assets.safety.identifiers.surrogates import Mention, Style, surrogates

_BEFORE: Final = 24  # characters before an identifier that its surrogate may depend on
_ARTICLE: Final = re.compile(r"(?<![^\W_])([Aa]n?)([ ]+)$")
_ON: Final = re.compile(r"(?<![^\W_])[Oo]n $")
_SOUNDS_LIKE_A_VOWEL: Final = re.compile(r"[\[(\"']*(?:[aeio]|u(?!n?i|s|r|se|eu)|8|11|18|ip\b|id\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Edit:
    """A part of a text and what stands in its place; ``span`` is the number of the span, or -1 for a word beside one."""

    start: int
    end: int
    new: str
    span: int


@dataclass(frozen=True)
class Replaced:
    """A text after its edits."""

    text: str
    edits: tuple[Edit, ...]  # in order, disjoint
    new_starts: tuple[int, ...]  # of each edit, in the new text

    def old(self, start: int, end: int) -> tuple[int, int]:
        """The place in the old text of a place in the new one; what is replaced counts as a whole."""
        return self._old(start, first=True), self._old(end, first=False)

    def new(self, position: int) -> int:
        """The position in the new text of one in the old text, outside of what is replaced."""
        number = bisect_right(self._old_starts, position) - 1
        if number < 0:
            return position
        edit = self.edits[number]
        return self.new_starts[number] + len(edit.new) + max(0, position - edit.end)

    @cached_property
    def _old_starts(self) -> tuple[int, ...]:
        return tuple(edit.start for edit in self.edits)

    def _old(self, position: int, *, first: bool) -> int:
        number = bisect_right(self.new_starts, position if first else position - 1) - 1
        if number < 0:
            return position
        edit, start = self.edits[number], self.new_starts[number]
        if position >= start + len(edit.new) + (not first):
            return edit.end + position - start - len(edit.new)
        return edit.start if first else edit.end


def replace_in(texts: Sequence[str], spans: Sequence[Sequence[Span]], style: Style, seed: int) -> list[Replaced]:
    """All texts of one conversation with their spans replaced; ``spans`` has the disjoint spans of each text, in order.

    What replaces an identifier is decided by the seed and by the conversation without its identifiers alone.
    """
    mentions = [
        Mention(text[span.start : span.end], span.type, text[max(0, span.start - _BEFORE) : span.start])
        for text, found in zip(texts, spans, strict=True)
        for span in found
    ]
    new = iter(surrogates(mentions, style, _key(texts, spans, seed), "\n".join(texts)))
    return [_edit(text, found, [next(new) for _ in found]) for text, found in zip(texts, spans, strict=True)]


def _key(texts: Sequence[str], spans: Sequence[Sequence[Span]], seed: int) -> bytes:
    """Equal for conversations that differ in case, blanks and punctuation alone, so that copies stay copies."""
    digest = hashlib.blake2b(str(seed).encode(), digest_size=32)
    for text, found in zip(texts, spans, strict=True):
        end = 0
        for span in found:
            digest.update(_plain(text[end : span.start]) + b"\0" + span.type.encode() + b"\0")
            end = span.end
        digest.update(_plain(text[end:]) + b"\1")
    return digest.digest()


def _plain(text: str) -> bytes:
    return "".join(filter(str.isalnum, text.casefold())).encode("utf-8", "surrogatepass")


def _edit(text: str, spans: Sequence[Span], new: Sequence[str]) -> Replaced:
    edits: list[Edit] = []
    for number, (span, said) in enumerate(zip(spans, new, strict=True)):
        left = edits[-1].end if edits else 0
        before = text[max(left, span.start - _BEFORE) : span.start]
        if article := _ARTICLE.search(before):
            wanted = article.group(1)[0] + ("n" if _SOUNDS_LIKE_A_VOWEL.match(said) else "")
            if wanted != article.group(1):
                start = span.start - len(article.group())
                edits.append(Edit(start, start + len(article.group(1)), wanted, -1))
        elif said.startswith("in ") and _ON.search(before):
            edits.append(Edit(span.start - 3, span.start, "", -1))
        edits.append(Edit(span.start, span.end, said, number))
    pieces: list[str] = []
    end = 0
    for edit in edits:
        pieces += (text[end : edit.start], edit.new)
        end = edit.end
    lengths = list(accumulate(map(len, pieces)))
    return Replaced("".join([*pieces, text[end:]]), tuple(edits), tuple(lengths[0::2]))
