"""Random layers of prelu, for tests of every kernel."""

from __future__ import annotations

from typing import Any

from ..rules.product_cases import any_multiplier, product_layer
from ..rules.random_data import Rng
from ..rules.wide_cases import widened_layer
from .op import Prelu


def _slope(rng: Rng) -> dict[str, Any]:
    return {
        "slope_multiplier": any_multiplier(rng),
        "slope_shift": int(rng.integers(-9, -3)),
    }


ANY = product_layer(Prelu, 0, 30, _slope)
RANDOM_LAYERS = (ANY, widened_layer(ANY))
