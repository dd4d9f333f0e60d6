"""gru on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from dataclasses import replace

from ..base import Layer
from ..packing.gates_dsp import units_kernel

UNITS = 8
"""As in gru_s8__units_dsp.h."""

KERNEL = units_kernel("gru_s8__units_dsp", UNITS)


def _scratch(layer: Layer) -> int:
    """That of every recurrent layer, and hidden values before the first step."""
    return KERNEL.scratch_bytes(layer) + layer.types["initial_state"].shape[1]


DSP_KERNELS = [replace(KERNEL, scratch_bytes=_scratch)]
