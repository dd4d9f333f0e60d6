"""Random layers of equal, for tests of every kernel."""

from __future__ import annotations

from ..rules.comparison_cases import comparison_layer, comparison_of_indices
from .op import Equal

RANDOM_LAYERS = (comparison_layer(Equal), comparison_of_indices(Equal))
