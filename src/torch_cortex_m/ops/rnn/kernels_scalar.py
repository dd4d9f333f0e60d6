"""rnn on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..packing.gates_scalar import units_kernel

ROWS = 4
"""Units at a time, as in rnn_s8__units_scalar.h."""

SCALAR_KERNELS = [units_kernel("rnn_s8__units_scalar", ROWS)]
