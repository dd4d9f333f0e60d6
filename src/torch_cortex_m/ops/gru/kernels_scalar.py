"""gru on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from dataclasses import replace

from ..base import Layer
from ..packing.gates_scalar import units_kernel

ROWS = 3
"""The gates of a unit."""

KERNEL = units_kernel("gru_s8__units_scalar", ROWS)


def _scratch(layer: Layer) -> int:
    """That of every recurrent layer, and hidden values before the first step."""
    return KERNEL.scratch_bytes(layer) + layer.types["initial_state"].shape[1]


SCALAR_KERNELS = [replace(KERNEL, scratch_bytes=_scratch)]
