"""How the kernels for cores with and without DSP requantize; see ops/integers/requantization.py."""

from __future__ import annotations

from typing import Any

from ..base import Layer
from ..integers.requantization import ANY, LARGEST_SHIFT, RIGHT
from .sizes import sizes

LARGEST_DOUBLED_DEPTH = 1 << 14
"""Up to here sums stay below 2^30, so that they can be doubled."""


def scale_constants(layer: Layer) -> dict[str, int | float]:
    """RIGHT where the shift is to the right, with ``shift`` counting to the right, else ANY."""
    op: Any = layer.op
    shifts_right = op.multiplier >= 0 and 1 <= -op.shift <= LARGEST_SHIFT
    if not shifts_right or sizes(layer).depth > LARGEST_DOUBLED_DEPTH:
        return {"way": ANY, "addend": 0}
    addend = (op.output_offset << -op.shift) + (1 << (-op.shift - 1))
    return {"way": RIGHT, "addend": addend, "shift": -op.shift}
