"""Random layers of sub, for tests of every kernel."""

from __future__ import annotations

from ..rules.scaled_operands import rescaling
from ..rules.scaled_operands_cases import scaled_layer
from ..rules.wide_cases import widened_layer
from .op import Sub

ANY = scaled_layer(Sub, rescaling)
RANDOM_LAYERS = (ANY, widened_layer(ANY))
