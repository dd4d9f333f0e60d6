"""lstm on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..packing.gates_scalar import units_kernel

ROWS = 4
"""The gates of a unit."""

SCALAR_KERNELS = [units_kernel("lstm_s8__units_scalar", ROWS)]
