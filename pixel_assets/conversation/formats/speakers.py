"""Who of several named speakers is the user and who the assistant: known, said by a card, or not told at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pixel_assets.conversation.formats.base import Rejection
from pixel_assets.conversation.formats.turns import canonical_role
from pixel_assets.conversation.hints import Options

SPEAKING = ("user", "assistant")
OTHER = {"user": "assistant", "assistant": "user"}
HOW = "set options user_roles and assistant_roles"


class Cast(NamedTuple):
    """Role by name as it is written, and the flags that say how the roles were found."""

    roles: dict[str, str]
    flags: tuple[str, ...] = ()


def cast(names: Iterable[str], options: Options, told: dict[str, str] | None = None) -> Cast | Rejection:
    """The role of each speaker, from the registry, from names that are roles, or from ``told``.

    ``told`` is what a character card says: role by name in lower case. Where exactly two people speak and
    one has a role, the other has the other role. Everything else stays open and is rejected:
    ``one_speaker`` where nobody answers, ``ambiguous_speakers`` where the roles are not told.
    """
    speakers = list(dict.fromkeys(names))
    told = told or {}
    roles = {name: told.get(name.lower()) or canonical_role(name, options) for name in speakers}
    present = [name for name in speakers if roles[name] != "system"]
    if len(present) < 2:
        return Rejection("one_speaker", f"{len(present)} speaker: a monologue, nobody answers")
    known = {name: role for name in present if (role := roles[name]) in SPEAKING}
    if len(known) == 1 and len(present) == 2:
        (name, role), *_ = known.items()
        other = next(speaker for speaker in present if speaker != name)
        return Cast({**_told(roles), other: OTHER[role]}, ("role_inferred",))
    if len(known) < len(present) or set(known.values()) != set(SPEAKING):
        return Rejection("ambiguous_speakers", f"{len(present)} speakers, {len(known)} of them with a known role; {HOW}")
    return Cast(_told(roles))


def _told(roles: dict[str, str | None]) -> dict[str, str]:
    return {name: role for name, role in roles.items() if role is not None}
