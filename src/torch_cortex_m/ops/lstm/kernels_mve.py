"""lstm on MVE (Cortex-M55, M85)."""

from __future__ import annotations

from dataclasses import replace

from ..base import Layer
from ..packing.gates_mve import units_kernel

UNITS = 16
"""As in lstm_s8__units_mve.h."""

KERNEL = units_kernel("lstm_s8__units_mve", UNITS)


def _applies(layer: Layer) -> bool:
    return layer.op.cell_multiplier >= 0 and KERNEL.applies(layer)


MVE_KERNELS = [replace(KERNEL, applies=_applies)]
