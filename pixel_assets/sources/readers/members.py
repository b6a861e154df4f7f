"""Walking through archives: which members are read, under which names, and what is said of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pixel_assets.sources.readers.archive import DUPLICATE_NAME, MAX_DEPTH, MAX_MEMBERS, Member, Members, is_litter, plain_name
from pixel_assets.sources.readers.compression import Budget
from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.rows import Unreadable
from pixel_assets.sources.readers.tar_archive import tar_members
from pixel_assets.sources.readers.zip_archive import zip_members

ARCHIVES = ("zip", "tar")


@dataclass(frozen=True)
class Walk:
    """What is shared by all that is read from one file: the bytes it may unpack to and the names given so far."""

    batch_rows: int
    budget: Budget
    locators: set[str]
    depth: int = 0

    def entered(self) -> Walk:
        """The walk one archive further in."""
        return replace(self, depth=self.depth + 1)

    def new_locator(self, archive: str, member: str) -> str:
        """``archive!member``, with a number where that name has been given already."""
        wanted = base = f"{archive}!{plain_name(member)}"
        count = 1
        while wanted in self.locators:
            count += 1
            wanted = f"{base}#{count}"
        self.locators.add(wanted)
        return wanted


def members_of(content: Content, walk: Walk, notes: list[str]) -> Members:
    """The members of an archive in its order; ``notes`` gains what is to be said of the archive as a whole.

    Raises Unreadable where the archive breaks, holds too many members or is a bomb.
    """
    if walk.depth > MAX_DEPTH:
        raise Unreadable(f"more than {MAX_DEPTH} archives within each other", code="nested_too_deep")
    walk.budget.code = "archive_bomb"
    names: set[str] = set()
    litter = number = 0
    try:
        for member in zip_members(content.stream, walk.budget) if content.kind == "zip" else tar_members(content.stream):
            number += 1
            if number > MAX_MEMBERS:
                raise Unreadable(f"only the first {MAX_MEMBERS} members are read", code="too_many_members")
            if is_litter(member.name):
                litter += 1
                continue
            name = plain_name(member.name)
            yield member if member.problem or name not in names else Member(name, problem=DUPLICATE_NAME)
            names.add(name)
            walk.budget.spend(0)  # a bomb that one member turned out to be ends the whole
    finally:
        if litter:
            notes.append(f"os_litter: {litter} members that an operating system left are skipped")
