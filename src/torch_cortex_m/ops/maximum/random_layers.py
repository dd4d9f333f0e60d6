"""Random layers of maximum, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.broadcast_cases import random_operands
from ..rules.random_data import Rng
from ..rules.wide_cases import widened_layer
from .op import Maximum


def any_layer(rng: Rng, name: str) -> Case:
    return random_operands(rng, name, Maximum())


RANDOM_LAYERS = (any_layer, widened_layer(any_layer))
