"""The rules on what an assistant says, for conversations of any source: those that need no scenario.

One pass of an automaton (Hyperscan; Wang et al. 2019) over all replies finds the few conversations in which a cue may hold;
only these are read sentence by sentence, with all that takes a match back. Rules on the build of a conversation, on declared
interventions and on danger are left out: the first two need a scenario, and how danger is answered is judged by ``safety/``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import hyperscan
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.cues import rule_cues
from pixel_assets.generation.validate.spoken import Speech, Spoken, plain
from pixel_assets.generation.validate.text_rules import broken
from pixel_assets.regex_tree import Border, Either, Group, Node, Nothing, OneOf, Repeat, parse
from pixel_assets.store.schema import column
from pixel_assets.wording.automaton import compiled

CLINICAL_FINDINGS: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("turn", pa.int32(), "number of the first turn, from 0, in which the rule is broken"),
        column("rule", pa.string(), "id of the clinical rule, as docs/clinical-rules.md lists them"),
        column("detail", pa.string(), "what the cue that matched shows; never any text"),
    ]
)
_ODD: Final = r"[^\x00-\x7f]|  |\t|\r"  # what `plain` changes besides capitals
_GAP: Final = r"[^.!?\n]*"
_NOBODY: Final = Scenario(  # nothing is known beforehand; a long conversation may name a disorder in the end
    "", "therapy_session", None, None, None, 0, (), 0, "", "", "", "", "", "", "low", "unchanged", "none", 0
)  # fmt: skip


def clinical_findings(table: pa.Table) -> pa.Table:
    """The rules that each conversation breaks, with the first turn in which it does, as :data:`CLINICAL_FINDINGS`.

    ``table`` has the columns ``conversation_id`` and ``turns``; the result is in its order, and by the order of rules. What is
    found in a conversation depends on its turns alone.
    """
    turns: Any = table["turns"].combine_chunks()
    suspects = candidates(turns)
    few, firsts = np.unique(suspects[:, 0], return_index=True)
    names, said = table["conversation_id"].take(pa.array(few)).to_pylist(), turns.take(pa.array(few)).to_pylist()
    bounds = pairwise([*firsts.tolist(), len(suspects)])
    found = [
        {"conversation_id": name, "turn": turn, "rule": rule, "detail": detail}
        for name, told, (first, last) in zip(names, said, bounds, strict=True)
        for rule, turn, detail in _broken(told, set(suspects[first:last, 1].tolist()))
    ]
    return pa.Table.from_pylist(found, CLINICAL_FINDINGS)


def candidates(turns: pa.ListArray) -> npt.NDArray[np.int64]:
    """Replies in which the pattern of a cue may match, (n, 2): conversation and turn, in order. None is missing."""
    flat = pc.list_flatten(turns)
    place = np.flatnonzero(np.asarray(pc.fill_null(pc.equal(pc.struct_field(flat, "role"), "assistant"), False)))
    replies = pc.struct_field(flat, "content").take(pa.array(place)).cast(pa.large_string()).fill_null("")
    odd = np.flatnonzero(np.asarray(pc.match_substring_regex(replies, _ODD)))
    texts: list[bytes] = replies.cast(pa.large_binary()).to_pylist()
    for number, text in zip(odd.tolist(), replies.take(pa.array(odd)).to_pylist(), strict=True):
        texts[number] = plain(text).encode()
    hit = set[int]()

    def keep(_pattern: int, _start: int, _end: int, _flags: int, number: int) -> None:
        hit.add(number)

    scan = _automaton().scan
    for number, text in enumerate(texts):
        scan(text, match_event_handler=keep, context=number)
    found = place[np.array(sorted(hit), np.int64)]
    owner = np.asarray(pc.list_parent_indices(turns)).astype(np.int64)
    first = np.searchsorted(owner, np.arange(len(turns)))
    return np.column_stack([owner[found], found - first[owner[found]]])


@functools.cache
def _automaton() -> Any:
    """All patterns, relaxed; none of them misses what its own pattern finds in a sentence."""
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
    return compiled([(relaxed(cue.pattern).encode(), flags) for given in rule_cues().values() for cue in given.cues])


def relaxed(pattern: re.Pattern[str]) -> str:
    """An expression that matches wherever a pattern matches in a sentence, and that is compiled a hundred times as fast.

    What stands around a match is not asked, and repeats and wide classes become anything up to the end of the sentence.
    """
    return _sequence(parse(pattern.pattern, pattern.flags))


def _sequence(nodes: Sequence[Node]) -> str:
    parts: list[str] = []
    for node in nodes:
        part = _part(node)
        if part and not (part == _GAP and parts[-1:] == [_GAP]):
            parts.append(part)
    return "".join(parts)


def _part(node: Node) -> str:
    match node:
        case OneOf(characters) if characters.isascii():
            return f"[{''.join(map(_in_class, characters))}]" if len(characters) > 1 else re.escape(characters)
        case Border():
            return r"\b"
        case Nothing():
            return ""
        case Group(of):
            return f"(?:{_sequence(of)})"
        case Either(branches):
            return f"(?:{'|'.join(dict.fromkeys(map(_sequence, branches)))})"
        case Repeat(0, 1, of) if _GAP not in (inner := _sequence(of)):
            return f"(?:{inner})?"
        case Repeat(1, 1, of):
            return _sequence(of)
        case _:
            return _GAP


def _in_class(character: str) -> str:
    return character if character.isalnum() else f"\\x{ord(character):02x}"


def _broken(said: Sequence[dict[str, Any]], replies: set[int]) -> Iterator[tuple[str, int, str]]:
    """Rules that are broken in some replies of a conversation; what the others say does not matter to any rule."""
    places = [number for number, turn in enumerate(said) if turn["role"] in ("user", "assistant")]
    spoken = tuple(
        Spoken(number, role, plain(said[place]["content"] or "") if role == "user" or place in replies else "")
        for number, place in enumerate(places)
        for role in [said[place]["role"]]
    )
    for finding in broken(_NOBODY, Speech(spoken), None):
        if finding.turn is not None:
            yield finding.rule, places[finding.turn], finding.detail
