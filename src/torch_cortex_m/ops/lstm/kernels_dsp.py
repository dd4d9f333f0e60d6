"""lstm on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..packing.gates_dsp import units_kernel

UNITS = 8
"""As in lstm_s8__units_dsp.h."""

DSP_KERNELS = [units_kernel("lstm_s8__units_dsp", UNITS)]
