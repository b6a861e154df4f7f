"""Compiled loops over graphs of rows: connected components, and stars in order of rank.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any

import numba

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _root(parents: Any, row: Any) -> Any:
    """The first row of a component; halves the way there, so that it is short the next time (Tarjan and van Leeuwen 1984)."""
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


@_jit
def join(left: Any, right: Any, parents: Any) -> None:
    """Make ``parents``, which begins as each row's own number, name the lowest row of its component."""
    for at in range(len(left)):
        one, two = _root(parents, left[at]), _root(parents, right[at])
        if one < two:
            parents[two] = one
        else:
            parents[one] = two
    for row in range(len(parents)):
        parents[row] = _root(parents, row)


@_jit
def neighbours(left: Any, right: Any, starts: Any, others: Any, edges: Any) -> None:
    """Fill, for each row, the rows that it has a pair with and the numbers of those pairs: ``[starts[row]:starts[row + 1]]``.

    ``starts`` has one element more than there are rows and comes as zeros.
    """
    for at in range(len(left)):
        starts[left[at] + 1] += 1
        starts[right[at] + 1] += 1
    for row in range(1, len(starts)):
        starts[row] += starts[row - 1]
    free = starts[:-1].copy()
    for at in range(len(left)):
        one, two = left[at], right[at]
        others[free[one]], edges[free[one]] = two, at
        others[free[two]], edges[free[two]] = one, at
        free[one] += 1
        free[two] += 1


@_jit
def take_stars(order: Any, starts: Any, others: Any, edges: Any, similarity: Any, owners: Any, alike: Any) -> None:
    """Fill ``owners``, which comes as -1, and how similar each row is to its owner; rows are asked in this order."""
    for row in order:
        if owners[row] >= 0:
            continue
        owners[row], alike[row] = row, 1.0
        for place in range(starts[row], starts[row + 1]):
            other = others[place]
            if owners[other] < 0:
                owners[other], alike[other] = row, similarity[edges[place]]
            elif owners[other] == row and other != row:  # the same pair once more
                alike[other] = max(alike[other], similarity[edges[place]])
