"""gru on MVE (Cortex-M55, M85)."""

from __future__ import annotations

from dataclasses import replace

from ..base import Layer
from ..packing.gates_mve import units_kernel
from ..packing.mve import padded

UNITS = 16
"""As in gru_s8__units_mve.h."""

KERNEL = units_kernel("gru_s8__units_mve", UNITS)


def _scratch(layer: Layer) -> int:
    """That of every recurrent layer, and hidden values before the first step."""
    return KERNEL.scratch_bytes(layer) + padded(layer.types["initial_state"].shape[1])


MVE_KERNELS = [replace(KERNEL, scratch_bytes=_scratch)]
