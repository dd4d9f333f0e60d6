"""minimum for cores with the DSP extension and for MVE; the innermost loop always steps by one
element or repeats one."""

from __future__ import annotations

from ..base import Kernel
from ..rules.broadcasting import operands_not_broadcast

FAST_KERNELS = [
    Kernel(
        "minimum_s8__words_dsp",
        needs=frozenset({"dsp"}),
        in_place=operands_not_broadcast,
    ),
    Kernel(
        "minimum_s8__rows_mve",
        needs=frozenset({"mve"}),
        in_place=operands_not_broadcast,
    ),
]
