"""sub by the kernels of add that compute a linear form of the operands."""

from __future__ import annotations

from dataclasses import replace

from ..add.kernels_dsp import LINEAR_WORDS
from ..add.kernels_mve import MVE_KERNELS
from ..add.kernels_scalar import SCALAR_KERNELS
from ..base import Kernel

ADD_KERNELS: list[Kernel] = [
    *(replace(kernel, name=kernel.name.replace("add_", "sub_")) for kernel in SCALAR_KERNELS),
    replace(LINEAR_WORDS, name="sub_s8__words_dsp"),
    *(replace(kernel, name=kernel.name.replace("add_", "sub_")) for kernel in MVE_KERNELS),
]
