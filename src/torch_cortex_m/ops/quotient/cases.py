"""The values that quotient must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import limits
from ..base import Case
from ..rules.case_data import generator
from .op import LARGEST_DIVISOR, Quotient


def case(name: str, divisor: int, shape: tuple[int, ...] = (3, 50), **fields: Any) -> Case:
    """Sums of as many int8, ties and the ends of the type among them."""
    rng = generator(f"quotient {name}")
    data = rng.integers(-130 * divisor, 130 * divisor, shape).astype(np.int32)
    ties = [sign * (each * divisor + divisor // 2) for each in (0, 1, 2) for sign in (1, -1)]
    special = np.array([*limits("int32"), -1, 0, 1, *ties], np.int32)
    data.reshape(-1)[: special.size] = special[: data.size]
    return Case(name, Quotient(divisor, **fields), {"input": data})


CASES = [
    *(
        case(f"{divisor}{'_up' * ties_up}", divisor, ties_up=ties_up)
        for divisor in (1, 2, 3, 60, 125, LARGEST_DIVISOR)
        for ties_up in (False, True)
    ),
    case("clamped", 12, activation_min=-7, activation_max=50),
    case("rank_0", 9, ()),
    case("rank_6", 10, (1, 2, 1, 3, 2, 2)),
]
