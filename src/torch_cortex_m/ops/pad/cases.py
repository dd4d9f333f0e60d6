"""The borders that pad must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import INT16
from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.wide_cases import widened
from .op import Pad


def case(name: str, shape: tuple[int, ...], padding: tuple[int, ...], value: int = -3) -> Case:
    rng = generator(f"pad {name}")
    data = np.asarray(random_int8(rng, (*shape, 1))[..., 0])
    return Case(name, Pad(padding, value), {"input": data})


CASES = [
    case("nothing", (2, 3), (0, 0, 0, 0)),
    case("rank_0", (), ()),
    case("rank_1", (5,), (2, 3)),
    case("before", (5,), (4, 0)),
    case("after", (5,), (0, 4)),
    case("1_element", (1, 1, 1), (1, 2, 3, 0, 0, 1)),
    case("same_3x3", (1, 5, 4, 3), (0, 0, 1, 1, 1, 1, 0, 0)),
    case("bottom_right", (1, 5, 4, 3), (0, 0, 0, 1, 0, 1, 0, 0)),
    case("columns", (1, 5, 4, 3), (0, 0, 0, 0, 2, 1, 0, 0)),
    case("channels", (1, 5, 4, 3), (0, 0, 0, 0, 0, 0, 1, 2)),
    case("batches", (2, 3, 4, 2), (1, 2, 0, 0, 0, 0, 0, 0)),
    case("all_of_rank_4", (2, 3, 4, 5), (1, 0, 2, 1, 0, 3, 1, 2)),
    case("all_of_rank_5", (2, 1, 3, 2, 2), (1, 1, 0, 2, 1, 0, 2, 0, 0, 1)),
    case("all_of_rank_6", (2, 1, 3, 2, 2, 1), (1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 2, 1)),
    case("rank_1_long", (75,), (18, 37)),
    case("long_rows", (1, 3, 5, 7), (0, 0, 2, 1, 1, 3, 0, 0)),
    case("long_rows_all_of_rank_3", (3, 2, 33), (1, 2, 0, 1, 5, 6)),
    case("long_runs_at_the_ends", (2, 3, 64), (0, 0, 1, 0, 0, 0), 127),
    case("words", (1, 5, 4, 12), (0, 0, 1, 2, 2, 1, 0, 0)),
    case("words_of_channels", (2, 3, 3, 28), (1, 0, 0, 1, 1, 1, 8, 4)),
    case("long_runs_of_words", (1, 3, 7, 20), (0, 0, 1, 1, 1, 1, 0, 0), 127),
    case("words_of_rank_1", (60,), (4, 52), -128),
    case("value_lowest", (3, 3), (1, 1, 1, 1), -128),
    case("value_highest", (3, 3), (1, 1, 1, 1), 127),
]

CASES += [widened(each) for each in CASES]
CASES += [widened(case(f"value_{end}", (3, 3), (1, 1, 1, 1)), value=end) for end in INT16]
