"""The permutations that transpose must compute, everywhere."""

from __future__ import annotations

from itertools import permutations

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Transpose


def case(shape: tuple[int, ...], permutation: tuple[int, ...]) -> Case:
    """A case with random data, named by its shape and permutation."""
    name = f"{'x'.join(map(str, shape))}_to_{''.join(map(str, permutation))}"
    rng = generator(f"transpose {name}")
    return Case(name, Transpose(permutation), {"input": random_int8(rng, shape)})


CASES = [
    case((7,), (0,)),
    case((3, 5), (0, 1)),
    case((3, 5), (1, 0)),
    case((1, 5), (1, 0)),
    *(case((2, 3, 4), permutation) for permutation in permutations(range(3))),
    *(case((2, 3, 4, 5), permutation) for permutation in permutations(range(4))),
    case((1, 3, 8, 7), (0, 2, 3, 1)),
    case((1, 8, 7, 3), (0, 3, 1, 2)),
    case((1, 1, 6, 1), (3, 1, 2, 0)),
    case((21, 19), (1, 0)),
    case((16, 33), (1, 0)),
    case((3, 4, 39), (1, 0, 2)),
    case((2, 3, 5, 16), (0, 2, 1, 3)),
    case((2, 3, 2, 4, 3), (4, 3, 2, 1, 0)),
    case((2, 3, 2, 4, 3), (0, 2, 1, 4, 3)),
    case((2, 3, 2, 2, 3, 2), (5, 4, 3, 2, 1, 0)),
    case((2, 3, 2, 2, 3, 2), (1, 0, 3, 2, 5, 4)),
    case((2, 3, 2, 2, 3, 2), (3, 4, 5, 0, 1, 2)),
    case((2, 3, 1, 2, 3, 1), (3, 5, 4, 0, 2, 1)),
]
