"""Random layers of less, for tests of every kernel."""

from __future__ import annotations

from ..rules.comparison_cases import comparison_layer, comparison_of_indices
from .op import Less

RANDOM_LAYERS = (comparison_layer(Less), comparison_of_indices(Less))
