"""Random layers of squared_difference, for tests of every kernel."""

from __future__ import annotations

from ..rules.scaled_operands_cases import scaled_layer
from .op import SquaredDifference, rescaling

RANDOM_LAYERS = (scaled_layer(SquaredDifference, rescaling),)
