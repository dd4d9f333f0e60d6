"""max_pool2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel

WORDS = Kernel("max_pool2d_s8__words_dsp", needs=frozenset({"dsp"}))

DSP_KERNELS = [WORDS]
