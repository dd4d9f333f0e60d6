"""Random layers of div, for tests of every kernel."""

from __future__ import annotations

from ..rules.product_cases import product_layer
from .op import LARGEST_SHIFT, Div

RANDOM_LAYERS = (product_layer(Div, 5, LARGEST_SHIFT, lambda rng: {}),)
