"""Random layers of less, for tests of every kernel."""

from __future__ import annotations

from ..rules.comparison_cases import comparison_layer
from .op import Less

RANDOM_LAYERS = (comparison_layer(Less),)
