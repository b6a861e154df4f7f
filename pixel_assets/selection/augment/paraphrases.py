"""Paraphrases of what the client says; the replies stay. Each is verified, and what does not pass is not used.

Conversations with a sign of danger have none: there, every word of the client may matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from pixel_assets.selection.augment.draw import number
from pixel_assets.selection.augment.rewriting import Direction, Rewriter
from pixel_assets.selection.augment.variant import Parent, Variant
from pixel_assets.vectors.static import StaticVectors

LANGUAGE: Final = "en"  # of the rules
MIN_CHANGES: Final = 2
_QUOTED: Final = re.compile(r"[\"“]([^\"“”]{3,})[\"”]")
_DIRECTIONS: Final[tuple[Direction, ...]] = ("shorten", "lengthen")


def paraphrases(parents: Sequence[Parent], seed: int, model: StaticVectors, cosine: float) -> list[Variant | None]:
    """A paraphrase of each conversation, or None.

    None where the rules do not fit it (its language, a sign of danger, a category that lives by its chain of thought, which a
    paraphrase goes without, for it may quote the client), where they change less than ``MIN_CHANGES`` things, where a turn would
    lose or gain a number or a negation, where what the client says as a whole would fall below the ``cosine`` in the vectors of
    ``model``, and where a reply quotes words that would be gone.
    """
    made = [_rewritten(parent, seed) for parent in parents]
    places = [at for at, variant in enumerate(made) if variant is not None]
    before = model.encode(["\n".join(parents[at].said_by("user")) for at in places])
    after = model.encode([_user(variant) for variant in made if variant is not None])
    for at, alike in zip(places, np.einsum("ij,ij->i", before, after).tolist(), strict=True):
        if alike < cosine:
            made[at] = None
    return made


def _rewritten(parent: Parent, seed: int) -> Variant | None:
    if parent.language != LANGUAGE or parent.danger or not parent.can_lose_reasoning:
        return None
    rewriter, used, turns = Rewriter.load(), list[str](), []
    echoed = "\n".join(parent.said_by("assistant"))
    direction = _DIRECTIONS[number(seed, "direction", parent.conversation_id) % 2]
    for turn in parent.turns:
        content = turn["content"]
        if turn["role"] == "user":
            done = rewriter.rewrite(content, direction, echoed)
            if done.rules and not rewriter.keeps_facts(content, done.text):
                return None
            content = done.text
            used += done.rules
        turns.append({"role": turn["role"], "content": content})
    variant = Variant(turns, None, " ".join(sorted(set(used))))
    return variant if len(used) >= MIN_CHANGES and _still_quoted(parent, variant) else None


def _still_quoted(parent: Parent, variant: Variant) -> bool:
    """Whether all that a reply quotes of the client is still said."""
    before, after = "\n".join(parent.said_by("user")).casefold(), _user(variant).casefold()
    quoted = (quote.casefold().strip(" .,!?") for reply in parent.said_by("assistant") for quote in _QUOTED.findall(reply))
    return all(quote in after for quote in quoted if quote in before)


def _user(variant: Variant) -> str:
    return "\n".join(turn["content"] for turn in variant.turns if turn["role"] == "user")
