"""What the registry says about a source, as far as conversion needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

OptionValue = str | list[str]


@dataclass(frozen=True, slots=True)
class Options:
    """Names of roles and columns that a format cannot know by itself. Empty: the format's own guesses."""

    user_roles: tuple[str, ...] = ()
    assistant_roles: tuple[str, ...] = ()
    system_roles: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    reply: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    dialogue: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceHints:
    """A source as conversion sees it."""

    name: str
    category: str
    format: str | None = None
    options: Options = field(default_factory=Options)
    file_labels: str | None = None  # regular expression on the file's name; its named groups are labels
    withdrawn: frozenset[str] = frozenset()  # ids of conversations that are left out


def parse_options(options: Mapping[str, OptionValue]) -> Options:
    """Options of a registry entry; raises ValueError naming an option that does not exist."""
    known = {option.name for option in fields(Options)}
    for name in options:
        if name not in known:
            raise ValueError(f"unknown option {name!r}, expected one of {', '.join(sorted(known))}")
    return Options(
        **{name: (value,) if isinstance(value, str) else tuple(value) for name, value in options.items()}
    )
