"""Compiled loops that count what two sets have in common, and cut pairs into blocks whose sets fit into memory.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def count_common(members: Any, starts: Any, left: Any, right: Any, common: Any) -> None:
    """Fill ``common`` (pairs, 2) with the members that both rows of each pair have, on the user's and the assistant's side.

    Side s of row i is ``members[starts[2 * i + s]:starts[2 * i + s + 1]]``, ascending and each once.
    """
    for pair in range(len(left)):
        for side in range(2):
            one, one_end = starts[2 * left[pair] + side], starts[2 * left[pair] + side + 1]
            two, two_end = starts[2 * right[pair] + side], starts[2 * right[pair] + side + 1]
            count = 0
            while one < one_end and two < two_end:
                a, b = members[one], members[two]
                count += a == b
                one += a <= b  # no branch to mispredict: which of two hashes is lower is a coin toss
                two += b <= a
            common[pair, side] = count


@_jit
def cut_blocks(left: Any, right: Any, sizes: Any, groups: Any, group_sizes: Any, limit: Any, blocks: Any) -> None:
    """Fill ``blocks`` with the number of the block of each pair, so that the different rows of a block have ``limit`` in size.

    Pairs come group by group (``groups`` by row). A group is not cut if it fits into a block. A pair that alone has more is a
    block of its own.
    """
    seen = np.full(len(sizes), -1, np.int64)
    block, held = 0, 0
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        more = (seen[a] != block) * sizes[a] + (seen[b] != block) * sizes[b]
        begins = pair == 0 or groups[a] != groups[left[pair - 1]]
        if held > 0 and held + (group_sizes[groups[a]] if begins else more) > limit:
            block += 1
            held, more = 0, sizes[a] + sizes[b]
        seen[a] = seen[b] = block
        held += more
        blocks[pair] = block
