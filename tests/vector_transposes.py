"""Shapes and permutations for the transposition vectors, whose parameters do not give them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

AXES = "nhwc"


def find_transposition(
    name: str, given: np.ndarray, expected: np.ndarray, rank: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(shape, permutation) with which numpy.transpose turns ``given`` into ``expected``.

    The files leave out these two constants because they are lists. A name that ends in the four
    axes' letters (such as transpose_chwn) gives the permutation; otherwise all are tried. The
    shape is searched for among all products of ``rank`` sizes. As the data are random, few pairs
    reproduce the output, and any that does is a transposition that must give it.
    """
    letters = name.rsplit("_", 1)[-1]
    named = rank == 4 and sorted(letters) == sorted(AXES)
    candidates = (
        [tuple(AXES.index(letter) for letter in letters)]
        if named
        else sorted(permutations(range(rank)), reverse=True)
    )
    for permutation in candidates:
        for shape in sorted(shapes(given.size, rank), key=lambda sizes: sizes.count(1)):
            if np.array_equal(given.reshape(shape).transpose(permutation).reshape(-1), expected):
                return shape, permutation
    raise AssertionError(f"{name}: no shape and permutation gives the expected output")


def shapes(elements: int, rank: int) -> Iterator[tuple[int, ...]]:
    """All shapes of this rank and number of elements."""
    if rank == 1:
        yield (elements,)
        return
    for size in range(1, elements + 1):
        if elements % size == 0:
            yield from ((size, *rest) for rest in shapes(elements // size, rank - 1))
