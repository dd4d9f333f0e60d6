"""rnn on MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..packing.gates_mve import units_kernel

UNITS = 64
"""As in rnn_s8__units_mve.h."""

MVE_KERNELS = [units_kernel("rnn_s8__units_mve", UNITS)]
