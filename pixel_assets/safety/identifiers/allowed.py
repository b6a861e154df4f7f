"""What looks like an identifier of a person and is none: helplines, emergency numbers, names of works and public figures."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.identifiers.spans import Span

FILE: Final = Path(__file__).parent / "data" / "allowed.yaml"

_DIGITS: Final = re.compile(r"\D+")
_WORDS: Final = re.compile(r"[^\W_]+")
_TITLES: Final = frozenset({"dr", "doctor", "prof", "professor", "sir", "saint", "st"})
_NUMBERS: Final = frozenset({"phone", "other_id"})
_AHEAD: Final = 48  # characters after a name in which the word is looked for that makes it the name of a work


@dataclass(frozen=True)
class Allowed:
    """What is never replaced; all of it in small letters."""

    numbers: frozenset[str]  # digits of telephone numbers, as they are dialled
    sites: tuple[str, ...]  # domains, their subdomains included, and whole addresses of e-mail
    names: frozenset[tuple[str, ...]]  # the words of a name
    eponyms: frozenset[tuple[str, ...]]  # names that are allowed where one of ``works`` follows
    works: frozenset[str]

    def holds(self, text: str, start: int, end: int, type: str) -> bool:
        """Whether what stands there in a text is allowed."""
        said = text[start:end]
        if type in _NUMBERS:
            digits = _DIGITS.sub("", said)
            return digits in self.numbers or digits.removeprefix("1") in self.numbers
        if type == "email":
            return said.lower().removeprefix("mailto:") in self.sites
        if type == "url":
            return self._is_site(said.lower())
        words = _words(said)
        while words and words[0] in _TITLES:
            words = words[1:]
        if words in self.names:
            return True
        if words not in self.eponyms:
            return False
        following = _words(text[end : end + _AHEAD].removeprefix("'s").removeprefix("’s"))
        return any(word in self.works for word in following[:3])

    def _is_site(self, address: str) -> bool:
        host = re.split(r"[/?#:\s]", address.split("://", 1)[-1].rsplit("@", 1)[-1], maxsplit=1)[0].rstrip(".")
        return any(host == site or host.endswith("." + site) for site in self.sites)


def drop_allowed(spans: Iterable[Span], content: pa.StringArray | Sequence[str], allowed: Allowed) -> list[Span]:
    """The spans that are not allowed; ``content`` are the texts that they stand in."""

    kept: list[Span] = []
    for row, of_row in groupby(spans, key=lambda span: span.row):
        text = content[row].as_py() or "" if isinstance(content, pa.Array) else content[row]
        kept += [span for span in of_row if not allowed.holds(text, span.start, span.end, span.type)]
    return kept


@functools.cache
def allowed(extra: tuple[str, ...] = (), path: Path = FILE) -> Allowed:
    """The list of the package, with extra terms: a number, a domain, or a name each.

    Raises :class:`KnowledgeError` where the file is not as it should be.
    """
    content = yaml.safe_load(path.read_text())
    expected = ("numbers", "sites", "names", "eponyms", "works")
    if not isinstance(content, dict) or set(content) != set(expected):
        raise KnowledgeError("the list of what is allowed has other keys", where=str(path), expected=", ".join(expected))
    terms = {key: _terms(content[key], f"{path}: {key}") for key in expected}
    for term in extra:
        kind = "sites" if "." in term and " " not in term else "numbers" if not re.search(r"[^\W\d]", term) else "names"
        terms[kind].append(term)
    return Allowed(
        numbers=frozenset(_DIGITS.sub("", term) for term in terms["numbers"]),
        sites=tuple(sorted({term.lower() for term in terms["sites"]})),
        names=frozenset(_words(term) for term in terms["names"]),
        eponyms=frozenset(_words(term) for term in terms["eponyms"]),
        works=frozenset(term.lower() for term in terms["works"]),
    )


def _terms(content: Any, where: str) -> list[str]:
    terms = [term for group in content.values() for term in group] if isinstance(content, dict) else content
    if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
        raise KnowledgeError("not a list of texts", where=where, hint="put numbers in quotes")
    return list(terms)


def _words(text: str) -> tuple[str, ...]:
    text = text.lower().replace("’", "'").removesuffix("'s")
    return tuple(_WORDS.findall(text))
