"""Random layers of flip_sign_bit, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, pick, shape_of_elements
from .op import FlipSignBit


def any_layer(rng: Rng, name: str) -> Case:
    values = int8(rng, (*shape_of_elements(rng), pick(rng, 1, 20)))
    return Case(name, FlipSignBit(), {"input": values.view(pick(rng, "int8", "uint8"))})


RANDOM_LAYERS = (any_layer,)
