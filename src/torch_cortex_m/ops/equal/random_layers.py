"""Random layers of equal, for tests of every kernel."""

from __future__ import annotations

from ..rules.comparison_cases import comparison_layer
from .op import Equal

RANDOM_LAYERS = (comparison_layer(Equal),)
