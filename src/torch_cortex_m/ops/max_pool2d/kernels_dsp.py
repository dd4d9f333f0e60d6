"""max_pool2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel
from ..rules.overlap import place_by_place

WORDS = Kernel("max_pool2d_s8__words_dsp", needs=frozenset({"dsp"}), overlap=place_by_place)

DSP_KERNELS = [WORDS]
