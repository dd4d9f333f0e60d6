"""What prelu must compute, everywhere."""

from __future__ import annotations

from ..rules.broadcast_cases import case
from ..rules.product_cases import LARGEST, USUAL, product_cases
from ..rules.wide_cases import widened
from .op import Prelu

SLOPE = {"slope_multiplier": 1300000000, "slope_shift": -6}

CASES = [
    *product_cases(Prelu, 0, 30, **SLOPE),
    case("slope_31", Prelu(**USUAL, multiplier=LARGEST, shift=-31, **SLOPE)),
    case(
        "slope_saturating",
        Prelu(**USUAL, multiplier=1 << 30, shift=1, slope_multiplier=-LARGEST, slope_shift=30),
    ),
]

CASES += [widened(each) for each in CASES if not each.name.startswith("every_pair")]
CASES += [
    widened(case("zero_points", Prelu(**USUAL, multiplier=1 << 30, shift=1, **SLOPE)), **USUAL)
]
