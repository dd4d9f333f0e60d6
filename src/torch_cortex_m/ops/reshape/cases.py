"""The shapes that reshape must give, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Reshape


def case(name: str, shape: tuple[int, ...], new_shape: tuple[int, ...]) -> Case:
    rng = generator(f"reshape {name}")
    data = np.asarray(random_int8(rng, (*shape, 1))[..., 0])
    return Case(name, Reshape(new_shape), {"input": data})


CASES = [
    case("same", (2, 3), (2, 3)),
    case("flatten", (1, 3, 4, 5), (1, 60)),
    case("unflatten", (2, 12), (2, 3, 4)),
    case("unsqueeze", (7,), (1, 7, 1)),
    case("squeeze", (1, 1, 7), (7,)),
    case("to_rank_0", (1, 1), ()),
    case("from_rank_0", (), (1,)),
    case("rank_6", (4, 9), (2, 2, 1, 3, 1, 3)),
]
