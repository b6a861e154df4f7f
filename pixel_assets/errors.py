"""Every error a user can meet, as one tree; each says what, where, what was expected, what to do.

PixelError
├── SettingsError        unreadable or contradictory settings (exit code 2)
├── UsageError           a name or an option that does not exist (exit code 2)
├── KnowledgeError       an entry of the knowledge base that is wrong, or answers that an instrument does not allow
├── EndpointError        a language model that writes conversations cannot be asked
├── SourceError          one source cannot be observed or read (exit code 3; the rest is built)
├── WarehouseError       the warehouse cannot be read or written
│   └── CorruptSnapshot  a manifest or a data file is not what was written
├── HeldBack             upstream of this asset a blocking check has failed (exit code 1)
└── NotReproducible      the same fingerprint gave another data version
"""

from __future__ import annotations


class PixelError(Exception):
    """An error with a place and a next step.

    ``what`` says what is wrong (with the offending value), ``where`` names the file, row, asset or
    setting, ``expected`` what would have been right, ``hint`` what to do.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", expected: str = "", hint: str = "") -> None:
        self.what, self.where, self.expected, self.hint = what, where, expected, hint
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected:
            text += f" (expected {self.expected})"
        if self.hint:
            text += f". {self.hint}"
        return text

    def __reduce__(self) -> tuple[object, ...]:  # keyword-only arguments survive worker processes
        return (_rebuild, (type(self), self.what, self.where, self.expected, self.hint))


def _rebuild(kind: type[PixelError], what: str, where: str, expected: str, hint: str) -> PixelError:
    return kind(what, where=where, expected=expected, hint=hint)


class SettingsError(PixelError):
    """Settings or a registry that cannot be read, or that contradict themselves."""

    exit_code = 2


class UsageError(PixelError):
    """A name, selection or option that does not exist."""

    exit_code = 2


class EndpointError(PixelError):
    """A language model that writes conversations cannot be asked, or what it answers cannot be kept."""


class SourceError(PixelError):
    """One source cannot be observed or read; every other source is built without it."""

    exit_code = 3


class KnowledgeError(PixelError):
    """An entry of the knowledge base is wrong, or answers do not fit the instrument that they are given to."""


class WarehouseError(PixelError):
    """The warehouse cannot be read or written."""


class CorruptSnapshot(WarehouseError):
    """A manifest or data file differs from what was written."""


class HeldBack(PixelError):
    """A blocking check failed upstream; nothing is built on bad data until it passes."""


class NotReproducible(PixelError):
    """The same fingerprint gave a different data version: the asset is not deterministic."""
