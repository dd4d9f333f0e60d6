"""Random layers of sub, for tests of every kernel."""

from __future__ import annotations

from ..rules.scaled_operands import rescaling
from ..rules.scaled_operands_cases import scaled_layer
from .op import Sub

RANDOM_LAYERS = (scaled_layer(Sub, rescaling),)
