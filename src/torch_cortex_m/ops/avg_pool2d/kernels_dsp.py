"""avg_pool2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel, Layer
from .kernels_scalar import rounds_away
from .overlap import windows_overlap

LONGEST_RUN = 255
"""So many int8 values add up within 16 bits."""


def _applies(layer: Layer) -> bool:
    values = layer.op.constants(layer.types)
    width = values["input_width"] if values["adaptive"] else values["kernel_width"]
    return rounds_away(layer) and width <= LONGEST_RUN


WORDS = Kernel(
    "avg_pool2d_s8__words_dsp", applies=_applies, needs=frozenset({"dsp"}), overlap=windows_overlap
)

DSP_KERNELS = [WORDS]
